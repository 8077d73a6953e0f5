#!/usr/bin/env bash
# Guess: A base URL such as .../oai?collection=1 is asked with its parameter and the verb.
# Instead: The query of the base URL is replaced, so another repository answers. Sickle 0.7.0 keeps it.
# Seen: oaipmh-scythe 0.16.0, Sickle 0.7.0, 29 November 2026
# Right: OAI-PMH 2.0, 3.1.1 puts a question mark between base URL and arguments, so a base URL with a query is not
# foreseen; there are such repositories.
# Do: Give a repository that is published a base URL without a query.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q oaipmh-scythe==0.16.0 Sickle==0.7.0
echo "Versions: oaipmh-scythe==0.16.0 Sickle==0.7.0"

cat > serve.py <<'END'
"""Answers every request with one OAI-PMH record, and remembers the addresses that were asked for."""
import http.server
import threading

RECORD = """<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>2026-01-01T00:00:00Z</responseDate><request>http://example.org/oai</request><GetRecord><record>
<header><identifier>oai:example.org:1</identifier><datestamp>2026-01-01</datestamp></header><metadata>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#">
<dcat:Dataset rdf:about="http://example.org/d"><dct:title xml:lang="fi">Aineisto</dct:title><dct:title xml:lang="en">Dataset</dct:title>
<dct:publisher rdf:resource="http://example.org/p"/><dcat:distribution><dcat:Distribution rdf:about="http://example.org/x">
<dct:title xml:lang="en">Dump</dct:title></dcat:Distribution></dcat:distribution></dcat:Dataset></rdf:RDF>
</metadata></record></GetRecord></OAI-PMH>"""
asked = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.end_headers()
        self.wfile.write(RECORD.encode())

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/oai"
END
cat > harvest.py <<'END'
from oaipmh_scythe import Scythe
from serve import address, asked
from sickle import Sickle

Sickle(address + "?collection=1").GetRecord(identifier="oai:example.org:1", metadataPrefix="dcat_ap")
Scythe(address + "?collection=1").get_record(identifier="oai:example.org:1", metadata_prefix="dcat_ap")
for name, path in zip(("Sickle", "Scythe"), asked, strict=True):
    print(name, "collection=1" in path)
END
venv/bin/python harvest.py > actual

cat > expected <<'END'
Sickle True
Scythe False
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
