"""Edits of source files: written whole or not at all; laid out, proven to say the same; another name for an IRI.

In Turtle names are read, whatever their spelling; in queries, rules, comments and other text they are looked for.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode, RdfFormat, parse

from ekograph.i18n import Messages
from ekograph.rdf.canonical import canonical, find_costly_blank_node
from ekograph.turtle import reader
from ekograph.turtle.lines import Lines, Place, decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.tokens import tokens
from ekograph.turtle.tree import Directive
from ekograph.turtle.triples import Abbreviations, Namespaces
from ekograph.validation.parsing import finding_in, parsed
from ekograph.validation.report import Finding
from ekograph.validation.sources import Source

#: Where a site writes IRIs, and the ends of the names of files in which it does.
_FOLDERS = ("ontology", "data", "shapes", "queries", "theme", "tests", "docs")
_SUFFIXES = frozenset((".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf", ".rq", ".csv", ".json", ".py", ".html", ".md"))
#: What may not go on after an IRI, since it would be another one, nor stand before it.
_BEFORE, _AFTER = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_#/?%~-]|[.][A-Za-z0-9_])"
_PREFIXED = re.compile(r"(?i)\bprefix\s+([\w-]*):\s*<([^>\s]*)>")


def replace_file(path: Path, data: bytes) -> None:
    """Put `data` in the place of the file in one step; its mode stays, a symbolic link stays one.

    A file that was not there is made. Raises OSError, and the file is as it was.
    """
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


#: Files outside a site, which has a base for names of graphs, are formatted too; the graph's name is not written.
_GRAPH = "urn:ekograph:file"


@dataclass(frozen=True)
class Formatted:
    """A source and the bytes it should have; with `findings`, which say why it cannot be formatted, its own."""

    source: Source
    data: bytes
    findings: tuple[Finding, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the file is not formatted yet."""
        return self.data != self.source.data


def layout(source: Source, check: Messages, messages: Messages) -> Formatted:
    """The Turtle source laid out; nothing is written. `check` and `messages` are the areas "check" and "fmt"."""
    faults = parsed(source._replace(graph=_GRAPH), check).findings
    if faults:
        return Formatted(source, source.data, tuple(faults))
    text = decoded(source.data)
    try:
        data = formatted(text).encode()
    except reader.TurtleError as error:
        fault = finding_in(source, "format", Lines(text).place(error.offset), messages("unreadable"), messages)
        return Formatted(source, source.data, (fault,))
    if data != source.data and not same(text, data.decode()):
        fault = finding_in(source, "format", Place(1, 1), messages("unproven"), messages)
        return Formatted(source, source.data, (fault,))
    return Formatted(source, data)


def same(one: str, other: str) -> bool:
    """Whether two Turtle texts are proven to say the same: equal graphs, blank nodes matched by RDFC-1.0.

    A graph whose blank nodes cannot be told apart in good time is not proven equal to any.
    """
    graphs = [list(parse(text.encode(), RdfFormat.TURTLE)) for text in (one, other)]
    if any(
        find_costly_blank_node((triple.subject, triple.predicate, triple.object) for triple in graph)
        for graph in graphs
    ):
        return False
    return canonical(graphs[0]) == canonical(graphs[1])


class Renaming(NamedTuple):
    """An old IRI and the new one."""

    old: NamedNode
    new: NamedNode


def renamed(root: Path, renaming: Renaming, prefixes: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """The files of the site in which the old IRI stands, and their text with the new one.

    `prefixes` are those that queries and rules need not declare. Raises UnicodeDecodeError and OSError.
    """
    for folder in _FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file() and not path.is_symlink():
                text = decoded(path.read_bytes())
                changed = in_turtle(text, renaming, prefixes) if path.suffix == ".ttl" else None
                if changed is None:
                    changed = in_text(text, renaming, {**prefixes, **dict(_PREFIXED.findall(text))})
                if changed != text:
                    yield path, changed


def in_turtle(text: str, renaming: Renaming, prefixes: Mapping[str, str]) -> str | None:
    """The Turtle with the new name, laid out as before; None for a text that is none."""
    try:
        directives = [entry for entry in reader.parse(text).entries if isinstance(entry, Directive)]
        tidy = formatted(text) == text
    except reader.TurtleError:
        return None
    namespaces, written, end = Namespaces(), [], 0
    for token in tokens(text):
        if directives and token.start >= directives[0].start:
            if token.start < directives[0].end:
                continue
            namespaces.declare(directives.pop(0))
        part = token.text
        if token.kind in {"iri", "name"}:
            with suppress(KeyError):  # one whose prefix is not declared stands for nothing
                if namespaces.iri(token) == renaming.old:
                    part = Abbreviations(namespaces.base, namespaces.prefixes).write(renaming.new)
        elif token.kind in {"string", "comment"}:
            part = in_text(part, renaming, {**prefixes, **namespaces.prefixes})
        if part != token.text:
            written += [text[end : token.start], part]
            end = token.end
    result = "".join([*written, text[end:]])
    return formatted(result) if tidy and written else result


def in_text(text: str, renaming: Renaming, prefixes: Mapping[str, str]) -> str:
    """Any text with the new name for the old one, whether it stands whole or with a prefix."""
    old, new = renaming.old.value, renaming.new.value
    text = re.sub(_BEFORE + re.escape(old) + _AFTER, lambda _: new, text)
    abbreviated = Abbreviations("", prefixes).write(renaming.new)
    for prefix, namespace in prefixes.items():
        local = old.removeprefix(namespace)
        if local != old and re.fullmatch(r"[\w-]+", local):
            text = re.sub(rf"(?<![\w:-]){re.escape(f'{prefix}:{local}')}(?![\w-])", lambda _: abbreviated, text)
    return text
