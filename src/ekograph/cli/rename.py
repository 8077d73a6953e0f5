"""`ekograph rename`: another IRI for a thing or a term, in all files of the site."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click
from pyoxigraph import NamedNode

from ekograph import config
from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language
from ekograph.rdf.vocab import DCTERMS
from ekograph.scaffold.edits import Renaming, renamed, replace_file
from ekograph.turtle.lines import BOM
from ekograph.validation import sources
from ekograph.validation.parsing import parsed

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
        changed[path] = f"{before or _HEAD}{change.old} <{DCTERMS}isReplacedBy> {change.new} .\n"
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
