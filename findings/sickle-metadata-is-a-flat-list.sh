#!/usr/bin/env bash
# Guess: record.metadata of a DCAT record keeps which title belongs to what, or at least the languages and the IRIs.
# Instead: It is a dict of local names: all titles in one list, without languages; rdf:about and rdf:resource are gone
# (None stands for them).
# Seen: Sickle 0.7.0 (oaipmh-scythe 0.16.0 does the same), 29 November 2026
# Right: None: it is made for oai_dc.
# Do: Take record.raw and parse the RDF/XML in it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q Sickle==0.7.0
echo "Versions: Sickle==0.7.0"

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
from serve import address
from sickle import Sickle

record = Sickle(address).GetRecord(identifier="oai:example.org:1", metadataPrefix="dcat_ap")
for name, values in record.metadata.items():
    print(name, values)
END
venv/bin/python harvest.py > actual

cat > expected <<'END'
Dataset [None]
title ['Aineisto', 'Dataset', 'Dump']
publisher [None]
distribution [None]
Distribution [None]
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
