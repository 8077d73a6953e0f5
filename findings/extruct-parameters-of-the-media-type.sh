#!/usr/bin/env bash
# Guess: <script type="application/ld+json;profile=..."> is JSON-LD, as is one with charset=utf-8.
# Instead: Only scripts with the bare type are read; the others are left out without a word.
# Seen: extruct 0.18.0, 29 November 2026
# Right: JSON-LD 1.1, 7 and its media type: a profile parameter is allowed.
# Do: Publish script elements with the bare type.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q extruct==0.18.0
echo "Versions: extruct==0.18.0"

cat > read.py <<'END'
import extruct

for media_type in ("application/ld+json", "application/ld+json;profile=http://www.w3.org/ns/json-ld#compacted", "application/ld+json; charset=utf-8"):
    page = f'<html><head><script type="{media_type}">{{"@id": "http://example.org/a"}}</script></head></html>'
    print(media_type, "->", len(extruct.extract(page, syntaxes=["json-ld"])["json-ld"]))
END
venv/bin/python read.py > actual

cat > expected <<'END'
application/ld+json -> 1
application/ld+json;profile=http://www.w3.org/ns/json-ld#compacted -> 0
application/ld+json; charset=utf-8 -> 0
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
