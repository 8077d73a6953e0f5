"""Values of the Link header for printed representations (RFC 8288)."""

from __future__ import annotations

from urllib.parse import quote

# All that a URI may hold (RFC 3986); what else an IRI holds is percent-encoded (RFC 3987, section 3.1).
_URI = "!#$%&'()*+,/:;=?@[]~"


def link(target: str, relation: str, **parameters: str) -> str:
    """`<target>; rel="relation"` with further parameters; an IRI is written as the URI it maps to."""
    more = "".join(f'; {name}="{value}"' for name, value in parameters.items())
    return f'<{quote(target, safe=_URI)}>; rel="{relation}"{more}'
