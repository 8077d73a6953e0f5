"""A new contact point: written after the others, and linked from the agreements that it serves."""

from __future__ import annotations

from datetime import UTC, datetime

from pyoxigraph import Literal, NamedNode

from ekograph.authoring.new import vocabulary as v
from ekograph.authoring.new.draft import Draft, Row, text_row
from ekograph.authoring.new.edit import Edits
from ekograph.authoring.new.fields import Answers, Field, Kind, absolute, email, free_slug, international, one
from ekograph.authoring.new.site import NewError, Site, find, instances, linked, next_order, texts
from ekograph.authoring.new.slugs import slug
from ekograph.dataset import local_name
from ekograph.i18n import Messages


def _contacts(site: Site) -> list[NamedNode]:
    return instances(site, site.term("ContactPoint"))


def _authority(site: Site, answers: Answers) -> NamedNode:
    return find(site, site.term("FundingAuthority"), one(answers, "authority"))


def _propose_slug(site: Site, answers: Answers) -> tuple[str, ...]:
    """The post's name: that of the authority and the first free number; never the person's."""
    authority, number = local_name(_authority(site, answers)), 1
    taken = {local_name(each) for each in _contacts(site)}
    while f"{authority}-{number}" in taken:
        number += 1
    return (f"{authority}-{number}",)


def _propose_email(site: Site, answers: Answers) -> tuple[str, ...]:
    """The name in the domain of the authority, as officials' addresses are made."""
    domain = next(iter(texts(site, _authority(site, answers), site.term("emailDomain").value)), "")
    given, family = (slug(one(answers, name)) for name in ("given-name", "family-name"))
    return (f"{given}.{family}@{domain}",) if given and family and domain else ()


def _propose_agreements(site: Site, answers: Answers) -> tuple[str, ...]:
    served = linked(site, site.term("fundingAuthority").value, _authority(site, answers))
    return tuple(local_name(each) for each in served)


def _check_slug(site: Site, _: Answers, given: str) -> None:
    free_slug(site, "contact", given)


def _check_agreement(site: Site, answers: Answers, given: str) -> None:
    agreement = find(site, site.term("Agreement"), given)
    if _authority(site, answers) not in site.dataset.objects(agreement, site.term("fundingAuthority").value):
        raise NewError("other-authority", given=given, authority=one(answers, "authority"))


def _write(edits: Edits, answers: Answers, say: Messages) -> NamedNode:
    site, contacts = edits.site, _contacts(edits.site)
    draft = Draft(
        site.thing(f"contact/{one(answers, 'slug')}"),
        (site.term("ContactPoint"), v.INDIVIDUAL),
        (
            *_person(answers, say),
            Row(site.term("displayOrder").value, (Literal(next_order(site, contacts)),)),
            Row(v.MEMBER_OF, (_authority(site, answers),)),
            *_telephone(answers, say),
            _email(answers, say),
            *_source(site, answers),
        ),
    )
    for each in answers.get("agreement", ()):
        _link(edits, find(site, site.term("Agreement"), each), draft.iri)
    edits.add(edits.home(site.term("ContactPoint"), "contacts.ttl"), draft, contacts)
    return draft.iri


def _link(edits: Edits, agreement: NamedNode, contact: NamedNode) -> None:
    if edits.link(agreement, v.CONTACT_POINT, contact, edits.site.thing("contact/gap")) is None:
        raise NewError("not-turtle", iri=agreement.value)


def _person(answers: Answers, say: Messages) -> list[Row]:
    given, family = one(answers, "given-name"), one(answers, "family-name")
    full = f"{given} {family}" if given and family else ""
    return [
        text_row(v.FULL_NAME, full, say("contact.full-name"), language=None),
        text_row(v.GIVEN_NAME, given, say("contact.given-name"), language=None),
        text_row(v.FAMILY_NAME, family, say("contact.family-name"), language=None),
        text_row(v.JOB_TITLE, one(answers, "job-title"), say("contact.job-title")),
    ]


def _telephone(answers: Answers, say: Messages) -> list[Row]:
    """The number as printed, and as an IRI to call."""
    printed, gap = one(answers, "phone"), say("contact.phone")
    iri = NamedNode(f"tel:{international(printed) if printed else 'gap'}")
    return [
        text_row(v.TELEPHONE, printed, gap, language=None),
        Row(v.HAS_TELEPHONE, (iri,), "" if printed else say("gap-tel")),
    ]


def _email(answers: Answers, say: Messages) -> Row:
    given = one(answers, "email")
    return Row(
        v.HAS_EMAIL,
        (NamedNode(f"mailto:{email(given) if given else 'gap'}"),),
        "" if given else say("contact.email"),
    )


def _source(site: Site, answers: Answers) -> list[Row]:
    """The source, and that it was consulted today: whoever names it has it open."""
    given = answers.get("source", ())
    today = Literal(datetime.now(UTC).date().isoformat(), datatype=v.DATE)
    checked = [Row(site.term("sourceCheckedOn").value, (today,))] if given else []
    return [*(Row(v.SOURCE, (NamedNode(each),)) for each in given), *checked]


CONTACT = Kind(
    "contact",
    (
        Field("authority", needed=True, check=lambda site, _, given: find(site, site.term("FundingAuthority"), given)),
        Field("given-name"),
        Field("family-name"),
        Field("job-title"),
        Field("phone", check=lambda _site, _answers, given: international(given)),
        Field("email", propose=_propose_email, check=lambda _site, _answers, given: email(given)),
        Field("agreement", several=True, propose=_propose_agreements, check=_check_agreement),
        Field("slug", needed=True, propose=_propose_slug, check=_check_slug),
        Field("source", check=absolute),
    ),
    _write,
)
