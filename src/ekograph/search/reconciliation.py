"""The Reconciliation Service API 0.2 over the index: a portal matches its own lists to the things of the site.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ekograph.search.codes import CODE
from ekograph.search.index import FIELDS
from ekograph.search.query import Hit, Index
from ekograph.search.stemming import words

#: Queries of one request beyond this are refused, and so are longer lists of candidates.
MOST_QUERIES = 200
MOST_CANDIDATES = 50


class BadQueriesError(Exception):
    """The queries of a request cannot be read; the text says why."""


def manifest(name: str, base: str, url: str, types: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The service manifest (section 3); `types` are the classes to choose from, as IRI and name."""
    return {
        "versions": ["0.2"],
        "name": name,
        "identifierSpace": base,
        "schemaSpace": "http://www.w3.org/2000/01/rdf-schema#Class",
        "view": {"url": f"{url}/{{{{id}}}}"},
        "defaultTypes": [{"id": iri, "name": label} for iri, label in types],
        "suggest": {"entity": {"service_url": url, "service_path": "/reconcile/suggest/entity"}},
    }


def read_queries(text: str) -> Mapping[str, Mapping[str, Any]]:
    """The batch of queries in the parameter `queries` (section 4.2); raises BadQueriesError."""
    try:
        queries = json.loads(text)
    except ValueError as error:
        raise BadQueriesError(f"queries is not JSON: {error}") from error
    if not isinstance(queries, dict) or len(queries) > MOST_QUERIES:
        raise BadQueriesError(f"queries is to be an object of at most {MOST_QUERIES} queries")
    for key, query in queries.items():
        if not isinstance(query, dict) or not isinstance(query.get("query"), str):
            raise BadQueriesError(f"{key}: a query is an object whose member query is text")
    return queries


def reconcile(
    index: Index, queries: Mapping[str, Mapping[str, Any]], language: str, base: str, types: Mapping[str, str]
) -> dict[str, Any]:
    """The candidates for each query (section 4.3); `types` names the classes."""
    return {
        key: {"result": candidates(_hits(index, query, language), query["query"], base, types)}
        for key, query in queries.items()
    }


def candidates(hits: Sequence[Hit], text: str, base: str, types: Mapping[str, str]) -> list[dict[str, Any]]:
    """Hits as candidates. A match has just the name or identifier that was asked for, and no other hit has."""
    best = max((hit.exact for hit in hits), default=0)
    same = [hit for hit in hits if hit.exact == best >= CODE]
    return [
        {
            "id": hit.iri.removeprefix(base),
            "name": hit.name.text,
            "type": [{"id": iri, "name": types.get(iri, iri)} for iri in hit.types],
            # What is no more than like it has the share, in per cent, of what a name with every word would score.
            "score": 100.0
            if hit.exact >= CODE
            else round(min(99.0, 100 * hit.score / (FIELDS["name"] * max(1, len(words(text))))), 1),
            "match": len(same) == 1 and hit is same[0],
        }
        for hit in hits
    ]


def _hits(index: Index, query: Mapping[str, Any], language: str) -> list[Hit]:
    limit = query.get("limit")
    if not isinstance(limit, int) or not 0 < limit <= MOST_CANDIDATES:
        limit = 10
    kind = query.get("type")
    if isinstance(kind, list):
        kind = kind[0] if kind else ""
    if isinstance(kind, dict):
        kind = kind.get("id")
    return index.search(query["query"], language, limit, str(kind or ""))
