"""What is made of the printed forms of a page when it is asked for: Markdown, and its RDF by other profiles.

Content Negotiation by Profile (https://www.w3.org/TR/dx-prof-conneg/), with its Query String Argument functional
profile: Accept-Profile, `_profile` and `_mediatype`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from ekograph import urls
from ekograph.config import Settings
from ekograph.i18n import Messages
from ekograph.rdf import formats
from ekograph.rdf.dataset import Dataset, in_default_graph
from ekograph.rdf.vocab import DCTERMS, RDF, SKOS, TYPE, Namespace, facts
from ekograph.urls import link, normal_path
from ekograph.web.api.routes import Route
from ekograph.web.contract import Application, Request
from ekograph.web.http.negotiation import choose, ranges
from ekograph.web.http.parameters import parameters
from ekograph.web.http.problems import language_of, not_acceptable, not_found
from ekograph.web.http.response import PreparedAnswer, etag_of, response

#: What is said of the page, and the IRI of the thing that it is about, or None; in the language of the reader.
Make: TypeAlias = Callable[[Dataset, NamedNode | None, str], Sequence[Quad]]

_ALTR = Namespace("http://www.w3.org/ns/dx/connegp/altr#")
_VARY = (b"vary", b"Accept, Accept-Profile, Accept-Language")
_N_TRIPLES = formats.N_TRIPLES.suffix
_VOID = "/.well-known/void"


class Profile(NamedTuple):
    """A way to describe a thing: its token in `_profile`, its IRI, and what makes it of all that is said."""

    token: str
    iri: str
    make: Make


def _all(dataset: Dataset, _node: NamedNode | None, _language: str) -> Sequence[Quad]:
    return dataset.quads


def _bounded(dataset: Dataset, node: NamedNode | None, _language: str) -> Sequence[Quad]:
    return list(dataset.bounded(node)) if node else ()


def _skos(dataset: Dataset, node: NamedNode | None, _language: str) -> Sequence[Quad]:
    """What SKOS has words for; nothing of what is neither a concept nor a scheme or collection."""
    is_of_skos = node is not None and any(kind.startswith(SKOS.iri) for kind in dataset.types(node))
    words = (
        quad for quad in dataset.quads if SKOS.iri in str(quad.object if quad.predicate == TYPE else quad.predicate)
    )
    return list(words) if is_of_skos else ()


def _schema_org(dataset: Dataset, node: NamedNode | None, language: str) -> Sequence[Quad]:
    # Loads the templates of pages.
    from ekograph.rendering.representations import of_thing

    if node is None or not dataset.quads_of(node):
        return ()
    document = {"@context": {"@vocab": "https://schema.org/"}, **of_thing(node, dataset, language)}
    return list(parse(json.dumps(document), RdfFormat.JSON_LD))


def _dcat(dataset: Dataset, node: NamedNode | None, _language: str) -> Sequence[Quad]:
    return dataset.quads if node is None or dataset.base + "catalog" == node.value else ()


#: By which pages are described; the first is that of the page as it is.
PROFILES = (
    Profile("rdf", RDF.iri, _all),
    Profile("cbd", "http://www.w3.org/Submission/CBD/", _bounded),
    Profile("skos", "http://www.w3.org/2004/02/skos/core", _skos),
    Profile("schema", "https://schema.org/", _schema_org),
    Profile("dcat-ap", "http://data.europa.eu/r5r/", _dcat),
)
#: The list of the others.
ALTERNATES = Profile("alt", "http://www.w3.org/ns/dx/connegp/altr", _all)
_PREFIXES = {"schema": "https://schema.org/", "altr": _ALTR.iri}


def routes(settings: Settings) -> list[Route]:
    """The addresses of Markdown, and where the dispatcher sends who asks for a profile or a media type by name."""
    markdown, by_profile = "A page as Markdown", "A page by a profile"
    return [
        Route("/{path:path}.md", _markdown, markdown, types=(formats.MARKDOWN.media_type,)),
        Route("/profile/{path:path}", partial(_by_profile, settings), by_profile, documented=False),
    ]


def wants_profile(request: Request) -> bool:
    """Whether a request for a page names a profile or a media type."""
    named = b"_profile=" in request.query or b"_mediatype=" in request.query or b"accept-profile" in request.fields
    return named and (request.path == "/" or urls.is_in_time(request.path))


def as_markdown(request: Request, page: PreparedAnswer) -> PreparedAnswer:
    """The answer with an HTML page as Markdown, which is kept for a while."""
    key = (b"markdown", page.etag)
    parts = request.live.repeated.find(key)
    if parts is None:
        # Most servers are never asked for it.
        from ekograph.rendering.markdown import from_html

        changed = {b"content-type": formats.MARKDOWN.content_type.encode()}
        fields = [(name, changed.get(name, value).replace(b".html", b".md")) for name, value in page.parts[1]]
        body = from_html(page.body)
        parts = etag_of(body), tuple(fields), body
        request.live.repeated.put(key, parts)
    return PreparedAnswer(*parts)


async def _markdown(request: Request, path: str) -> Application:
    page = await _answer(_asking(request, normal_path(f"/{path}.html"), ""))
    return (await asyncio.to_thread(as_markdown, request, page)).respond(request)


async def _by_profile(settings: Settings, request: Request, path: str) -> Application:
    """The page by the profile wanted most that there is of it; the page itself where none is."""
    page, values, language = normal_path(f"/{path}"), parameters(request), language_of(request)
    printed = await _answer(_asking(request, f"{_VOID if page == '/' else page}.{_N_TRIPLES}", "*/*"))
    made = await asyncio.to_thread(_made, request, page, printed, language)
    if page == "/" and request.live.table.find(f"/catalog.{_N_TRIPLES}"):
        catalogue = await _answer(_asking(request, f"/catalog.{_N_TRIPLES}", "*/*"))
        made[PROFILES[-1]] = await asyncio.to_thread(_parsed, catalogue)
    available = [profile for profile in PROFILES if made[profile]]
    names = [values["_profile"]] if "_profile" in values else _ranked(request)
    known = {name: profile for profile in (*available, ALTERNATES) for name in (profile.token, profile.iri.lower())}
    chosen = next((known[name] for name in names if name in known), None)
    if chosen is None and "_profile" in values:
        raise not_acceptable([(formats.TURTLE.media_type, f"{page}?_profile={profile.token}") for profile in available])
    chosen = chosen or PROFILES[0]
    offered = (*formats.RDF, *((formats.HTML, formats.MARKDOWN) if chosen is PROFILES[0] else ()))
    accept = values.get("_mediatype") or request.fields.get(b"accept", b"*/*").decode("latin-1")
    form = choose((accept,), (formats.HTML, *formats.RDF) if chosen is ALTERNATES else offered)
    if form is None:
        raise not_acceptable([(form.media_type, f"{page}?_profile={chosen.token}") for form in offered])
    address = f"{settings.address}{page}"
    fields = _links(address, chosen, available), _VARY
    if chosen is PROFILES[0]:
        answer = await _answer(_asking(request, page, form.media_type))
        return PreparedAnswer(answer.etag, [*answer.parts[1], *fields], answer.body).respond(request)
    if form is formats.HTML:
        body = await asyncio.to_thread(_alternates_page, page, available, language)
    else:
        quads = made[chosen] if chosen in made else [*_alternates(address, available, offered)]
        body = await asyncio.to_thread(_written, quads, form, request)
    return response(body, form.content_type, *fields)


def _made(request: Request, page: str, printed: PreparedAnswer, language: str) -> dict[Profile, Sequence[Quad]]:
    """What is said on a page, printed as N-Triples, by each profile; nothing where that has no words for it."""
    manifest = request.live.snapshot.manifest
    base = "" if manifest.base == urls.NO_BASE else manifest.base
    spaces, prefixes = manifest.own, manifest.prefixes
    iri = urls.iri_at(page, base, spaces)
    dataset = Dataset(_parsed(printed), base=base, prefixes=prefixes, languages=manifest.languages, spaces=spaces)
    return {profile: profile.make(dataset, NamedNode(iri) if iri else None, language) for profile in PROFILES}


def _parsed(printed: PreparedAnswer) -> list[Quad]:
    return list(parse(printed.body, RdfFormat.N_TRIPLES))


def _links(address: str, chosen: Profile, available: Sequence[Profile]) -> tuple[bytes, bytes]:
    """Link: by which profile a page is described here, and where it is by the others."""
    others = (profile for profile in (*available, ALTERNATES) if profile is not chosen)
    links = (link(f"{address}?_profile={item.token}", "alternate", profile=item.iri) for item in others)
    return b"link", ", ".join([link(chosen.iri, "profile"), *links]).encode("latin-1", "replace")


def _asking(request: Request, path: str, accept: str) -> Request:
    """The same request for another path, without a query, and accepting something else."""
    headers = [pair for pair in request.scope["headers"] if pair[0] not in {b"accept", b"accept-encoding"}]
    headers += [(b"accept", accept.encode())] if accept else []
    scope = {**request.scope, "raw_path": path.encode("latin-1"), "query_string": b"", "headers": headers}
    return Request(scope, request.deployment)


async def _answer(request: Request) -> PreparedAnswer:
    """What is printed at the path of a request, or made now; raises ProblemError."""
    live = request.live
    resource = live.table.find(request.path) or (live.things.find(request.path) if live.things else None)
    answer = getattr(resource, "answer", None)
    if answer is None:
        raise not_found(request.path)
    result = answer(request)
    result = await result if asyncio.iscoroutine(result) else result
    if isinstance(result, PreparedAnswer):
        return result
    raise not_found(request.path)


def _ranked(request: Request) -> list[str]:
    """The profiles in Accept-Profile, the one wanted most first, in lower case."""
    profiles = sorted(ranges(request.field(b"accept-profile")), key=lambda element: -element.quality)
    return [element.value.strip("<>") for element in profiles if element.quality]


def _alternates(page: str, available: Sequence[Profile], offered: Sequence[formats.Format]) -> Iterator[Quad]:
    """The list of the forms of a page."""
    for number, (profile, form) in enumerate((it, form) for it in available for form in offered if form in formats.RDF):
        form_node = BlankNode(f"f{number}")
        yield from facts(NamedNode(page), (_ALTR("hasRepresentation"), form_node))
        target = f"{page}?_profile={profile.token}&_mediatype={quote(form.media_type, safe='/')}"
        yield from facts(
            form_node,
            (TYPE, _ALTR("Representation")),
            (DCTERMS("conformsTo"), NamedNode(profile.iri)),
            (DCTERMS("format"), Literal(form.media_type)),
            (DCTERMS("source"), NamedNode(target)),
        )


def _alternates_page(page: str, available: Sequence[Profile], language: str) -> bytes:
    from ekograph.rendering.pages import Failure, error_page

    messages = Messages("web", language)
    offered = [(f"{profile.token}: {profile.iri}", f"{page}?_profile={profile.token}") for profile in available]
    return error_page(language, Failure(0, messages("profiles.title"), messages("profiles.detail"), offered))


def _written(quads: Sequence[Quad], form: formats.Format, request: Request) -> bytes:
    from ekograph.rendering.rdf_writers import rdf

    return rdf(in_default_graph(quads), form, {**request.live.snapshot.manifest.prefixes, **_PREFIXES})
