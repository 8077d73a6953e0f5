"""What `ekograph check` does. It knows nothing of click, so that a check without options need not load it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from ekograph.cli import fail
from ekograph.cli.terminal import colour, progress
from ekograph.i18n import Messages, reader_language

if TYPE_CHECKING:
    from ekograph.validation.check import CheckOutcome
    from ekograph.validation.descriptions import Assessment
    from ekograph.validation.report import Fix
    from ekograph.validation.sources import Source

#: Checks sources.
Check: TypeAlias = "Callable[[Sequence[Source]], CheckOutcome]"
#: Mends sources that were checked: gives them and their check as they are then, and the fixes to tell of.
Mend: TypeAlias = (
    "Callable[[Sequence[Source], CheckOutcome, Check, Messages], tuple[Sequence[Source], CheckOutcome, Sequence[Fix]]]"
)


def run(  # noqa: PLR0913, PLR0917 - what the command is told
    site: Path,
    paths: Sequence[Path],
    form: str = "text",
    lang: str | None = None,
    engine: str = "shacl",
    mend: Mend = lambda sources, checked, *_: (sources, checked, ()),
) -> NoReturn:
    """Check the data of a site, or `paths` in its place, print the report, and exit."""
    from ekograph import config, runtime
    from ekograph.validation import check, sources
    from ekograph.validation.reporters import text

    messages = Messages("check", reader_language(lang))
    settings = config.load(site)
    if engine == "shacl":  # pySHACL makes cycles
        runtime.disable_gc()

    def checked_of(collected: Sequence[Source]) -> CheckOutcome:
        return check.check(
            collected, settings, messages.language, engine, lambda step: progress(messages(f"step-{step}"))
        )

    try:
        collected: Sequence[Source] = sources.collect(settings, paths)
        collected, checked, fixes = mend(collected, checked_of(collected), checked_of, messages)
        report = checked.report
        if form == "text" and len(report.findings) > 1:
            from ekograph.validation.causes import folded

            report = folded(checked, collected, lambda changed: checked_of(changed).report, messages)
    except sources.SourceError as error:
        fail(messages(error.key, **error.values))
    finally:
        runtime.enable_gc()
    rendered = text.render(report, form, collected, messages, fixes=fixes, colour=colour())
    progress("")
    sys.stdout.write(rendered)
    if checked.suppressed:
        sys.stderr.write(f"{messages('suppressed', count=checked.suppressed)}\n")
    sys.stdout.flush()
    sys.exit(0 if report.conforms else 1)


def check_descriptions(site: Path, name: str, path: Path, form: str, messages: Messages) -> NoReturn:
    """Check a file of descriptions against the data of the site, print what came of it, and exit."""
    import json

    from ekograph import config
    from ekograph.validation import descriptions, sources
    from ekograph.validation.parsing import parsed

    settings = config.load(site)
    try:
        files = [parsed(source, messages) for source in sources.collect(settings) if source.kind != "shapes"]
        prefixes = {prefix: iri for file in files for prefix, iri in file.prefixes.items()}
        check = descriptions.read(settings, name, (quad for file in files for quad in file.quads), prefixes)
    except sources.SourceError as error:
        fail(messages(error.key, **error.values))
    text = path.read_bytes()
    assessment = check.assess(text, descriptions.form_of(text, file_name=path.name), messages.language, path)
    report = assessment.as_json()
    if form == "json":
        lines = [json.dumps(report, ensure_ascii=False, indent=2)]
    else:
        lines = list(_lines(assessment, sources.shown(path), messages))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.exit(0 if report["conforms"] else 1)


def _lines(assessment: Assessment, name: str, messages: Messages) -> Iterator[str]:
    """The assessment for a terminal: each description with its verdict, and below it what the rules say."""
    from ekograph.validation.reporters.text import visible

    for finding in assessment.faults:
        yield f"{name}:{finding.line}:{finding.column}: {finding.message}"
    for one in assessment.descriptions:
        yield f"{name}:{one.line}: {visible(one.name)}: {messages(f'description-{one.verdict}')}"
        yield from (f"    [{finding.rule}] {visible(finding.message)}" for finding in one.findings)
