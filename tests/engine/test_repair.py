"""What a store writes in its own way leaves as SPARQL 1.1 has it."""

import asyncio
import json

import pytest

from ekograph import formats
from ekograph.engine.base import Broken
from ekograph.engine.repair import final, truth

DRAFT = json.dumps({"a": [{"type": "typed-literal", "value": 'a "typed-literal" in a string'}] * 3}).encode()
WANTED = {"a": [{"type": "literal", "value": 'a "typed-literal" in a string'}] * 3}


@pytest.mark.parametrize("size", [*range(1, 40), 10_000])
def test_types_of_literals_are_put_right_wherever_the_chunks_are_cut(size):
    async def chunks():
        for start in range(0, len(DRAFT), size):
            yield DRAFT[start : start + size]

    async def whole():
        return b"".join([chunk async for chunk in final(chunks())])

    assert json.loads(asyncio.run(whole())) == WANTED


ANSWERS = [
    (b'{"head": {}, "boolean": true}', b"true"),
    (b'{"head": {}, "boolean": false}', b"false"),
    (b'{"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": [{"__ASK_RETVAL": {}}]}}', b"true"),
    (b'{"head": {"vars": ["__ASK_RETVAL"]}, "results": {"bindings": []}}', b"false"),
]


@pytest.mark.parametrize(("body", "word"), ANSWERS)
@pytest.mark.parametrize("wanted", formats.RESULTS)
def test_yes_and_no_are_written_in_the_format_that_is_wanted(body, word, wanted):
    assert word in truth(body, wanted)


@pytest.mark.parametrize("body", [b"", b"yes", b"[]", b'{"results": 1}'])
def test_what_cannot_be_read_as_yes_or_no_is_an_error_of_the_store(body):
    with pytest.raises(Broken):
        truth(body, formats.RESULTS_JSON)
