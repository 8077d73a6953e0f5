"""The files of a site, read once: what is checked later is these bytes, whatever happens to the files."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ekograph.config import Settings
from ekograph.rdf import formats
from ekograph.urls import graph_name

#: The kinds of sources, which are also the names of their folders.
KINDS = ("ontology", "data", "shapes")
#: The kind of data that is not checked, but whose terms the shapes may speak of.
KNOWN = "known"
#: The kind of shapes that are checked but not published: those that the setting `checks` names.
CHECKS = "checks"
#: The shapes that come with the program, by their names in that setting.
BUNDLED = {path.stem: path for path in sorted((Path(__file__).parent / CHECKS).glob("*.ttl"))}


class SourceError(Exception):
    """A source that cannot be read at all; `key` names the message of the area "check", `values` fill it."""

    def __init__(self, key: str, path: Path, **values: str) -> None:
        super().__init__(f"{path}: {key}")
        self.key = key
        self.values = {"path": shown(path), **values}


class Source(NamedTuple):
    """One file: where it lies, its name as shown to people, its kind, its graph's IRI, its format, its bytes."""

    path: Path
    name: str
    kind: str
    graph: str
    format: formats.Format
    data: bytes


def collect(settings: Settings, paths: Sequence[Path] | None = None) -> list[Source]:
    """The sources of the site, ontology first; `paths` (files or folders) stand in place of its data folder.

    The files of that folder then come last, as sources of the kind KNOWN. Raises SourceError for a missing data
    folder or path, and for what is no readable regular file.
    """
    data = settings.root / "data"
    sources = [read(path, "ontology", settings) for path in _folder(settings.root / "ontology", needed=False)]
    for named in paths or ():
        sources += [read(path, "data", settings, follow=path == named) for path in _files(named)]
    if not paths:
        sources += [read(path, "data", settings) for path in _folder(data, needed=True)]
    known = _folder(data, needed=False) if paths else []
    return [*sources, *shapes_of(settings), *(read(path, KNOWN, settings) for path in known)]


def shapes_of(settings: Settings) -> list[Source]:
    """The shapes files of the site, and those that its setting `checks` names. Raises SourceError."""
    named = [path for name in settings.checks for path in _files(BUNDLED.get(name, settings.root / name))]
    shapes = _folder(settings.root / "shapes", needed=False)
    return [
        *(read(path, "shapes", settings) for path in shapes),
        *(read(path, CHECKS, settings, follow=True) for path in named),
    ]


def shown(path: Path) -> str:
    """The path as people are shown it: relative to the working folder where it lies in it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow symbolic links
    try:
        return absolute.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(absolute)


def _files(path: Path) -> list[Path]:
    """The file itself, or the RDF files in the folder."""
    if path.is_dir():
        return _folder(path, needed=True)
    if not os.path.lexists(path):
        raise SourceError("cannot-missing", path)
    if _format(path) is None:
        raise SourceError("cannot-format", path, suffixes=", ".join(f".{form.suffix}" for form in formats.RDF))
    return [path]


def _folder(folder: Path, *, needed: bool) -> list[Path]:
    if not folder.is_dir():
        if needed or os.path.lexists(folder):
            raise SourceError("cannot-folder", folder)
        return []
    return sorted(_walk(folder))


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name.startswith("."):
            continue
        if _format(entry) is not None:
            yield entry
        elif entry.is_dir() and not entry.is_symlink():
            yield from _walk(entry)


def _format(path: Path) -> formats.Format | None:
    by_suffix = formats.by_suffix(path.suffix.removeprefix("."))
    return by_suffix if by_suffix in formats.RDF else None


def read(path: Path, kind: str, settings: Settings, *, follow: bool = False) -> Source:
    """A file as a source of a kind. Raises SourceError."""
    form = _format(path)
    if form is None:
        raise SourceError("cannot-format", path, suffixes="")
    named = settings.base and kind == "shapes"
    graph = f"{settings.base}shapes" if named else graph_name(settings.base, path.stem)
    return Source(path, shown(path), kind, graph, form, _bytes(path, follow=follow))


def _bytes(path: Path, *, follow: bool) -> bytes:
    """The content of a regular file; a symbolic link is followed only where the user named it."""
    if path.is_symlink() and not follow:
        raise SourceError("cannot-symlink", path)
    try:
        # O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        raise SourceError("cannot-read", path, reason=error.strerror or str(error)) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise SourceError("cannot-regular", path)
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
