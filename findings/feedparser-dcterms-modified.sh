#!/usr/bin/env bash
# Guess: entry.updated is the value of atom:updated; an element of Dublin Core goes by another name.
# Instead: dcterms:modified and dcterms:issued take the places of updated and published, so a harvester that sorts by
# them takes new entries for old.
# Seen: feedparser 6.0.14, 29 November 2026
# Right: RFC 4287, 4.2.15: atom:updated is the date of the entry; foreign elements change nothing (6.3).
# Do: Leave dcterms:modified and dcterms:issued out of Atom entries, or give them the dates of the Atom elements.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q feedparser==6.0.14
echo "Versions: feedparser==6.0.14"

cat > read.py <<'END'
import feedparser

feed = feedparser.parse("""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:dcterms="http://purl.org/dc/terms/">
<id>urn:example:feed</id><title>Changes</title><updated>2026-03-01T00:00:00Z</updated>
<entry><id>urn:example:1</id><title>A thing</title><updated>2026-03-01T00:00:00Z</updated><published>2026-02-01T00:00:00Z</published>
<dcterms:modified>2020-01-01</dcterms:modified><dcterms:issued>2019-01-01</dcterms:issued></entry></feed>""")
print("updated", feed.entries[0].updated)
print("published", feed.entries[0].published)
END
venv/bin/python read.py > actual

cat > expected <<'END'
updated 2020-01-01
published 2019-01-01
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
