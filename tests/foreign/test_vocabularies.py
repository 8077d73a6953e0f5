"""Other people's vocabularies, as they are and as sites of their own: every subject has a page, every link leads on."""

from __future__ import annotations

import json
import os
import re
import time
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse, serialize
from tests.conftest import ekograph, serving
from tests.foreign.crawler import LONGEST_PAGE, crawl
from tests.foreign.vocabularies import VOCABULARIES, Vocabulary

from ekograph.rdf.texts import local_name
from ekograph.urls import path_for

pytestmark = pytest.mark.long

#: Of a large vocabulary so many pages are looked at.
MOST_PAGES, MOST_SUBJECTS = 1500, 300

LARGE = pytest.mark.skipif("LARGE_VOCABULARIES" not in os.environ, reason="large: run by `make foreign`")
EACH = [pytest.param(one, id=str(one), marks=[LARGE] if one.large else []) for one in VOCABULARIES]


def quads_of(path: Path) -> list[Quad]:
    form = {".nq": RdfFormat.N_QUADS, ".ttl": RdfFormat.TURTLE}[path.suffix]
    return list(parse(path=path, format=form))


def subjects_of(quads: list[Quad]) -> list[NamedNode]:
    subjects = sorted({quad.subject for quad in quads if isinstance(quad.subject, NamedNode)}, key=str)
    return subjects[:: len(subjects) // MOST_SUBJECTS + 1]


def heading(page: str) -> str:
    match = re.search(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    return unescape(re.sub(r"<[^>]*>", "", match[1])).strip() if match else ""


@pytest.mark.timeout(900)
@pytest.mark.parametrize("vocabulary", EACH)
def test_a_file_is_served_as_it_is(vocabulary: Vocabulary):
    path = vocabulary.fetch()
    with serving("serve", str(path)) as server:
        for subject in subjects_of(quads_of(path)):
            page = path_for(subject.value, "")
            reply = server.get(page, accept="text/html")
            assert reply.status == 200, subject
            assert heading(reply.text), subject
            assert len(reply.body) <= LONGEST_PAGE, subject
            assert server.get(page, accept="text/turtle").status == 200, subject
        while server.get("/sitemap.xml").status != 200:  # what a large file lacks at first follows
            time.sleep(0.5)
        pages, faults = crawl(server, MOST_PAGES)
    assert not faults
    assert len(pages) > 5


@pytest.fixture
def site(vocabulary: Vocabulary, tmp_path: Path) -> Path:
    """A site of nothing but the vocabulary, and a line that says which names are its own."""
    quads = quads_of(vocabulary.fetch())
    (tmp_path / "data").mkdir()
    prefixes = {"rdfs": "http://www.w3.org/2000/01/rdf-schema#", "skos": "http://www.w3.org/2004/02/skos/core#"}
    serialize((quad.triple for quad in quads), tmp_path / "data/all.ttl", format=RdfFormat.TURTLE, prefixes=prefixes)
    (tmp_path / "ekograph.toml").write_text(f"own = {json.dumps(vocabulary.own)}\n")
    return tmp_path


@pytest.mark.timeout(900)
@pytest.mark.parametrize("vocabulary", EACH)
def test_a_site_is_made_of_it_under_its_own_names(vocabulary: Vocabulary, site: Path, tmp_path: Path):
    text = (site / "data/all.ttl").read_bytes()
    before = {triple.triple for triple in parse(text, RdfFormat.TURTLE)}
    done = ekograph("--site", str(site), "fmt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert len({triple.triple for triple in parse(path=site / "data/all.ttl", format=RdfFormat.TURTLE)}) == len(before)
    done = ekograph("--site", str(site), "publish", patience=600)
    assert done.returncode == 0, done.stdout + done.stderr
    with serving("--site", str(site), "serve") as server:
        named = subjects_of(quads_of(vocabulary.fetch()))
        for subject in named:
            page = path_for(subject.value, "", vocabulary.own)
            assert page.startswith("/doc/" if subject.value.startswith(vocabulary.own) else "/about/")
            reply = server.get(page, accept="text/html")
            assert reply.status == 200, subject
            assert heading(reply.text), (subject, local_name(subject))
        _, faults = crawl(server, MOST_PAGES)
    assert not faults
    if vocabulary.large:
        return
    target = tmp_path / "export"
    done = ekograph("--site", str(site), "export", str(target), "--public-url", "http://example.org")
    assert done.returncode == 0, done.stdout + done.stderr
    for subject in named:
        page = unquote(path_for(subject.value, "", vocabulary.own)).strip("/")
        assert (target / f"{page}.ttl").is_file() or (target / page / ".ttl").is_file(), subject
