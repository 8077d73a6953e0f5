"""`ekograph verify`: whether snapshots are what was published, and whether the sources still give the same."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote

import click

from ekograph import config
from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language
from ekograph.rdf.formats import HTML
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import MANIFEST, Manifest, Snapshot, SnapshotError, damages
from ekograph.validation.sources import SourceError

_EPILOG = """\b
Examples:
  ekograph verify
  ekograph verify --all
  ekograph verify --reproduce

\b
Exit status: 0 all is as it was published; 1 something is not; 2 there is nothing to verify."""

_LINK = re.compile(rb'(?:href|src)="(/[^"#?]*)')


@click.command("verify", epilog=_EPILOG)
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="Verify all snapshots that are kept.")
@click.option("--reproduce", is_flag=True, help="Publish the sources again, elsewhere, and compare every byte.")
@options.language
@click.pass_obj
def command(site: Path, name: str | None, every: bool, reproduce: bool, lang: str | None) -> None:
    """Compare the snapshot NAME, or the current one, with its manifest: checksums of all files, links between pages."""
    messages = Messages("publish", reader_language(lang))
    settings = config.load(site)
    repository = SnapshotRepository(settings.snapshots_dir)
    current = repository.current_name()
    names = repository.names() if every else [name or current]
    if not names or names == [None]:
        fail(messages("nothing_published", path=settings.snapshots_dir))
    faults = [fault for one in names if one for fault in _faults(repository.path / one, settings, messages)]
    if reproduce and not faults:
        faults = list(_otherwise(settings, Snapshot.open(repository.path / (name or current or "")), messages))
    for fault in faults:
        click.echo(fault, err=True)
    if not faults:
        click.echo(messages("verified", count=len(names)))
    sys.exit(1 if faults else 0)


def _faults(path: Path, settings: config.Settings, messages: Messages) -> Iterator[str]:
    """What of a snapshot is not as it was published."""
    try:
        manifest = Manifest.read(path)
    except SnapshotError as error:
        yield str(error)
        return
    damaged = list(damages(path, manifest, thorough=True))
    yield from damaged
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.relative_to(path).as_posix() not in {*manifest.files, MANIFEST}:
            yield messages("verify_unknown_file", path=file)
    if not manifest.large and not damaged:
        dead = _dead(path, settings)
        yield from (messages("verify_dead_link", path=path.name, page=page, link=link) for page, link in dead)


def _dead(path: Path, settings: config.Settings) -> Iterator[tuple[str, str]]:
    """The links of printed pages that lead nowhere, each with the first page that has it."""
    from ekograph.web.server import routes_of

    snapshot = Snapshot(path, Manifest.read(path))
    printed, reported = list(snapshot.printed()), set[str]()
    there = {address for one in printed for address in (one.address, one.page, f"{one.page}.html")}
    there |= {f"/{name}" for name in snapshot.manifest.files}
    # Things are redirected to their pages, and the server tells of itself.
    made = [route.pattern for route in routes_of(settings)] + [re.compile("/id/.*|/health")]
    for page in printed:
        if page.content_type == HTML.content_type:
            for link in sorted(set(map(bytes.decode, _LINK.findall(page.body)))):
                if link not in there | reported and not any(pattern.fullmatch(unquote(link)) for pattern in made):
                    reported.add(link)
                    yield page.address, link


def _otherwise(settings: config.Settings, snapshot: Snapshot, messages: Messages) -> Iterator[str]:
    """What is otherwise when the sources are published again."""
    from ekograph.publish.pipeline import publish

    with TemporaryDirectory() as folder:
        try:
            outcome = publish(settings._replace(snapshots=folder), language=messages.language)
        except SourceError as error:
            yield Messages("check", messages.language)(error.key, **error.values)
            return
        again = outcome.snapshot
        if again is None:
            yield messages("verify_sources_fail")
        elif again.manifest.digest != snapshot.manifest.digest:
            yield messages("verify_other_sources", name=snapshot.name)
        elif again.manifest.edition != snapshot.manifest.edition:
            yield messages("verify_other_program", name=snapshot.name)
        else:
            dumps = {name: file for name, file in snapshot.manifest.files.items() if "patches" not in name}
            for name, file in dumps.items():
                if name.startswith(("dumps/", "dataset")) and again.manifest.files.get(name) != file:
                    yield messages("verify_other_file", path=name)
