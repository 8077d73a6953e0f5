"""A new priority: the last of its siblings, written after them in the file of its agreement."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.texts import local_name
from ekograph.scaffold.records import (
    Answers,
    DraftRow,
    EditableSite,
    Edits,
    Field,
    NewError,
    RecordDraft,
    RecordType,
    free,
    free_slug,
    one,
    slug,
)

from . import new_records as v
from .new_records import next_order, text

#: The kinds of top priorities, terms of the site's ontology.
KINDS = ("Thematic", "CrossCutting", "MeasureGroup")


def _agreement(site: EditableSite, answers: Answers) -> NamedNode:
    return site.find(site.term("Agreement"), one(answers, "agreement"))


def _parent(site: EditableSite, answers: Answers) -> NamedNode | None:
    """The broader priority, or None for a top priority."""
    answer = one(answers, "under")
    if not answer:
        return None
    return site.find(site.term("Priority"), answer, among=_of(site, _agreement(site, answers)))


def _of(site: EditableSite, agreement: NamedNode) -> list[NamedNode]:
    """The priorities of an agreement."""
    return sorted(site.linked(v.IN_SCHEME, agreement), key=str)


def _check_under(site: EditableSite, answers: Answers, answer: str) -> None:
    _parent(site, {**answers, "under": (answer,)})


def check_kind(site: EditableSite, _: Answers, answer: str) -> None:
    """Raise NewError for what is no kind of top priority."""
    _kind(site, answer)


def _kind(site: EditableSite, answer: str) -> NamedNode:
    return site.find(v.CONCEPT, answer, among=[site.term(name) for name in KINDS])


def _is_top(_: EditableSite, answers: Answers) -> bool:
    return not one(answers, "under")


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    result = slug(one(answers, "label"))
    taken = {local_name(node) for node in site.instances(site.term("Priority")) if _folder(site, answers) in node.value}
    return (free(result, taken),) if result else ()


def _check_slug(site: EditableSite, answers: Answers, answer: str) -> None:
    free_slug(site, _folder(site, answers), answer)


def _folder(site: EditableSite, answers: Answers) -> str:
    return f"priority/{local_name(_agreement(site, answers))}"


def draft(site: EditableSite, agreement: NamedNode, parent: NamedNode | None, answers: Answers) -> RecordDraft:
    """A new priority, the last of its siblings: below `parent`, or a top priority of the agreement."""
    above, predicate = (parent, v.BROADER) if parent else (agreement, v.TOP_CONCEPT_OF)
    order = next_order(site, site.linked(predicate, above))
    notation = one(answers, "notation") or next(iter(site.texts(above, v.NOTATION)), "")
    return RecordDraft(
        site.thing(f"priority/{local_name(agreement)}/{one(answers, 'slug')}"),
        (site.term("Priority"), v.CONCEPT),
        (
            DraftRow(v.PREF_LABEL, (text(one(answers, "label")),)),
            DraftRow(v.NOTATION, (Literal(f"{notation}.{order}"),)),
            DraftRow(site.term("displayOrder").value, (Literal(order),)),
            DraftRow(v.IN_SCHEME, (agreement,)),
            DraftRow(predicate, (above,)),
            *([] if parent else [DraftRow(site.term("priorityKind").value, (_kind(site, one(answers, "kind")),))]),
        ),
    )


def _write(edits: Edits, answers: Answers, _: Messages) -> NamedNode:
    site, agreement = edits.site, _agreement(edits.site, answers)
    parent = _parent(site, answers)
    above, predicate = (parent, v.BROADER) if parent else (agreement, v.TOP_CONCEPT_OF)
    path = edits.described(agreement, site.term("Agreement"))
    if path is None:
        raise NewError("not-turtle", iri=agreement.value)
    priority = draft(site, agreement, parent, answers)
    edits.add(path, priority, {above, *_below(site, site.linked(predicate, above))})
    return priority.iri


def _below(site: EditableSite, tops: list[NamedNode]) -> set[NamedNode]:
    """The priorities and all that are below them; a cycle ends where it began."""
    result, pending = set[NamedNode](), list(tops)
    while pending:
        node = pending.pop()
        if node not in result:
            result.add(node)
            pending += site.linked(v.BROADER, node)
    return result


PRIORITY = RecordType(
    "priority",
    (
        Field("agreement", check=lambda site, _, answer: site.find(site.term("Agreement"), answer)),
        Field("under", needed=False, check=_check_under),
        Field("label"),
        Field("slug", propose=_propose_slug, check=_check_slug),
        Field("kind", propose=lambda *_: KINDS[:1], asked=_is_top, check=check_kind),
    ),
    _write,
    needs="Agreement",
    example='--agreement oulu --label "Vihreä vety"',
    prefixes=v.PREFIXES,
)
