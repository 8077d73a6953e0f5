#!/usr/bin/env bash
# Guess: A literal without a language stays without one.
# Instead: It is put under "nb", so that a Finnish title without a tag is shown as Norwegian.
# Seen: fdk-rdf-parser 2.9.0, 29 November 2026
# Right: None.
# Do: Tag every title and description that a catalogue publishes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q fdk-rdf-parser==2.9.0 rdflib==7.6.0
echo "Versions: fdk-rdf-parser==2.9.0 rdflib==7.6.0"

cat > read.py <<'END'
from fdk_rdf_parser import parse_datasets

catalogue = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
<http://example.org/record> a dcat:CatalogRecord ; foaf:primaryTopic <http://example.org/d> ; dct:identifier "1" .
<http://example.org/d> a dcat:Dataset ; dct:title "Dataset"@en, "Aineisto" ."""
(dataset,) = parse_datasets(catalogue).values()
print(sorted(dataset.title.items()))
END
venv/bin/python -W ignore read.py > actual

cat > expected <<'END'
[('en', 'Dataset'), ('nb', 'Aineisto')]
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
