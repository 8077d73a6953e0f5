#!/usr/bin/env bash
# Guess: A vocabulary that says skos:broader alone has the narrower concepts too, and a skos:OrderedCollection is a
# collection.
# Instead: The broader concept has no narrower ones (expand() leaves them out), and get_by_uri() of an ordered
# collection is False.
# Seen: skosprovider-rdf 1.4.0, skosprovider 1.5.1, rdflib 6.3.2, 29 November 2026
# Right: SKOS Reference, S25 (narrower is the inverse of broader), S29 and S36 (an ordered collection is a collection,
# its list gives its members).
# Do: Publish both directions, and skos:member beside skos:memberList.
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
from skosprovider_rdf.providers import RDFProvider

graph = rdflib.Graph().parse("voc.ttl")
provider = RDFProvider({"id": "FISH", "conceptscheme_uri": "http://example.org/s"}, graph)
print("narrower", provider.get_by_uri("http://example.org/fish").narrower)
print("broader", provider.get_by_uri("http://example.org/pike").broader)
print("expand", provider.expand(provider.get_by_uri("http://example.org/fish").id))
print("ordered collection", provider.get_by_uri("http://example.org/order"))
END
venv/bin/python -W ignore read.py > actual

cat > expected <<'END'
narrower []
broader ['http://example.org/fish']
expand ['http://example.org/fish']
ordered collection False
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
