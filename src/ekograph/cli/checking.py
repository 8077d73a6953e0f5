"""The work of `ekograph check`, apart from its options, so that the plain check need not load what reads these."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path


def run(
    site: str | Path, paths: Sequence[Path] = (), form: str = "text", lang: str | None = None, engine: str = "shacl"
) -> bool:
    """Check the site, or `paths` in place of its data folder, print the report, and tell whether the data conforms."""
    if engine == "shacl":
        # What is made here lasts until the end, and none of it is a cycle.
        gc.disable()
    try:
        return _run(Path(site), paths, form, lang, engine)
    finally:
        gc.enable()


def _run(site: Path, paths: Sequence[Path], form: str, lang: str | None, engine: str) -> bool:
    from ekograph import config
    from ekograph.cli import fail
    from ekograph.cli.terminal import colour, progress
    from ekograph.i18n import Messages, reader_language
    from ekograph.validation import check, sources
    from ekograph.validation.reporters import text

    language = reader_language(lang)
    say = Messages("check", language)
    settings = config.load(site)
    try:
        collected = sources.collect(settings, paths)
        checked = check.check(collected, settings, language, engine, lambda step: progress(say(f"step-{step}")))
    except sources.SourceError as error:
        fail(say(error.key, **error.values))
    rendered = text.render(checked.report, form, collected, say, colour=colour())
    progress("")
    sys.stdout.write(rendered)
    if checked.suppressed:
        sys.stdout.flush()
        sys.stderr.write(f"{say('suppressed', count=checked.suppressed)}\n")
    return checked.report.conforms
