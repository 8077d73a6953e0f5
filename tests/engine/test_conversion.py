"""What a store writes in its own way leaves as SPARQL 1.1 has it."""

import asyncio

import pytest

from ekograph.engine.errors import QueryError
from ekograph.engine.remote.conversion import normalise_json, parse_ask
from ekograph.rdf import formats

ODD = b'[{ "type": "bnode", "value": "nodeID://b10" }, { "type": "literal", "value": "nodeID://b10" }]' * 3


@pytest.mark.parametrize("size", [*range(1, 40), 10_000])
def test_names_of_blank_nodes_are_put_right_wherever_the_chunks_are_cut(size):
    async def chunks():
        for start in range(0, len(ODD), size):
            yield ODD[start : start + size]

    async def whole():
        return b"".join([chunk async for chunk in normalise_json(chunks())])

    assert asyncio.run(whole()) == ODD.replace(b'"bnode", "value": "nodeID://', b'"bnode", "value": "')


ANSWERS = [
    (b'{"head": {}, "boolean": true}', b"true"),
    (b'{"head": {}, "boolean": false}', b"false"),
    (b'{"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [{"__ASK_RETVAL": {}}]}}', b"true"),
    (b'{"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": []}}', b"false"),
]


@pytest.mark.parametrize(("body", "word"), ANSWERS)
@pytest.mark.parametrize("wanted", formats.RESULTS)
def test_yes_and_no_are_written_in_the_format_that_is_wanted(body, word, wanted):
    assert word in parse_ask(body, wanted)


@pytest.mark.parametrize("body", [b"", b"yes", b"[]", b'{"results": 1}'])
def test_what_cannot_be_read_as_yes_or_no_is_an_error_of_the_store(body):
    with pytest.raises(QueryError, match="broken"):
        parse_ask(body, formats.RESULTS_JSON)
