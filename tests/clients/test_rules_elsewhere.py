"""shacl-engine, a SHACL engine in JavaScript, finds by the rules of the site what the engines used here find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse
from tests.site.broken import Broken, broken_files
from tests.site.test_engines_agree import found, named, quads, with_ontology

from ekograph.validation.shacl.shapes import ShapesGraph

pytestmark = pytest.mark.long

FILES = broken_files()
GROUPS = sorted({broken.rule[0] for broken in FILES})


@pytest.fixture(scope="module")
def shapes() -> ShapesGraph:
    return ShapesGraph(quads("shapes"))


@pytest.fixture
def judge(node, tmp_path, shapes):
    """Judges data, by file name, as N-Triples; finds pairs of rule and offender.

    A file is judged by the rules whose ids begin as its name does.
    """

    def judged(texts: dict[str, list[bytes]]) -> dict[str, set[tuple[str, str]]]:
        (tmp_path / "shapes.nt").write_bytes(b"".join(named(shapes.graph.quads)))
        for name, data in texts.items():
            (tmp_path / name).write_bytes(b"".join(data))
        printed = json.loads(node("rules.mjs", tmp_path / "shapes.nt", *(tmp_path / name for name in texts)))
        return {name: {(rule, focus) for rule, focus in results} for name, results in printed.items()}

    return judged


def known(data: list[bytes], broken: Broken, shapes: ShapesGraph) -> set[tuple[str, str]]:
    """What the everyday engine finds by the rule that a file breaks."""
    return {(rule, focus.strip("<>")) for rule, focus, _ in found(data, shapes, "shacl") if rule == broken.rule}


@pytest.mark.parametrize("group", GROUPS)
def test_every_broken_file_breaks_its_rule_there_too(group, judge, shapes):
    ontology = quads("ontology")
    chosen = [broken for broken in FILES if broken.rule.startswith(group)]
    texts = {f"{broken.path.stem}.nt": with_ontology(_read(broken.path), ontology) for broken in chosen}
    expected = {f"{broken.path.stem}.nt": known(texts[f"{broken.path.stem}.nt"], broken, shapes) for broken in chosen}
    assert _without_blank_nodes(judge(texts)) == _without_blank_nodes(expected)


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_is_found_in_the_real_data_there(group, judge):
    assert judge({f"{group}-real.nt": named(quads("ontology", "data"))}) == {f"{group}-real.nt": set()}


def _read(path: Path) -> list[Quad]:
    return list(parse(path=path, format=RdfFormat.TURTLE))


def _without_blank_nodes(results: dict[str, set[tuple[str, str]]]) -> dict[str, set[tuple[str, str]]]:
    """Blank nodes have names of their own in each engine: that one was found is what counts."""
    return {
        name: {(rule, focus if "://" in focus else "_:") for rule, focus in pairs} for name, pairs in results.items()
    }
