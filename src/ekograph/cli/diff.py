"""`ekograph diff`: what changed between two states of a site, in words, as RDF Patch or as SPARQL Update."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from ekograph.cli import fail
from ekograph.i18n import LANGUAGES, Messages, reader_language

if TYPE_CHECKING:
    from ekograph.config import Settings
    from ekograph.diff import Changes
    from ekograph.rdf.dataset import Dataset
    from ekograph.snapshots.snapshot import Snapshot

_CURRENT = "current"

#: As with git's abbreviated names: fewer letters would rather be the name of a branch.
_SHORTEST_PREFIX = 4

_EPILOG = """\b
A and B are each the name of a published snapshot or the beginning of it,
"current", or, if there is no such snapshot, a git revision. Without A and B the
working tree is compared with "current", with A alone the working tree with A.

\b
Examples:
  ekograph diff
  ekograph diff HEAD~3 --lang fi
  ekograph diff 3f2a current --format update

Exit status: 0 no differences, 1 they differ, 2 they cannot be compared."""


@dataclass(frozen=True)
class _State:
    name: str
    dataset: Dataset


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
@click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the words; without it, that of the locale.")
@click.pass_obj
def command(site: Path, old: str | None, new: str | None, form: str, lang: str | None) -> None:
    """Tell what changed from one state of the site's data to another, compared as RDF."""
    from ekograph import config
    from ekograph.diff import compare

    say = Messages("diff", reader_language(lang))
    settings = config.load(site)
    before, after = _state(old or _CURRENT, settings, say), _state(new, settings, say)
    changes = compare(before.dataset.quads, after.dataset.quads)
    if form == "words" and not changes:
        click.echo(say("same", old=before.name, new=after.name))
    else:
        click.echo(_rendered(changes, form, before.dataset, after.dataset, say.language), nl=False)
    sys.exit(1 if changes else 0)


def _rendered(changes: Changes, form: str, old: Dataset, new: Dataset, language: str) -> str:
    from ekograph.diff import rdf_patch, sparql_update, words

    if form == "patch":
        return rdf_patch(changes)
    if form == "update":
        return sparql_update(changes, old.quads, new.quads)
    return "".join(f"{each}\n" for each in words(changes, old, new, language))


def _state(name: str | None, settings: Settings, say: Messages) -> _State:
    """The state that `name` names, None being the working tree; ends the command where there is none."""
    from ekograph.publish.site_datasets import published

    if name is None:
        return _State(say("working"), _written(settings, say, say("working")))
    snapshot = _snapshot(name, settings, say)
    if snapshot is not None:
        return _State(snapshot.name, published(snapshot))
    return _State(name, _revision(name, settings, say))


def _snapshot(name: str, settings: Settings, say: Messages) -> Snapshot | None:
    """The snapshot of that name or with a name that begins so, or None."""
    from ekograph.snapshots.repository import SnapshotRepository
    from ekograph.snapshots.snapshot import MANIFEST, Snapshot, SnapshotError

    shelf = SnapshotRepository(settings.snapshots_dir)
    try:
        if name == _CURRENT:
            return shelf.current() or fail(say("nothing_published", path=shelf.path))
        there = [each for each in shelf.path.glob("*") if (each / MANIFEST).is_file() and not each.is_symlink()]
        found = sorted(each for each in there if each.name.startswith(name) and len(name) >= _SHORTEST_PREFIX)
        if len(found) > 1 and found[0].name != name:
            fail(say("ambiguous", name=name, found=", ".join(each.name for each in found)))
        return Snapshot.open(found[0]) if found else None
    except SnapshotError as error:
        fail(str(error))


def _revision(name: str, settings: Settings, say: Messages) -> Dataset:
    from ekograph.validation.git_sources import RevisionError, exported
    from ekograph.validation.sources import SourceError

    try:
        with exported(settings.root, name) as root:
            return _written(_settings(root, say, name), say, name)
    except SourceError as error:
        _unreadable([Messages("check", say.language)(error.key, **error.values)], settings.root, say, name)
    except RevisionError as error:
        fail(say(error.key, name=name, path=settings.snapshots_dir, site=settings.root, reason=error.reason))


def _settings(root: Path, say: Messages, state: str) -> Settings:
    """The settings that the site had at a revision."""
    from ekograph import config

    try:
        return config.load(root)
    except config.ConfigError as error:
        _unreadable([str(error)], root, say, state)


def _written(settings: Settings, say: Messages, state: str) -> Dataset:
    """The dataset of the sources; ends the command where they cannot be read, told by file, line and column."""
    from ekograph.publish.site_datasets import UnreadableError, written
    from ekograph.validation.sources import SourceError

    words = Messages("check", say.language)
    try:
        return written(settings, words)
    except SourceError as error:
        _unreadable([words(error.key, **error.values)], settings.root, say, state)
    except UnreadableError as error:
        faults = [f"{each.path}:{each.line}:{each.column}: {each.message}" for each in error.results]
        _unreadable(faults, settings.root, say, state)


def _unreadable(faults: list[str], root: Path, say: Messages, state: str) -> NoReturn:
    # A revision lies in a folder of its own for the moment; people know its files by their place in the site.
    told = "\n".join(each.replace(f"{root}/", "") for each in faults)
    fail(say("unreadable", state=state, found=told))
