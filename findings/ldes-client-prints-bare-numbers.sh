#!/usr/bin/env bash
# Guess: The members come as N-Quads, a statement on each line.
# Instead: Numbers are written as in Turtle, without quotes and datatype, so that a parser of N-Quads refuses the
# line.
# Seen: ldes-client 0.3.0, pyoxigraph 0.5.13, 29 November 2026
# Right: RDF 1.1 N-Quads, 4: literals are in quotes.
# Do: Parse the output as TriG.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --ignore-scripts --no-audit --no-fund ldes-client@0.3.0
echo "Versions: pyoxigraph==0.5.13 ldes-client@0.3.0"

cat > serve.py <<'END'
import http.server

HEAD = """@prefix ldes: <https://w3id.org/ldes#> . @prefix tree: <https://w3id.org/tree#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix e: <http://example.org/> .
"""
FIRST = """<#s> a ldes:EventStream ; ldes:timestampPath dct:modified ; ldes:versionOfPath dct:isVersionOf ; tree:view </feed> ;
    tree:member e:m1, e:m2 .
</feed> a tree:Node ; tree:relation [ a tree:GreaterThanRelation ; tree:path dct:modified ;
    tree:value "2026-01-03T00:00:00"^^xsd:dateTime ; tree:node </second> ] .
e:m1 dct:isVersionOf e:a ; dct:modified "2026-01-01T00:00:00Z"^^xsd:dateTime ; e:size 1.10 .
e:m2 dct:isVersionOf e:b ; dct:modified "2026-01-02T00:00:00Z"^^xsd:dateTime .
"""
SECOND = """</feed#s> a ldes:EventStream ; tree:view </feed> ; tree:member e:m5, e:m6 . </second> a tree:Node .
e:m5 dct:isVersionOf e:a ; dct:modified "2026-01-05T00:00:00Z"^^xsd:dateTime .
e:m6 dct:isVersionOf e:b ; dct:modified "2026-01-06T00:00:00Z"^^xsd:dateTime .
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked", "a") as file:
            file.write(self.path + "\n")
        self.send_response(200)
        self.send_header("Content-Type", "text/turtle")
        self.end_headers()
        self.wfile.write((HEAD + (SECOND if self.path == "/second" else FIRST)).encode())

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open("port", "w") as file:
    file.write(f"{server.server_port}\n")
server.serve_forever()
END
python3 serve.py &
server=$!
trap 'kill $server; rm -rf "$work"' EXIT
for _ in $(seq 300); do [ -s port ] && break; sleep 0.1; done
node_modules/.bin/ldes-client "http://127.0.0.1:$(cat port)/feed" > output 2> log
cat > read.py <<'END'
import pyoxigraph

(line,) = [line for line in open("output") if "size" in line]
print(line.split()[2])
for name in ("N_QUADS", "TRIG"):
    try:
        print(name, len(list(pyoxigraph.parse(line, format=getattr(pyoxigraph.RdfFormat, name)))))
    except SyntaxError:
        print(name, "refused")
END
venv/bin/python read.py > actual

cat > expected <<'END'
1.10
N_QUADS refused
TRIG 1
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
