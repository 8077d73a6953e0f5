"""Where a snapshot comes from, in PROV-O: who published it when, from which commit, by which program and packages.

The edition: what shapes it besides its dataset, so that a new version of the program prints anew.
"""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

import ekograph
from ekograph import __version__
from ekograph.config import Settings
from ekograph.rdf.vocab import PROV, RDF, RDFS, SPDX, XSD
from ekograph.rendering.example_queries import Example
from ekograph.snapshots.snapshot import Manifest
from ekograph.validation import suppression
from ekograph.validation.descriptions import FOLDER as CHECKS_FOLDER

#: The file of a snapshot. It is for the keepers of the site: nothing serves it.
PROVENANCE = "provenance.ttl"

_LOCK = "requirements.lock"
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


def provenance(manifest: Manifest, root: Path) -> bytes:
    """The provenance of a snapshot of the site in the folder `root`, as Turtle."""
    snapshot, activity = (NamedNode(f"urn:ekograph:{kind}:{manifest.name}") for kind in ("snapshot", "publication"))
    program, agent = NamedNode(f"urn:ekograph:program:{__version__}"), NamedNode(f"urn:ekograph:agent:{_agent()}")
    version = f"ekograph {__version__}, edition {manifest.edition}, Python {sys.version.split()[0]}"
    folders = {folder.name for path in sys.path for folder in Path(path).glob("*.dist-info")}
    installed = "\n".join(sorted(name.removesuffix(".dist-info").replace("-", "==", 1) for name in folders))
    packages = NamedNode(f"urn:sha256:{hashlib.sha256(installed.encode()).hexdigest()}")
    used = {packages: "names and versions of the installed packages", **dict(_sources(root))}
    triples: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (snapshot, RDF("type"), PROV("Entity")),
        (snapshot, SPDX("checksumValue"), Literal(manifest.digest)),
        (snapshot, PROV("wasGeneratedBy"), activity),
        (activity, RDF("type"), PROV("Activity")),
        (activity, PROV("endedAtTime"), Literal(manifest.published, datatype=XSD("dateTime"))),
        (activity, PROV("wasAssociatedWith"), agent),
        (activity, PROV("wasAssociatedWith"), program),
        *((activity, PROV("used"), entity) for entity in used),
        (agent, RDF("type"), PROV("Agent")),
        (agent, RDFS("label"), Literal(_agent())),
        (program, RDF("type"), PROV("SoftwareAgent")),
        (program, RDFS("label"), Literal(version)),
        *((entity, RDF("type"), PROV("Entity")) for entity in used),
        *((entity, RDFS("label"), Literal(label)) for entity, label in used.items()),
    ]
    prefixes = {"prov": PROV.iri, "rdfs": RDFS.iri, "spdx": SPDX.iri, "xsd": XSD.iri}
    quads = sorted((Triple(*triple) for triple in triples), key=str)
    return serialize(quads, format=RdfFormat.TURTLE, prefixes=prefixes) or b""


def _agent() -> str:
    """Who runs this, and where, as user@machine in the letters of an IRI."""
    user = str(os.getuid()) if hasattr(os, "getuid") else ""
    with suppress(OSError, KeyError, ImportError):
        user = getpass.getuser()
    return re.sub(r"[^\w.@-]", "-", f"{user}@{socket.gethostname()}", flags=re.ASCII)


def _sources(root: Path) -> Iterator[tuple[NamedNode, str]]:
    """The lock file and the commit of a site, where it has them."""
    with suppress(OSError):
        yield NamedNode(f"urn:sha256:{hashlib.sha256((root / _LOCK).read_bytes()).hexdigest()}"), _LOCK
    if commit := _commit(root):
        yield NamedNode(f"urn:git:{commit}"), f"commit {commit}"


def _commit(root: Path) -> str:
    """The commit that is checked out around a folder, "" for none; git itself, which may run programs, is not asked."""
    git = next((folder / ".git" for folder in (root, *root.parents) if (folder / ".git").exists()), None)
    if git is None:
        return ""
    try:
        if git.is_file():  # a work tree of its own
            git = git.parent / git.read_text().removeprefix("gitdir:").strip()
        head = (git / "HEAD").read_text().strip()
        common = git / (git / "commondir").read_text().strip() if (git / "commondir").is_file() else git
        name = head.removeprefix("ref:").strip()
        if head != name:
            packed = (common / "packed-refs").read_text() if not (common / name).is_file() else ""
            line = re.search(rf"^(\S+) {re.escape(name)}$", packed, re.MULTILINE)
            head = line[1] if line else (common / name).read_text().strip()
        return head if _COMMIT.fullmatch(head) else ""
    except (OSError, ValueError):
        return ""


#: The parts of the program that printed bytes depend on.
_PRESS = (
    *("*.py", "build/*.py", "rendering/**/*", "publish/**/*", "search/*.py", "diff/*.py", "rdf/*.py"),
    "validation/suppression.py",
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
        paths = {path for pattern in patterns for path in folder.glob(pattern)}
        for path in sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts):
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
