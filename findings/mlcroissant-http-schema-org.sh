#!/usr/bin/env bash
# Guess: The two IRIs of schema.org, with http and https, are taken alike.
# Instead: With http://schema.org/ the document is refused: "The current JSON-LD doesn't extend
# https://schema.org/Dataset".
# Seen: mlcroissant 1.1.1, 29 November 2026
# Right: schema.org takes both; Croissant's own context has https.
# Do: Publish https in Croissant, whatever the other documents of the site use.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q mlcroissant==1.1.1 pandas==3.1.1
echo "Versions: mlcroissant==1.1.1 pandas==3.1.1"

cat > croissant.py <<'END'
"""A Croissant description of data.csv, with the IRI of schema.org given."""
import hashlib
import json


def describe(schema):
    context = {"@language": "en", "@vocab": schema, "sc": schema, "cr": "http://mlcommons.org/croissant/", "dct": "http://purl.org/dc/terms/",
               "conformsTo": "dct:conformsTo", "citeAs": "cr:citeAs", "recordSet": "cr:recordSet", "field": "cr:field",
               "dataType": {"@id": "cr:dataType", "@type": "@vocab"}, "source": "cr:source", "extract": "cr:extract",
               "fileObject": "cr:fileObject", "column": "cr:column"}
    digest = hashlib.sha256(open("data.csv", "rb").read()).hexdigest()
    fields = [{"@type": "cr:Field", "@id": f"r/{name}", "name": name, "dataType": kind,
               "source": {"fileObject": {"@id": "f"}, "extract": {"column": name}}}
              for name, kind in (("code", "sc:Text"), ("day", "sc:Date"))]
    file = {"@type": "cr:FileObject", "@id": "f", "name": "f", "contentUrl": "data.csv", "encodingFormat": "text/csv", "sha256": digest}
    document = {"@context": context, "@type": "sc:Dataset", "name": "N", "description": "D", "url": "https://example.org/",
                "conformsTo": "http://mlcommons.org/croissant/1.0", "license": "https://creativecommons.org/licenses/by/4.0/",
                "datePublished": "2026-01-01", "version": "1.0.0", "citeAs": "c", "creator": {"@type": "sc:Organization", "name": "O"},
                "distribution": [file], "recordSet": [{"@type": "cr:RecordSet", "@id": "r", "name": "r", "field": fields}]}
    with open("croissant.json", "w") as target:
        json.dump(document, target)
END
printf 'code,day\n007,2026-02-01\nNA,01.02.2026\n' > data.csv
cat > read.py <<'END'
import logging

import mlcroissant
from croissant import describe

logging.disable()
for schema in ("https://schema.org/", "http://schema.org/"):
    describe(schema)
    try:
        print(schema, mlcroissant.Dataset(jsonld="croissant.json").metadata.name)
    except mlcroissant.ValidationError as error:
        print(schema, "refused:", "doesn't extend https://schema.org/Dataset" in str(error))
END
venv/bin/python -W ignore read.py > actual

cat > expected <<'END'
https://schema.org/ N
http://schema.org/ refused: True
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
