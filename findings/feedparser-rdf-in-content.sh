#!/usr/bin/env bash
# Guess: content of type application/rdf+xml comes as the text of its XML.
# Instead: The value is an empty string, with the right media type beside it.
# Seen: feedparser 6.0.14, 29 November 2026
# Right: RFC 4287, 4.1.3.3: content of an XML media type is one child element.
# Do: Link to RDF (rel="alternate" or enclosure) in place of embedding it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q feedparser==6.0.14
echo "Versions: feedparser==6.0.14"

cat > read.py <<'END'
import feedparser

feed = feedparser.parse("""<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:example:feed</id><title>Changes</title><updated>2026-03-01T00:00:00Z</updated>
<entry><id>urn:example:1</id><title>A thing</title><updated>2026-03-01T00:00:00Z</updated><content type="application/rdf+xml">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://example.org/">
<rdf:Description rdf:about="http://example.org/a"><e:name>A</e:name></rdf:Description></rdf:RDF></content></entry></feed>""")
(content,) = feed.entries[0].content
print(content.type, repr(content.value))
END
venv/bin/python read.py > actual

cat > expected <<'END'
application/rdf+xml ''
END
cat actual
diff expected actual || { echo "The behaviour has changed." >&2; exit 1; }
echo "Seen again."
