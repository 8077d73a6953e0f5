"""What of a site is searched: every thing by its names, notation, words and what it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from ekograph.addresses import path_of
from ekograph.dataset import LABELS, Node
from ekograph.pages import terms, vocabularies
from ekograph.pages.site import Site
from ekograph.pages.view import View
from ekograph.search.index import INDEX, Document, Said, write

#: The kinds that results are grouped by, in the order of the groups, and the classes of each.
KINDS = (
    ("agreement", terms.AGREEMENT),
    ("priority", terms.PRIORITY),
    ("place", terms.PLACE),
    ("contact", terms.CONTACT),
    ("authority", terms.AUTHORITY),
)

_OTHER_NAMES = (terms.ALT_LABEL, terms.HIDDEN_LABEL)

#: What a thing belongs to or is covered by: it is found by the names of these too.
_CONTEXT = (
    terms.IN_SCHEME,
    terms.SPATIAL,
    terms.FUNDED_BY,
    terms.CONTACTED_AT,
    terms.MEMBER_OF,
    terms.HAS_PART,
    terms.IS_PART_OF,
    terms.BROADER,
)

#: A contact point or an authority is found by the names of the agreements that it serves.
_SERVES = (terms.CONTACTED_AT, terms.FUNDED_BY)


def write_index(folder: Path, site: Site) -> None:
    """Write the search index of `site` into a folder."""
    write(folder / INDEX, documents(site), names(site))


def documents(site: Site) -> Iterator[Document]:
    """The documents of the search index, in a fixed order."""
    for thing in site.things:
        yield document(site, thing)


def names(site: Site) -> dict[tuple[str, str], str]:
    """The names of the classes, by IRI and language, and of the site, by "" and language."""
    found = {}
    for language in site.dataset.languages:
        view = View(site, language)
        found["", language] = view.home
        for each in site.classes:
            own = site.dataset.quads_of(NamedNode(each))
            named = view.label(NamedNode(each)).value if own else vocabularies.name(each, language)
            found[each, language] = named or view.short(each)
    return found


def document(site: Site, thing: NamedNode) -> Document:
    """One thing as the search knows it."""
    types = tuple(site.dataset.types(thing))
    rank, kind = next(((at, name) for at, (name, iri) in enumerate(KINDS) if iri in types), (len(KINDS), "thing"))
    texts = _literals(site, thing, (*terms.DEFINITIONS, terms.JOB_TITLE))
    notation = View(site, "en").notation(thing)
    return Document(
        thing.value,
        path_of(thing.value, site.dataset.base),
        kind,
        rank,
        _names(site, thing),
        types,
        notation,
        (*_literals(site, thing, _OTHER_NAMES), *texts),
        {
            "name": _literals(site, thing, [each.value for each in LABELS]),
            "other": _literals(site, thing, _OTHER_NAMES),
            "text": texts,
            "context": _context(site, thing, types),
        },
    )


def _names(site: Site, thing: NamedNode) -> dict[str, Said]:
    titles = {language: View(site, language).title(thing) for language in site.dataset.languages}
    return {language: Said(title.value, title.language) for language, title in titles.items()}


def _context(site: Site, thing: NamedNode, types: Sequence[str]) -> tuple[Said, ...]:
    """The names of what a thing belongs to, of the parts of the places that it covers, and of its classes."""
    around = [each for predicate in _CONTEXT for each in site.named(thing, predicate)]
    around += [each for predicate in _SERVES for each in site.pointing(predicate, thing)]
    parts = [part for each in around for part in site.named(each, terms.HAS_PART)]
    parts += [NamedNode(each) for each in types]
    labels = [each.value for each in LABELS]
    found = (
        said for each in dict.fromkeys([*around, *parts]) if each != thing for said in _literals(site, each, labels)
    )
    return tuple(dict.fromkeys(found))


def _literals(site: Site, node: Node, predicates: Iterable[str]) -> tuple[Said, ...]:
    values: Sequence[object] = [each for predicate in predicates for each in site.dataset.objects(node, predicate)]
    return tuple(Said(each.value, each.language or "") for each in values if isinstance(each, Literal))
