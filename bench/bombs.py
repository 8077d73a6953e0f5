"""Queries that are made to take a service down; each must cost only whoever asks it."""

from __future__ import annotations

from collections.abc import Callable

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"


def _values(count: int, size: int) -> str:
    """`count` independent blocks of `size` values: size to the power of count solutions."""
    numbers = " ".join(map(str, range(size)))
    return " ".join(f"VALUES ?v{n} {{ {numbers} }}" for n in range(count))


def _doubling(steps: int) -> str:
    binds = " ".join(f"BIND(CONCAT(?s{n}, ?s{n}) AS ?s{n + 1})" for n in range(steps))
    return f'SELECT (STRLEN(?s{steps}) AS ?n) {{ BIND("0123456789abcdef" AS ?s0) {binds} }}'


#: Bombs that run for ever or take all memory, by name; none needs more data than a few triples.
BOMBS: dict[str, str] = {
    "cross join": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "cross join without match": f"ASK {{ {CROSS} FILTER(?a = ?b && ?d = ?e && ?g = ?h) }}",
    "values product": f"SELECT (COUNT(*) AS ?n) {{ {_values(8, 100)} }}",
    "values filter": f"SELECT * {{ {_values(8, 100)} FILTER(?v0 + ?v7 > 1000) }}",
    "values offset": f"SELECT * {{ {_values(8, 100)} }} OFFSET 1000000000000",
    "order by": f"SELECT * {{ {CROSS} }} ORDER BY ?c LIMIT 1",
    "distinct": f"SELECT DISTINCT * {{ {CROSS} }} OFFSET 100000000",
    "group concat": f"SELECT (GROUP_CONCAT(?s) AS ?x) {{ {_values(8, 100)} BIND(STR(?v0) AS ?s) }}",
    "string doubling": _doubling(44),
    "minus": f"SELECT * {{ {CROSS} MINUS {{ ?m ?n ?o . ?p ?q ?r . ?s ?t ?u }} }} OFFSET 100000000",
    "optional": f"SELECT * {{ {CROSS} OPTIONAL {{ ?m ?n ?o . ?p ?q ?r }} }} OFFSET 100000000000",
    "exists": f"ASK {{ ?a ?b ?c FILTER EXISTS {{ {_values(8, 100)} FILTER(?v0 > 1000) }} }}",
    "property path": "SELECT (COUNT(*) AS ?n) { ?a (!<x:>|^!<x:>)* ?b . ?c (!<x:>|^!<x:>)* ?d . ?e (!<x:>)+ ?f }",
    "regex": f'SELECT * {{ {_values(8, 100)} FILTER REGEX(STR(?v0), CONCAT("^", STR(?v1), "x+$")) }}',
    "planning": "SELECT * { " + "[ ?p " * 300 + "?o" + " ]" * 300 + " }",
    "long path": "SELECT * { ?s " + "/".join(["<x:p>"] * 3000) + " ?o }",
    "many optionals": "SELECT * { ?s ?p ?o " + "OPTIONAL { ?s ?p ?q } " * 1500 + "}",
}

#: Bombs that never end to answer; here it is the size of the answer that is bounded.
FLOODS: dict[str, str] = {
    "stream": f"SELECT * {{ {CROSS} }}",
    "graph": f"CONSTRUCT {{ ?a ?b ?f }} {{ {CROSS} }}",
    "wide": f"SELECT {' '.join(f'(?v0 AS ?w{n})' for n in range(2000))} {{ {_values(4, 100)} }}",
}


def _wrap(before: str, inner: str, after: str) -> Callable[[int], str]:
    return lambda n: before * n + inner + after * n


def _query(pattern: Callable[[int], str]) -> Callable[[int], str]:
    return lambda n: f"ASK {{ {pattern(n)} }}"


def _filter(expression: Callable[[int], str]) -> Callable[[int], str]:
    return lambda n: f"ASK {{ FILTER({expression(n)}) }}"


#: The twenty shapes that overflow the stack of a parser, as functions of their depth; see `deepest`.
NESTINGS: dict[str, Callable[[int], str]] = {
    "exists": _query(_wrap("FILTER EXISTS { ", "?s ?p ?o", " }")),
    "if": _filter(_wrap("IF(", "1", ",1,1)")),
    "subselect": _query(_wrap("{ SELECT * { ", "?s ?p ?o", " } }")),
    "group": _query(_wrap("{", "", "}")),
    "optional": _query(_wrap("OPTIONAL { ", "?s ?p ?o", " }")),
    "bind": _query(lambda n: " ".join(f"BIND(1 AS ?v{i})" for i in range(n))),
    "blank node": _query(_wrap("[ <x:p> ", "1", " ]")),
    "list": _query(lambda n: "(" * n + "1" + ")" * n + " <x:p> 1"),
    "parentheses": _filter(_wrap("(", "1", ")")),
    "triple term": _query(lambda n: f"?s ?p {'<<( <x:s> <x:p> ' * n}1{' )>>' * n}"),
    "union": _query(lambda n: " UNION ".join(["{}"] * n)),
    "optional sequence": _query(lambda n: "OPTIONAL {} " * n),
    "sum": _filter(lambda n: "+".join(["1"] * n)),
    "path sequence": _query(lambda n: f"?s {'/'.join(['<x:>'] * n)} ?o"),
    "triples": _query(lambda n: "?s ?p ?o . " * n),
    "not": _filter(_wrap("!", "1", "")),
    "or": _filter(lambda n: "||".join(["1"] * n)),
    "filters": _query(lambda n: "FILTER(1) " * n),
    "path alternative": _query(lambda n: f"?s {'|'.join(['<x:>'] * n)} ?o"),
    "path parentheses": _query(lambda n: f"?s {'(' * n}<x:>{')' * n} ?o"),
}


def deepest(shape: Callable[[int], str], size: int) -> str:
    """The deepest query of a shape that is at most `size` bytes long."""
    low, high = 1, size
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(shape(middle)) <= size else (low, middle - 1)
    return shape(low)
