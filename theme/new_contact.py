"""A new contact point: written after the others, and linked from the agreements that it serves."""

from __future__ import annotations

from datetime import UTC, datetime

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
    free_slug,
    one,
    slug,
)

from . import new_records as v
from .new_records import email, international, next_order, text_row


def _contacts(site: EditableSite) -> list[NamedNode]:
    return site.instances(site.term("ContactPoint"))


def _authority(site: EditableSite, answers: Answers) -> NamedNode:
    return site.find(site.term("FundingAuthority"), one(answers, "authority"))


def _propose_slug(site: EditableSite, answers: Answers) -> tuple[str, ...]:
    """The post's name: that of the authority and the first free number; never the person's."""
    authority, number = local_name(_authority(site, answers)), 1
    taken = {local_name(node) for node in _contacts(site)}
    while f"{authority}-{number}" in taken:
        number += 1
    return (f"{authority}-{number}",)


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


def _write(edits: Edits, answers: Answers, say: Messages) -> NamedNode:
    site, contacts = edits.site, _contacts(edits.site)
    draft = RecordDraft(
        site.thing(f"contact/{one(answers, 'slug')}"),
        (site.term("ContactPoint"), v.INDIVIDUAL),
        (
            *_person(answers, say),
            DraftRow(site.term("displayOrder").value, (Literal(next_order(site, contacts)),)),
            DraftRow(v.MEMBER_OF, (_authority(site, answers),)),
            *_telephone(answers, say),
            _email(answers, say),
            *_source(site, answers),
        ),
    )
    for name in answers.get("agreement", ()):
        _link(edits, site.find(site.term("Agreement"), name), draft.iri)
    edits.add(edits.home(site.term("ContactPoint"), "contacts.ttl"), draft, contacts)
    return draft.iri


def _link(edits: Edits, agreement: NamedNode, contact: NamedNode) -> None:
    if edits.link(agreement, v.CONTACT_POINT, contact, edits.site.thing("contact/gap")) is None:
        raise NewError("not-turtle", iri=agreement.value)


def _person(answers: Answers, say: Messages) -> list[DraftRow]:
    first, family = one(answers, "given-name"), one(answers, "family-name")
    full = f"{first} {family}" if first and family else ""
    return [
        text_row(v.FULL_NAME, full, say("contact.full-name"), language=None),
        text_row(v.GIVEN_NAME, first, say("contact.given-name"), language=None),
        text_row(v.FAMILY_NAME, family, say("contact.family-name"), language=None),
        text_row(v.JOB_TITLE, one(answers, "job-title"), say("contact.job-title")),
    ]


def _telephone(answers: Answers, say: Messages) -> list[DraftRow]:
    """The number as printed, and as an IRI to call."""
    printed, gap = one(answers, "phone"), say("contact.phone")
    iri = NamedNode(f"tel:{international(printed) if printed else 'gap'}")
    return [
        text_row(v.TELEPHONE, printed, gap, language=None),
        DraftRow(v.HAS_TELEPHONE, (iri,), "" if printed else say("gap-tel")),
    ]


def _email(answers: Answers, say: Messages) -> DraftRow:
    answer = one(answers, "email")
    return DraftRow(
        v.HAS_EMAIL,
        (NamedNode(f"mailto:{email(answer) if answer else 'gap'}"),),
        "" if answer else say("contact.email"),
    )


def _source(site: EditableSite, answers: Answers) -> list[DraftRow]:
    """The source, and that it was consulted today: whoever names it has it open."""
    pages = answers.get("source", ())
    today = Literal(datetime.now(UTC).date().isoformat(), datatype=v.DATE)
    checked = [DraftRow(site.term("sourceCheckedOn").value, (today,))] if pages else []
    return [*(DraftRow(v.SOURCE, (NamedNode(page),)) for page in pages), *checked]


CONTACT = RecordType(
    "contact",
    (
        Field("authority", needed=True, check=lambda site, _, answer: site.find(site.term("FundingAuthority"), answer)),
        Field("given-name"),
        Field("family-name"),
        Field("job-title"),
        Field("phone", check=lambda _site, _answers, answer: international(answer)),
        Field("email", propose=_propose_email, check=lambda _site, _answers, answer: email(answer)),
        Field("agreement", several=True, propose=_propose_agreements, check=_check_agreement),
        Field("slug", needed=True, propose=_propose_slug, check=_check_slug),
        Field("source", check=absolute),
    ),
    _write,
    needs="Agreement",
    example="--authority etela-karjalan-liitto",
    prefixes=v.PREFIXES,
)
