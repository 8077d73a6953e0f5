"""A small site of its own for each test, and the real command run on it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import ekograph

from ekograph.config import load
from ekograph.publish.pipeline import publish

ONTOLOGY = """
@prefix : <https://example.org/def#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://example.org/def> a owl:Ontology ; rdfs:label "Vocabulary"@en .
:Tree a owl:Class ; rdfs:label "tree"@en, "puu"@fi .
"""
DATA = """
@prefix : <https://example.org/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@base <https://example.org/id/> .
<tree/oak> a :Tree, skos:Concept ; skos:prefLabel "oak"@en, "tammi"@fi ; skos:broader <tree/hardwood> .
<tree/hardwood> a :Tree, skos:Concept ; skos:prefLabel "hardwood"@en ; skos:note [ skos:prefLabel "in a note"@en ] .
"""
SHAPES = """
@prefix : <https://example.org/shapes#> . @prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
:T01 a sh:NodeShape ; sh:targetClass <https://example.org/def#Tree> ; sh:property :T01-label .
:T01-label a sh:PropertyShape ; sh:path skos:prefLabel ; sh:minCount 1 ; sh:message "Give the tree a name."@en .
"""
SETTINGS = 'base = "https://example.org/"\nlanguages = ["en", "fi"]\n'

#: One state of the data after another; the third is the first again.
STATES = [
    DATA,
    DATA.replace('"oak"@en', '"common oak"@en') + "<tree/elm> a :Tree ; skos:prefLabel 'elm'@en ; skos:note [ a :N ] .",
    DATA,
    DATA.replace("in a note", "in another note") + "<tree/ash> a :Tree ; skos:prefLabel 'ash'@en .",
]


@dataclass(frozen=True)
class Folder:
    """A site in a folder, and its shelf."""

    root: Path

    @property
    def shelf(self) -> Path:
        return self.root / "snapshots"

    @property
    def current(self) -> Path:
        return self.shelf / "current"

    def write(self, name: str, text: str | bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "ekograph", "--site", str(self.root), *arguments]

    def run(self, *arguments: str, before=None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(**environment),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            preexec_fn=before,
        )

    @staticmethod
    def environment(**more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("EKOGRAPH_")}
        return {**kept, "LC_ALL": "C.UTF-8", **more}


@pytest.fixture
def folder(tmp_path) -> Folder:
    return site(tmp_path / "site")


def site(root: Path) -> Folder:
    """The small site, written into `root`."""
    made = Folder(root)
    for name, text in (
        ("ekograph.toml", SETTINGS),
        ("ontology/vocabulary.ttl", ONTOLOGY),
        ("data/trees.ttl", DATA),
        ("shapes/trees.ttl", SHAPES),
    ):
        made.write(name, text)
    return made


@pytest.fixture(scope="session")
def exported(shelf, server, tmp_path_factory) -> Path:
    """The real site, exported as if it were served where the server is."""
    folder = tmp_path_factory.mktemp("export") / "site"
    done = ekograph("export", str(folder), "--public-url", server.url, EKOGRAPH_SNAPSHOTS=str(shelf))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def published(tmp_path_factory):
    """The snapshots of all states, published one after the other."""
    folder = site(tmp_path_factory.mktemp("chronicle") / "site")
    snapshots = []
    for state in STATES:
        folder.write("data/trees.ttl", state)
        snapshots.append(publish(load(folder.root), language="en").snapshot)
    return snapshots


def body(snapshot, address):
    return next(each.body for each in snapshot.printed() if each.address == address)
