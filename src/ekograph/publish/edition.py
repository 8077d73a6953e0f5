"""The edition: what shapes a snapshot besides its dataset, so that a new version of the program prints anew."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import ekograph
from ekograph.authoring import suppression
from ekograph.config import Settings
from ekograph.pages.examples import Example

#: The parts of the program that printed bytes depend on.
_PRESS = (
    *("*.py", "pages/**/*", "publish/**/*", "search/*.py", "differences/*.py"),
    *("locales/pages.*", "locales/about.*", "locales/terms.*", "locales/publish.*"),
)


def edition(settings: Settings, shapes: bytes, queries: Sequence[Example] = ()) -> str:
    """SHA-256 in hex over the press, the settings that are printed, and what is printed beside the dataset."""
    digest = hashlib.sha256(json.dumps([settings.base, settings.languages]).encode())
    digest.update(hashlib.sha256(shapes).digest())
    # What is suppressed shows in the history that is printed, even where the dataset is clean of it already.
    digest.update(json.dumps(sorted(suppression.read(settings.root))).encode())
    for each in queries:
        digest.update(f"{each.name}\0{each.text}\0".encode())
    root = Path(ekograph.__file__).parent
    for path in _files(root):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(root: Path) -> Iterator[Path]:
    found = {path for pattern in _PRESS for path in root.glob(pattern)}
    yield from sorted(each for each in found if each.is_file() and "__pycache__" not in each.parts)
