"""A folder of Turtle that is edited: a site with its rules, or any folder; checked with the texts of the editor."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from ekograph import config
from ekograph.i18n import Messages
from ekograph.lsp.names import FileNames, Names, uses
from ekograph.rdf.formats import TURTLE
from ekograph.turtle.lines import BOM, Lines
from ekograph.validation import check, rules, sources
from ekograph.validation.fixes import fixes, proven
from ekograph.validation.parsing import Parsed, parsed
from ekograph.validation.report import Finding, Fix, Report
from ekograph.validation.sources import Source, SourceError
from ekograph.validation.suggestions import KnownTerms, split

#: A folder that is no site is read as far as this, in files and in bytes.
_MOST_FILES, _MOST_BYTES = 1_000, 32_000_000
_PASSED_OVER = frozenset(("node_modules", "venv", "site-packages", "target"))
#: The rule of names that nothing describes, in a folder that has no rules of its own.
UNKNOWN = "unknown-term"


class Checked(NamedTuple):
    """What a check came to: its sources, findings, names, and the outcome for a site; or why there is none."""

    sources: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = ()
    names: Names = Names()
    outcome: check.CheckOutcome | None = None
    refused: str = ""


class Project:
    """A folder, and what its last check came to; nothing of its theme is run."""

    def __init__(self, root: Path, language: str) -> None:
        self.root = root
        self.messages = Messages("check", language)
        self.checked = Checked()
        self._files: dict[Path, FileNames] = {}
        self._rules: tuple[list[bytes], list[rules.Rule]] = ([], [])

    def run(self, texts: Mapping[Path, str]) -> Checked:
        """Check the folder, with these texts in the place of their files."""
        try:
            settings = config.load(self.root) if (self.root / config.FILE_NAME).exists() else None
            files = self._sources(settings, texts)
        except (SourceError, config.ConfigError, OSError) as error:
            reason = self.messages(error.key, **error.values) if isinstance(error, SourceError) else str(error)
            return self.checked._replace(refused=reason)
        # What the check before came to takes as much memory as this one will.
        self.checked = self.checked._replace(outcome=None)
        if settings:
            outcome = check.check(files, settings, self.messages.language)
            names = self._names(files, outcome.files)
            self.checked = Checked(tuple(files), outcome.report.findings, names, outcome)
        else:
            names = self._names(files, ())
            faults = [finding for file in files for finding in parsed(file, self.messages, names.prefixes).findings]
            self.checked = Checked(tuple(files), (*faults, *self._unknown(files, names, texts)), names)
        return self.checked

    def mends(self, path: Path, first: int, last: int) -> Iterator[Fix]:
        """The mends in these lines of one file, each proven by a check."""
        checked = self.checked
        if checked.outcome:
            settings = config.load(self.root)

            def again(files: Sequence[Source]) -> Report:
                return check.check(files, settings, self.messages.language).report

            for fix in fixes(checked.outcome, checked.sources):
                here = first <= fix.start.line <= last and self.path_of(fix.path) == path
                if here and proven([fix], checked.outcome.report, checked.sources, again):
                    yield fix

    def rules(self) -> list[rules.Rule]:
        """The rules of the folder and those of the check itself."""
        shapes = [source for source in self.checked.sources if source.kind in {"shapes", sources.CHECKS}]
        if not self._rules[1] or self._rules[0] != [source.data for source in shapes]:
            self._rules = ([source.data for source in shapes], rules.of_sources(shapes))
        return self._rules[1]

    def path_of(self, name: str) -> Path | None:
        """The path of a source, by the name that findings have."""
        return next((source.path.resolve() for source in self.checked.sources if source.name == name), None)

    def _sources(self, settings: config.Settings | None, texts: Mapping[Path, str]) -> list[Source]:
        if settings:
            files = sources.collect(settings)
        else:
            settings = config.Settings(self.root)
            files = [sources.read(path, "data", settings) for path in _turtle_files(self.root)]
        at = {source.path.resolve(): number for number, source in enumerate(files)}
        for path, text in texts.items():
            if path in at:
                source = files[at[path]]
                mark = BOM if source.data.startswith(BOM.encode()) else ""
                files[at[path]] = source._replace(data=f"{mark}{text}".encode())
            elif (self.root / config.FILE_NAME).exists():
                kind = path.relative_to(self.root).parts[0]
                if kind in sources.KINDS and path.suffix == ".ttl":
                    graph = f"{settings.base}{kind}/{path.stem}"
                    files.append(Source(path, sources.shown(path), kind, graph, TURTLE, text.encode()))
            else:
                files.append(Source(path, sources.shown(path), "data", "urn:x", TURTLE, text.encode()))
        return files

    def _names(self, files: list[Source], read: Sequence[Parsed]) -> Names:
        """The names of all files, some of which are `read`; of those that cannot be read, as they were before."""
        by_path = {file.source.path: file for file in read}
        for source in files:
            before = self._files.get(source.path)
            if before is None or before.parsed.source.data != source.data:
                file = by_path.get(source.path) or parsed(source, self.messages)
                if before is None or not file.findings:
                    self._files[source.path] = FileNames(file)
            elif source.path in by_path:  # the same once more: the other one need not be kept
                before.parsed = by_path[source.path]
        self._files = {source.path: self._files[source.path] for source in files}
        return Names(self._files.values(), self.messages.language)

    def _unknown(self, files: list[Source], names: Names, texts: Mapping[Path, str]) -> Iterator[Finding]:
        """The names in open texts that no file describes, in namespaces of which the files describe terms."""
        described = names.described()
        spaces = {split(iri)[0] for iri in (*names.terms("verb"), *names.terms("class")) if iri in described}
        known = KnownTerms(described)
        for source in files:
            for use in uses(texts[source.path]) if source.path in texts else ():
                if use.iri and split(use.iri)[0] in spaces and use.iri not in described and use.role != "subject":
                    place, near = Lines(texts[source.path]).place(use.token.start), known.nearest(use.iri)
                    message = self.messages("term-unknown", term=use.token.text)
                    if near:
                        message += f" {self.messages('did-you-mean', quoted=near)}"
                    language = self.messages.language
                    yield Finding(UNKNOWN, "Warning", source.name, *place, None, None, use.iri, message, language, near)


def _turtle_files(root: Path) -> list[Path]:
    """The Turtle files of a folder, as many as are looked at; no link is followed."""
    files, size = list[Path](), 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _PASSED_OVER)
        for path in (Path(folder, name) for name in sorted(names) if name.endswith(".ttl")):
            if path.is_file() and not path.is_symlink():
                size += path.stat().st_size
                files.append(path)
        if len(files) > _MOST_FILES or size > _MOST_BYTES:
            break
    return files[:_MOST_FILES]
