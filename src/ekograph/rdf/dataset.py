"""An RDF dataset in memory, indexed by subject and by object: labels, descriptions, resources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from sys import intern
from typing import TypeAlias, TypeVar
from urllib.parse import unquote

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from ekograph.rdf.texts import LABELS, LanguageOrder, Text, local_name, text_of
from ekograph.rdf.vocab import DCTERMS, SKOS_XL, TYPE
from ekograph.urls import DOCUMENTS, GRAPHS, NO_BASE, THINGS, iri_at, is_own, path_for, request_path

Node: TypeAlias = NamedNode | BlankNode | Triple
Term: TypeAlias = Node | Literal

T = TypeVar("T")

_LABEL_IRIS = tuple(term.value for term in LABELS)
_LABEL_PREDICATES = frozenset(LABELS)
_LITERAL_FORM = f"{SKOS_XL}literalForm"

#: Leads from a thing to what is described in its place.
REPLACED_BY = DCTERMS("isReplacedBy")
#: How often a thing is renamed at most.
LONGEST_CHAIN = 100

#: Of how many things what is said is kept by property: pages ask for the same again and again.
KEPT = 16_384


class Dataset:
    """The quads of a site, immutable.

    `base` is the IRI that things are named under, `spaces` are further IRIs that begin their names, `prefixes` maps
    prefixes to namespaces, `languages` are those of the site, in the order in which labels fall back. `in_order` says
    that the quads come sorted, each once.
    """

    def __init__(  # noqa: PLR0913 - what every copy of a dataset takes over
        self,
        quads: Iterable[Quad],
        *,
        base: str,
        prefixes: Mapping[str, str],
        languages: Sequence[str],
        spaces: Sequence[str] = (),
        in_order: bool = False,
    ) -> None:
        self.base = base
        self.spaces = tuple(spaces)
        self.prefixes = dict(prefixes)
        self.languages = tuple(languages)
        self._quads = list(quads) if in_order else sorted(set(quads), key=str)
        self._by_subject: dict[Node, list[Quad]] = {}
        self._by_object: dict[Term, list[Quad]] = {}
        self._said = lru_cache(KEPT)(self._group_said)
        self._pointing = lru_cache(KEPT)(self._group_pointing)
        for quad in self._quads:
            self._by_subject.setdefault(quad.subject, []).append(quad)
            if not isinstance(quad.object, Literal):
                self._by_object.setdefault(quad.object, []).append(quad)

    @property
    def quads(self) -> Sequence[Quad]:
        """All quads, sorted."""
        return self._quads

    def statements(self) -> Iterable[Quad]:
        """All quads, sorted, to be gone through once."""
        return self.quads

    def quads_of(self, subject: Node) -> Sequence[Quad]:
        """What is said of `subject`, in all graphs."""
        return self._by_subject.get(subject, ())

    def quads_to(self, target: Term) -> Sequence[Quad]:
        """What points to `target`, in all graphs."""
        return self._by_object.get(target, ())

    def said(self, subject: Node) -> Mapping[str, Sequence[Term]]:
        """The distinct objects of `subject` by the IRI of their property."""
        return self._said(subject)

    def objects(self, subject: Node, predicate: str) -> list[Term]:
        """The distinct objects of `subject` and the property with IRI `predicate`."""
        return list(self._said(subject).get(predicate, ()))

    def subjects(self, predicate: str, target: Term) -> list[Node]:
        """The distinct subjects that point to `target` with the property of IRI `predicate`."""
        return list(self._pointing(target).get(predicate, ()))

    def subjects_with(self, predicate: NamedNode) -> Sequence[Node]:
        """The distinct subjects of which `predicate` says something."""
        return self._by_predicate.get(predicate, ())

    def links(self, predicate: NamedNode) -> Iterator[tuple[NamedNode, NamedNode]]:
        """The IRIs that `predicate` leads from and to, in all graphs."""
        for quad in self.statements():
            ends = quad.subject, quad.object
            if quad.predicate == predicate and isinstance(ends[0], NamedNode) and isinstance(ends[1], NamedNode):
                yield ends[0], ends[1]

    @cached_property
    def _by_predicate(self) -> Mapping[NamedNode, list[Node]]:
        """Sorted quads give each subject in one go, so that the last one is all there is to compare with."""
        grouped: dict[NamedNode, list[Node]] = {}
        for quad in self.statements():
            subjects = grouped.setdefault(quad.predicate, [])
            if not subjects or subjects[-1] != quad.subject:
                subjects.append(quad.subject)
        return grouped

    def instances(self, of: str) -> list[Node]:
        """The things of the class with IRI `of`."""
        return self.subjects(TYPE.value, NamedNode(of))

    def types(self, subject: Node) -> list[str]:
        """The IRIs of the classes of `subject`."""
        return list(self._types.get(subject, ()))

    def members(self) -> Mapping[str, Sequence[NamedNode]]:
        """The things of each class, by the IRI of the class."""
        members: dict[str, list[NamedNode]] = {}
        for node, kinds in self._types.items():
            if isinstance(node, NamedNode):
                for kind in kinds:
                    members.setdefault(kind, []).append(node)
        return members

    @cached_property
    def _types(self) -> Mapping[Node, list[str]]:
        """The classes of all there is, which are asked for thing by thing more often than all else."""
        grouped: dict[Node, list[str]] = {}
        for quad in self.quads:
            if quad.predicate == TYPE and isinstance(kind := quad.object, NamedNode):
                kinds = grouped.setdefault(quad.subject, [])
                if (name := intern(kind.value)) not in kinds:
                    kinds.append(name)
        return grouped

    @cached_property
    def language_order(self) -> LanguageOrder:
        """Which language stands in for one that a text is missing in."""
        tags = Counter(quad.object.language for quad in self._quads if isinstance(quad.object, Literal))
        return LanguageOrder(self.languages, tags)

    def text(self, subject: Node, predicates: Iterable[str], language: str) -> Text | None:
        """The text of the first of `predicates` that has one, in `language` or the nearest there is.

        A text without official standing is taken only where its language has no official one; after the language
        asked for, the site's languages follow in their order.
        """
        literals = self.literals(subject, predicates)
        return self.language_order.nearest(literals, language, self.unofficial(subject)) if literals else None

    @property
    def unofficial_mark(self) -> str:
        """The IRI of the property by which a site repeats the texts of a thing that have no official standing."""
        return f"{self.base or NO_BASE}def#unofficialText"

    def unofficial(self, subject: Node) -> Container[Term]:
        """The texts of `subject` that the site marks as unofficial."""
        return self._said(subject).get(self.unofficial_mark, ())

    def literals(self, subject: Node, predicates: Iterable[str]) -> list[Literal]:
        """The literals of the first of `predicates` that has any; a label of SKOS-XL has its literal form."""
        return next(filter(None, map(partial(self._literals, self._said(subject)), predicates)), [])

    def _literals(self, said: Mapping[str, Sequence[Term]], predicate: str) -> list[Literal]:
        literals = []
        for value in said.get(predicate, ()):
            if isinstance(value, Literal):
                literals.append(value)
            elif predicate.startswith(SKOS_XL):
                literals += [form for form in self.objects(value, _LITERAL_FORM) if isinstance(form, Literal)]
        return literals

    def label(self, subject: Node, language: str) -> Text:
        """The name of `subject` in `language` or the nearest there is; without any, the end of its IRI.

        A name in the language goes before one of a more telling property in another language.
        """
        said, unofficial = self._said(subject), self.unofficial(subject)
        names = [
            (self.language_order.distance(literal, language, unofficial), rank, literal)
            for rank, predicate in enumerate(_LABEL_IRIS)
            if predicate in said
            for literal in self._literals(said, predicate)
            if literal.value.strip()
        ]
        if not names:
            return Text(local_name(subject), "")
        _, _, literal = min(names, key=lambda name: (name[0][0], name[1], name[0])) if len(names) > 1 else names[0]
        return text_of(literal, unofficial)

    @property
    def has_names(self) -> bool:
        """Whether the site has a base under which its things are named."""
        return self.base not in {"", NO_BASE}

    def path(self, iri: str) -> str:
        """The path of the page about `iri`, and its fragment if it has one."""
        # Where no site names things, what is named under NO_BASE is what the server adds.
        here = iri.startswith(NO_BASE) and not self.has_names
        return iri[len(NO_BASE) - 1 :] if here else path_for(iri, self.base if self.has_names else "", self.spaces)

    def described_at(self, path: str) -> NamedNode | None:
        """The thing whose page is at `path`, if there is one."""
        node = _iri(iri_at(path, self.base if self.has_names else "", self.spaces))
        return node if node and self.quads_of(node) else None

    def looked_up_at(self, path: str) -> NamedNode | None:
        """The thing that clients mean by `path`: one of that name, else the first of a hash namespace."""
        for start in (f"{self.base}{THINGS}" if self.has_names else "", *self.spaces):
            below = request_path(start, self.base if self.has_names else "")
            if not start or not path.startswith(below):
                continue
            name = path.removeprefix(below)
            for iri in (start.removesuffix("#") + unquote(name), start.removesuffix("#") + name):
                node = _iri(iri)
                if node and self.quads_of(node):
                    return node
                if node and (parts := self.subjects_under(f"{iri}#")):
                    return parts[0]
        return None

    def is_own(self, iri: str) -> bool:
        """Whether `iri` is a name of this site's own; all are where neither a base nor other names are set."""
        return not (self.has_names or self.spaces) or is_own(iri, self.base if self.has_names else "", self.spaces)

    def things(self) -> list[NamedNode]:
        """What has a page of its own: all that is described but documents of this site, their parts, and the moved."""
        things = (node for node in self.subjects_under("") if node not in self.moved)
        return [node for node in things if not self._is_in_document(node.value)]

    @cached_property
    def moved(self) -> Mapping[Node, NamedNode]:
        """What is left of a renamed thing, only that another one replaces it, with the one that does; in memory."""
        ends: dict[Term, Term] = {
            node: quads[0].object for node, quads in self._by_subject.items() if _only_replaced(quads)
        }
        moved: dict[Node, NamedNode] = {}
        for node in self._by_subject.keys() & ends.keys():
            end, steps = ends[node], 0
            # In a circle nothing replaces anything.
            while end in ends and steps < LONGEST_CHAIN:
                end, steps = ends[end], steps + 1
            if isinstance(end, NamedNode) and end not in ends and self.quads_of(end):
                moved[node] = end
        return moved

    def own_things(self) -> list[NamedNode]:
        """The things that are named by this site; where it names none, all things."""
        things = self.things()
        return [node for node in things if self.is_own(node.value)] or things

    def _is_in_document(self, iri: str) -> bool:
        if not self.has_names or not iri.startswith(self.base):
            return False
        below = iri[len(self.base) :]
        return below.partition("#")[0] in DOCUMENTS or (below.startswith(GRAPHS) and iri in self.graphs())

    def subjects_under(self, prefix: str) -> list[NamedNode]:
        """The things described whose IRIs begin with `prefix`, sorted."""
        named = (term for term in self._by_subject if isinstance(term, NamedNode))
        return sorted((term for term in named if term.value.startswith(prefix)), key=str)

    def crowded(self, least: int) -> Iterator[tuple[NamedNode, str, Sequence[NamedNode], bool]]:
        """Things with more than `least` things at the other end of one property: the thing, the IRI, and these.

        Last is whether the property leads from the thing to them.
        """
        for outward, index in ((False, self._by_object), (True, self._by_subject)):
            for node, quads in index.items():
                if len(quads) > least and isinstance(node, NamedNode):
                    yield from crowds(node, quads, least, outward=outward)

    def graphs(self) -> Mapping[str, Sequence[Quad]]:
        """The quads of each named graph, by its IRI; "" is the default graph."""
        return self._graphs

    @cached_property
    def _graphs(self) -> Mapping[str, Sequence[Quad]]:
        grouped: dict[NamedNode | BlankNode | DefaultGraph, list[Quad]] = {}
        for quad in self.quads:
            grouped.setdefault(quad.graph_name, []).append(quad)
        return {"" if isinstance(name, DefaultGraph) else name.value: quads for name, quads in grouped.items()}

    def bounded(self, subject: Node) -> Iterator[Quad]:
        """What is said of `subject`, and of the blank nodes that this leads to."""
        pending, seen = [subject], {subject}
        while pending:
            for quad in self.quads_of(pending.pop()):
                yield quad
                if isinstance(quad.object, BlankNode) and quad.object not in seen:
                    seen.add(quad.object)
                    pending.append(quad.object)

    def describe(self, subject: Node) -> list[Quad]:
        """The concise bounded description of `subject`, what points to it, and the labels of both ends.

        Concise bounded description: https://www.w3.org/Submission/CBD/ (without reification).
        """
        about = list(self.bounded(subject))
        incoming = [quad for quad in self.quads_to(subject) if quad.subject != subject]
        ends = {q.object for q in about} | {q.subject for q in incoming} | {subject}
        labels = [quad for end in ends if isinstance(end, NamedNode) for quad in self._label_quads(end)]
        return sorted({*about, *incoming, *labels}, key=lambda quad: (quad.subject != subject, str(quad)))

    def _label_quads(self, node: NamedNode) -> list[Quad]:
        return [quad for quad in self.quads_of(node) if quad.predicate in _LABEL_PREDICATES]

    def counted_languages(self) -> Counter[str | None]:
        """How many literals in memory there are in each language."""
        return Counter(quad.object.language for quad in self._quads if isinstance(quad.object, Literal))

    def _group_said(self, subject: Node) -> dict[str, list[Term]]:
        return _grouped((quad.predicate.value, quad.object) for quad in self.quads_of(subject))

    def _group_pointing(self, target: Term) -> dict[str, list[Node]]:
        return _grouped((quad.predicate.value, quad.subject) for quad in self.quads_to(target))


def in_default_graph(quads: Iterable[Quad]) -> list[Quad]:
    """Each triple of `quads` once, in their order, in the default graph: what readers of one graph get to see."""
    return list(dict.fromkeys(Quad(quad.subject, quad.predicate, quad.object) for quad in quads))


def _only_replaced(quads: Sequence[Quad]) -> bool:
    """Whether nothing is said but that one other thing replaces this one."""
    return all(quad.predicate == REPLACED_BY and quad.object == quads[0].object for quad in quads)


def _grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """The distinct values of each key, in order."""
    grouped: dict[str, dict[T, None]] = {}
    for key, value in pairs:
        # The same few keys come again and again.
        grouped.setdefault(intern(key), {})[value] = None
    return {key: list(values) for key, values in grouped.items()}


def crowds(
    node: NamedNode, quads: Iterable[Quad], least: int, *, outward: bool
) -> Iterator[tuple[NamedNode, str, Sequence[NamedNode], bool]]:
    """The properties of `quads` that have more than `least` things at their other end, with these."""
    ends = ((quad.predicate.value, quad.object if outward else quad.subject) for quad in quads)
    grouped = _grouped((predicate, end) for predicate, end in ends if isinstance(end, NamedNode))
    yield from ((node, predicate, end, outward) for predicate, end in grouped.items() if len(end) > least)


def _iri(text: str | None) -> NamedNode | None:
    """`text` as a node, if it can be one."""
    try:
        return NamedNode(text) if text else None
    except ValueError:
        return None
