"""Namespaces that nobody means: a prefix that stands for nearly what it stands for elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ekograph.i18n import Messages
from ekograph.rdf.formats import TURTLE
from ekograph.rdf.prefixes import NAMESPACES, WELL_KNOWN
from ekograph.turtle.lines import Lines, decoded
from ekograph.validation.parsing import Parsed, finding_in
from ekograph.validation.report import Finding

_DECLARATION = re.compile(r"^[ \t]*@?(?:prefix[ \t]+([\w.-]*:)|base)[ \t]*<([^<>\s]*)>", re.IGNORECASE | re.MULTILINE)
#: Declarations stand at the head of a file: so many characters of it are read.
_HEAD = 5_000
#: A namespace as much alike as this is a slip.
_ALIKE = 0.93
_BASE = "@base"
_NAMELESS = re.compile(r"@base|:|ns\d+:")


class _Declaration(NamedTuple):
    file: Parsed
    prefix: str
    namespace: str
    start: int


def find_strange_namespaces(files: Sequence[Parsed], base: str, messages: Messages) -> list[Finding]:
    """The warnings about declarations of Turtle that differ by a slip from those of other files, or the well-known."""
    declarations = [one for file in files if file.source.format == TURTLE for one in _declarations(file)]
    votes: dict[str, Counter[str]] = {_BASE: Counter([base])}
    for one in declarations:
        votes.setdefault(one.prefix, Counter())[one.namespace] += 1
    findings = []
    for one in declarations:
        meant = _meant(one.prefix, one.namespace, votes[one.prefix])
        if meant:
            message = messages("gate-namespace", prefix=one.prefix, namespace=one.namespace, meant=meant)
            source = one.file.source
            place = Lines(decoded(source.data)).place(one.start)
            finding = finding_in(source, "gate-namespace", place, message, messages)
            findings.append(finding._replace(severity="Warning", suggestion=meant))
    return findings


def _declarations(file: Parsed) -> Iterator[_Declaration]:
    for match in _DECLARATION.finditer(decoded(file.source.data)[:_HEAD]):
        yield _Declaration(file, match[1] or _BASE, match[2], match.start(2) - 1)


def _meant(prefix: str, namespace: str, votes: Counter[str]) -> str | None:
    """The namespace that a declaration should have, if it has another one that looks like it."""
    for other, count in votes.most_common():
        if count > votes[namespace] and _is_like(namespace, other, prefix):
            return other
    known = NAMESPACES.get(prefix.removesuffix(":"))
    is_slip = known and len(votes) == 1 and namespace not in WELL_KNOWN and _is_like(namespace, known, prefix)
    return known if is_slip else None


def _is_like(namespace: str, other: str, prefix: str) -> bool:
    """Whether a namespace is another one but for http, www, its end, or a letter or two."""
    if namespace == other or not other:
        return False
    one, two = (re.sub(r"^https?://(?:www\.)?|[/#]$", "", name).lower() for name in (namespace, other))
    # Bases and namespaces without a name of their own, and those of years or versions, look alike in one site.
    is_told_apart = _NAMELESS.match(prefix) or re.sub(r"\d", "", one) == re.sub(r"\d", "", two)
    if one == two or is_told_apart:
        return one == two
    from difflib import SequenceMatcher

    return SequenceMatcher(None, one, two).ratio() >= _ALIKE
