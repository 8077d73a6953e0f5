"""A new priority: the last of its siblings, written after them in the file of its agreement."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.dataset import local_name
from ekograph.scaffold.edits import DraftRow, Edits, RecordDraft
from ekograph.scaffold.records import Answers, EditableSite, Field, NewError, RecordType, free, free_slug, one, slug

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


def _check_kind(site: EditableSite, _: Answers, answer: str) -> None:
    _kind(site, answer)


def _kind(site: EditableSite, answer: str) -> NamedNode:
    return site.find(v.CONCEPT, answer, among=[site.term(name) for name in KINDS])


def _propose_kind(_: EditableSite, answers: Answers) -> tuple[str, ...]:
    return () if one(answers, "under") else KINDS[:1]


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    result = slug(one(answers, "label"))
    taken = {local_name(node) for node in site.instances(site.term("Priority")) if _folder(site, answers) in node.value}
    return (free(result, taken),) if result else ()


def _check_slug(site: EditableSite, answers: Answers, answer: str) -> None:
    free_slug(site, _folder(site, answers), answer)


def _folder(site: EditableSite, answers: Answers) -> str:
    return f"priority/{local_name(_agreement(site, answers))}"


def _write(edits: Edits, answers: Answers, _: Messages) -> NamedNode:
    site, agreement = edits.site, _agreement(edits.site, answers)
    parent = _parent(site, answers)
    above, predicate = (parent, v.BROADER) if parent else (agreement, v.TOP_CONCEPT_OF)
    siblings = site.linked(predicate, above)
    order = next_order(site, siblings)
    draft = RecordDraft(
        site.thing(f"{_folder(site, answers)}/{one(answers, 'slug')}"),
        (site.term("Priority"), v.CONCEPT),
        (
            DraftRow(v.PREF_LABEL, (text(one(answers, "label")),)),
            DraftRow(v.NOTATION, (Literal(f"{_notation(site, above)}.{order}"),)),
            DraftRow(site.term("displayOrder").value, (Literal(order),)),
            DraftRow(v.IN_SCHEME, (agreement,)),
            DraftRow(predicate, (above,)),
            *([] if parent else [DraftRow(site.term("priorityKind").value, (_kind(site, one(answers, "kind")),))]),
        ),
    )
    path = edits.described(agreement, site.term("Agreement"))
    if path is None:
        raise NewError("not-turtle", iri=agreement.value)
    edits.add(path, draft, {above, *_below(site, siblings)})
    edits.uncomment(path, f"--agreement {local_name(agreement)}")
    return draft.iri


def _notation(site: EditableSite, above: NamedNode) -> str:
    return next(iter(site.texts(above, v.NOTATION)), "")


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
        Field("agreement", needed=True, check=lambda site, _, answer: site.find(site.term("Agreement"), answer)),
        Field("under", check=_check_under),
        Field("label", needed=True),
        Field("slug", needed=True, propose=_propose_slug, check=_check_slug),
        Field("kind", proposed_only=True, propose=_propose_kind, check=_check_kind),
    ),
    _write,
    needs="Agreement",
    example='--agreement oulu --label "Vihreä vety"',
    prefixes=v.PREFIXES,
)
