#!/usr/bin/env bash
# Guess: at:deleted-entry elements can be read as a list.
# Instead: They become one attribute of the feed, and each overwrites the one before: of three deletions the last is
# seen.
# Seen: feedparser 6.0.14, 29 November 2026
# Right: RFC 6721, 3: a feed may hold any number of at:deleted-entry elements.
# Do: Read tombstones with an XML parser; a publisher should tell of deletions in another way as well.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q feedparser==6.0.14
echo "Versions: feedparser==6.0.14"

cat > read.py <<'END'
import feedparser

tombstones = "".join(f'<at:deleted-entry ref="urn:example:{n}" when="2026-01-0{n}T00:00:00Z"/>' for n in (1, 2, 3))
feed = feedparser.parse(f"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0">
<id>urn:example:feed</id><title>Changes</title><updated>2026-03-01T00:00:00Z</updated>{tombstones}</feed>""")
print(len(feed.entries), "entries;", {key: value["ref"] for key, value in feed.feed.items() if key.startswith("at_")})
END
venv/bin/python read.py > actual

cat > expected <<'END'
0 entries; {'at_deleted-entry': 'urn:example:3'}
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
