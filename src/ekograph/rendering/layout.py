"""The frame of the pages of a site: its name, where its pages lead, when it was published.

From a template and its values to the bytes of a page.
The files that pages use: each is served under a name that holds the digest of its content.
The site of a large snapshot: the pages that were not printed are made from it, by the server and for an export.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote

from markupsafe import Markup
from pyoxigraph import NamedNode

from ekograph.i18n import Messages
from ekograph.plugins import Theme
from ekograph.rdf import disk_dataset
from ekograph.rdf.formats import HTML, RDF, TURTLE, Format
from ekograph.rdf.vocab import SCHEMA
from ekograph.rendering import example_queries, terms, values, view
from ekograph.rendering.site import Site
from ekograph.rendering.view import View
from ekograph.snapshots.snapshot import Snapshot
from ekograph.urls import CHANGES, PUBLIC_URL

if TYPE_CHECKING:
    from jinja2 import Environment

#: Where the pages about the site itself are.
RULES, DOWNLOADS = "/rules", "/downloads"

#: Where the parts of the dataset have their pages.
_IN_DATASET = ("/doc/", "/about/", "/graph/")

#: A relation, its target, and the media type there, or "".
Signpost: TypeAlias = tuple[str, str, str]

_FRONT, _SEARCH, _BROWSE = ("/", "nav.front"), ("/search", "nav.search"), ("/browse", "nav.browse")


def frame_of(view: View, title: str, path: str) -> PageLayout:
    """The frame of the page at `path`."""
    site = view.site
    lead = "lead" if "lead" in view.message else f"profile.{site.profile}"
    return PageLayout(
        title,
        path,
        view.language,
        site.dataset.languages,
        view.home,
        view.message,
        crumbs=(view.home_link,) if path != "/" else (),
        description=shortened(f"{title}. {view.message(lead)}" if path != "/" else view.message(lead)),
        places=_places(site),
        foot=_foot(view),
        published=site.published,
        version=view.version_name(next(reversed([*site.versions.values()]), "")),
        digest=site.version,
        has_history=bool(site.history),
        licence=view.licence,
        theme=site.theme.folder,
        contact=site.address_to_write_to,
    )


def shortened(text: str) -> str:
    """A text as search engines show it below the title of a page."""
    return textwrap.shorten(text, 300, placeholder=" …")


def frame_about(
    view: View, node: NamedNode, rdf: Sequence[Format] = RDF, above: Sequence[NamedNode] = ()
) -> PageLayout:
    """The frame of a page about one thing, which is to be had in the formats `rdf` too, below the pages `above`."""
    texts, title = view.texts(node, terms.DEFINITIONS), view.title(node).value
    kind = ", ".join(item.striptags() for item in view.types(node))
    described = f"{kind}: {title}" if kind else title
    path = view.path(node.value)
    # What is named elsewhere may have the name of something here.
    frame = frame_of(view, title if view.site.tells_first_of(node) else described, path)
    described = ", ".join([described, *(view.label(item).value for item in reversed(above))])
    return replace(
        frame,
        crumbs=(*frame.crumbs, *map(view.link, above)),
        formats=rdf,
        description=shortened(texts[0].value if texts else described),
        signposts=signposts(node, view.site, path, rdf),
    )


def signposts(node: NamedNode, site: Site, page: str, rdf: Sequence[Format] = RDF) -> Sequence[Signpost]:
    """Where the page about a thing sends machines on to (FAIR Signposting, https://signposting.org/FAIR/)."""
    return (
        ("cite-as", node.value, ""),
        *([("describedby", f"{page}.ttl", TURTLE.media_type)] if TURTLE in rdf else []),
        *(("type", item, "") for item in (f"{SCHEMA}AboutPage", *site.dataset.types(node))),
        *([("license", site.licence.value, "")] if site.licence else []),
        *([("author", site.publisher.value, "")] if site.publisher else []),
        *([("collection", "/", HTML.media_type)] if page.startswith(_IN_DATASET) else []),
    )


def frame_without_site(title: str, language: str, messages: Messages) -> PageLayout:
    """The frame of a page that knows no site: it leads to the front page and the search."""
    return PageLayout(title, "", language, (language,), messages("nav.front"), messages, places=(_FRONT, _SEARCH))


def _places(site: Site) -> Sequence[tuple[str, str]]:
    """The pages that the head of every page leads to, with the keys of their names."""
    queries = [(example_queries.PATH, "nav.queries")] if site.queries else []
    vocabulary = [("/def", "nav.vocabulary")] if site.vocabulary else []
    return [_FRONT, _SEARCH, _BROWSE, *queries, *vocabulary, ("/sparql", "nav.sparql"), *site.theme.navigation]


def _foot(view: View) -> Sequence[tuple[str, str]]:
    """The pages that the foot of every page leads to, with their names."""
    site = view.site
    checks = [(form.path, form.text(form.title, view.language)) for form in site.checks]
    rules = [(RULES, "nav.rules")] if site.has_rules else []
    pages = [(page.path, page.key) for page in site.theme.pages if page.shown(site)]
    named = [(path, view.message(key)) for path, key in ((DOWNLOADS, "nav.downloads"), *rules, *pages)]
    changes = [(CHANGES, view.message("changes.title"))] if site.history else []
    return [*checks, *changes, *named]


@dataclass(frozen=True)
class PageLayout:
    """What surrounds the content of a page.

    `path` is the address that negotiates, or "" for a page without one; `home` is the name of the whole;
    `crumbs` are the pages above, as links; `places` and `foot` are the paths that head and foot lead to, with
    the keys of their names in the head and the names in the foot; `formats` are those of its RDF representations;
    `theme` is the folder of the site's theme; `contact` is where readers write; `data` is what search engines read
    of the page, as JSON-LD, and `signposts` is where other machines go on.
    """

    title: str
    path: str
    language: str
    languages: Sequence[str]
    home: str
    message: Messages
    crumbs: Sequence[Markup] = ()
    description: str = ""
    formats: Sequence[Format] = ()
    places: Sequence[tuple[str, str]] = ()
    foot: Sequence[tuple[str, str]] = ()
    published: str = ""
    version: str = ""
    digest: str = ""
    has_history: bool = False
    licence: Markup | None = None
    theme: Path | None = None
    data: Markup | None = None
    contact: str = ""
    signposts: Sequence[Signpost] = ()

    @property
    def whole_title(self) -> str:
        """The title for those who see no more of the page: with what it is a part of, and the name of the whole."""
        above = [crumb.striptags() for crumb in self.crumbs[1:2]]
        parts = [self.title, *(name for name in above if not self.title.startswith(name))]
        return " – ".join(dict.fromkeys(parts if self.path == "/" else [*parts, self.home]))

    @property
    def feedback(self) -> str:
        """Where readers write about the page, with its address."""
        address = f"{PUBLIC_URL}{view.in_language(self.path, self.language)}"
        if self.contact.startswith("mailto:"):
            return f"{self.contact}?subject={quote(self.title)}&body={address}"
        return f"{self.contact}{'&' if '?' in self.contact else '?'}page={address}"


def page(template: str, frame: PageLayout, **values: Any) -> bytes:
    """The page whose content is `template` filled with `values`, within `frame`; UTF-8."""
    made = environment(frame.theme)
    # Already escaped: it comes from a template that escapes.
    content = Markup(made.get_template(template).render(frame=frame, say=frame.message, **values))  # noqa: S704
    whole = made.get_template("layout.html").render(
        frame=frame, say=frame.message, content=content, unofficial='class="mark"' in content
    )
    return whole.encode()


def fragment(template: str, messages: Messages, theme: Path | None, **values: Any) -> bytes:
    """`template` of a theme or the core filled with `values`, without a frame; UTF-8."""
    return environment(theme).get_template(template).render(say=messages, **values).encode()


@cache
def environment(theme: Path | None = None) -> Environment:
    """The templates, compiled once: everything is escaped, and a name that is not there is an error.

    Those in the folder of a theme go before those of the core, which are at hand as "core/…" too.
    """
    from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

    core = PackageLoader("ekograph.rendering")
    first = [FileSystemLoader(theme / "templates")] if theme else []
    made = Environment(
        loader=ChoiceLoader([*first, core, PrefixLoader({"core": core})]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {
        "static": addresses(theme),
        "in_language": view.in_language,
        "public_url": PUBLIC_URL,
        "switch_name": values.switch_name,
    }
    made.filters |= {"day": values.day, "number": values.number}
    return made


#: The media types of files by the end of their names.
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "woff2": "font/woff2",
}
_FILES = ("style.css", "icon.svg", "sparql.js", "search.js")
_EDITOR = ("editor.css", "editor.js")


def static_files(theme: Path | None = None) -> Iterator[tuple[str, str, bytes]]:
    """The address (/static/…), the Content-Type and the content of every file that pages use.

    The address changes with the content, so that a copy of it may be kept for ever.
    """
    for name, address in addresses(theme).items():
        yield address, _TYPES[name.rpartition(".")[2]], _content(name, theme)


@cache
def addresses(theme: Path | None = None) -> Mapping[str, str]:
    """The address of each file by its plain name."""
    core = files("ekograph.rendering") / "static"
    # The files of the editor: all of them or none.
    editor = _EDITOR if all((core / "built" / name).is_file() for name in _EDITOR) else ()
    added = (path.name for path in sorted((theme / "static").glob("*.*"))) if theme else ()
    names = dict.fromkeys([*_FILES, *editor, *(name for name in added if name.rpartition(".")[2] in _TYPES)])
    return {name: _address(name, theme) for name in names}


def _address(name: str, theme: Path | None) -> str:
    stem, _, suffix = name.rpartition(".")
    return f"/static/{stem}.{hashlib.sha256(_content(name, theme)).hexdigest()[:12]}.{suffix}"


def _content(name: str, theme: Path | None) -> bytes:
    """A file of the theme or the core; the style sheet of a theme is put after the core's."""
    folder = files("ekograph.rendering") / "static"
    core = folder / "built" / name if name in _EDITOR else folder / name
    if theme is None or not (replacing := theme / "static" / name).is_file():
        return core.read_bytes()
    return core.read_bytes() + b"\n" + replacing.read_bytes() if name == "style.css" else replacing.read_bytes()


def site_of(snapshot: Snapshot, theme: Theme) -> Site:
    """The site, read from the files of `snapshot` as its pages need it."""
    manifest, has_rules = snapshot.manifest, any(True for _ in snapshot.printed(RULES))
    dataset = disk_dataset.of(snapshot)
    site = Site(dataset, manifest.name, manifest.published, has_rules=has_rules, large=True, theme=theme)
    return replace(
        site,
        title=manifest.title,
        images=manifest.images,
        contact=manifest.contact,
        versions={manifest.name: manifest.dated},
    )
