"""Queries that take all the time, memory or bandwidth they are given: plain cross joins, of which anybody can think.

They bring no library down. How the server fares when one does is tested with a worker that ends on command
(tests/engine/stand_in.py).
"""

from __future__ import annotations

CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l"

#: Queries that compute for ever or take all memory, by name; none needs more data than a few triples.
BOMBS: dict[str, str] = {
    "cross join": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "cross join without match": f"ASK {{ {CROSS} FILTER(?a = ?b && ?d = ?e && ?g = ?h) }}",
    "cross join in steps": f"SELECT * {{ {CROSS} }} OFFSET 1000000000000",
    "order by": f"SELECT * {{ {CROSS} }} ORDER BY ?c LIMIT 1",
    "distinct": f"SELECT DISTINCT * {{ {CROSS} }} OFFSET 100000000",
    "group by": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a ?d ?g",
}

#: Queries whose answer never ends; its size is bounded.
FLOODS: dict[str, str] = {
    "stream": f"SELECT * {{ {CROSS} }}",
    "graph": f"CONSTRUCT {{ ?a ?b ?f }} {{ {CROSS} }}",
}
