"""Pages about the site itself: the rules its data keeps, personal data, accessibility."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pyoxigraph import Quad

from ekograph.pages import framing, rules, terms
from ekograph.pages.people import Contact, contact
from ekograph.pages.site import Site
from ekograph.pages.templating import page
from ekograph.pages.view import View
from ekograph.pages.vocabularies import messages


def rules_page(site: Site, shapes: Sequence[Quad], language: str) -> bytes:
    """The rules that the data keeps, from the shapes."""
    view = View(site, language)
    found = rules.rules(site, shapes, language)
    own = f"{site.dataset.base}def#"
    named = {rule.id: sorted((each for each in rule.about if each.value.startswith(own)), key=str) for rule in found}
    return _page("rules.html", view, framing.RULES, groups=rules.by_letter(found), named=named)


def privacy_page(site: Site, language: str) -> bytes:
    """What is told of persons, on what grounds, and how to have it mended."""
    view = View(site, language)
    return _page("privacy.html", view, framing.PRIVACY, keeper=_keeper(view))


def accessibility_page(site: Site, language: str) -> bytes:
    """The accessibility statement."""
    view = View(site, language)
    return _page("accessibility.html", view, framing.ACCESSIBILITY, keeper=_keeper(view))


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
