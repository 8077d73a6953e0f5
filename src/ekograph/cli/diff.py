"""`ekograph diff`: what changed between two states of a site, in words, as RDF Patch or as SPARQL Update."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.config import Settings
    from ekograph.rdf.dataset import Dataset
    from ekograph.snapshots.snapshot import Snapshot

_CURRENT = "current"

#: As with git's abbreviated names: fewer letters would rather be the name of a branch.
_SHORTEST_PREFIX = 4

_EPILOG = """\b
A and B are each one of these, looked for in this order: the name of a published
snapshot or the beginning of it, or "current"; an RDF file, or a folder of them;
a git revision. Without A and B the working tree is compared with "current",
with A alone the working tree with A.

\b
Examples:
  ekograph diff
  ekograph diff HEAD~3 --lang fi
  ekograph diff 3f2a current --format update
  ekograph diff old/vocabulary.ttl new/vocabulary.ttl --format patch

Exit status: 0 no differences, 1 they differ, 2 they cannot be compared."""


@click.command("diff", epilog=_EPILOG)
@click.argument("old", metavar="[A]", required=False)
@click.argument("new", metavar="[B]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["words", "patch", "update"]),
    default="words",
    help="In words, as RDF Patch, or as SPARQL Update.",
)
@options.language
@click.pass_obj
def command(site: Path, old: str | None, new: str | None, form: str, lang: str | None) -> None:
    """Tell what changed from one state of the site's data, or of any RDF files, to another, compared as RDF."""
    from ekograph import config, diff

    messages = Messages("diff", reader_language(lang))
    settings = config.load(site)
    (old_name, before), (new_name, after) = (_state(name, settings, messages) for name in (old or _CURRENT, new))
    changes = diff.compare(before.quads, after.quads)
    if form == "patch":
        text = diff.rdf_patch(changes)
    elif form == "update":
        text = diff.sparql_update(changes, before.quads, after.quads)
    elif changes:
        text = "".join(f"{sentence}\n" for sentence in diff.words(changes, before, after, messages.language))
    else:
        text = f"{messages('same', old=old_name, new=new_name)}\n"
    click.echo(text, nl=False)
    sys.exit(1 if changes else 0)


def _state(name: str | None, settings: Settings, messages: Messages) -> tuple[str, Dataset]:
    """The state that `name` names, None being the working tree, with its full name; fails where there is none."""
    from ekograph.publish.site_datasets import published

    if name is None:
        return messages("working"), _written(settings, messages, messages("working"))
    snapshot = _snapshot(name, settings, messages)
    if snapshot is not None:
        return snapshot.name, published(snapshot)
    path = Path(name)
    return name, _files(path, settings, messages) if path.exists() else _revision(name, settings, messages)


def _snapshot(name: str, settings: Settings, messages: Messages) -> Snapshot | None:
    """The snapshot of that name or with a name that begins so, or None."""
    from ekograph.snapshots.repository import SnapshotRepository
    from ekograph.snapshots.snapshot import SnapshotError

    repository = SnapshotRepository(settings.snapshots_dir)
    try:
        if name == _CURRENT:
            return repository.current() or fail(messages("nothing_published", path=repository.path))
        if len(name) < _SHORTEST_PREFIX:
            return None
        matching = [known for known in repository.names() if known.startswith(name)]
        if len(matching) > 1 and name not in matching:
            fail(messages("ambiguous", name=name, names=", ".join(matching)))
        return repository.open(min(matching)) if matching else None
    except SnapshotError as error:
        fail(str(error))


def _files(path: Path, settings: Settings, messages: Messages) -> Dataset:
    """The dataset of an RDF file or folder; relative IRIs are those of the site, so that copies can be compared."""
    from pyoxigraph import RdfFormat, parse

    from ekograph.publish.rdf_files import ReadingError, read
    from ekograph.rdf.dataset import Dataset
    from ekograph.urls import NO_BASE

    try:
        nquads, prefixes = read(path, settings.base or NO_BASE)
    except ReadingError as error:
        fail(Messages("serve", messages.language)(error.key, **error.values))
    quads = parse(nquads, RdfFormat.N_QUADS)
    return Dataset(quads, base=settings.base, prefixes=prefixes, languages=settings.languages)


def _revision(name: str, settings: Settings, messages: Messages) -> Dataset:
    """The dataset of the sources that git has at a revision, with the settings that the site had there."""
    from ekograph import config
    from ekograph.validation.git_sources import RevisionError, exported
    from ekograph.validation.sources import SourceError

    try:
        with exported(settings.root, name) as root:
            try:
                return _written(config.load(root), messages, name)
            except config.ConfigError as error:
                _fail_unreadable([str(error)], root, messages, name)
    except SourceError as error:
        reason = Messages("check", messages.language)(error.key, **error.values)
        _fail_unreadable([reason], settings.root, messages, name)
    except RevisionError as error:
        fail(messages(error.key, name=name, path=settings.snapshots_dir, site=settings.root, reason=error.reason))


def _written(settings: Settings, messages: Messages, state: str) -> Dataset:
    """The dataset of the sources; fails where they cannot be read, with file, line and column."""
    from ekograph.publish.site_datasets import UnreadableError, written
    from ekograph.validation.sources import SourceError

    check_messages = Messages("check", messages.language)
    try:
        return written(settings, check_messages)
    except SourceError as error:
        _fail_unreadable([check_messages(error.key, **error.values)], settings.root, messages, state)
    except UnreadableError as error:
        faults = [f"{fault.path}:{fault.line}:{fault.column}: {fault.message}" for fault in error.findings]
        _fail_unreadable(faults, settings.root, messages, state)


def _fail_unreadable(faults: list[str], root: Path, messages: Messages, state: str) -> NoReturn:
    # A revision lies in a temporary folder; people know its files by their place in the site.
    text = "\n".join(fault.replace(f"{root}/", "") for fault in faults)
    fail(messages("unreadable", state=state, faults=text))
