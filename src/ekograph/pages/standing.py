"""Pages about the site itself: the rules its data keeps, personal data, accessibility."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import NamedNode, Quad

from ekograph.dataset import Text
from ekograph.pages import framing, terms
from ekograph.pages.people import Contact, contact
from ekograph.pages.site import Site
from ekograph.pages.templating import page
from ekograph.pages.view import View
from ekograph.pages.vocabularies import messages


@dataclass(frozen=True)
class Rule:
    """A rule in words: its id, its name, why it is there, and what its breach is told with."""

    id: str
    name: Text
    reasons: Sequence[Text]
    told: Sequence[Text]


def rules_page(site: Site, shapes: Sequence[Quad], language: str) -> bytes:
    """The rules that the data keeps, from the shapes."""
    return _page("rules.html", View(site, language), framing.RULES, rules=rules(site, shapes, language))


def privacy_page(site: Site, language: str) -> bytes:
    """What is told of persons, on what grounds, and how to have it mended."""
    view = View(site, language)
    return _page("privacy.html", view, framing.PRIVACY, keeper=_keeper(view))


def accessibility_page(site: Site, language: str) -> bytes:
    """The accessibility statement."""
    view = View(site, language)
    return _page("accessibility.html", view, framing.ACCESSIBILITY, keeper=_keeper(view))


def rules(site: Site, shapes: Sequence[Quad], language: str) -> list[Rule]:
    """The shapes that have a name, in order: each is a rule; those named after it (A01-title) are parts of it."""
    view = View(site.of(shapes), language)
    named = view.dataset.subjects_under(f"{site.dataset.base}shapes#")
    found = [_rule(view, each) for each in named if view.dataset.objects(each, f"{terms.SHACL}name")]
    return sorted(found, key=lambda each: each.id)


def _rule(view: View, shape: NamedNode) -> Rule:
    told = view.texts(shape, (f"{terms.SHACL}message",))
    for constraint in view.dataset.objects(shape, f"{terms.SHACL}sparql"):
        if isinstance(constraint, NamedNode):
            told += view.texts(constraint, (f"{terms.SHACL}message",))
    return Rule(shape.value.rpartition("#")[2], view.label(shape), view.texts(shape, (terms.COMMENT,)), told)


def _keeper(view: View) -> Contact | None:
    """Whom to write to about the site: the contact point of its catalogue."""
    site = view.site
    found = (each for catalogue in site.catalogues for each in site.named(catalogue, terms.CONTACTED_AT))
    keeper = next(found, None)
    return contact(view, keeper) if keeper else None


def _page(template: str, view: View, path: str, **values: Any) -> bytes:
    about = messages("about", view.language)
    key = path.removeprefix("/")
    frame = framing.frame_of(view, about(f"{key}.title"), path)
    return page(template, frame, view=view, about=about, **values)
