#!/usr/bin/env bash
# Guess: after pip install pylode==3.4.1 the command pylode runs.
# Instead: It ends with FileNotFoundError: it reads its version from a pyproject.toml beside the package, which the wheel
#          does not have. With one there, it ends for an ontology that says something of an IRI that ends in "#".
# Seen: pyLODE 3.4.1, rdflib 7.6.0, 29 November 2026
# Right: A namespace may end in "#", and be an owl:Ontology (as http://www.w3.org/ns/prov# is).
# Do: Write a pyproject.toml with [project] and version beside the package; name ontologies without "#".
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pylode==3.4.1 rdflib==7.6.0
echo "Versions: pylode==3.4.1 rdflib==7.6.0"

for end in "" "#"; do
    cat > "onto$end.ttl" <<END
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/onto$end> a owl:Ontology ; dcterms:title "Things" .
<https://example.org/onto#Thing> a owl:Class ; rdfs:isDefinedBy <https://example.org/onto$end> .
END
done
run() {
    if venv/bin/pylode "$1" -o page.html > log 2>&1; then echo "$1 made"; else echo "$1 $(tail -1 log | cut -d: -f1)"; fi
}
{
    run onto.ttl
    packages=$(venv/bin/python -c "import sysconfig; print(sysconfig.get_path('purelib'))")
    printf '[project]\nversion = "3.4.1"\n' > "$packages/pyproject.toml"
    run onto.ttl
    run "onto#.ttl"
} > actual

cat > expected <<'END'
onto.ttl FileNotFoundError
onto.ttl made
onto#.ttl ValueError
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
