"""The embedded engine answers, refuses, and bounds what it cannot answer."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pyoxigraph as ox
import pytest
from tests.engine.conftest import LINES, PREFIXES, ask, running

from ekograph.engine import contract
from ekograph.engine.contract import Limits
from ekograph.engine.errors import QueryError
from ekograph.engine.workers.engine import EmbeddedEngine
from ekograph.rdf import formats

ALL = "SELECT * { ?s ?p ?o }"
PRODUCT = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"
FOREVER = f"SELECT (COUNT(*) AS ?n) {{ {PRODUCT} }}"


def descriptors(process: int | str) -> list[str]:
    return sorted(each.name for each in Path(f"/proc/{process}/fd").iterdir())


async def slow(engine) -> None:
    """Wait until a query is in the slow lane."""
    async with asyncio.timeout(20):
        while not engine.pool.background_lane:  # noqa: ASYNC110 - the lane tells nobody
            await asyncio.sleep(0.01)


def solutions(body: bytes) -> list[dict]:
    return json.loads(body)["results"]["bindings"]


def test_answers_are_those_of_the_store_itself(asking):
    store = ox.Store()
    store.extend(ox.parse("\n".join(LINES), ox.RdfFormat.N_QUADS))
    queries = [
        "SELECT * { ?s ex:next ?o }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "ASK { ex:s1 ?p ?o }",
        "SELECT ?o { ex:s7 ?p ?o }",
    ]
    direct = [
        store.query(each, prefixes=PREFIXES, use_default_graph_as_union=True).serialize(
            format=ox.QueryResultsFormat.JSON
        )
        for each in queries
    ]
    assert asking(*queries) == direct


@pytest.mark.parametrize("form", formats.RESULTS, ids=lambda form: form.name)
def test_every_results_format_is_written(asking, form):
    (body,) = asking("SELECT ?o { ex:s0 ex:next ?o }", results=form)
    assert b"http://example.org/s1" in body


@pytest.mark.parametrize("form", formats.RDF, ids=lambda form: form.name)
def test_every_graph_format_is_written_and_read_back(asking, form):
    (body,) = asking("DESCRIBE ex:s0", graph=form)
    syntax = ox.RdfFormat.from_media_type(form.media_type)
    triples = {quad.triple for quad in ox.parse(body, syntax)}
    assert ox.Triple(*map(ox.NamedNode, (f"{PREFIXES['ex']}{each}" for each in ("s0", "next", "s1")))) in triples
    assert len(triples) == 2


@pytest.mark.parametrize("form", [formats.RESULTS_XML, formats.RDF_XML], ids=lambda form: form.name)
def test_xml_is_well_formed_whatever_characters_the_data_holds(asking, form):
    query = "SELECT ?o { ?s ex:label ?o }" if form in formats.RESULTS else "CONSTRUCT WHERE { ?s ex:label ?o }"
    (body,) = asking(query, results=form, graph=form)
    texts = [each.text for each in fromstring(body).iter() if each.text and "<&>" in each.text]  # noqa: S314
    assert texts == ["�\r�<&>"]


def test_illegal_characters_are_found_across_blocks(asking):
    values = " ".join(f'"{"x" * (n % 7)}\\uFFFF"' for n in range(3000))
    (body,) = asking(f"SELECT ?v {{ VALUES ?v {{ {values} }} }}", results=formats.RESULTS_XML)
    assert len(fromstring(body).findall(".//{*}result")) == 3000  # noqa: S314
    assert body.count("�".encode()) == 3000


def test_blank_nodes_keep_their_labels(asking):
    (body,) = asking("SELECT ?s { ?s ex:label ?o }")
    assert solutions(body)[0]["s"] == {"type": "bnode", "value": "kept"}


DATASETS = [
    (ALL, {}, 302),
    ("SELECT * FROM <http://example.org/g1> { ?s ?p ?o }", {}, 100),
    ("SELECT * FROM NAMED <http://example.org/g1> { ?s ?p ?o }", {}, 0),
    ("SELECT * FROM NAMED <http://example.org/g1> { GRAPH ?g { ?s ?p ?o } }", {}, 100),
    (ALL, {"default_graphs": ("http://example.org/g1",)}, 100),
    (ALL, {"default_graphs": ("http://example.org/g1", "http://example.org/g2")}, 200),
    (ALL, {"named_graphs": ("http://example.org/g1",)}, 0),
    ("SELECT * { GRAPH ?g { ?s ?p ?o } }", {"default_graphs": ("http://example.org/g1",)}, 0),
    ("SELECT * { GRAPH ?g { ?s ?p ?o } }", {"named_graphs": ("http://example.org/g1",)}, 100),
    ("SELECT * FROM <http://example.org/g1> { ?s ?p ?o }", {"default_graphs": ("http://nowhere/",)}, 0),
]


@pytest.mark.parametrize(("query", "parameters", "count"), DATASETS)
def test_the_dataset_of_the_protocol_goes_before_from_and_from_before_the_union(asking, query, parameters, count):
    assert len(solutions(asking(query, **parameters)[0])) == count


def test_the_prefixes_of_the_site_never_override_those_of_the_query(asking):
    own = "PREFIX ex: <http://other/> SELECT (STR(ex:a) AS ?x) (STR(<b>) AS ?y) {}"
    (body,) = asking(own)
    (found,) = solutions(body)
    assert (found["x"]["value"], found["y"]["value"]) == ("http://other/a", "http://example.org/b")


FAULTS = [
    ("SELECT * {\n  ?s ex:p ?o", "bad_query", {"line": 1, "column": 10, "fault": "unclosed"}),
    ("SELECT * {\n  ?s no:p ?o }", "undeclared_prefix", {"line": 2, "column": 6, "prefix": "no"}),
    ("SELECT (nothing(1) AS ?x) {}", "bad_query", {"line": 1, "column": 9, "word": "nothing"}),
    ("", "bad_query", {"line": 1, "column": 1}),
    ("INSERT DATA { <a> <b> <c> }", "refused_update", {"keyword": "INSERT"}),
    ("ASK { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "refused_service", {"line": 1, "column": 7}),
    ("#" + "x" * 1_048_576, "query_too_large", {"limit": 1024}),
]


@pytest.mark.parametrize(("query", "error", "values"), FAULTS, ids=[kind for _, kind, _ in FAULTS])
def test_a_fault_is_named_with_its_place(asking, query, error, values):
    (found,) = asking(query)
    assert found.kind == error
    assert {name: found.values[name] for name in values} == values


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT * { ?s ?p ?o FILTER(ex:none(?o)) }", []),
        ("SELECT (ex:none(1) AS ?x) (ex:other(2) AS ?y) {}", [{}]),
        ("SELECT ?x { BIND(COALESCE(ex:none(1), 2) AS ?x) }", ["2"]),
    ],
)
def test_a_call_of_an_unknown_function_is_an_error_of_evaluation(asking, query, rows):
    """SPARQL 1.1 Query, sections 17.2 and 18.2.5: no binding, and no solution that passes a filter."""
    found = solutions(asking(query)[0])
    assert [row["x"]["value"] if row else row for row in found] == rows


def test_a_long_chain_is_too_much_and_no_fault_of_the_engine(asking):
    (error,) = asking("SELECT (1" + "+1" * 500_000 + " AS ?x) {}")
    assert error.kind in {"too_deep", "timed_out"}


def test_a_query_of_nearly_a_megabyte_is_answered(asking):
    values = " ".join(f"<http://example.org/{number}>" for number in range(35_000))
    (body,) = asking(f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {values} }} }}")
    assert solutions(body)[0]["n"]["value"] == "35000"


def test_a_bad_graph_name_is_a_bad_parameter(asking):
    (found,) = asking(ALL, default_graphs=("not an IRI",))
    assert found.kind == "bad_parameter"
    assert found.values == {"name": "default-graph-uri", "value": "not an IRI"}


def test_what_no_accepted_format_can_carry_is_not_acceptable(asking):
    assert [each.kind for each in asking(ALL, "DESCRIBE ex:s1", results=None, graph=None)] == ["not_acceptable"] * 2


UNWRITABLE = [
    (formats.RDF_XML, "CONSTRUCT { ?s <http://example.org/1/> 1 } WHERE { ?s ex:next ?o }"),
    (formats.JSON_LD, "CONSTRUCT { ?s ex:p <<( ex:a ex:b ex:c )>> } WHERE { ?s ex:next ?o }"),
]


@pytest.mark.parametrize(("form", "query"), UNWRITABLE, ids=lambda each: getattr(each, "name", ""))
def test_what_a_format_cannot_express_is_said_and_not_written(asking, form, query):
    (found,) = asking(query, graph=form)
    assert found.kind == "unwritable"


def test_a_query_out_of_time_ends_and_the_next_is_answered(asking):
    slow, next_ = asking(FOREVER, "ASK {}", limits={"seconds": 0.5})
    assert slow.kind == "timed_out"
    assert json.loads(next_)["boolean"] is True


def test_a_query_out_of_memory_ends_and_the_next_is_answered(asking):
    greedy, next_ = asking(f"SELECT * {{ {PRODUCT} }} ORDER BY ?c", "ASK {}", limits={"memory_mb": 64})
    assert greedy.kind == "out_of_memory"
    assert json.loads(next_)["boolean"] is True


def test_an_answer_over_its_cap_breaks_off_with_an_error(asking):
    (found,) = asking(f"SELECT * {{ {PRODUCT} }}", limits={"result_mb": 3})
    assert found.kind == "result_too_large"


def test_a_short_answer_has_its_length_and_a_long_one_streams(dataset):
    async def session():
        async with running(dataset, held=1000) as engine:
            short, body = await ask(engine, "ASK {}")
            long, stream = await ask(engine, ALL)
            return short.whole == body, long.whole, len(solutions(stream))

    assert asyncio.run(session()) == (True, None, 302)


def test_an_answer_left_unread_frees_its_worker(dataset):
    async def session():
        async with running(dataset, held=1000) as engine:
            answer = await engine.query(contract.Query(ALL, results=formats.RESULTS_JSON))
            before = engine.figures()["streams"]
            await anext(answer.body)
            await answer.body.aclose()
            return before, engine.figures()

    before, after = asyncio.run(session())
    assert (before, after["streams"], after["running"]) == (1, 0, 0)


def test_a_cancelled_query_frees_its_worker_at_once(dataset):
    async def session():
        async with running(dataset) as engine:
            task = asyncio.ensure_future(ask(engine, FOREVER))
            await slow(engine)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            return engine.figures()

    figures = asyncio.run(session())
    assert (figures["running"], figures["slow"]) == (0, 0)


def test_a_query_whose_workers_are_killed_is_asked_twice_and_then_fails_alone(dataset):
    async def session():
        async with running(dataset, seconds=60.0) as engine:
            task = asyncio.ensure_future(ask(engine, FOREVER))
            for _ in range(2):
                await slow(engine)
                # Only the one that has the query: it may not be asked again of one that is dying too.
                workers, idle = engine.pool.fork_server.workers, {worker.pid for worker in engine.pool.idle_workers}
                killed = [worker for pid, worker in workers.items() if pid not in idle]
                for worker in killed:
                    os.kill(worker.pid, signal.SIGKILL)
                await asyncio.wait([worker.ended for worker in killed], timeout=20)
            (error,) = await asyncio.gather(task, return_exceptions=True)
            return error, (await ask(engine, "ASK {}"))[1]

    error, next_ = asyncio.run(session())
    assert error.kind == "broken"
    assert json.loads(next_)["boolean"] is True


def test_a_short_query_whose_worker_is_killed_has_its_answer_from_another(dataset):
    async def session():
        async with running(dataset, slice=1000.0) as engine:
            task = asyncio.ensure_future(ask(engine, "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f }"))
            await asyncio.sleep(0)
            (pid,) = set(engine.pool.fork_server.workers) - {worker.pid for worker in engine.pool.idle_workers}
            os.kill(pid, signal.SIGKILL)
            return (await task)[1], pid in engine.pool.fork_server.workers, engine.pool.admission.running

    body, present, places = asyncio.run(session())
    assert json.loads(body)["results"]["bindings"]
    assert (present, places) == (False, {})


def test_a_killed_zygote_is_replaced_and_takes_no_worker_into_the_next_life(dataset):
    async def session():
        async with running(dataset) as engine:
            old = set(engine.pool.fork_server.workers)
            engine.pool.fork_server._process.kill()
            answered = await _answered_in_the_end(engine)
            return old, answered

    old, answered = asyncio.run(session())
    assert answered
    assert not any(_alive(pid) for pid in old)


async def _answered_in_the_end(engine) -> bool:
    """Ask until the loss has been noticed and there is an answer; before that, an answer may be Broken."""
    async with asyncio.timeout(20):
        while True:
            lost = engine.figures().get("zygotes_lost_total") == 1
            try:
                if (await ask(engine, "ASK {}"))[1] and lost:
                    return True
            except QueryError:
                await asyncio.sleep(0.01)


def test_a_worker_can_open_neither_file_nor_socket(dataset):
    async def session():
        async with running(dataset) as engine:
            await ask(engine, "ASK {}")
            worker = engine.pool.idle_workers[0].pid
            told = Path(f"/proc/{worker}")
            return descriptors(worker), (told / "limits").read_text(), (told / "status").read_text()

    open_, limits, status = asyncio.run(session())
    # Nothing to read or write but its socket and the memory of its board.
    assert open_ == ["0", "1", "2", "3", "4"]
    assert next(line.split()[4] for line in limits.splitlines() if line.startswith("Max file size")) == "0"
    # By the kernel's filter of system calls; where there is none, no descriptor is left for a socket.
    most = int(next(line.split()[3] for line in limits.splitlines() if line.startswith("Max open files")))
    assert "Seccomp:\t2" in status or most == 5


def test_nothing_is_left_when_the_engine_stops(dataset):
    async def session():
        before = descriptors("self")
        async with running(dataset) as engine:
            await asyncio.gather(*(ask(engine, "ASK {}") for _ in range(8)))
            pids = [*engine.pool.fork_server.workers, engine.pool.fork_server._process.pid]
        await asyncio.sleep(0)
        return pids, before, descriptors("self")

    pids, before, after = asyncio.run(session())
    assert len(after) <= len(before)
    assert not any(_alive(pid) for pid in pids)


def _alive(pid: int) -> bool:
    """Whether a process computes or waits; one that is dead and not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_dataset_that_cannot_be_read_is_said_so(tmp_path):
    async def session():
        (tmp_path / "bad.nq").write_text("<a> <b> .")
        await EmbeddedEngine(tmp_path / "bad.nq", Limits(), {}).start()

    with pytest.raises(QueryError, match="broken"):
        asyncio.run(session())


def test_a_query_nested_deeper_than_anybody_writes_is_refused_before_it_is_parsed(asking):
    from ekograph.engine.diagnostics.lexer import MAX_DEPTH

    def nested(levels: int) -> str:
        return "ASK " + "{ " * levels + "?s ?p ?o" + " }" * levels

    below, above = asking(nested(MAX_DEPTH), nested(MAX_DEPTH + 1))
    assert json.loads(below)["boolean"] is True
    assert above.kind == "too_deep"
