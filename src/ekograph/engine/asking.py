"""What a worker is asked, and how its answer begins: between the values of the engine and the bytes of the frames."""

from __future__ import annotations

import json
import marshal
from functools import lru_cache
from typing import NamedTuple

from ekograph import formats
from ekograph.engine.base import Query
from ekograph.engine.frames import Request
from ekograph.formats import Format

_FORMATS = {each.name: each for each in (*formats.RDF, *formats.RESULTS)}


class Head(NamedTuple):
    """What is known of an answer before its data: its format, the form of the query, and whether it lasts."""

    format: Format
    form: str
    lasting: bool


def request(query: Query) -> bytes:
    """What a worker is asked."""
    results, graph = query.results, query.graph
    names = (results.name if results else None, graph.name if graph else None)
    return marshal.dumps(tuple(Request(query.text, *names, query.default_graphs, query.named_graphs)))


# Formats and forms: a handful of values, the same with each answer.
@lru_cache(maxsize=64)
def head(payload: bytes) -> Head:
    """The head of an answer, as a worker has written it."""
    told = json.loads(payload)
    return Head(_FORMATS[told["format"]], told["form"], told["lasting"])
