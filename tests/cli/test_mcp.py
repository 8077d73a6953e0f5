"""`ekograph mcp`, asked by the client of the official SDK over standard input and output."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

mcp = pytest.importorskip("mcp", reason="the extra mcp is not installed")


def asked(url, *calls):
    """The texts of the answers to calls of tools, and the names of the tools."""

    async def session():
        command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "ekograph", "mcp", "--url", url])
        async with mcp.Client(command) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            results = [await client.call_tool(name, arguments) for name, arguments in calls]
            return tools, [result.content[0].text for result in results]

    return asyncio.run(session())


def test_a_model_searches_describes_and_queries(server):
    tools, (found, page, triples, table, guide) = asked(
        server.url,
        ("search", {"words": "lahti", "language": "en"}),
        ("describe", {"thing": "/doc/agreement/lahti"}),
        ("describe", {"thing": "https://w3id.org/ekograph/id/agreement/lahti"}),
        ("query", {"sparql": "SELECT (COUNT(*) AS ?n) { ?s a eko:Priority }"}),
        ("describe", {"thing": "/llms.txt"}),
    )
    assert tools == ["search", "describe", "query"]
    assert "https://w3id.org/ekograph/id/agreement/lahti" in {hit["iri"] for hit in json.loads(found)["results"]}
    assert page.partition("\n# ")[2]
    assert "skos:ConceptScheme" in triples
    assert table.split() == ["n", "44"]
    assert guide.startswith("# ")


def test_the_limits_and_errors_of_the_endpoint_are_told(server):
    _, (refused, wrong) = asked(
        server.url,
        ("query", {"sparql": "DROP ALL"}),
        ("query", {"sparql": "SELECT * { ?s ?p"}),
    )
    assert json.loads(refused)["status"] == 403
    assert json.loads(wrong)["line"] == 1


def test_without_a_server_it_says_what_to_start():
    _, (text,) = asked("http://127.0.0.1:9", ("query", {"sparql": "ASK {}"}))
    assert "ekograph serve" in text
