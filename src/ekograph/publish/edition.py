"""The edition: what shapes a snapshot besides its dataset, so that a new version of the program prints anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import ekograph
from ekograph.config import Settings
from ekograph.rendering.example_queries import Example
from ekograph.validation import suppression
from ekograph.validation.descriptions import FOLDER as CHECKS_FOLDER

#: The parts of the program that printed bytes depend on.
_PRESS = (
    *(
        "*.py",
        "build/*.py",
        "rendering/**/*",
        "publish/**/*",
        "search/*.py",
        "diff/*.py",
        "rdf/*.py",
        "validation/suppression.py",
    ),
    *("locales/pages.*", "locales/about.*", "locales/terms.*", "locales/publish.*"),
)


def edition(settings: Settings, shapes: bytes, queries: Sequence[Example] = (), theme: Path | None = None) -> str:
    """SHA-256 in hex over the program, the theme, the settings that are printed, and what is beside the dataset."""
    names = ("base", "own", "languages", "dataset", "title", "profile", "images", "more_dumps", "contact")
    digest = hashlib.sha256(json.dumps([getattr(settings, name) for name in names]).encode())
    digest.update(hashlib.sha256(shapes).digest())
    # What is suppressed shows in the history that is printed, even where the dataset is clean of it already.
    digest.update(json.dumps(sorted(suppression.read(settings.root))).encode())
    for query in queries:
        digest.update(f"{query.name}\0{query.text}\0".encode())
    root = Path(ekograph.__file__).parent
    further = (theme, settings.root / CHECKS_FOLDER)
    for folder, patterns in ((root, _PRESS), *((folder, ("**/*",)) for folder in further if folder)):
        for path in _files(folder, patterns):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path, patterns: Sequence[str]) -> Iterator[Path]:
    paths = {path for pattern in patterns for path in root.glob(pattern)}
    yield from sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts)
