"""`ekograph publish`: check the sources and make their snapshot the current one."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ekograph.cli import fail, options
from ekograph.cli.terminal import colour, progress
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.publish.publication import Omission
    from ekograph.snapshots.snapshot import Manifest, Snapshot
    from ekograph.validation.sources import Source

_EPILOG = """\b
Examples:
  ekograph publish
  ekograph --site ../other publish --lang fi

Exit status: 0 published or already there, 1 the data does not conform, 2 it cannot be published."""


def omitted(
    omissions: Iterable[Omission], manifest: Manifest, sources: Sequence[Source], messages: Messages
) -> Iterator[str]:
    """A line for each representation that was left out, with the place of the thing that it is of."""
    from pyoxigraph import NamedNode

    from ekograph.rdf.formats import TURTLE
    from ekograph.urls import iri_at
    from ekograph.validation.positions import Positions

    for omission in omissions:
        iri = iri_at(omission.page, manifest.base, manifest.own)
        node = NamedNode(iri) if iri else None
        places = (
            (source, Positions(source, [node]).of_subject(node))
            for source in sources
            if node and source.format is TURTLE
        )
        named = next((f"{source.name}:{place.line}:{place.column}" for source, place in places if place), "")
        key = "address_taken" if omission.reason == "taken" else "left_out"
        yield f"{named}: " * bool(named) + messages(key, address=omission.address, reason=omission.reason)


def missing_parts(snapshot: Snapshot, root: Path, messages: Messages) -> Iterator[str]:
    """A line for each part that a site may have and this one lacks, with what it would bring."""
    yield from (messages(f"without_{part}") for part in ("ontology", "shapes", "queries") if not (root / part).is_dir())
    if not any(snapshot.printed("/catalog")):
        yield messages("without_catalogue")


@click.command("publish", epilog=_EPILOG)
@options.language
@options.engine
@click.pass_obj
def command(site: Path, lang: str | None, engine: str) -> None:
    """Check the data and, if it conforms, publish it as a snapshot; else the last good one stays."""
    from ekograph import config, runtime
    from ekograph.publish.pipeline import StoreError, publish
    from ekograph.validation.reporters.text import render
    from ekograph.validation.sources import SourceError

    messages = Messages("publish", reader_language(lang))
    check_messages = Messages("check", messages.language)
    settings = config.load(site)
    runtime.disable_gc()
    start = time.monotonic()
    try:
        outcome = publish(
            settings, language=messages.language, engine=engine, on_step=lambda step: progress(messages(step))
        )
    except SourceError as error:
        progress("")
        fail(check_messages(error.key, **error.values))
    except StoreError as error:
        progress("")
        fail(messages("store_failed", reason=error))
    except OSError as error:
        progress("")
        fail(messages("cannot_write", path=error.filename or settings.snapshots_dir, reason=error.strerror))
    progress("")
    if outcome.suppressed:
        click.echo(check_messages("suppressed", count=outcome.suppressed), err=True)
    if outcome.snapshot is None:
        click.echo(render(outcome.report, "text", outcome.sources, check_messages, colour=colour()), nl=False)
        click.echo(messages("not_published"), err=True)
        sys.exit(1)
    for line in omitted(outcome.omissions, outcome.snapshot.manifest, outcome.sources, messages):
        click.echo(line, err=True)
    if outcome.new and outcome.snapshot.manifest.previous is None:
        for line in missing_parts(outcome.snapshot, settings.root, messages):
            click.echo(line, err=True)
    manifest, seconds = outcome.snapshot.manifest, f"{time.monotonic() - start:.1f}"
    key = "published" if outcome.new else "unchanged"
    click.echo(messages(key, name=manifest.name, triples=manifest.triples, seconds=seconds))
