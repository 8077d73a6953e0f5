"""A published site as its pages see it: the dataset, and the views of it that several pages share.

The model that the data of a site shows: its classes, and the properties that lead from one to another.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from markupsafe import Markup
from pyoxigraph import NamedNode, Quad

from ekograph.plugins import Theme
from ekograph.rdf.dataset import Dataset, Node
from ekograph.rdf.vocab import DCAT, OWL, RDFS, SKOS_XL
from ekograph.rendering import terms
from ekograph.rendering.example_queries import Example
from ekograph.rendering.hierarchy import Hierarchy
from ekograph.rendering.listings import Listing, listings
from ekograph.urls import THINGS

#: Of more schemes and ontologies than these none can stand for the whole of what is shown.
MOST_TOGETHER = 5

#: The classes that make a site a catalogue, a vocabulary of concepts or an ontology, those that readers look for first.
PROFILES: Mapping[str, Sequence[str]] = {
    "dcat": tuple(f"{DCAT}{name}" for name in ("Catalog", "Dataset", "DataService", "Distribution")),
    "skos": (terms.SCHEME, terms.CONCEPT, terms.COLLECTION, terms.ORDERED_COLLECTION, f"{SKOS_XL}Label"),
    "owl": (f"{OWL}Ontology", *terms.CLASSES, *terms.PROPERTIES),
}


@dataclass(frozen=True)
class Change:
    """What happened to the thing of IRI `thing` in a version: `kind` is create, update or delete.

    `before` and `after` are what was said of it until then and since, as N-Triples. `kept` says whether the version
    can still be visited.
    """

    thing: str
    version: str
    published: str
    kind: str
    before: str = ""
    after: str = ""
    kept: bool = False


@dataclass(frozen=True)
class CheckForm:
    """A kind of descriptions that can be checked: its name, title and lead by language, and the rules.

    Of each rule there are the id, the name and the reason by language. `examples` are files to fill in, by their names;
    `check` is what the server checks with.
    """

    name: str
    title: Mapping[str, str]
    lead: Mapping[str, str]
    rules: Sequence[tuple[str, Mapping[str, str], Mapping[str, str]]]
    examples: Mapping[str, bytes]
    check: bytes

    @property
    def path(self) -> str:
        """The path of its page, which takes descriptions too."""
        return f"/check/{self.name}"

    @property
    def example(self) -> str:
        """The first of the examples, as a text."""
        return next(iter(self.examples.values()), b"").decode("utf-8", "replace")

    @staticmethod
    def text(texts: Mapping[str, str], language: str) -> str:
        """The text in a language, else in the first there is."""
        return texts.get(language) or next(iter(texts.values()), "")


@dataclass(frozen=True)
class Site:
    """The dataset, the name of its version, and when that was published (ISO 8601).

    `queries` are the example queries that have pages; `has_rules` says whether the rules have one,
    `large` whether things are too many to be printed; `history` holds the changes of each thing, by its IRI;
    `theme` is what the site adds to the core; `title`, `images` and `contact` are those of the settings; `checks` are
    the kinds of descriptions that it can check; `versions` are those of the dataset, oldest first, by name, each with
    its day and its number of that day, as in "2026-11-30 2".
    """

    dataset: Dataset
    version: str
    published: str
    queries: tuple[Example, ...] = ()
    has_rules: bool = False
    large: bool = False
    history: Mapping[str, Sequence[Change]] = field(default_factory=dict)
    theme: Theme = field(default_factory=Theme)
    title: str = ""
    images: Sequence[str] = ()
    contact: str = ""
    set_profile: str = ""
    checks: Sequence[CheckForm] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    def of(self, quads: Iterable[Quad]) -> Site:
        """A site of the same base, prefixes and languages that holds only `quads`."""
        local = self.dataset
        dataset = Dataset(
            quads, base=local.base, prefixes=local.prefixes, languages=local.languages, spaces=local.spaces
        )
        return Site(dataset, self.version, self.published, theme=self.theme)

    def has_query(self, name: str) -> bool:
        """Whether there is an example query of that name."""
        return any(query.name == name for query in self.queries)

    @cached_property
    def hierarchies(self) -> Mapping[str, Hierarchy]:
        """The concept schemes of the site as trees, with siblings in the order of each of its languages."""
        order = self.theme.order_properties
        return {language: Hierarchy(self.dataset, order, language) for language in self.dataset.languages}

    @property
    def hierarchy(self) -> Hierarchy:
        """The concept schemes in the order of the site's first language."""
        return next(iter(self.hierarchies.values()))

    @cached_property
    def schemes(self) -> tuple[NamedNode, ...]:
        """The concept schemes with at least one top concept."""
        return tuple(scheme for scheme in self.all(terms.SCHEME) if self.hierarchy.tops(scheme))

    @cached_property
    def vocabulary(self) -> NamedNode | None:
        """The ontology of the site, if it has one under its base."""
        ontology = NamedNode(f"{self.dataset.base}def") if self.dataset.has_names else None
        return ontology if ontology and self.dataset.quads_of(ontology) else None

    @property
    def has_catalogue(self) -> bool:
        """Whether the data has a catalogue, which is a page of its own then."""
        return bool(self.dataset.instances(f"{DCAT}Catalog"))

    @property
    def catalogues(self) -> Iterator[NamedNode]:
        """What describes the whole: the catalogue and the data sets in it, then the concept schemes."""
        yield from self.all(f"{DCAT}Catalog")
        yield from self.all(f"{DCAT}Dataset")
        yield from self.schemes

    @cached_property
    def named_after(self) -> NamedNode | None:
        """What names the whole: its catalogue or data set, else its scheme or ontology, that with most terms first.

        Of very many schemes and ontologies none stands for the others.
        """
        if catalogue := next(iter([*self.all(f"{DCAT}Catalog"), *self.all(f"{DCAT}Dataset")]), None):
            return catalogue
        ontologies = sorted(
            self.all(f"{OWL}Ontology"), key=lambda node: -len(self.dataset.subjects(f"{RDFS}isDefinedBy", node))
        )
        vocabularies = [*self.schemes, *ontologies]
        return vocabularies[0] if 0 < len(vocabularies) <= (MOST_TOGETHER if self.title else math.inf) else None

    @cached_property
    def licence(self) -> NamedNode | None:
        """The licence of the data, as the catalogue states it."""
        return next((item for node in self.catalogues for item in self.named(node, terms.LICENCE)), None)

    @cached_property
    def publisher(self) -> NamedNode | None:
        """Who publishes the data, as the catalogue states it."""
        return next((item for node in self.catalogues for item in self.named(node, terms.PUBLISHER)), None)

    @cached_property
    def address_to_write_to(self) -> str:
        """Where readers write: the setting, else the e-mail address of the catalogue's contact, else ""."""
        catalogues = self.all(f"{DCAT}Catalog")
        people = (person for node in catalogues for person in self.named(node, f"{DCAT}contactPoint"))
        addresses = (address.value for person in people for address in self.named(person, terms.EMAIL))
        return self.contact or next((item for item in addresses if item.startswith("mailto:")), "")

    @cached_property
    def classes(self) -> Mapping[str, int]:
        """How many things of this site there are of each class, most first."""
        return {kind: len(members) for kind, members in self.members.items()}

    @cached_property
    def members(self) -> Mapping[str, Sequence[NamedNode]]:
        """The things of this site of each class, by its IRI: the class with most first.

        What has no class is a resource all the same (RDF Schema, section 2.1), and listed as one.
        """
        members: Mapping[str, Sequence[NamedNode]] = self.dataset.members()
        if not (self.large and members):
            typed = {node for nodes in members.values() for node in nodes}
            if untyped := [node for node in self.things if node not in typed]:
                members = {**members, terms.RESOURCE: [*members.get(terms.RESOURCE, ()), *untyped]}
        if self.dataset.has_names:
            things = set(self.things)
            members = {kind: [thing for thing in result if thing in things] for kind, result in members.items()}
            members = {kind: result for kind, result in members.items() if result}
        return dict(sorted(members.items(), key=lambda item: (-len(item[1]), item[0])))

    @cached_property
    def profile(self) -> str:
        """What the site is: as it is set, else what at least a third of its things are of, else "rdf"."""
        counts = {name: sum(self.classes.get(kind, 0) for kind in kinds) for name, kinds in PROFILES.items()}
        most = max(counts, key=lambda name: counts[name])
        return self.set_profile or (most if counts[most] * 3 >= sum(self.classes.values()) > 0 else "rdf")

    @cached_property
    def listings(self) -> Mapping[NamedNode, Listing]:
        """The alphabetical lists of the members of classes and schemes, by their class or scheme."""
        schemes = {scheme: self.hierarchy.members(scheme) for scheme in self.all(terms.SCHEME)}
        classes = {NamedNode(kind): members for kind, members in self.members.items()}
        return listings(classes, schemes, large=self.large)

    @cached_property
    def links(self) -> dict[tuple[str, Node], Markup]:
        """The links that pages of a language have shown, which other pages show too."""
        return {}

    @cached_property
    def removed(self) -> Sequence[Change]:
        """The changes that removed a thing."""
        return [change for changes in self.history.values() for change in changes if change.kind == "delete"]

    @cached_property
    def model(self) -> Model:
        """The classes of this site's things and how they hang together."""
        return model(self.dataset, self.things)

    @cached_property
    def things(self) -> tuple[NamedNode, ...]:
        """All things that have a page of their own here."""
        dataset = self.dataset
        documents = (
            [item for item in dataset.subjects_under(dataset.base) if not _hash(item)] if dataset.has_names else []
        )
        return tuple(sorted({*dataset.things(), *documents} - dataset.moved.keys(), key=str))

    def has_page(self, node: Node) -> bool:
        """Whether this site describes `node` at an address of its own."""
        return isinstance(node, NamedNode) and bool(self.dataset.quads_of(node))

    def tells_first_of(self, node: NamedNode) -> bool:
        """Whether the page here is where people look for `node`: it is a name of this site, or the site has none."""
        return self.dataset.is_own(node.value) or not self._names_things

    @cached_property
    def _names_things(self) -> bool:
        dataset = self.dataset
        starts = [f"{dataset.base}{THINGS}" if dataset.has_names else "", *dataset.spaces]
        return any(dataset.subjects_under(start) for start in starts if start)

    def named(self, subject: Node, predicate: str) -> list[NamedNode]:
        """The things that `subject` points to with the property of IRI `predicate`, in order."""
        return self.hierarchy.in_order(self.dataset.objects(subject, predicate))

    def pointing(self, predicate: str, target: Node) -> list[NamedNode]:
        """The things that point to `target` with the property of IRI `predicate`, in order."""
        return self.hierarchy.in_order(self.dataset.subjects(predicate, target))

    def all(self, kind: str) -> tuple[NamedNode, ...]:
        """The things of the class of IRI `kind`, in order."""
        return tuple(self.hierarchy.in_order(self.dataset.instances(kind)))


def _hash(node: NamedNode) -> bool:
    return "#" in node.value


#: Relations that are stated the other way round too.
_INVERSES = frozenset({terms.NARROWER, terms.HAS_TOP})


@dataclass(frozen=True)
class Model:
    """How many things there are of each class, and the properties that lead from things of one class to another's."""

    counts: Mapping[str, int]
    links: Mapping[tuple[str, str], list[str]]


def model(dataset: Dataset, things: Iterable[NamedNode]) -> Model:
    """The model that `things` show, those among them that are named under the base."""
    kinds = _kinds(dataset, things)
    return Model(Counter(kinds.values()), _links(dataset, kinds))


def _kinds(dataset: Dataset, things: Iterable[NamedNode]) -> dict[NamedNode, str]:
    """The class of each thing: the first that the site defines itself, else the first of all."""
    kinds = {}
    local: dict[str, bool] = {}
    for thing in things:
        result = dataset.types(thing)
        if not result or not dataset.is_own(thing.value):
            continue
        for entry in result:
            if entry not in local:
                local[entry] = bool(dataset.quads_of(NamedNode(entry)))
        kinds[thing] = next((item for item in result if local[item]), result[0])
    return kinds


def _links(dataset: Dataset, kinds: Mapping[NamedNode, str]) -> dict[tuple[str, str], list[str]]:
    """The properties that lead from things of one class to those of another."""
    result: dict[tuple[str, str], set[NamedNode]] = {}
    for thing, kind in kinds.items():
        for quad in dataset.quads_of(thing):
            end = quad.object
            if isinstance(end, NamedNode) and (other := kinds.get(end)):
                result.setdefault((kind, other), set()).add(quad.predicate)
    named = {pair: {item.value for item in properties} - _INVERSES for pair, properties in result.items()}
    return {pair: sorted(properties) for pair, properties in named.items() if properties}
