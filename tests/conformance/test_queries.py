"""Every query test of the W3C suites, over HTTP; what fails is written down in failures.txt, each with its reason."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from tests.conformance.compare import expected_solutions, same_csv, same_graphs, same_solutions, solutions
from tests.conformance.suite import Case, cases, inner_graphs, path_of

from ekograph.engine.diagnostics.lexer import scan

FORM = "application/x-www-form-urlencoded"
RESULTS = "application/sparql-results+xml"

#: Names of tests that are known to fail, with the reason.
FAILURES = {
    line.partition(" ")[0]: line.partition(" ")[2].strip()
    for line in (Path(__file__).parent / "failures.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}

ALL = [case for version in ("sparql10", "sparql11", "sparql12") for case in cases(version)]


def test_there_are_hundreds_of_cases():
    assert len(ALL) > 900


@pytest.mark.parametrize("case", ALL, ids=[each.name for each in ALL])
def test_a_case_of_the_suites(endpoint, case):
    assert _passes(endpoint, case) is (case.name not in FAILURES)


def _passes(endpoint, case: Case) -> bool:
    if case.kind == "NegativeSyntaxTest":
        return _ask(endpoint, case, "*/*").status == 400
    if case.kind == "PositiveSyntaxTest":
        return not _is_bad_syntax(_ask(endpoint, case, "*/*"))
    if case.kind == "CSVResultFormatTest":
        reply = _ask(endpoint, case, "text/csv")
        return reply.status == 200 and same_csv(reply.text, path_of(case.result).read_text(encoding="utf-8"))
    return _evaluates(endpoint, case)


def _evaluates(endpoint, case: Case) -> bool:
    path = path_of(case.result)
    accept = "text/tab-separated-values" if path.suffix == ".tsv" else f"{RESULTS}, application/n-triples"
    reply = _ask(endpoint, case, accept)
    if reply.status != 200:
        return False
    media_type = reply.headers["content-type"].partition(";")[0]
    if media_type != "application/n-triples":
        found, expected = solutions(reply.body, media_type), expected_solutions(path)
        # How many equal solutions REDUCED leaves is the engine's choice.
        reduced = "reduced#" in case.name and isinstance(found, list) and isinstance(expected, list)
        return same_solutions(list(set(found)), list(set(expected))) if reduced else same_solutions(found, expected)
    wanted = ox.parse(path=str(path), base_iri=case.result)
    return same_graphs(_triples(ox.parse(reply.body, ox.RdfFormat.N_TRIPLES)), _triples(wanted))


def _is_bad_syntax(reply) -> bool:
    """Whether a query was not understood; one that is understood and not run here is something else."""
    return reply.status == 400 and json.loads(reply.body)["type"].endswith(("#bad_query", "#undeclared_prefix"))


def _triples(quads):
    return [each.triple for each in quads]


def _ask(endpoint, case: Case, accept: str):
    """Ask the query of a case, with its IRI as the base that it has for whoever reads it from its file."""
    text = path_of(case.query).read_bytes().decode()
    if case.kind not in {"NegativeSyntaxTest", "PositiveSyntaxTest"}:
        text = f"BASE <{case.query}>\n{text}"
    parameters = [("query", text)]
    if not scan(text).dataset:
        parameters += [("default-graph-uri", each) for each in case.default]
        parameters += [("named-graph-uri", each) for each in (*case.named, *inner_graphs(case))]
    return endpoint.get("/sparql", accept, "POST", urlencode(parameters).encode(), Content_Type=FORM)
