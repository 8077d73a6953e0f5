"""A new agreement: a file of its own, and the places that the data does not have yet."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from ekograph.i18n import Messages
from ekograph.rdf.dataset import local_name
from ekograph.scaffold import draft as v
from ekograph.scaffold.draft import DraftRow, RecordDraft, free, link_row, notation, slug, text
from ekograph.scaffold.edits import Edits
from ekograph.scaffold.fields import (
    Answers,
    Field,
    RecordType,
    absolute,
    free_notation,
    free_order,
    free_slug,
    notations,
    one,
)
from ekograph.scaffold.site_data import EditableSite, NewError, find, instances, linked, next_order, nodes


def _agreements(site: EditableSite) -> list[NamedNode]:
    return instances(site, site.term("Agreement"))


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    taken = {local_name(each) for each in _agreements(site)}
    found = slug(one(answers, "label"))
    return (free(found, taken),) if found else ()


def _propose_notation(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    found = notation(one(answers, "label"), notations(site))
    return (found,) if found else ()


def _propose_order(site: EditableSite, _: Answers) -> tuple[str, ...]:
    return (str(next_order(site, _agreements(site))),)


def _propose_contacts(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    """The contact points of the funding authority."""
    given = one(answers, "authority")
    if not given:
        return ()
    authority = find(site, site.term("FundingAuthority"), given)
    return tuple(local_name(each) for each in linked(site, v.MEMBER_OF, authority))


def _propose_parties(site: EditableSite, _: Answers) -> tuple[str, ...]:
    return tuple(local_name(each) for each in _shared(site, site.term("party").value))


def _shared(site: EditableSite, predicate: str) -> tuple[NamedNode, ...]:
    """What all agreements there are say by the predicate."""
    found = [nodes(site, each, predicate) for each in _agreements(site)]
    return tuple(each for each in found[0] if all(each in others for others in found)) if found else ()


def _check_slug(site: EditableSite, _: Answers, given: str) -> None:
    free_slug(site, "agreement", given)
    path = site.settings.root / "data" / f"agreement-{given}.ttl"
    if path.exists():
        raise NewError("file-there", path=path.name)


def _write(edits: Edits, answers: Answers, say: Messages) -> NamedNode:
    site, short = edits.site, one(answers, "slug")
    path = site.settings.root / "data" / f"agreement-{short}.ttl"
    places = tuple(_place(edits, each) for each in answers.get("place", ()))
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
        return tuple(find(site, of, each) for each in answers.get(name, ()))

    def row(predicate: str, name: str, folder: str, targets: tuple[NamedNode, ...]) -> DraftRow:
        return link_row(predicate, targets, say(f"agreement.{name}"), site.thing(f"{folder}/gap"))

    sources = tuple(NamedNode(each) for each in answers.get("source", ()))
    requirement = site.term("projectRequirement").value
    optional = ((each, _shared(site, each)) for each in (v.TEMPORAL, v.IS_PART_OF))
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


def _place(edits: Edits, given: str) -> NamedNode:
    """The place of that name; one that nothing describes yet is added beside the others."""
    site = edits.site
    try:
        return find(site, v.LOCATION, given)
    except NewError:
        short = slug(given)
        free_slug(site, "place", short)
    draft = RecordDraft(site.thing(f"place/{short}"), (v.LOCATION,), (DraftRow(v.PREF_LABEL, (text(given.strip()),)),))
    edits.add(edits.home(v.LOCATION, "places.ttl"), draft, instances(site, v.LOCATION))
    return draft.iri


AGREEMENT = RecordType(
    "agreement",
    (
        Field("label", needed=True),
        Field("title"),
        Field("slug", needed=True, propose=_propose_slug, check=_check_slug),
        Field("notation", needed=True, propose=_propose_notation, check=free_notation),
        Field("order", propose=_propose_order, check=free_order),
        Field("authority", check=lambda site, _, given: find(site, site.term("FundingAuthority"), given)),
        Field(
            "contact",
            several=True,
            propose=_propose_contacts,
            check=lambda site, _, given: find(site, site.term("ContactPoint"), given),
        ),
        Field("place", several=True),
        Field(
            "party",
            several=True,
            propose=_propose_parties,
            check=lambda site, _, given: find(site, v.ORGANIZATION, given),
        ),
        Field("source", check=absolute),
    ),
    _write,
)
