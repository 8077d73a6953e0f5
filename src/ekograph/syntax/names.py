"""IRIs shortened by prefixes."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What a name begins with and goes on with: NCName of XML, and the same in Turtle (PN_CHARS_U, PN_CHARS).
_START = "A-Z_a-zÀ-ÖØ-öø-˿Ͱ-ͽͿ-῿\u200c\u200d⁰-↏Ⰰ-⿯、-\ud7ff豈-﷏ﷰ-\ufffd\U00010000-\U000effff"
_MORE = f"{_START}0-9·\u0300-\u036f‿⁀\\-"
_LOCAL = re.compile(f"[{_START}](?:[{_MORE}.]*[{_MORE}])?")
_XML_LOCAL = re.compile(f"[{_START}][{_MORE}.]*\\Z")


class Names:
    """Shortens IRIs with `prefixes` (prefix to namespace) and remembers which prefixes were needed."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        # Of two prefixes for one namespace the first in the alphabet is taken, whatever the order of the sources.
        self._prefixes = {namespace: prefix for prefix, namespace in sorted(prefixes.items(), reverse=True)}
        self._used: dict[str, str] = {}

    def used(self) -> dict[str, str]:
        """The prefixes needed so far and their namespaces, sorted."""
        return dict(sorted(self._used.items()))

    def split(self, iri: str) -> tuple[str, str] | None:
        """Prefix and local name of `iri`, or None when no prefix fits."""
        namespace = iri[: max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1]
        prefix = self._prefixes.get(namespace)
        if prefix is None or not _LOCAL.fullmatch(iri, len(namespace)):
            return None
        self._used[prefix] = namespace
        return prefix, iri[len(namespace) :]

    def short(self, iri: str) -> str | None:
        """`prefix:local`, or None when no prefix fits."""
        found = self.split(iri)
        return f"{found[0]}:{found[1]}" if found else None


def xml_name(iri: str) -> tuple[str, str] | None:
    """Namespace and local name of a property as RDF/XML needs them, or None when it does not end in a name."""
    found = _XML_LOCAL.search(iri)
    return (iri[: found.start()], found[0]) if found and found.start() else None
