"""What a site says already: the things that a new one is linked to, and the files they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset, local_name
from ekograph.scaffold.draft import NOTATION, PREF_LABEL
from ekograph.validation.parsing import parsed
from ekograph.validation.report import Result
from ekograph.validation.sources import Source, collect


class NewError(Exception):
    """An answer that cannot be used; `key` names the message of the area "new", `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class EditableSite:
    """The settings, the Turtle files of the data folder, all that the sources say, and why some cannot be read."""

    settings: Settings
    files: tuple[Source, ...]
    dataset: Dataset
    faults: tuple[Result, ...]

    def term(self, name: str) -> NamedNode:
        """The term of the site's own ontology."""
        return NamedNode(f"{self.settings.base}def#{name}")

    def thing(self, path: str) -> NamedNode:
        """The IRI of a thing, for example of "place/imatra"."""
        return NamedNode(f"{self.settings.base}id/{path}")


def read(settings: Settings, check: Messages) -> EditableSite:
    """The site as its sources have it now. Raises sources.SourceError."""
    collected = [each for each in collect(settings) if each.kind != "shapes"]
    files = [parsed(each, check) for each in collected]
    quads = [quad for each in files for quad in each.quads]
    dataset = Dataset(quads, base=settings.base, prefixes={}, languages=settings.languages)
    turtle = tuple(each for each in collected if each.kind == "data" and each.format == formats.TURTLE)
    return EditableSite(settings, turtle, dataset, tuple(result for each in files for result in each.results))


def instances(site: EditableSite, of: NamedNode) -> list[NamedNode]:
    """The things of a class, by their IRIs."""
    return sorted((each for each in site.dataset.instances(of.value) if isinstance(each, NamedNode)), key=str)


def find(site: EditableSite, of: NamedNode, given: str, among: Sequence[NamedNode] | None = None) -> NamedNode:
    """The thing of a class with that short name, notation, label or IRI. Raises NewError."""
    things = instances(site, of) if among is None else among
    for each in things:
        if given.strip().casefold() in {text.casefold() for text in _names(site, each)}:
            return each
    known = ", ".join(local_name(each) for each in things)
    raise NewError("unknown", given=given, known=known) if known else NewError("unknown-none", given=given)


def nodes(site: EditableSite, subject: NamedNode, predicate: str) -> list[NamedNode]:
    """The things that the subject is linked to."""
    return [each for each in site.dataset.objects(subject, predicate) if isinstance(each, NamedNode)]


def linked(site: EditableSite, predicate: str, target: NamedNode) -> list[NamedNode]:
    """The things that are linked to the target."""
    return [each for each in site.dataset.subjects(predicate, target) if isinstance(each, NamedNode)]


def texts(site: EditableSite, subject: NamedNode, predicate: str) -> list[str]:
    """The texts of a property, whatever their language."""
    return [each.value for each in site.dataset.objects(subject, predicate) if isinstance(each, Literal)]


def next_order(site: EditableSite, siblings: Sequence[NamedNode]) -> int:
    """The display order after the last of the siblings."""
    orders = [text for each in siblings for text in texts(site, each, site.term("displayOrder").value)]
    return max((int(text) for text in orders if text.isdecimal()), default=0) + 1


def _names(site: EditableSite, subject: NamedNode) -> list[str]:
    labels = [text for predicate in (PREF_LABEL, NOTATION) for text in texts(site, subject, predicate)]
    return [subject.value, local_name(subject), *labels]
