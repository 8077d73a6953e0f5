"""`ekograph rename`: another IRI for a thing or a term, in all files of the site.

In Turtle names are read, whatever their spelling; in queries, rules, comments and other text they are looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import click
from pyoxigraph import NamedNode

from ekograph import config
from ekograph.cli import fail, options
from ekograph.cli.files import replace_file
from ekograph.i18n import Messages, reader_language
from ekograph.rdf.vocab import DCTERMS
from ekograph.turtle.abbreviations import Abbreviations
from ekograph.turtle.lines import BOM, decoded
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import TurtleError, parse
from ekograph.turtle.tokens import Token, tokens
from ekograph.turtle.tree import Directive
from ekograph.turtle.triples import Namespaces
from ekograph.validation import sources
from ekograph.validation.parsing import parsed

#: Where a site writes IRIs, and the ends of the names of files in which it does.
_FOLDERS = ("ontology", "data", "shapes", "queries", "theme", "tests", "docs")
_SUFFIXES = frozenset((".ttl", ".trig", ".nt", ".nq", ".jsonld", ".rdf", ".rq", ".csv", ".json", ".py", ".html", ".md"))
#: What may not go on after an IRI, since it would be another one, nor stand before it.
_BEFORE, _AFTER = r"(?<![A-Za-z0-9_-])", r"(?![A-Za-z0-9_#/?%~-]|[.][A-Za-z0-9_])"
_PREFIXED = re.compile(r"(?i)\bprefix\s+([\w-]*):\s*<([^>\s]*)>")

#: The file that keeps what old names lead to.
REPLACED = Path("data/replaced.ttl")
_HEAD = "# Old names, and what has taken their place: who looks one up is led there.\n"

_EPILOG = """\b
Examples:
  ekograph rename place/lahti place/lahden-seutu
  ekograph rename ex:colour ex:color --dry-run

The old name leads to the new one from then on: data/replaced.ttl keeps it. Comments and layout stay.

\b
Exit status: 0 renamed, 2 nothing was changed."""


@click.command("rename", epilog=_EPILOG)
@click.argument("old")
@click.argument("new")
@click.option("--dry-run", is_flag=True, help="Write nothing; name the files that would change.")
@options.language
@click.pass_obj
def command(site: Path, old: str, new: str, dry_run: bool, lang: str | None) -> None:
    """Rename the IRI OLD to NEW in data, ontology, shapes, queries, theme, tests and documentation.

    Both are given whole, with a prefix of the site, or as the data write them against the base.
    """
    messages = Messages("rename", reader_language(lang))
    settings = config.load(site)
    check_messages = Messages("check", messages.language)
    try:
        files = [parsed(source, check_messages) for source in sources.collect(settings)]
    except sources.SourceError as error:
        fail(check_messages(error.key, **error.values))
    if any(file.findings for file in files):
        fail(messages("faults"))
    prefixes = {prefix: iri for file in reversed(files) for prefix, iri in file.prefixes.items()}
    change = Renaming(*(_named(text, settings.base, prefixes, messages) for text in (old, new)))
    described = {quad.subject for file in files for quad in file.quads}
    if change.new in described:
        fail(messages("taken", iri=change.new.value))
    changed = dict(renamed(settings.root, change, prefixes))
    if not changed:
        fail(messages("unknown", iri=change.old.value))
    if change.old in described:
        path = settings.root / REPLACED
        before = changed.get(path) or (path.read_text(encoding="utf-8") if path.exists() else "")
        changed[path] = with_redirect(before, change)
    for path, text in changed.items():
        mark = BOM if path.exists() and path.read_bytes().startswith(BOM.encode()) else ""
        if not dry_run:
            replace_file(path, (mark + text).encode())
        click.echo(messages("would-change" if dry_run else "changed", path=sources.shown(path)))
    if not dry_run:
        click.echo(messages("next"))


def _named(text: str, base: str, prefixes: Mapping[str, str], messages: Messages) -> NamedNode:
    """The IRI that the text names; fails for none."""
    prefix, colon, local = text.strip("<>").partition(":")
    iri = prefixes[prefix] + local if colon and prefix in prefixes else text.strip("<>")
    iri = iri if ":" in iri or not base else f"{base}id/{iri}"
    try:
        return NamedNode(iri)
    except ValueError:
        fail(messages("no-iri", text=text))


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
        directives = [entry for entry in parse(text).entries if isinstance(entry, Directive)]
        tidy = formatted(text) == text
    except TurtleError:
        return None
    namespaces, written, end = Namespaces(), [], 0
    for token in tokens(text):
        if directives and token.start >= directives[0].start:
            if token.start < directives[0].end:
                continue
            namespaces.declare(directives.pop(0))
        part = token.text
        if token.kind in {"iri", "name"} and _names(token, renaming.old, namespaces):
            part = Abbreviations(namespaces.base, namespaces.prefixes).write(renaming.new)
        elif token.kind in {"string", "comment"}:
            part = in_text(part, renaming, {**prefixes, **namespaces.prefixes})
        if part != token.text:
            written += [text[end : token.start], part]
            end = token.end
    result = "".join([*written, text[end:]])
    return formatted(result) if tidy and written else result


def _names(token: Token, iri: NamedNode, namespaces: Namespaces) -> bool:
    """Whether the token stands for the IRI; one whose prefix is not declared stands for none."""
    try:
        return namespaces.iri(token) == iri
    except KeyError:
        return False


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


def with_redirect(text: str, renaming: Renaming) -> str:
    """The text of data/replaced.ttl with one line more; of those that led to the old name, each leads to the new."""
    line = f"{renaming.old} <{DCTERMS}isReplacedBy> {renaming.new} .\n"
    return (text or _HEAD) + line
