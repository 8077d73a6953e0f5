"""A new contact point: written after the others, and linked from the agreements that it serves."""

from __future__ import annotations

from itertools import count

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
    free_slug,
    one,
    slug,
)

from . import new_records as v
from .new_records import email, international, next_order, text


def _contacts(site: EditableSite) -> list[NamedNode]:
    return site.instances(site.term("ContactPoint"))


def _authority(site: EditableSite, answers: Answers) -> NamedNode:
    return site.find(site.term("FundingAuthority"), one(answers, "authority"))


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    return (free_name(site, local_name(_authority(site, answers))),)


def free_name(site: EditableSite, authority: str) -> str:
    """The post's name: that of the authority and the first free number; never the person's."""
    taken = {local_name(node) for node in _contacts(site)}
    return next(name for number in count(1) if (name := f"{authority}-{number}") not in taken)


def _propose_email(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    """The name in the domain of the authority, as officials' addresses are made."""
    domain = next(iter(site.texts(_authority(site, answers), site.term("emailDomain").value)), "")
    first, family = (slug(one(answers, name)) for name in ("given-name", "family-name"))
    return (f"{first}.{family}@{domain}",) if first and family and domain else ()


def _propose_agreements(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    served = site.linked(site.term("fundingAuthority").value, _authority(site, answers))
    return tuple(local_name(node) for node in served)


def _check_slug(site: EditableSite, _: Answers, answer: str) -> None:
    free_slug(site, "contact", answer)


def _check_agreement(site: EditableSite, answers: Answers, answer: str) -> None:
    agreement = site.find(site.term("Agreement"), answer)
    if _authority(site, answers) not in site.dataset.objects(agreement, site.term("fundingAuthority").value):
        raise NewError("other-authority", answer=answer, authority=one(answers, "authority"))


def draft(site: EditableSite, authority: NamedNode, answers: Answers) -> RecordDraft:
    """A new contact point of an authority. Raises NewError."""
    first, family = one(answers, "given-name"), one(answers, "family-name")
    return RecordDraft(
        site.thing(f"contact/{one(answers, 'slug')}"),
        (site.term("ContactPoint"), v.INDIVIDUAL),
        (
            DraftRow(v.FULL_NAME, (Literal(f"{first} {family}"),)),
            DraftRow(v.GIVEN_NAME, (Literal(first),)),
            DraftRow(v.FAMILY_NAME, (Literal(family),)),
            DraftRow(v.JOB_TITLE, (text(one(answers, "job-title")),)),
            DraftRow(site.term("displayOrder").value, (Literal(next_order(site, _contacts(site))),)),
            DraftRow(v.MEMBER_OF, (authority,)),
            DraftRow(v.TELEPHONE, (Literal(one(answers, "phone")),)),
            DraftRow(v.HAS_TELEPHONE, (NamedNode(f"tel:{international(one(answers, 'phone'))}"),)),
            DraftRow(v.HAS_EMAIL, (NamedNode(f"mailto:{email(one(answers, 'email'))}"),)),
            DraftRow(v.SOURCE, tuple(map(NamedNode, answers["source"]))),
        ),
    )


def add(edits: Edits, contact: RecordDraft) -> None:
    """Write a contact point after the others."""
    kind = edits.site.term("ContactPoint")
    edits.add(edits.home(kind, "contacts.ttl"), contact, _contacts(edits.site))


def _write(edits: Edits, answers: Answers, _: Messages) -> NamedNode:
    site = edits.site
    contact = draft(site, _authority(site, answers), answers)
    for name in answers["agreement"]:
        edits.link(site.find(site.term("Agreement"), name), v.CONTACT_POINT, contact.iri)
    add(edits, contact)
    return contact.iri


def check_phone(_site: EditableSite, _answers: Answers, answer: str) -> None:
    """Raise NewError for what is no telephone number."""
    international(answer)


def check_email(_site: EditableSite, _answers: Answers, answer: str) -> None:
    """Raise NewError for what is no e-mail address."""
    email(answer)


CONTACT = RecordType(
    "contact",
    (
        Field("authority", check=lambda site, _, answer: site.find(site.term("FundingAuthority"), answer)),
        Field("given-name"),
        Field("family-name"),
        Field("job-title"),
        Field("phone", check=check_phone),
        Field("email", propose=_propose_email, check=check_email),
        Field("agreement", several=True, propose=_propose_agreements, check=_check_agreement),
        Field("slug", propose=_propose_slug, check=_check_slug),
        Field("source", check=absolute),
    ),
    _write,
    needs="Agreement",
    example="--authority etela-karjalan-liitto --given-name Maija --family-name Esimerkki …",
    prefixes=v.PREFIXES,
)
