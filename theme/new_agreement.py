"""A new agreement: a file of its own with its first priority, and what the data lacks for it.

That is its places, its funding authority and whom to contact there. An agreement that is only listed becomes described.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

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
    absolute,
    free,
    free_slug,
    one,
    slug,
)

from . import new_contact, new_priority
from . import new_records as v
from .new_records import free_notation, free_order, next_order, notation, notations, text


def _agreements(site: EditableSite) -> list[NamedNode]:
    return site.instances(site.term("Agreement"))


def _listed(site: EditableSite, answers: Answers) -> NamedNode | None:
    """The agreement of that name that is listed and not described."""
    name = one(answers, "label").casefold()
    for agreement in site.instances(site.term("ListedAgreement")):
        areas = site.nodes(agreement, site.term("urbanArea").value)
        labels = {label.casefold() for area in areas for label in site.texts(area, v.PREF_LABEL)}
        if name in labels or slug(name) == local_name(agreement):
            return agreement
    return None


def _is_new(site: EditableSite, answers: Answers) -> bool:
    return _listed(site, answers) is None


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    if listed := _listed(site, answers):
        return (local_name(listed),)
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
    authority = site.find(site.term("FundingAuthority"), answer) if answer else None
    return tuple(local_name(node) for node in site.linked(v.MEMBER_OF, authority)) if authority else ()


def _propose_places(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    """The towns of the urban area of a listed agreement."""
    listed = _listed(site, answers)
    areas = site.nodes(listed, site.term("urbanArea").value) if listed else []
    return tuple(local_name(place) for area in areas for place in site.nodes(area, v.HAS_PART) or [area])


def _propose_parties(site: EditableSite, _: Answers) -> tuple[str, ...]:
    return tuple(local_name(node) for node in _shared(site, site.term("party").value))


def _shared(site: EditableSite, predicate: str) -> tuple[NamedNode, ...]:
    """What all agreements there are say by the predicate."""
    result = [site.nodes(node, predicate) for node in _agreements(site)]
    return tuple(node for node in result[0] if all(node in others for others in result)) if result else ()


def _check_slug(site: EditableSite, answers: Answers, answer: str) -> None:
    listed = _listed(site, answers)
    if listed is None or local_name(listed) != answer:
        free_slug(site, "agreement", answer)
    path = site.settings.root / "data" / f"agreement-{answer}.ttl"
    if path.exists():
        raise NewError("file-there", path=path.name)


def _check_authority_name(site: EditableSite, _: Answers, answer: str) -> None:
    free_slug(site, "authority", slug(answer))


def _has_contacts(site: EditableSite, answers: Answers) -> bool:
    return bool(_propose_contacts(site, answers))


def _needs_contact(_: EditableSite, answers: Answers) -> bool:
    """Whether there is an authority, and nobody to contact there."""
    return bool(one(answers, "authority") or one(answers, "authority-name")) and not one(answers, "contact")


def _is_unknown_source(site: EditableSite, answers: Answers) -> bool:
    source = one(answers, "source")
    return bool(source) and not site.dataset.quads_of(NamedNode(source))


def _write(edits: Edits, answers: Answers, _: Messages) -> NamedNode:
    site, short = edits.site, one(answers, "slug")
    agreement, path = site.thing(f"agreement/{short}"), site.settings.root / "data" / f"agreement-{short}.ttl"
    authority = _authority(edits, answers)
    contacts = tuple(site.find(site.term("ContactPoint"), name) for name in answers["contact"])
    links = {
        site.term("party").value: tuple(site.find(v.ORGANIZATION, name) for name in answers["party"]),
        site.term("fundingAuthority").value: (authority,),
        v.CONTACT_POINT: contacts or (_contact(edits, authority, answers),),
        v.SPATIAL: tuple(_place(edits, name) for name in answers["place"]),
        **{predicate: _shared(site, predicate) for predicate in (v.TEMPORAL, v.IS_PART_OF)},
        site.term("projectRequirement").value: _shared(site, site.term("projectRequirement").value),
        v.SOURCE: tuple(map(NamedNode, answers["source"])),
    }
    linked = (DraftRow(predicate, targets) for predicate, targets in links.items() if targets)
    kinds = (site.term("Agreement"), v.CONCEPT_SCHEME)
    head = f"# {one(answers, 'label')}\n"
    edits.add(path, RecordDraft(agreement, kinds, (*_names(site, answers), *linked)), (), head=head)
    if _listed(site, answers) == agreement:
        edits.retract(agreement, site.term("ListedAgreement"))
    first = {"label": answers["priority"], "slug": (slug(one(answers, "priority")) or "1",), "kind": answers["kind"]}
    edits.add(path, new_priority.draft(site, agreement, None, {**first, "notation": answers["notation"]}), ())
    sources = edits.home(v.ENTITY, "sources.ttl")
    if title := one(answers, "source-title"):
        rows = (DraftRow(v.TITLE, (text(title),)),)
        edits.add(sources, RecordDraft(NamedNode(one(answers, "source")), (v.DOCUMENT,), rows), ())
    edits.add(sources, _graph(site, path.stem, answers), ())
    return agreement


def _graph(site: EditableSite, name: str, answers: Answers) -> RecordDraft:
    """What the new file was made from, as every file says."""
    titles = tuple(
        text(f"{word}: {one(answers, 'label')}", language)
        for language, word in (("fi", "Sopimus"), ("sv", "Avtal"), ("en", "Agreement"))
    )
    sources = tuple(map(NamedNode, answers["source"]))
    rows = (DraftRow(v.TITLE, titles), DraftRow(v.DERIVED_FROM, sources))
    return RecordDraft(NamedNode(f"{site.settings.base}graph/{name}"), (v.ENTITY,), rows)


def _names(site: EditableSite, answers: Answers) -> Iterator[DraftRow]:
    yield DraftRow(v.PREF_LABEL, (text(one(answers, "label")),))
    if answers["title"]:
        yield DraftRow(v.TITLE, (text(one(answers, "title")),))
    yield DraftRow(v.NOTATION, (Literal(one(answers, "notation")),))
    yield DraftRow(site.term("displayOrder").value, (Literal(int(one(answers, "order"))),))


def _authority(edits: Edits, answers: Answers) -> NamedNode:
    """The funding authority; one that nothing describes yet is added beside the others."""
    site, kind = edits.site, edits.site.term("FundingAuthority")
    if answer := one(answers, "authority"):
        return site.find(kind, answer)
    name = one(answers, "authority-name")
    rows = (
        DraftRow(v.PREF_LABEL, (text(name),)),
        DraftRow(site.term("emailDomain").value, (Literal(one(answers, "contact-email").rpartition("@")[2]),)),
        DraftRow(v.SOURCE, tuple(map(NamedNode, answers["source"]))),
    )
    draft = RecordDraft(site.thing(f"authority/{slug(name)}"), (kind, v.ORGANIZATION, v.PUBLIC_ORGANISATION), rows)
    edits.add(edits.home(kind, "organisations.ttl"), draft, site.instances(kind))
    return draft.iri


def _contact(edits: Edits, authority: NamedNode, answers: Answers) -> NamedNode:
    """A new contact point of the authority."""
    details = {name.removeprefix("contact-"): values for name, values in answers.items()}
    details["slug"] = (new_contact.free_name(edits.site, local_name(authority)),)
    contact = new_contact.draft(edits.site, authority, details)
    new_contact.add(edits, contact)
    return contact.iri


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


def _known(kind: str) -> Callable[[EditableSite, Answers, str], object]:
    """What refuses the name of no thing of a class of the ontology."""
    return lambda site, _, answer: site.find(site.term(kind), answer)


AGREEMENT = RecordType(
    "agreement",
    (
        Field("label"),
        Field("title", asked=_is_new),
        Field("slug", propose=_propose_slug, check=_check_slug),
        Field("notation", propose=_propose_notation, check=free_notation),
        Field("order", propose=_propose_order, check=free_order),
        Field("authority", needed=False, check=_known("FundingAuthority")),
        Field(
            "authority-name",
            asked=lambda _, answers: not one(answers, "authority"),
            check=_check_authority_name,
        ),
        Field(
            "contact",
            needed=False,
            several=True,
            propose=_propose_contacts,
            asked=_has_contacts,
            check=_known("ContactPoint"),
        ),
        *(Field(f"contact-{name}", asked=_needs_contact) for name in ("given-name", "family-name", "job-title")),
        Field("contact-phone", asked=_needs_contact, check=new_contact.check_phone),
        Field("contact-email", asked=_needs_contact, check=new_contact.check_email),
        Field("place", several=True, propose=_propose_places),
        Field(
            "party",
            several=True,
            propose=_propose_parties,
            check=lambda site, _, answer: site.find(v.ORGANIZATION, answer),
        ),
        Field("source", check=absolute),
        Field("source-title", asked=_is_unknown_source),
        Field("priority"),
        Field("kind", propose=lambda *_: new_priority.KINDS[:1], check=new_priority.check_kind),
    ),
    _write,
    needs="Agreement",
    example="--label Oulu --authority uudenmaan-liitto --source https://… --priority 'Vihreä vety'",
    prefixes=v.PREFIXES,
)
