#!/usr/bin/env bash
# Guess: A reference of term type IRI gives an IRI: a relative one is resolved, one with a space is an error.
# Instead: The value of the column goes between < and > untouched: the N-Triples hold <a b> and <rel>, and are refused
# by a parser. (Templates are escaped.)
# Seen: morph-kgc 2.10.0, 29 November 2026
# Right: R2RML, 11.2: a data error if it is no IRI; relative ones get the base IRI.
# Do: Map IRIs by templates, or check the column before.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q morph-kgc==2.10.0 rdflib==7.1.4
echo "Versions: morph-kgc==2.10.0 rdflib==7.1.4"

printf 'id,page\n1,http://example.org/a b\n2,rel\n' > data.csv
cat > map.ttl <<'END'
@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
<#m> a rr:TriplesMap ; rml:logicalSource [ rml:source "data.csv" ; rml:referenceFormulation ql:CSV ] ;
    rr:subjectMap [ rr:template "http://example.org/thing/{id}" ] ;
    rr:predicateObjectMap [ rr:predicate <http://example.org/page> ; rr:objectMap [ rml:reference "page" ; rr:termType rr:IRI ] ] .
END
printf '[CONFIGURATION]\noutput_file=out.nt\nlogging_level=ERROR\n[D]\nmappings=map.ttl\n' > config.ini
venv/bin/python -W ignore -m morph_kgc config.ini
cut -d' ' -f3- out.nt | sort > actual

cat > expected <<'END'
<http://example.org/a b> .
<rel> .
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
