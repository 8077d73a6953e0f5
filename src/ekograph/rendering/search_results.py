"""The results of a search, put into the page for searches that was printed with the snapshot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_plus

from markupsafe import Markup, escape

from ekograph.rendering import view
from ekograph.rendering.layout import fragment
from ekograph.rendering.view import MARK, messages
from ekograph.search.index import Said
from ekograph.search.query import Hit, marked

#: Where the form without results is printed; the results themselves are at /search.
FORM = "/search/form"

_CONTENT = re.compile(rb'(<main id="content">).*(</main>)', re.DOTALL)
_OTHER_LANGUAGE = re.compile(rb'(href="[^"]*/(?:search|browse)\.\w+\.html)(" hreflang)')


@dataclass(frozen=True)
class SearchResult:
    """A hit as the page shows it."""

    address: str
    name: Markup
    notation: str
    snippet: Markup | None
    within: Markup | None


def results_page(  # noqa: PLR0913, PLR0917 - what the page shows, and how
    form: bytes,
    language: str,
    text: str,
    hits: Sequence[Hit],
    theme: Path | None = None,
    absent: Sequence[str] = (),
) -> bytes:
    """The page `form` with the answer to `text` in place of its content; `theme` is the folder of the site's theme.

    `absent` are names in the text of what the site knows to have nothing about.
    """
    groups: dict[str, list[SearchResult]] = {}
    for hit in hits:
        groups.setdefault(hit.kind, []).append(_result(hit, language))
    translate = messages("pages", language, theme)
    values = {"text": text, "groups": groups, "language": language, "absent": absent, "hint": False}
    content = fragment("search.html", translate, theme, **values)
    if MARK.encode() in content:
        content += b'<p class="note">%s %s</p>' % (MARK.encode(), translate("unofficial.note").encode())
    return filled(form, content, f"?q={quote_plus(text)}".encode())


def filled(form: bytes, content: bytes, query: bytes) -> bytes:
    """The page `form` with other content; the links to it in other languages get the query."""
    page = _CONTENT.sub(lambda match: match[1] + content + match[2], form)
    query = query.replace(b"&", b"&amp;")
    return _OTHER_LANGUAGE.sub(lambda match: match[1] + query + match[2], page)


def _result(hit: Hit, language: str) -> SearchResult:
    snippet = highlighted(hit.snippet, hit.matched, language) if hit.snippet else None
    address = view.in_language(hit.page, language)
    within = highlighted(hit.within, frozenset(), language) if hit.within else None
    return SearchResult(address, highlighted(hit.name, hit.matched, language), hit.notation, snippet, within)


def highlighted(said: Said, matched: frozenset[str], language: str) -> Markup:
    """Some text with the words that matched marked, and its language where that is not the page's."""
    shown, end = Markup(), 0
    for start, stop in marked(said.text, matched) if matched else ():
        shown += escape(said.text[end:start]) + Markup("<mark>{}</mark>").format(said.text[start:stop])
        end = stop
    shown += escape(said.text[end:])
    if not said.official:
        shown += MARK
    if said.language.partition("-")[0] in {"", language}:
        return shown
    return Markup('<span lang="{}">{}</span>').format(said.language, shown)


def results_json(hits: Sequence[Hit], language: str, theme: Path | None = None) -> list[dict[str, str | float]]:
    """The hits for programs and for suggestions: IRI, page, name, what it is, and why it was found."""
    translate = messages("pages", language, theme)
    return [
        {
            "iri": hit.iri,
            "address": view.in_language(hit.page, language),
            "name": hit.name.text,
            "language": hit.name.language,
            "kind": hit.kind,
            "kindName": translate(f"search.one.{hit.kind}"),
            "notation": hit.notation,
            "snippet": hit.snippet.text if hit.snippet else "",
            "within": hit.within.text if hit.within else "",
            "score": hit.score,
        }
        for hit in hits
    ]
