"""The things of the site as records of OAI-PMH 2.0: in Dublin Core here, in RDF by where their documents are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from xml.sax.saxutils import escape

from pyoxigraph import Literal, NamedNode

from ekograph.publish.catalog.dcat_ap import PAGE as CATALOGUE
from ekograph.publish.catalog.dcat_ap import described, email
from ekograph.publish.history.memento import by_thing, last_state
from ekograph.publish.publication import Event, Publication
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import DCAT, DCTERMS, FOAF
from ekograph.rendering import terms
from ekograph.rendering.rdf_writers import NOT_XML
from ekograph.rendering.representations import plain
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import RECORDS

Json: TypeAlias = dict[str, Any]

_OAI_DC = (
    '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/oai_dc/'
    ' http://www.openarchives.org/OAI/2.0/oai_dc.xsd">'
)

#: The elements of Dublin Core, and the properties they are filled from: the first that says anything.
_ELEMENTS = {
    "title": tuple(label.value for label in LABELS),
    "description": (f"{DCTERMS}description", *terms.DEFINITIONS),
    "subject": (f"{DCAT}keyword", f"{DCTERMS}subject"),
    "publisher": (f"{DCTERMS}publisher",),
    "language": (f"{DCTERMS}language",),
    "rights": (f"{DCTERMS}license",),
    "coverage": (f"{DCTERMS}spatial",),
    "source": (f"{DCTERMS}source",),
}

# What the name of a set cannot hold (OAI-PMH, section 2.6).
_NOT_IN_SETS = re.compile(r"[^A-Za-z0-9._~-]+")


def export(publication: Publication) -> Iterator[Representation]:
    """The repository, which requests are answered from."""
    yield plain(RECORDS, "application/json", json.dumps(repository(publication), ensure_ascii=False, indent=1))


def repository(publication: Publication) -> Json:
    """What the repository answers from: its name, its first date, its sets by their names, and its records.

    A record that is described no more says so; of the others there are the Dublin Core and the addresses of RDF/XML.
    The datestamp is that of the last event, as of when it could be read: nothing comes before the end of a harvest and
    is seen after it. That of the version that is published now only the server knows.
    """
    dataset, events = publication.site.dataset, by_thing(publication.events)
    datasets = described(dataset)
    things = () if publication.site.large else dataset.things()
    sets: dict[str, str] = {}
    records = [
        _record(node, publication, events.get(node.value, ()), sets) for node in dict.fromkeys([*things, *datasets])
    ]
    for thing, past in events.items():
        if (past[-1].kind == "delete" and "#" not in dataset.path(thing)) or NamedNode(thing) in dataset.moved:
            last_sets = _sets_of(NamedNode(thing), last_state(past[:-1], dataset), sets)
            stamp = past[-1].published
            records.append({"identifier": thing, "datestamp": stamp, "sets": last_sets, "deleted": True})
    finished = {version.published: version.finished for version in publication.versions if version.finished}
    for record in records:
        record["datestamp"] = finished.get(record["datestamp"], record["datestamp"])
    return {
        "name": dataset.label(datasets[0], "en").value if datasets else "ekograph",
        "email": email(dataset),
        "earliest": publication.versions[0].published,
        "sets": sets,
        "records": sorted(records, key=lambda record: (record["datestamp"], record["identifier"])),
    }


def _record(node: NamedNode, publication: Publication, events: Sequence[Event], sets: dict[str, str]) -> Json:
    dataset, path = publication.site.dataset, publication.site.dataset.path(node.value)
    is_dataset = DCAT("Dataset").value in dataset.types(node)
    # The files of a dataset change with every version.
    datestamp = publication.version.published if is_dataset or not events else events[-1].published
    return {
        "identifier": node.value,
        "datestamp": datestamp,
        "sets": _sets_of(node, dataset, sets),
        "oai_dc": _dublin_core(node, dataset, datestamp),
        "rdf": f"{CATALOGUE if '#' in path else path}.rdf",
        **({"dcat_ap": f"{CATALOGUE}.rdf"} if is_dataset else {}),
    }


def _sets_of(node: NamedNode, dataset: Dataset, sets: dict[str, str]) -> list[str]:
    """The sets that a thing is in, those of its classes and its schemes, which get into `sets` with their names."""
    schemes = [end.value for end in dataset.objects(node, terms.IN_SCHEME) if isinstance(end, NamedNode)]
    members = [("class", kind) for kind in dataset.types(node)] + [("scheme", scheme) for scheme in schemes]
    names = {_set(kind, iri, dataset): dataset.label(NamedNode(iri), "en").value for kind, iri in members}
    for name, title in names.items():
        sets.setdefault(name, title)
    return list(names)


def _set(kind: str, iri: str, dataset: Dataset) -> str:
    """The name of a set, which stays the same while the IRI and its prefix do."""
    near = [
        (namespace, prefix) for prefix, namespace in dataset.prefixes.items() if prefix and iri.startswith(namespace)
    ]
    namespace, prefix = max(near, key=lambda pair: len(pair[0]), default=("", ""))
    path = dataset.path(iri).removeprefix("/doc/").removeprefix("/about/")
    name = f"{prefix}.{iri.removeprefix(namespace)}" if prefix else path
    return f"{kind}:{_NOT_IN_SETS.sub('.', name).strip('.')}"


def _dublin_core(node: NamedNode, dataset: Dataset, modified: str) -> str:
    kinds = "".join(_element("type", dataset.label(NamedNode(kind), "en").value) for kind in dataset.types(node))
    elements = "".join(_elements(node, dataset)) + _element("identifier", node.value)
    return f"{_OAI_DC}{elements}{kinds}<dc:date>{modified[:10]}</dc:date></oai_dc:dc>"


def _elements(node: NamedNode, dataset: Dataset) -> Iterator[str]:
    for name, predicates in _ELEMENTS.items():
        values = next(filter(None, (dataset.objects(node, predicate) for predicate in predicates)), [])
        for item in values:
            # Of what has names of people and organizations, these.
            names = () if isinstance(item, Literal) else dataset.objects(item, FOAF("name").value)
            for value in names or (item,):
                if isinstance(value, Literal):
                    yield _element(name, value.value, f' xml:lang="{value.language}"' if value.language else "")
                elif isinstance(value, NamedNode):
                    yield _element(name, value.value)


def _element(name: str, text: str, attributes: str = "") -> str:
    return f"<dc:{name}{attributes}>{escape(NOT_XML.sub('', text))}</dc:{name}>"
