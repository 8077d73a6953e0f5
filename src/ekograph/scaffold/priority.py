"""A new priority: the last of its siblings, written after them in the file of its agreement."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.dataset import local_name
from ekograph.scaffold import draft as v
from ekograph.scaffold.draft import DraftRow, RecordDraft, free, slug, text
from ekograph.scaffold.edits import Edits
from ekograph.scaffold.fields import Answers, Field, RecordType, free_slug, one
from ekograph.scaffold.site_data import EditableSite, NewError, find, instances, linked, next_order, texts

#: The kinds of top priorities, terms of the site's ontology.
KINDS = ("Thematic", "CrossCutting", "MeasureGroup")


def _agreement(site: EditableSite, answers: Answers) -> NamedNode:
    return find(site, site.term("Agreement"), one(answers, "agreement"))


def _parent(site: EditableSite, answers: Answers) -> NamedNode | None:
    """The broader priority, or None for a top priority."""
    given = one(answers, "under")
    if not given:
        return None
    return find(site, site.term("Priority"), given, among=_of(site, _agreement(site, answers)))


def _of(site: EditableSite, agreement: NamedNode) -> list[NamedNode]:
    """The priorities of an agreement."""
    return sorted(linked(site, v.IN_SCHEME, agreement), key=str)


def _check_under(site: EditableSite, answers: Answers, given: str) -> None:
    _parent(site, {**answers, "under": (given,)})


def _check_kind(site: EditableSite, _: Answers, given: str) -> None:
    _kind(site, given)


def _kind(site: EditableSite, given: str) -> NamedNode:
    return find(site, v.CONCEPT, given, among=[site.term(name) for name in KINDS])


def _propose_kind(_: EditableSite, answers: Answers) -> tuple[str, ...]:
    return () if one(answers, "under") else KINDS[:1]


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    found = slug(one(answers, "label"))
    taken = {
        local_name(each) for each in instances(site, site.term("Priority")) if _folder(site, answers) in each.value
    }
    return (free(found, taken),) if found else ()


def _check_slug(site: EditableSite, answers: Answers, given: str) -> None:
    free_slug(site, _folder(site, answers), given)


def _folder(site: EditableSite, answers: Answers) -> str:
    return f"priority/{local_name(_agreement(site, answers))}"


def _write(edits: Edits, answers: Answers, _: Messages) -> NamedNode:
    site, agreement = edits.site, _agreement(edits.site, answers)
    parent = _parent(site, answers)
    above, predicate = (parent, v.BROADER) if parent else (agreement, v.TOP_CONCEPT_OF)
    siblings = linked(site, predicate, above)
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
    return next(iter(texts(site, above, v.NOTATION)), "")


def _below(site: EditableSite, tops: list[NamedNode]) -> set[NamedNode]:
    """The priorities and all that are below them; a cycle ends where it began."""
    found, pending = set[NamedNode](), list(tops)
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending += linked(site, v.BROADER, each)
    return found


PRIORITY = RecordType(
    "priority",
    (
        Field("agreement", needed=True, check=lambda site, _, given: find(site, site.term("Agreement"), given)),
        Field("under", check=_check_under),
        Field("label", needed=True),
        Field("slug", needed=True, propose=_propose_slug, check=_check_slug),
        Field("kind", propose=_propose_kind, check=_check_kind),
    ),
    _write,
)
