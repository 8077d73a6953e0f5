"""What is said of a thing, and what points to it, as rows of a table."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from markupsafe import Markup
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from ekograph.rdf.dataset import Node, Term
from ekograph.rdf.texts import LABELS
from ekograph.rdf.vocab import RDF, TYPE
from ekograph.rendering import browsing
from ekograph.rendering.ontology import expression
from ekograph.rendering.view import View

#: More values than these are counted, not listed: the other formats hold them all.
MOST_VALUES = 60

#: So many members of a list are counted.
MOST_MEMBERS = 10_000


@dataclass(frozen=True)
class Row:
    """A property, some of its values as HTML, how many more there are, and the address of the list of all, or ""."""

    name: Markup
    short: str
    values: tuple[Markup, ...]
    more: int
    all: str = ""


def rows(view: View, quads: Iterable[Quad], seen: frozenset[Node] = frozenset()) -> list[Row]:
    """A row for each property of `quads`, which have one subject: type and names first, then by IRI.

    What marks texts as unofficial is shown with the texts.
    """
    grouped: dict[NamedNode, dict[Term, Node]] = {}
    for quad in quads:
        grouped.setdefault(quad.predicate, {})[quad.object] = quad.subject
    unofficial = grouped.pop(NamedNode(view.dataset.unofficial_mark), ())
    made = []
    for predicate in sorted(grouped, key=_rank):
        row = _row(view, predicate, list(grouped[predicate]), seen, unofficial)
        subject = next(iter(grouped[predicate].values()))
        made.append(_with_list(view, row, predicate, subject, outward=True))
    return made


def incoming(view: View, node: Node) -> list[Row]:
    """A row for each property by which something points to `node`, itself or through a blank node that it holds."""
    grouped: dict[NamedNode, list[Term]] = {}
    for quad in view.dataset.quads_to(node):
        holder = quad if isinstance(quad.subject, NamedNode) else _holder(view, quad.subject)
        if holder and holder.subject != node:
            # A member of a list is pointed to by what points to the list.
            predicate = holder.predicate if quad.predicate.value == f"{RDF}first" else quad.predicate
            grouped.setdefault(predicate, []).append(holder.subject)
    made = []
    for predicate in sorted(grouped, key=_rank):
        row = _row(view, predicate, list(dict.fromkeys(grouped[predicate])), frozenset())
        row = replace(row, name=view.incoming_name(predicate))
        made.append(_with_list(view, row, predicate, node, outward=False))
    return made


def _holder(view: View, node: Node) -> Quad | None:
    """What is said of a named thing that leads to a blank node, through other blank nodes."""
    seen = {node}
    pending = [node]
    while pending and len(seen) < MOST_VALUES:
        for quad in view.dataset.quads_to(pending.pop()):
            if isinstance(quad.subject, NamedNode):
                return quad
            if quad.subject not in seen:
                seen.add(quad.subject)
                pending.append(quad.subject)
    return None


def _row(
    view: View, predicate: NamedNode, values: Sequence[Term], seen: frozenset[Node], unofficial: Container[Term] = ()
) -> Row:
    first = sorted(values, key=partial(_value_rank, view.language))[:MOST_VALUES]
    shown = tuple(_value(view, predicate, item, seen, unofficial) for item in first)
    return Row(view.property_name(predicate), view.short(predicate.value), shown, len(values) - len(shown))


def _with_list(view: View, row: Row, predicate: NamedNode, node: Node, *, outward: bool) -> Row:
    """A row that is not whole with the address of the list of all that the index has: what `Dataset.crowded` gives."""
    if not row.more or not isinstance(node, NamedNode):
        return row
    dataset, iri = view.dataset, predicate.value
    ends = dataset.objects(node, iri) if outward else dataset.subjects(iri, node)
    with_pages = (end for end in ends if isinstance(end, NamedNode) and view.site.has_page(end))
    if next(islice(with_pages, MOST_VALUES, None), None) is None:
        return row
    listed = browsing.Browse(((browsing.facet_key(view, iri, outward=outward), node.value),))
    return replace(row, all=listed.address(f"{view.language}.html"))


def _value(
    view: View, predicate: NamedNode, term: Term, seen: frozenset[Node], unofficial: Container[Term] = ()
) -> Markup:
    if isinstance(term, BlankNode) and term not in seen and len(seen) < 8:
        if (words := expression(view, term)) is not None:
            return words
        within = seen | {term}
        if members := members_of(view, term):
            shown = [_value(view, predicate, member, within) for member in members[:MOST_VALUES]]
            return _numbered(view, shown, len(members) - len(shown))
        return _nested(rows(view, view.dataset.quads_of(term), within))
    return view.value(predicate, term, unofficial)


def members_of(view: View, term: Term) -> Sequence[Term]:
    """The members of an RDF list that begins at `term`, so many at most; none for no list, or one that is damaged."""
    members: list[Term] = []
    while isinstance(term, BlankNode) and len(members) < MOST_MEMBERS:
        first, rest = view.dataset.objects(term, f"{RDF}first"), view.dataset.objects(term, f"{RDF}rest")
        if len(first) != 1 or len(rest) != 1:
            return []
        members.append(first[0])
        term = rest[0]
    return members if isinstance(term, BlankNode) or str(term) == f"<{RDF}nil>" else []


def _numbered(view: View, shown: Sequence[Markup], more: int) -> Markup:
    items = Markup("").join(Markup("<li>{}</li>").format(member) for member in shown)
    if more:
        items += Markup('<li class="more">{}</li>').format(view.message("more", count=more))
    return Markup('<ol class="members">{}</ol>').format(items)


def _nested(within: Sequence[Row]) -> Markup:
    pairs = (
        Markup("<dt>{}</dt>{}").format(row.name, Markup("").join(Markup("<dd>{}</dd>").format(v) for v in row.values))
        for row in within
    )
    return Markup('<dl class="nested">{}</dl>').format(Markup("").join(pairs))


def _rank(predicate: NamedNode) -> tuple[int, str]:
    if predicate == TYPE:
        return 0, ""
    return (1, "") if predicate in LABELS else (2, predicate.value)


def _value_rank(language: str, term: Term) -> tuple[bool, str, str]:
    """Texts in the reader's language go first, then by language."""
    tag = term.language or "" if isinstance(term, Literal) else ""
    return bool(tag) and tag.split("-")[0].lower() != language, tag, getattr(term, "value", str(term))
