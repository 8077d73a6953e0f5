"""The dataset as tables for people with spreadsheets: one CSV file for each class, with a description (CSVW)."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import Dataset
from ekograph.rdf.texts import LABELS, local_name
from ekograph.rdf.vocab import TYPE, XSD

#: Stands between several values in one cell.
SEPARATOR = "|"


@dataclass(frozen=True)
class Column:
    """A column: its name, the property it holds, the language of its texts, and whether it holds names of links."""

    name: str
    predicate: NamedNode
    language: str = ""
    names: bool = False


@dataclass(frozen=True)
class CsvTable:
    """The things of one class."""

    name: str
    kind: NamedNode
    columns: Sequence[Column]
    things: Sequence[NamedNode]


def tables(dataset: Dataset) -> list[CsvTable]:
    """A table for each class that things of the site are of, sorted by name.

    A thing is in one table alone: that of its class in the site's own vocabulary, else of its first class.
    """
    groups: dict[str, list[NamedNode]] = {}
    for thing in dataset.own_things():
        kinds = sorted(dataset.types(thing), key=lambda term: (not term.startswith(f"{dataset.base}def"), term))
        if kinds:
            groups.setdefault(kinds[0], []).append(thing)
    kinds = sorted(groups)
    names = distinct(map(_slug, kinds))
    tables = [
        CsvTable(name, NamedNode(kind), _columns(groups[kind], dataset), groups[kind])
        for name, kind in zip(names, kinds, strict=True)
    ]
    return sorted(tables, key=lambda table: table.name)


def distinct(names: Iterable[str], separator: str = "-") -> list[str]:
    """The names; one that was there before gets the first number that makes it another."""
    taken: dict[str, None] = {}
    for name in names:
        numbered = (f"{name}{separator}{number}" for number in count(2))
        taken[name if name not in taken else next(other for other in numbered if other not in taken)] = None
    return list(taken)


def as_csv(table: CsvTable, dataset: Dataset) -> bytes:
    """The table as CSV (RFC 4180) in UTF-8, with the mark at its beginning that spreadsheets know UTF-8 by."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["id", *(column.name for column in table.columns)])
    for thing in table.things:
        writer.writerow([thing.value, *(_cell(thing, column, dataset) for column in table.columns)])
    return out.getvalue().encode("utf-8-sig")


def metadata(table: CsvTable, dataset: Dataset) -> bytes:
    """What the columns mean (CSV on the Web, https://www.w3.org/TR/tabular-metadata/)."""
    title = {language: dataset.label(table.kind, language).value for language in dataset.languages}
    described = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{table.name}.csv",
        "dc:title": [{"@value": value, "@language": language} for language, value in title.items()],
        "tableSchema": {
            "aboutUrl": "{+id}",
            "primaryKey": "id",
            "columns": [
                {"name": "id", "titles": "id", "datatype": "anyURI", "required": True, "suppressOutput": True},
                *(_described(column, table, dataset) for column in table.columns),
            ],
        },
    }
    return (json.dumps(described, ensure_ascii=False, indent=1) + "\n").encode()


def _columns(things: Iterable[NamedNode], dataset: Dataset) -> list[Column]:
    """The columns for what is said of `things`: names first, then by property; texts have one for each language."""
    quads = [quad for thing in things for quad in dataset.quads_of(thing)]
    keys = {(quad.predicate, getattr(quad.object, "language", None) or "") for quad in quads}
    links = {quad.predicate for quad in quads if isinstance(quad.object, NamedNode) and quad.predicate != TYPE}
    named = _names({predicate for predicate, _ in keys}, dataset.prefixes)
    columns = []
    places = {label: place for place, label in enumerate(LABELS)}
    for predicate, language in sorted(keys, key=lambda key: (places.get(key[0], len(places)), key[0].value, key[1])):
        name = named[predicate]
        columns.append(Column(f"{name}_{language.replace('-', '_')}" if language else name, predicate, language))
        if predicate in links and not language:
            columns.append(Column(f"{name}_name", predicate, dataset.languages[0], names=True))
    names = distinct((column.name for column in columns), "_")
    return [replace(column, name=name) for column, name in zip(columns, names, strict=True)]


def _names(predicates: Iterable[NamedNode], prefixes: Mapping[str, str]) -> dict[NamedNode, str]:
    """A name for each property: its local name, with its prefix where two have the same."""
    by_name: dict[str, list[NamedNode]] = {}
    for term in sorted(predicates, key=str):
        by_name.setdefault(_plain(local_name(term)), []).append(term)
    by_namespace = {iri: prefix for prefix, iri in prefixes.items()}
    names = {}
    for name, alike in by_name.items():
        for number, term in enumerate(alike):
            prefix = by_namespace.get(term.value.removesuffix(local_name(term))) or f"p{number}"
            names[term] = name if len(alike) == 1 and name != "id" else f"{_plain(prefix)}_{name}"
    return names


def _cell(thing: NamedNode, column: Column, dataset: Dataset) -> str:
    values = dataset.objects(thing, column.predicate.value)
    if column.names:
        links = [term for term in values if isinstance(term, NamedNode)]
        names = (dataset.label(term, column.language).value if dataset.quads_of(term) else "" for term in links)
        return SEPARATOR.join(names)
    fitting = [term for term in values if (getattr(term, "language", None) or "") == column.language]
    return SEPARATOR.join(
        sorted(term.value if isinstance(term, Literal | NamedNode) else str(term) for term in fitting)
    )


def _described(column: Column, table: CsvTable, dataset: Dataset) -> dict[str, Any]:
    keys: dict[str, Any] = {"name": column.name, "titles": column.name}
    if column.names:
        return {**keys, "lang": column.language, "suppressOutput": True}
    keys["propertyUrl"] = column.predicate.value
    values = [dataset.objects(thing, column.predicate.value) for thing in table.things]
    if any(len(term) > 1 for term in values) and not column.language:
        keys["separator"] = SEPARATOR
    if column.language:
        return {**keys, "lang": column.language}
    kinds = {term.datatype.value if isinstance(term, Literal) else "" for some in values for term in some}
    if kinds == {""}:
        keys["valueUrl"] = f"{{+{column.name}}}"
    elif len(kinds) == 1 and (datatype := kinds.pop()).startswith(XSD):
        keys["datatype"] = datatype.removeprefix(XSD)
    return keys


def _slug(kind: str) -> str:
    """The name of a table: that of the class, in lower case with hyphens."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", local_name(NamedNode(kind)))
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "things"


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") or "value"


def files(dataset: Dataset) -> Iterator[tuple[str, bytes, str]]:
    """Name and content of each file, and the IRI of the class it is of."""
    for table in tables(dataset):
        yield f"{table.name}.csv", as_csv(table, dataset), table.kind.value
        yield f"{table.name}.csv-metadata.json", metadata(table, dataset), table.kind.value
