#!/usr/bin/env bash
# Guess: with a datasetBaseUrl, Trifid serves the IRIs of the dataset under its own address, and texts as they are.
# Instead: The address is put into literals too: a text and an xsd:anyURI that begin like the dataset are other values,
#          on pages and in Turtle.
# Seen: trifid 5.3.0 with trifid-handler-fetch 3.5.1, 29 November 2026
# Right: RDF 1.1 Concepts, 3.3: a literal is its text; the data says https://example.org/.
# Do: Serve the dataset at its own address, where nothing is rewritten.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --silent --ignore-scripts trifid@5.3.0 trifid-handler-fetch@3.5.1 @zazuko/trifid-entity-renderer@1.6.1
echo "Versions: trifid@5.3.0 trifid-handler-fetch@3.5.1 @zazuko/trifid-entity-renderer@1.6.1"

cat > data.ttl <<'END'
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://example.org/tree> rdfs:label "tree" ; rdfs:comment "see https://example.org/trees" ;
    rdfs:seeAlso "https://example.org/list"^^xsd:anyURI .
END
cat > config.yaml <<END
globals:
  datasetBaseUrl: https://example.org/
  endpoints:
    default:
      url: /query
plugins:
  entity-renderer:
    module: "@zazuko/trifid-entity-renderer"
  fetch-handler:
    module: trifid-handler-fetch
    paths: /query
    config:
      url: $work/data.ttl
      contentType: text/turtle
      baseIRI: http://localhost/
      unionDefaultGraph: true
END
port=$((20000 + RANDOM % 20000))
node node_modules/trifid/server.js -c config.yaml -p $port > log 2>&1 &
server=$!
for _ in $(seq 60); do
    sleep 0.5
    if curl -s -o page -H 'Accept: application/n-triples' "http://127.0.0.1:$port/tree" && grep -q label page; then break; fi
done
sed "s/:$port/:PORT/g; s/^<[^>]*> //" page | grep -v '#label' | sort > actual

cat > expected <<'END'
<http://www.w3.org/2000/01/rdf-schema#comment> "see http://127.0.0.1:PORT/trees" .
<http://www.w3.org/2000/01/rdf-schema#seeAlso> "http://127.0.0.1:PORT/list"^^<http://www.w3.org/2001/XMLSchema#anyURI> .
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
