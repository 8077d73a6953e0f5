"""Classes and properties of ontologies, and class expressions (OWL 2) in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode

from ekograph.plugins import Values
from ekograph.rdf.dataset import Node, Term
from ekograph.rdf.texts import local_name
from ekograph.rdf.vocab import OWL, RDF, RDFS, SCHEMA, SHACL, XSD
from ekograph.rendering import class_diagram
from ekograph.rendering.hierarchy import MOST_IN_TREE, ConceptNode, Hierarchy
from ekograph.rendering.listings import EXAMPLES
from ekograph.rendering.terms import CLASSES, DEFINITIONS, PROPERTIES
from ekograph.rendering.view import View

_SUPER, _DOMAIN, _RANGE = f"{RDFS}subClassOf", f"{RDFS}domain", f"{RDFS}range"
_DOMAIN_INCLUDES = (_DOMAIN, f"{SCHEMA}domainIncludes", "http://schema.org/domainIncludes")
_RANGE_INCLUDES = (_RANGE, f"{SCHEMA}rangeIncludes", "http://schema.org/rangeIncludes")

#: Of an ontology with more terms than this the pages of the terms alone tell what each means.
MOST_DEFINED = 200
#: More names than this do not fit beside an arrow.
MOST_ON_ARROW = 3
#: What is of these classes is anything: arrows from and to them would hide all others.
_EVERYTHING = {f"{OWL}Thing", f"{RDFS}Resource", f"{RDFS}Literal"}

#: Deeper expressions are shown as what is said of them; lists longer than this too.
_DEEPEST, _LONGEST = 6, 60

_JOINED = {f"{OWL}unionOf": "or", f"{OWL}intersectionOf": "and", f"{OWL}oneOf": "or"}
_FILLERS = {"someValuesFrom": "some", "allValuesFrom": "only", "hasValue": "value"}
_CARDINALITIES = {"minQualifiedCardinality": "min", "maxQualifiedCardinality": "max", "qualifiedCardinality": "exactly"}
_CARDINALITIES |= {"minCardinality": "min", "maxCardinality": "max", "cardinality": "exactly"}


class TermHierarchy(Hierarchy):
    """The classes of a dataset, by `rdfs:subClassOf`, or its properties, by `rdfs:subPropertyOf`."""

    def __init__(self, view: View, kinds: Sequence[str] = CLASSES, wider: str = _SUPER) -> None:
        super().__init__(view.dataset, view.site.theme.order_properties, view.language)
        self._kinds, self._wider = kinds, wider
        self._members: dict[Node, dict[NamedNode, None]] = {}

    def members(self, scheme: Node) -> list[NamedNode]:
        """The terms that an ontology defines; all that are declared where it names none."""
        if scheme not in self._members:
            instances = (node for kind in self._kinds for node in self._dataset.instances(kind))
            defined = set(self._dataset.subjects(f"{RDFS}isDefinedBy", scheme))
            terms = (node for node in instances if isinstance(node, NamedNode) and (node in defined or not defined))
            self._members[scheme] = dict.fromkeys(terms)
        return list(self._members[scheme])

    def above(self, concept: Node, scheme: Node | None = None) -> list[NamedNode]:
        """The named terms directly above, in order; of those that an ontology defines if it is told."""
        wider = self.in_order(self._dataset.objects(concept, self._wider))
        return [node for node in wider if scheme is None or node in self._members[scheme]]

    def below(self, concept: NamedNode) -> Sequence[NamedNode]:
        """The terms directly below, in order."""
        if concept not in self._narrower:
            self._narrower[concept] = self.in_order(self._dataset.subjects(self._wider, concept))
        return self._narrower[concept]

    def around(self, node: NamedNode) -> Values:
        """The paths from the top down to a term and what is below it, as trees."""
        branch = self.branch(node)
        return {"tree": [_chain(path, branch) for path in self.paths(node)], "more": branch.more}


def wider_classes(view: View, kind: str) -> set[str]:
    """The IRIs of the named classes that a class is below, at any distance."""
    pending, wider = [kind], set[str]()
    while pending:
        for node in view.dataset.objects(NamedNode(pending.pop()), _SUPER):
            if isinstance(node, NamedNode) and node.value not in wider:
                wider.add(node.value)
                pending.append(node.value)
    return wider


def class_values(view: View, node: NamedNode) -> Values:
    """A class: its place among the classes, its properties with their ranges, where it is a range, its members."""
    classes = TermHierarchy(view)
    paths = classes.paths(node)
    kinds = [node, *dict.fromkeys(ancestor for path in paths for ancestor in reversed(path))]
    members = view.site.members.get(node.value, ())
    listing = view.site.listings.get(node)
    first = listing.first(view.hierarchy) if listing else view.hierarchy.by_name(members)
    return {
        **classes.around(node),
        "properties": [
            (view.link(kind), [_property(view, property_) for property_ in properties[:MOST_IN_TREE]])
            for kind in kinds[:20]
            if (properties := _pointing(view, _DOMAIN_INCLUDES, kind))
        ],
        "rules": [
            (view.link(kind), rules)
            for kind in kinds[:20]
            if (rules := [rule for shape in _shapes(view, kind) for rule in _rules(view, shape)][:MOST_IN_TREE])
        ],
        "range_of": [view.link(property_) for property_ in _pointing(view, _RANGE_INCLUDES, node)[:MOST_IN_TREE]],
        "count": len(members),
        "members": [view.link(member) for member in first[:EXAMPLES]],
        "list": listing.address(view.language) if listing else "",
    }


def property_values(view: View, node: NamedNode) -> Values:
    """A property: where it leads from and to, its inverse, and its place among the properties."""
    dataset = view.dataset
    around: dict[str, Iterable[Term]] = {
        "domain": [term for iri in _DOMAIN_INCLUDES for term in dataset.objects(node, iri)],
        "range": [term for iri in _RANGE_INCLUDES for term in dataset.objects(node, iri)],
        "inverse": dict.fromkeys(
            [*dataset.objects(node, f"{OWL}inverseOf"), *dataset.subjects(f"{OWL}inverseOf", node)]
        ),
    }
    return {
        **TermHierarchy(view, PROPERTIES, f"{RDFS}subPropertyOf").around(node),
        "facts": [
            (key, [expression(view, term) or view.link(term) for term in values if not isinstance(term, Literal)])
            for key, values in around.items()
        ],
    }


def ontology_values(view: View, node: NamedNode) -> Values:
    """An ontology: its classes as a tree and as a picture, its properties, what else it defines, and what all mean."""
    classes = TermHierarchy(view)
    properties = TermHierarchy(view, PROPERTIES).members(node)
    defined = view.site.pointing(f"{RDFS}isDefinedBy", node)
    others = [term for term in defined if not {*view.dataset.types(term)} & {*CLASSES, *PROPERTIES}]
    terms = {local_name(term): term for term in view.hierarchy.by_name([*classes.members(node), *properties, *others])}
    return {
        "defined": [
            (name, view.link(term), view.short(term.value), texts)
            for name, term in (terms.items() if len(terms) <= MOST_DEFINED else ())
            if (texts := view.texts(term, DEFINITIONS))
        ],
        "diagram": class_diagram.diagram(view, {}, _links(view, properties)),
        "frame_of_model": class_diagram.FRAME,
        "tree": classes.tree(node),
        "more": len(classes.tops(node)) - MOST_IN_TREE,
        "properties": [_property(view, term) for term in view.hierarchy.by_name(properties)[:MOST_IN_TREE]],
        "more_properties": len(properties) - MOST_IN_TREE,
        "others": [view.link(term) for term in view.hierarchy.by_name(others)[:MOST_IN_TREE]],
        "more_others": len(others) - MOST_IN_TREE,
    }


def _links(view: View, properties: Iterable[NamedNode]) -> dict[tuple[str, str], list[str]]:
    """The properties that an ontology has lead from one class to another."""
    links: dict[tuple[str, str], list[str]] = {}
    for node in properties:
        starts, ends = (
            [term.value for iri in iris for term in view.dataset.objects(node, iri) if isinstance(term, NamedNode)]
            for iris in (_DOMAIN_INCLUDES, _RANGE_INCLUDES)
        )
        for start, end in product(starts, ends):
            if not {start, end} & _EVERYTHING and not end.startswith(XSD.iri):
                links.setdefault((start, end), []).append(node.value)
    return {pair: iris[:MOST_ON_ARROW] for pair, iris in links.items()}


def expression(view: View, term: Term, depth: int = 0) -> Markup | None:
    """A class expression in words, or None for what is none or is nested too deep."""
    if not isinstance(term, BlankNode) or depth > _DEEPEST:
        return None
    said = view.dataset.said(term)
    for predicate, word in _JOINED.items():
        if predicate in said:
            members = [_part(view, member, depth) for member in _list(view, said[predicate][0])]
            return Markup(" {} ").format(view.message(f"expression.{word}")).join(members) if members else None
    if complement := said.get(f"{OWL}complementOf"):
        return Markup("{} {}").format(view.message("expression.not"), _part(view, complement[0], depth))
    if datatype := said.get(f"{OWL}onDatatype"):
        return _part(view, datatype[0], depth) if f"{OWL}withRestrictions" not in said else None
    return _restriction(view, term, depth) if f"{OWL}onProperty" in said else None


def _restriction(view: View, node: BlankNode, depth: int) -> Markup | None:
    """An owl:Restriction in words."""
    said = view.dataset.said(node)
    name = _part(view, said[f"{OWL}onProperty"][0], depth)
    for predicate, word in _FILLERS.items():
        if values := said.get(f"{OWL}{predicate}"):
            return _sentence(view, f"expression.{word}", name, _part(view, values[0], depth))
    kinds = said.get(f"{OWL}onClass") or said.get(f"{OWL}onDataRange") or ()
    for predicate, word in _CARDINALITIES.items():
        if counts := said.get(f"{OWL}{predicate}"):
            count = counts[0].value if isinstance(counts[0], Literal) else ""
            kind = _part(view, kinds[0], depth) if kinds else Markup("")
            return _sentence(view, f"expression.{word}", name, Markup("{} {}").format(count, kind))
    return None


def _sentence(view: View, key: str, name: Markup, value: Markup) -> Markup:
    # A message of ours, whose places are filled with markup.
    return Markup(view.message(key, property="{property}", value="{value}")).format(property=name, value=value)  # noqa: S704


def _part(view: View, term: Term, depth: int) -> Markup:
    if isinstance(term, Literal):
        return view.literal(term)
    inner = expression(view, term, depth + 1)
    if inner is None:
        return view.link(term)
    return Markup("({})").format(inner) if depth else inner


def _list(view: View, start: Term) -> list[Term]:
    """The members of an RDF list, as far as it is whole and no longer than a page can show."""
    members: list[Term] = []
    while isinstance(start, BlankNode) and len(members) < _LONGEST:
        members += view.dataset.objects(start, f"{RDF}first")[:1]
        start = next(iter(view.dataset.objects(start, f"{RDF}rest")), Literal(""))
    return members


def _property(view: View, node: NamedNode) -> tuple[Markup, list[Markup]]:
    """A property with its ranges."""
    ranges = (term for iri in _RANGE_INCLUDES for term in view.dataset.objects(node, iri))
    nodes = (term for term in ranges if not isinstance(term, Literal))
    return view.link(node), [expression(view, term) or view.link(term) for term in nodes]


def _shapes(view: View, node: NamedNode) -> list[Node]:
    """The shapes of a class: those that have it as their target, and itself (SHACL, section 2.1.3)."""
    return [*view.dataset.subjects(f"{SHACL}targetClass", node), node]


def _rules(view: View, shape: Node) -> Iterator[tuple[Markup, list[Markup]]]:
    """What a shape asks of each property: the name of the property, and the constraints."""
    for rule in view.dataset.objects(shape, f"{SHACL}property"):
        said = {} if isinstance(rule, Literal) else view.dataset.said(rule)
        constraints = [
            Markup("{}: {}").format(view.property_name(NamedNode(iri)), _constraint(view, value))
            for iri, values in said.items()
            if iri.startswith(SHACL) and iri != f"{SHACL}path"
            for value in values
        ]
        yield Markup(", ").join(_constraint(view, path) for path in said.get(f"{SHACL}path", ())), constraints


def _constraint(view: View, value: Term) -> Markup:
    if isinstance(value, Literal):
        return view.literal(value)
    members = _list(view, value)
    return Markup(", ").join(_part(view, member, 0) for member in members) if members else view.link(value)


def _pointing(view: View, predicates: Iterable[str], node: NamedNode) -> list[NamedNode]:
    """What points to a class, itself or as a member of a union."""
    dataset = view.dataset
    targets: list[Node] = [node]
    for quad in dataset.quads_to(node):
        if quad.predicate.value == f"{RDF}first" and isinstance(quad.subject, BlankNode):
            start: Node = quad.subject
            for _ in range(_LONGEST):
                if not (before := dataset.subjects(f"{RDF}rest", start)):
                    break
                start = before[0]
            targets += dataset.subjects(f"{OWL}unionOf", start)
    pointing = [subject for iri in predicates for target in targets for subject in dataset.subjects(iri, target)]
    return view.hierarchy.in_order(pointing)


def _chain(path: Sequence[NamedNode], branch: ConceptNode) -> ConceptNode:
    """The branches from the first of a path down to a class and what is below it."""
    for ancestor in reversed(path):
        branch = ConceptNode(ancestor, (branch,))
    return branch
