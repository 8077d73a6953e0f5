"""The Reconciliation Reconciler API 0.2 over the index: others match their lists to the things of the site.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/; queries as the draft of 1.0 has them
are answered too.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from ekograph.rdf.dataset import Term
from ekograph.rdf.texts import LABELS, local_name
from ekograph.rdf.vocab import TYPE, XSD
from ekograph.search.codes import CODE
from ekograph.search.index import FIELDS
from ekograph.search.query import Hit, Index
from ekograph.search.stemming import fold, words

#: Queries of one request beyond this are refused, and so are longer lists of candidates, and more rows and properties.
MOST_QUERIES = 50
MOST_CANDIDATES, MOST_ROWS, MOST_PROPERTIES = 50, 200, 20

#: Of so many things of a class the properties are looked at, to propose those that they have.
_LOOKED_AT = 30

#: What a name counts where properties were asked for, and what it is worth where it is of another type.
_NAME_SHARE, _OTHER_TYPE = 0.6, 0.5

#: What just the name or identifier scores that was asked for.
_FULL = 100.0

#: Whole numbers from here on are none in JavaScript.
_EXACT = 2**53

Json: TypeAlias = dict[str, Any]
_LABELS = {label.value for label in LABELS}
_NUMBERS = {f"{XSD}{name}": int for name in ("integer", "int", "long", "nonNegativeInteger", "gYear")} | {
    f"{XSD}{name}": float for name in ("decimal", "double", "float")
}


class BadQueriesError(Exception):
    """The queries of a request cannot be read; the text says why."""


@dataclass(frozen=True)
class DescribedThing:
    """What is said of a thing, by property, and the names of what it leads to, each with its language."""

    values: Mapping[str, Sequence[Term]]
    names: Mapping[str, Sequence[Literal]]

    @classmethod
    def read(cls, iri: str, ntriples: bytes) -> DescribedThing:
        """From the printed description of a thing."""
        values: dict[str, list[Term]] = {}
        names: dict[str, list[Literal]] = {}
        for quad in parse(ntriples, RdfFormat.N_TRIPLES):
            if isinstance(quad.subject, NamedNode) and quad.subject.value == iri:
                values.setdefault(quad.predicate.value, []).append(quad.object)
            elif isinstance(quad.subject, NamedNode) and quad.predicate.value in _LABELS:
                names.setdefault(quad.subject.value, []).append(quad.object)
        return cls(values, names)


@dataclass(frozen=True)
class Reconciler:
    """What answers: the index, the base of identifiers, the language, and the names of classes and properties by IRI.

    `described` gives the printed description of the thing with the page at a path, as N-Triples, or None.
    """

    index: Index
    base: str
    language: str
    types: Mapping[str, str]
    property_name: Callable[[str], str]
    described: Callable[[str], bytes | None]

    def iri(self, identifier: str) -> str:
        """The IRI of an identifier, which is what comes after the base, or an IRI."""
        return identifier if ":" in identifier else self.base + identifier

    def description(self, iri: str, page: str = "") -> DescribedThing:
        """What is said of a thing; nothing of what is not described here."""
        page = page or next((item.page for item in self.index.named(iri)), "")
        printed = self.described(page) if page else None
        return DescribedThing.read(iri, printed) if printed else DescribedThing({}, {})

    def properties(self, kind: str = "") -> Mapping[str, str]:
        """The names of the properties of things of a class, or of all, by IRI, those that most have first."""
        counts: Counter[str] = Counter()
        for item in self.index.sample(kind, _LOOKED_AT):
            counts.update(self.description(item.iri, item.page).values.keys())
        return {iri: self.property_name(iri) for iri, _ in counts.most_common() if iri != TYPE.value}


def manifest(service: Reconciler, url: str, *, extends: bool) -> Json:
    """The service manifest (section 3); `extends` says whether values can be had of things."""
    suggest = {
        kind: {
            "service_url": url,
            "service_path": f"/reconcile/suggest/{kind}",
            "flyout_service_url": url,
            "flyout_service_path": f"/reconcile/flyout/{kind}?id=${{id}}",
        }
        for kind in ("entity", "type", *(["property"] if extends else []))
    }
    settings = [
        {"name": "limit", "label": "Limit", "type": "number", "default": 0, "help_text": "Values at most; 0 for all"},
        {
            "name": "content",
            "label": "Content",
            "type": "select",
            "default": "name",
            "choices": [{"value": "name", "name": "Name"}, {"value": "id", "name": "ID"}],
        },
    ]
    proposing = {"service_url": url, "service_path": "/reconcile/properties"}
    return {
        "versions": ["0.2"],
        "name": service.types.get("", "ekograph"),
        "identifierSpace": service.base,
        "schemaSpace": "http://www.w3.org/2000/01/rdf-schema#Class",
        "documentation": f"{url}/openapi.json",
        "view": {"url": f"{url}/reconcile/view?id={{{{id}}}}"},
        "preview": {"url": f"{url}/reconcile/preview?id={{{{id}}}}", "width": 430, "height": 300},
        "defaultTypes": [{"id": iri, "name": name} for iri, name in service.types.items() if iri],
        "suggest": suggest,
        "batchSize": MOST_QUERIES,
        **({"extend": {"propose_properties": proposing, "property_settings": settings}} if extends else {}),
    }


def read_queries(text: str) -> Mapping[str, Json]:
    """The batch of queries in the parameter `queries` (section 4.2); raises BadQueriesError."""
    queries = read_json("queries", text)
    if len(queries) > MOST_QUERIES:
        raise BadQueriesError(f"queries is to be an object of at most {MOST_QUERIES} queries")
    for key, query in queries.items():
        if not isinstance(query, dict) or not isinstance(query.get("query"), str):
            raise BadQueriesError(f"{key}: a query is an object whose member query is text")
    return queries


def read_conditions(text: str) -> Mapping[str, Json]:
    """The batch of queries in the body that the draft of 1.0 has; raises BadQueriesError."""
    listed = read_json("the body", text).get("queries")
    if not isinstance(listed, list) or len(listed) > MOST_QUERIES:
        raise BadQueriesError(f"queries is to be a list of at most {MOST_QUERIES} queries")
    queries: dict[str, Json] = {}
    for number, query in enumerate(listed):
        conditions = query.get("conditions") if isinstance(query, dict) else None
        if not isinstance(conditions, list) or not all(isinstance(item, dict) for item in conditions):
            raise BadQueriesError(f"query {number}: conditions is to be a list of objects")
        named = [item.get("propertyValue") for item in conditions if item.get("matchType") in {"name", "id"}]
        properties = [
            {"pid": item.get("propertyId"), "v": item.get("propertyValue")}
            for item in conditions
            if item.get("matchType") == "property"
        ]
        text = next((value for value in named if isinstance(value, str)), "")
        queries[str(number)] = {**query, "query": text, "properties": properties}
    return queries


def read_json(name: str, text: str) -> Json:
    """An object in JSON; raises BadQueriesError."""
    try:
        document = json.loads(text)
    except RecursionError as error:
        raise BadQueriesError(f"{name} is JSON that is nested too deeply") from error
    except ValueError as error:
        raise BadQueriesError(f"{name} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise BadQueriesError(f"{name} is to be a JSON object")
    return document


def reconcile(service: Reconciler, queries: Mapping[str, Json]) -> Json:
    """The candidates for each query (section 4.3)."""
    return {key: {"result": _answer(service, query)} for key, query in queries.items()}


def _answer(service: Reconciler, query: Json) -> list[Json]:
    limit = query.get("limit")
    if not isinstance(limit, int) or not 0 < limit <= MOST_CANDIDATES:
        limit = 10
    kinds = query.get("type") or []
    kinds = {str(kind.get("id", "")) if isinstance(kind, dict) else str(kind) for kind in _listed(kinds)} - {""}
    properties = [
        (str(item.get("pid")), list(_texts(item.get("v"))))
        for item in _listed(query.get("properties"))[:MOST_PROPERTIES]
        if isinstance(item, dict)
    ]
    text, index = query["query"], service.index
    # Properties may bring forward what the name alone does not.
    most = MOST_CANDIDATES if properties or len(kinds) > 1 else limit
    of_kind = len(kinds) == 1 and index.search(text, service.language, most, next(iter(kinds)))
    hits = of_kind or index.search(text, service.language, most)
    return candidates(service, hits, text, kinds, properties)[:limit]


def candidates(
    service: Reconciler,
    hits: Sequence[Hit],
    text: str,
    kinds: Iterable[str] = (),
    properties: Sequence[tuple[str, Sequence[str]]] = (),
) -> list[Json]:
    """Hits as candidates, the best first.

    What has just the name or identifier that was asked for has the full score; less is taken for another type than
    `kinds`, and for values of `properties` that differ. A match is the only one with the full score.
    """
    kinds, whole = set(kinds), FIELDS["name"] * max(1, len(words(text)))
    best = max((hit.exact for hit in hits), default=0)
    scored: list[Json] = []
    for number, hit in enumerate(hits):
        # What is no more than like it has the share, in per cent, of what a name with every word would score.
        name = _FULL if hit.exact == best >= CODE else min(99.0, _FULL * hit.score / whole)
        is_of_type = not kinds or bool(kinds & {*hit.types, hit.kind})
        share = _share(service, hit, properties) if properties and number < _LOOKED_AT else float(not properties)
        score = (
            name * (_NAME_SHARE + (1 - _NAME_SHARE) * share if properties else 1) * (1 if is_of_type else _OTHER_TYPE)
        )
        values: dict[str, bool | float] = {"name": round(name, 1)}
        values |= {"type": is_of_type} if kinds else {}
        values |= {"properties": round(_FULL * share, 1)} if properties else {}
        scored.append(
            {
                "id": hit.iri.removeprefix(service.base),
                "name": hit.name.text,
                "description": hit.within.text if hit.within else "",
                "type": [{"id": iri, "name": service.types.get(iri, iri)} for iri in hit.types],
                "score": score if score == _FULL else min(99.9, round(score, 1)),
                "match": score == _FULL,
                "features": [{"id": key, "name": key, "value": value} for key, value in values.items()],
            }
        )
    if sum(bool(item["match"]) for item in scored) > 1:
        scored = [{**item, "match": False} for item in scored]
    return sorted(scored, key=lambda item: -item["score"])


def _share(service: Reconciler, hit: Hit, properties: Sequence[tuple[str, Sequence[str]]]) -> float:
    """The share of the properties that have one of the values asked for."""
    description = service.description(hit.iri, hit.page)
    fitting = 0
    for identifier, asked in properties:
        terms = [
            term
            for iri, values in description.values.items()
            if identifier in {iri, local_name(NamedNode(iri))}
            for term in values
        ]
        texts = {fold(form) for term in terms for form in _forms(service, description, term)}
        fitting += any(fold(value) in texts for value in asked)
    return fitting / len(properties)


def _forms(service: Reconciler, description: DescribedThing, term: Term) -> list[str]:
    """What a value may be called by: its text, or its identifier and its names."""
    if not isinstance(term, NamedNode):
        return [term.value] if isinstance(term, Literal) else []
    names = [name.value for name in description.names.get(term.value, ())]
    return [term.value, term.value.removeprefix(service.base), *names]


def _texts(value: object) -> Iterable[str]:
    """The texts of the value of a property in a query: text, a number, an entity, or several of them."""
    for item in _listed(value)[:MOST_CANDIDATES]:
        if isinstance(item, dict):
            yield from (str(item[key]) for key in ("id", "name") if key in item)
        elif isinstance(item, str | int | float):
            yield str(item)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def extend(service: Reconciler, text: str) -> Json:
    """The values of properties of things (section 7.2); raises BadQueriesError."""
    query = read_json("extend", text)
    ids, properties = query.get("ids"), query.get("properties")
    if not (isinstance(ids, list) and all(isinstance(item, str) for item in ids) and len(ids) <= MOST_ROWS):
        raise BadQueriesError(f"extend.ids is to be a list of at most {MOST_ROWS} identifiers")
    if not (
        isinstance(properties, list)
        and len(properties) <= MOST_PROPERTIES
        and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in properties)
    ):
        raise BadQueriesError(f"extend.properties is to be a list of at most {MOST_PROPERTIES} objects with an id")
    rows = {}
    for identifier in ids:
        description = service.description(service.iri(identifier))
        rows[identifier] = {item["id"]: cells(service, description, item) for item in properties}
    meta = [{"id": item["id"], "name": service.property_name(item["id"])} for item in properties]
    return {"meta": meta, "rows": rows}


def cells(service: Reconciler, description: DescribedThing, asked: Json) -> list[Json]:
    """The values of a property as the data extension tells them, in the language where they are in several."""
    settings = asked.get("settings")
    settings = settings if isinstance(settings, dict) else {}
    terms = list(description.values.get(asked["id"], ()))
    spoken = [term for term in terms if isinstance(term, Literal) and term.language == service.language]
    limit = settings.get("limit")
    most = int(limit) if isinstance(limit, int | str) and str(limit).isdigit() and len(str(limit)) < 9 else 0
    made = [_cell(service, description, term, as_id=settings.get("content") == "id") for term in spoken or terms]
    return made[: most or None]


def _cell(service: Reconciler, description: DescribedThing, term: Term, *, as_id: bool) -> Json:
    if isinstance(term, NamedNode):
        identifier, names = term.value.removeprefix(service.base), description.names.get(term.value, ())
        named = {name.language: name.value for name in reversed(names)}
        shown = named.get(service.language) or (names[0].value if names else "")
        return {"id": identifier, "name": shown} if shown and not as_id else {"str": identifier}
    if not isinstance(term, Literal):
        return {}
    kind, text = term.datatype.value, term.value
    if kind in {f"{XSD}date", f"{XSD}dateTime"} and text[:1].isdigit():
        return {"date": text if "T" in text else f"{text[:10]}T00:00:00Z"}
    with suppress(ValueError):
        value = _NUMBERS[kind](text) if kind in _NUMBERS else math.nan
        if abs(value) < _EXACT:
            return {"int" if isinstance(value, int) else "float": value}
    return {"str": text}


def propose(service: Reconciler, kind: str, limit: int) -> Json:
    """The properties of things of a class (section 7.1)."""
    properties = list(service.properties(kind).items())[:limit]
    return {"type": kind, "limit": limit, "properties": [{"id": iri, "name": name} for iri, name in properties]}


def suggest(service: Reconciler, kind: str, prefix: str, start: int, most: int) -> Json:
    """The entities, types or properties whose names begin with `prefix`, from `start` on (section 6)."""
    if kind == "entity":
        hits = service.index.search(prefix, service.language, most)
        listed = candidates(replace(service, described=lambda _: None), hits, prefix)
        for item in listed:
            item["notable"] = item.pop("type")
        return {"result": listed[start:]}
    known = service.types if kind == "type" else service.properties()
    starts = fold(prefix)
    items = [
        {"id": iri, "name": name}
        for iri, name in known.items()
        if iri and (any(word.startswith(starts) for word in [fold(name), *fold(name).split()]) or prefix in iri)
    ]
    return {"result": items[start : start + most]}
