#!/usr/bin/env bash
# Guess: GROUP_CONCAT of integers or IRIs joins their texts.
# Instead: One value that is not a string makes the whole aggregate unbound, without an error.
# Seen: pyoxigraph 0.5.13, 29 November 2026
# Right: SPARQL 1.1 Query, 18.5.1.7 gives strings only, 11.3 shows no cast; rdflib, Comunica and others cast with
# STR().
# Do: Always write GROUP_CONCAT(STR(?v)): it means the same in every engine.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyoxigraph==0.5.13
echo "Versions: pyoxigraph==0.5.13"

cat > ask.py <<'END'
import pyoxigraph

store = pyoxigraph.Store()
for expression in ("GROUP_CONCAT(?v)", "GROUP_CONCAT(STR(?v))"):
    for values in ('"a" "b"', "1 2", "<http://example.org/a> \"b\""):
        (row,) = store.query(f"SELECT ({expression} AS ?all) {{ VALUES ?v {{ {values} }} }}")
        print(expression, values, "->", row["all"])
END
venv/bin/python ask.py > actual

cat > expected <<'END'
GROUP_CONCAT(?v) "a" "b" -> "a b"
GROUP_CONCAT(?v) 1 2 -> None
GROUP_CONCAT(?v) <http://example.org/a> "b" -> None
GROUP_CONCAT(STR(?v)) "a" "b" -> "a b"
GROUP_CONCAT(STR(?v)) 1 2 -> "1 2"
GROUP_CONCAT(STR(?v)) <http://example.org/a> "b" -> "http://example.org/a b"
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
