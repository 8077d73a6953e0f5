"""A new agreement: a file of its own, and the places that the data does not have yet."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.dataset import local_name
from ekograph.scaffold.edits import DraftRow, Edits, RecordDraft
from ekograph.scaffold.records import (
    Answers,
    EditableSite,
    Field,
    NewError,
    RecordType,
    absolute,
    free,
    free_slug,
    one,
    slug,
)

from . import new_records as v
from .new_records import free_notation, free_order, link_row, next_order, notation, notations, text


def _agreements(site: EditableSite) -> list[NamedNode]:
    return site.instances(site.term("Agreement"))


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    taken = {local_name(node) for node in _agreements(site)}
    result = slug(one(answers, "label"))
    return (free(result, taken),) if result else ()


def _propose_notation(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    result = notation(one(answers, "label"), notations(site))
    return (result,) if result else ()


def _propose_order(site: EditableSite, _: Answers) -> tuple[str, ...]:
    return (str(next_order(site, _agreements(site))),)


def _propose_contacts(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    """The contact points of the funding authority."""
    answer = one(answers, "authority")
    if not answer:
        return ()
    authority = site.find(site.term("FundingAuthority"), answer)
    return tuple(local_name(node) for node in site.linked(v.MEMBER_OF, authority))


def _propose_parties(site: EditableSite, _: Answers) -> tuple[str, ...]:
    return tuple(local_name(node) for node in _shared(site, site.term("party").value))


def _shared(site: EditableSite, predicate: str) -> tuple[NamedNode, ...]:
    """What all agreements there are say by the predicate."""
    result = [site.nodes(node, predicate) for node in _agreements(site)]
    return tuple(node for node in result[0] if all(node in others for others in result)) if result else ()


def _check_slug(site: EditableSite, _: Answers, answer: str) -> None:
    free_slug(site, "agreement", answer)
    path = site.settings.root / "data" / f"agreement-{answer}.ttl"
    if path.exists():
        raise NewError("file-there", path=path.name)


def _write(edits: Edits, answers: Answers, say: Messages) -> NamedNode:
    site, short = edits.site, one(answers, "slug")
    path = site.settings.root / "data" / f"agreement-{short}.ttl"
    places = tuple(_place(edits, name) for name in answers.get("place", ()))
    draft = RecordDraft(
        site.thing(f"agreement/{short}"),
        (site.term("Agreement"), v.CONCEPT_SCHEME),
        (*_marks(site, answers), *_links(site, answers, places, say)),
    )
    edits.add(path, draft, (), head=f"# {one(answers, 'label')}\n")
    edits.comment(path, f"gap: {say('gap-priorities', slug=short)}")
    return draft.iri


def _marks(site: EditableSite, answers: Answers) -> list[DraftRow]:
    title = one(answers, "title")
    return [
        DraftRow(v.PREF_LABEL, (text(one(answers, "label")),)),
        *([DraftRow(v.TITLE, (text(title),))] if title else []),
        DraftRow(v.NOTATION, (Literal(one(answers, "notation")),)),
        DraftRow(site.term("displayOrder").value, (Literal(int(one(answers, "order"))),)),
    ]


def _links(site: EditableSite, answers: Answers, places: tuple[NamedNode, ...], say: Messages) -> list[DraftRow]:
    """The links; what is not answered is as in all other agreements, or a gap."""

    def chosen(name: str, of: NamedNode) -> tuple[NamedNode, ...]:
        return tuple(site.find(of, answer) for answer in answers.get(name, ()))

    def row(predicate: str, name: str, folder: str, targets: tuple[NamedNode, ...]) -> DraftRow:
        return link_row(predicate, targets, say(f"agreement.{name}"), site.thing(f"{folder}/gap"))

    sources = tuple(NamedNode(page) for page in answers.get("source", ()))
    requirement = site.term("projectRequirement").value
    optional = ((predicate, _shared(site, predicate)) for predicate in (v.TEMPORAL, v.IS_PART_OF))
    return [
        row(site.term("party").value, "party", "organisation", chosen("party", v.ORGANIZATION)),
        row(
            site.term("fundingAuthority").value,
            "authority",
            "authority",
            chosen("authority", site.term("FundingAuthority")),
        ),
        row(v.CONTACT_POINT, "contact", "contact", chosen("contact", site.term("ContactPoint"))),
        row(v.SPATIAL, "place", "place", places),
        *(DraftRow(predicate, targets) for predicate, targets in optional if targets),
        row(requirement, "requirement", "requirement", _shared(site, requirement)),
        row(v.SOURCE, "source", "source", sources),
    ]


def _place(edits: Edits, answer: str) -> NamedNode:
    """The place of that name; one that nothing describes yet is added beside the others."""
    site = edits.site
    try:
        return site.find(v.LOCATION, answer)
    except NewError:
        short = slug(answer)
        free_slug(site, "place", short)
    draft = RecordDraft(site.thing(f"place/{short}"), (v.LOCATION,), (DraftRow(v.PREF_LABEL, (text(answer.strip()),)),))
    edits.add(edits.home(v.LOCATION, "places.ttl"), draft, site.instances(v.LOCATION))
    return draft.iri


AGREEMENT = RecordType(
    "agreement",
    (
        Field("label", needed=True),
        Field("title"),
        Field("slug", needed=True, propose=_propose_slug, check=_check_slug),
        Field("notation", needed=True, propose=_propose_notation, check=free_notation),
        Field("order", propose=_propose_order, check=free_order),
        Field("authority", check=lambda site, _, answer: site.find(site.term("FundingAuthority"), answer)),
        Field(
            "contact",
            several=True,
            propose=_propose_contacts,
            check=lambda site, _, answer: site.find(site.term("ContactPoint"), answer),
        ),
        Field("place", several=True),
        Field(
            "party",
            several=True,
            propose=_propose_parties,
            check=lambda site, _, answer: site.find(v.ORGANIZATION, answer),
        ),
        Field("source", check=absolute),
    ),
    _write,
    needs="Agreement",
    example="--label Oulu --place Oulu --authority uudenmaan-liitto",
    prefixes=v.PREFIXES,
)
