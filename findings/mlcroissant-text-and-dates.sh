#!/usr/bin/env bash
# Guess: A field of type sc:Text gives the text of the CSV file; sc:Date wants ISO dates.
# Instead: The column is read as numbers first: "007" comes as b"7.0", "NA" as None; and 01.02.2026 is read as the
# second of January.
# Seen: mlcroissant 1.1.1, 29 November 2026
# Right: Croissant 1.0, "Data types": sc:Text is a string.
# Do: Do not publish codes with leading zeros or "NA" in CSV for this client without a letter in each; write dates in
# ISO form.
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
describe("https://schema.org/")
for record in mlcroissant.Dataset(jsonld="croissant.json").records("r"):
    print(record["r/code"], record["r/day"])
END
venv/bin/python -W ignore read.py > actual

cat > expected <<'END'
b'7.0' 2026-02-01 00:00:00
None 2026-01-02 00:00:00
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
