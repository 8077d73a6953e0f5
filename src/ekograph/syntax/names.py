"""IRIs shortened by prefixes."""

from __future__ import annotations

import re
from collections.abc import Mapping

# Local names that need no escape in Turtle and are names in XML too: a part of PN_LOCAL (Turtle) and of NCName.
_LOCAL = re.compile(r"[A-Za-z_À-ÖØ-öø-ÿ][A-Za-z0-9_\-À-ÖØ-öø-ÿ]*")


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
    """Namespace and local name of a property as RDF/XML needs them, or None when it has no local name."""
    namespace = iri[: max(iri.rfind("#"), iri.rfind("/"), iri.rfind(":")) + 1]
    local = iri[len(namespace) :]
    return (namespace, local) if namespace and _LOCAL.fullmatch(local) else None
