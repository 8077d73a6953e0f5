"""From a template and its values to the bytes of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from ekograph.formats import RDF
from ekograph.i18n import Messages
from ekograph.pages import links, localised, static

if TYPE_CHECKING:
    from jinja2 import Environment


@dataclass(frozen=True)
class Frame:
    """What surrounds the content of a page.

    `path` is the address that negotiates, or "" for a page without one; `home` is the name of the whole;
    `crumbs` are the pages above, as links; `places` and `foot` are the pages that head and foot lead to, as paths
    and keys of their names; `formats` says whether the page has RDF representations.
    """

    title: str
    path: str
    language: str
    languages: Sequence[str]
    home: str
    say: Messages
    crumbs: Sequence[Markup] = ()
    description: str = ""
    formats: bool = False
    places: Sequence[tuple[str, str]] = ()
    foot: Sequence[tuple[str, str]] = ()
    published: str = ""
    version: str = ""
    licence: Markup | None = None


def page(template: str, frame: Frame, **values: Any) -> bytes:
    """The page whose content is `template` filled with `values`, within `frame`; UTF-8."""
    made = environment()
    # Already escaped: it comes from a template that escapes.
    content = Markup(made.get_template(template).render(frame=frame, say=frame.say, **values))  # noqa: S704
    whole = made.get_template("layout.html").render(
        frame=frame, say=frame.say, content=content, unofficial='class="mark"' in content, rdf=RDF
    )
    return whole.encode()


def fragment(template: str, say: Messages, **values: Any) -> bytes:
    """`template` filled with `values`, without a frame; UTF-8."""
    return environment().get_template(template).render(say=say, **values).encode()


@cache
def environment() -> Environment:
    """The templates, compiled once: everything is escaped, and a name that is not there is an error."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from ekograph.addresses import PUBLIC_URL

    made = Environment(
        loader=PackageLoader("ekograph.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals |= {"static": static.addresses(), "in_language": links.in_language, "public_url": PUBLIC_URL}
    made.filters |= {"day": localised.day, "number": localised.number}
    return made
