#!/usr/bin/env bash
# Guess: [ @en-gb ] and [ @en~ ] take "x"@en-GB, whatever the case.
# Instead: A tag in capitals is refused by both: @EN-gb does not match @en~.
# Seen: PyShEx 0.9.0, rdflib 7.6.0, 29 November 2026
# Right: RFC 5646, 2.1.1: case does not count in language tags.
# Do: List both spellings, or fold the tags in the data.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q PyShEx==0.9.0 rdflib==7.6.0
echo "Versions: PyShEx==0.9.0 rdflib==7.6.0"

cat > check.py <<'END'
from pyshex import ShExEvaluator

for tag in ("en-gb", "en-GB", "EN-gb"):
    for values in ("@en-gb", "@en~"):
        evaluator = ShExEvaluator(f'<http://example.org/a> <http://example.org/p> "x"@{tag} .\n',
                                  f"<http://example.org/S> {{ <http://example.org/p> [ {values} ] }}", "http://example.org/a", "http://example.org/S")
        print(tag, values, evaluator.evaluate()[0].result)
END
venv/bin/python -W ignore check.py > actual

cat > expected <<'END'
en-gb @en-gb True
en-gb @en~ True
en-GB @en-gb False
en-GB @en~ True
EN-gb @en-gb False
EN-gb @en~ False
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
