"""The queries of the benchmark and its tables: queries that find nothing would praise whoever finds nothing."""

import ast
from pathlib import Path

import pyoxigraph as ox
import pytest
from bench import mutants
from bench.sparql import QUERIES
from bench.table import Row, compare, markdown


@pytest.fixture(scope="module")
def store(shelf) -> ox.Store:
    loaded = ox.Store()
    loaded.load(path=str(shelf / "current" / "dataset.nq"), format=ox.RdfFormat.N_QUADS)
    return loaded


def test_there_are_twelve_queries():
    assert len(QUERIES) == 12


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_finds_something_in_the_real_data(store, name):
    results = store.query(QUERIES[name], use_default_graph_as_union=True)
    assert bool(results) if isinstance(results, ox.QueryBoolean) else list(results)


def test_a_row_says_whether_its_goal_is_reached():
    assert compare("w", 12e-6, "peer", 10e-6, "us", most=1.25).met == "yes"
    assert compare("w", 13e-6, "peer", 10e-6, "us", most=1.25).met == "**no**"
    assert compare("w", 50.0, "peer", 100.0, "/s", least=0.6).met == "**no**"
    assert Row("w", "1/s", "peer", "no answer").met == ""


def test_the_table_has_a_line_for_each_row():
    text = markdown([compare("GET", 12.34e-6, "bare", 20e-6, "us", most=1.25), Row("x", "1", "y", "2")])
    assert "| GET | 12.3 us | bare | 20 us | 0.62 | ≤ 1.25 | yes |" in text
    assert "| x | 1 | y | 2 |  |  |  |" in text


def test_a_mutant_is_the_file_with_one_condition_changed(tmp_path, monkeypatch):
    text = "if a < b and c:\n    x = 'ä' if not d else e not in f\nwhile (y ==\n       z): pass\n"
    path = Path(tmp_path / "module.py")
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(mutants, "ROOT", tmp_path)

    made = list(mutants.mutants(path))

    assert {mutant.change for mutant in made} == {
        "< -> <=",
        "and -> or",
        "not in -> in",
        "== -> !=",
        "a < b and c -> (not (a < b and c))",
        "not d -> (not (not d))",
        "y == z -> (not (y == z))",
    }
    assert all(ast.dump(ast.parse(mutant.text)) != ast.dump(ast.parse(text)) for mutant in made)
