"""The frame of the pages of a site: its name, where its pages lead, when it was published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pyoxigraph import NamedNode

from ekograph.i18n import Messages
from ekograph.pages import examples, terms
from ekograph.pages.site import Site
from ekograph.pages.templating import Frame
from ekograph.pages.view import View

#: Where the pages about the site itself are.
RULES, PRIVACY, ACCESSIBILITY, DOWNLOADS = "/rules", "/privacy", "/accessibility", "/downloads"

_FRONT, _SEARCH = ("/", "nav.front"), ("/search", "nav.search")


def frame_of(view: View, title: str, path: str) -> Frame:
    """The frame of the page at `path`."""
    site = view.site
    return Frame(
        title,
        path,
        view.language,
        site.dataset.languages,
        view.home,
        view.say,
        crumbs=(view.home_link,) if path != "/" else (),
        places=_places(site),
        foot=_foot(site),
        published=site.published,
        version=site.version,
        licence=view.licence,
    )


def frame_about(view: View, node: NamedNode) -> Frame:
    """The frame of a page about one thing, which has RDF formats too."""
    texts = view.texts(node, terms.DEFINITIONS)
    described = " ".join(each.value for each in texts[:1])
    frame = frame_of(view, view.title(node).value, view.path(node.value))
    return replace(frame, formats=True, description=described)


def frame_without_site(title: str, language: str, say: Messages) -> Frame:
    """The frame of a page that knows no site: it leads to the front page and the search."""
    return Frame(title, "", language, (language,), say("nav.front"), say, places=(_FRONT, _SEARCH))


def _places(site: Site) -> Sequence[tuple[str, str]]:
    """The pages that the head of every page leads to, with the keys of their names."""
    queries = [(examples.PATH, "nav.queries")] if site.queries else []
    vocabulary = [("/def", "nav.vocabulary")] if site.vocabulary else []
    return [_FRONT, _SEARCH, *queries, *vocabulary, ("/sparql", "nav.sparql")]


def _foot(site: Site) -> Sequence[tuple[str, str]]:
    """The pages that the foot of every page leads to."""
    rules = [(RULES, "nav.rules")] if site.has_rules else []
    privacy = [(PRIVACY, "nav.privacy")] if site.has_contacts else []
    return [(DOWNLOADS, "nav.downloads"), *rules, *privacy, (ACCESSIBILITY, "nav.accessibility")]
