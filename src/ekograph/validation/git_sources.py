"""The sources of a site as git has them at a revision, without touching the files of the working tree."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ekograph.config import FILE_NAME
from ekograph.validation.sources import SourceError

#: What is read of a revision: its settings too, since they say how its things are named.
_PATHS = ("ontology", "data", FILE_NAME)
_SYMBOLIC_LINK = "120000"
_SUBMODULE = "160000"


class RevisionError(Exception):
    """A revision that cannot be had; `key` names the message of the area "diff", `reason` is git's own word."""

    def __init__(self, key: str, reason: str = "") -> None:
        super().__init__(f"{key} {reason}".strip())
        self.key = key
        self.reason = reason


@dataclass(frozen=True)
class _Entry:
    mode: str
    object: str
    path: PurePosixPath


@contextmanager
def exported(site: Path, revision: str) -> Iterator[Path]:
    """A folder with the ontology, the data and the settings that the site in `site` had at `revision`.

    Raises RevisionError where there is no git, no repository or no such revision, and SourceError for a file
    that is not regular: following a link out of the repository would not give what was committed.
    """
    commit = _commit(site, revision)
    with TemporaryDirectory(prefix="ekograph-") as folder:
        root = Path(folder).resolve()
        entries = list(_entries(site, commit))
        for entry, content in zip(entries, _blobs(site, entries), strict=True):
            path = root / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield root


def _commit(site: Path, revision: str) -> str:
    """The identifier of the commit that `revision` names."""
    try:
        inside = _git(site, "rev-parse", "--git-dir")
    except FileNotFoundError as error:
        raise RevisionError("no_git") from error
    if inside.returncode:
        raise RevisionError("no_repository", inside.stderr.decode(errors="replace").strip())
    result = _git(site, "rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if result.returncode:
        raise RevisionError("unknown")
    return result.stdout.decode().strip()


def _entries(site: Path, commit: str) -> Iterator[_Entry]:
    """The files of the site in a commit; their paths are relative to the site."""
    listed = _git(site, "ls-tree", "-r", "-z", commit, "--", *_PATHS)
    listed.check_returncode()
    for line in filter(None, listed.stdout.decode(errors="surrogateescape").split("\0")):
        about, _, name = line.partition("\t")
        mode, _, identifier = about.split(" ")
        path = PurePosixPath(name)
        if mode == _SYMBOLIC_LINK or ".." in path.parts:
            raise SourceError("cannot-symlink", Path(path))
        if mode != _SUBMODULE:
            yield _Entry(mode, identifier, path)


def _blobs(site: Path, entries: Iterable[_Entry]) -> Iterator[bytes]:
    """The contents of the files, as `git cat-file --batch` writes them one after the other."""
    asked = "".join(f"{entry.object}\n" for entry in entries)
    answer = _git(site, "cat-file", "--batch", value=asked.encode())
    answer.check_returncode()
    at = 0
    while at < len(answer.stdout):
        start = answer.stdout.index(b"\n", at) + 1
        size = int(answer.stdout[at:start].split()[2])
        yield answer.stdout[start : start + size]
        at = start + size + 1


def _git(site: Path, *arguments: str, value: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(site), *arguments], input=value, capture_output=True, check=False)
