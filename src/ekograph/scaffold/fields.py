"""What is asked for a new thing: fields with their proposals and the checks of their answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from pyoxigraph import NamedNode

from ekograph.i18n import Messages
from ekograph.scaffold.draft import NOTATION, SLUG
from ekograph.scaffold.edits import Edits
from ekograph.scaffold.site_data import EditableSite, NewError, instances, texts

Answers: TypeAlias = Mapping[str, tuple[str, ...]]

_TELEPHONE = re.compile(r"\+[1-9][0-9]{6,14}")
_EMAIL = re.compile(r"[a-z0-9_+-]+(?:[.][a-z0-9_+-]+)*@[a-z0-9]+(?:-+[a-z0-9]+)*(?:[.][a-z0-9]+(?:-+[a-z0-9]+)*)+")


def _nothing(_site: EditableSite, _answers: Answers) -> tuple[str, ...]:
    return ()


def _anything(_site: EditableSite, _answers: Answers, _given: str) -> None:
    return None


@dataclass(frozen=True)
class Field:
    """One answer, or several: what it is called, and whether nothing can be written without it.

    `propose` gives what is taken when nothing is said; `check` raises NewError for what cannot be used.
    """

    name: str
    needed: bool = False
    several: bool = False
    propose: Callable[[EditableSite, Answers], tuple[str, ...]] = _nothing
    check: Callable[[EditableSite, Answers, str], object] = _anything

    @property
    def proposes(self) -> bool:
        """Whether there is a proposal, once the answers before it are there."""
        return self.propose is not _nothing


@dataclass(frozen=True)
class RecordType:
    """A kind of new thing: its fields, and `write`, which puts it into the files and returns its IRI."""

    name: str
    fields: tuple[Field, ...]
    write: Callable[[Edits, Answers, Messages], NamedNode]


def one(answers: Answers, name: str) -> str:
    """The answer, without white space around it or doubled in it; "" if there is none."""
    return " ".join(next(iter(answers.get(name, ())), "").split())


def free_slug(site: EditableSite, path: str, given: str) -> None:
    """Raise NewError for a slug of a wrong form, or in use below `path`."""
    if not SLUG.fullmatch(given):
        raise NewError("slug-form", given=given)
    if site.dataset.quads_of(site.thing(f"{path}/{given}")):
        raise NewError("slug-taken", given=given, iri=site.thing(f"{path}/{given}").value)


def free_notation(site: EditableSite, _answers: Answers, given: str) -> None:
    """Raise NewError for a notation in use."""
    if given in notations(site):
        raise NewError("notation-taken", given=given)


def free_order(site: EditableSite, _answers: Answers, given: str) -> None:
    """Raise NewError for what is no number from 1, or the number of another agreement."""
    if not re.fullmatch("[1-9][0-9]*", given):
        raise NewError("order-form", given=given)
    for each in instances(site, site.term("Agreement")):
        if given in texts(site, each, site.term("displayOrder").value):
            raise NewError("order-taken", given=given, other=each.value)


def notations(site: EditableSite) -> set[str]:
    """The notations in use by agreements and priorities."""
    things = [each for name in ("Agreement", "Priority") for each in instances(site, site.term(name))]
    return {text for each in things for text in texts(site, each, NOTATION)}


def international(printed: str) -> str:
    """A telephone number in E.164 form; one that begins with 0 is Finnish. Raises NewError."""
    digits = re.sub(r"[^0-9+]", "", printed.replace("(0)", ""))
    number = re.sub(r"^0(?=[1-9])", "+358", re.sub(r"^00", "+", digits))
    if not _TELEPHONE.fullmatch(number) or number.startswith("+3580"):
        raise NewError("phone-form", given=printed)
    return number


def email(given: str) -> str:
    """An e-mail address in lower case, (at) read as @. Raises NewError."""
    address = given.strip().lower().replace("(at)", "@").removeprefix("mailto:")
    if not _EMAIL.fullmatch(address):
        raise NewError("email-form", given=given)
    return address


def absolute(_site: EditableSite, _answers: Answers, given: str) -> None:
    """Raise NewError for what is no address of a page."""
    if not re.fullmatch(r"https?://[^\s<>\"{}|^`\\]+", given):
        raise NewError("source-form", given=given)
