#!/usr/bin/env bash
# Guess: RDF read by RDFProvider and written by rdf_dumper holds the same notes and notations.
# Instead: A note without a language gets the tag "und", and skos:notation is gone.
# Seen: skosprovider-rdf 1.4.0, skosprovider 1.5.1, rdflib 6.3.2, 29 November 2026
# Right: BCP 47, 4.1: "und" should not be used unless a tag is needed; "x" and "x"@und are different literals.
# Do: Do not write a vocabulary back through the provider.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q skosprovider-rdf==1.4.0 skosprovider==1.5.1 rdflib==6.3.2
echo "Versions: skosprovider-rdf==1.4.0 skosprovider==1.5.1 rdflib==6.3.2"

cat > voc.ttl <<'END'
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix e: <http://example.org/> .
e:s a skos:ConceptScheme ; skos:prefLabel "Fish"@en .
e:fish a skos:Concept ; skos:prefLabel "fish"@en ; skos:inScheme e:s ; skos:notation "01" ; skos:note "no tag" .
e:pike a skos:Concept ; skos:prefLabel "pike"@en ; skos:inScheme e:s ; skos:broader e:fish .
e:order a skos:OrderedCollection ; skos:prefLabel "in order"@en ; skos:inScheme e:s ; skos:memberList ( e:fish e:pike ) .
END
cat > read.py <<'END'
import rdflib
from rdflib import SKOS
from skosprovider_rdf.providers import RDFProvider
from skosprovider_rdf.utils import rdf_dumper

before = rdflib.Graph().parse("voc.ttl")
after = rdf_dumper(RDFProvider({"id": "FISH", "conceptscheme_uri": "http://example.org/s"}, before))
for predicate in (SKOS.note, SKOS.notation):
    for name, graph in (("before", before), ("after", after)):
        print(predicate.fragment, name, [value.n3() for value in graph.objects(None, predicate)])
END
venv/bin/python -W ignore read.py > actual

cat > expected <<'END'
note before ['"no tag"']
note after ['"no tag"@und']
notation before ['"01"']
notation after []
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
