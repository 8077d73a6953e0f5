"""What of a site is searched: every thing by its names, notation, words and what it belongs to."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode

from ekograph.rdf.dataset import KEPT, LABELS, Term, local_name, text_of
from ekograph.rendering import terms
from ekograph.rendering import view as view_module
from ekograph.rendering.site import Site
from ekograph.rendering.view import View
from ekograph.search.index import INDEX, Said, SearchDocument, write

_NAMES = tuple(label.value for label in LABELS)
_OTHER_NAMES = (terms.ALT_LABEL, terms.HIDDEN_LABEL)

#: What a thing belongs to: it is found by the names of these too.
_CONTEXT = (terms.IN_SCHEME, terms.HAS_PART, terms.IS_PART_OF, terms.BROADER)


def write_index(folder: Path, site: Site) -> None:
    """Write the search index of `site` into a folder."""
    write(folder / INDEX, documents(site), names(site))


def documents(site: Site) -> Iterator[SearchDocument]:
    """The documents of the search index, in a fixed order."""
    around = _Around(site)
    for thing in site.things:
        yield document(site, thing, around)


def names(site: Site) -> dict[tuple[str, str], str]:
    """The names of the classes, by IRI and language, and of the site, by "" and language."""
    results = {}
    for language in site.dataset.languages:
        view = View(site, language)
        results["", language] = view.home
        for item in site.classes:
            local = site.dataset.quads_of(NamedNode(item))
            named = view.label(NamedNode(item)).value if local else view_module.name(item, language)
            results[item, language] = named or view.short(item)
    return results


def document(site: Site, thing: NamedNode, around: _Around) -> SearchDocument:
    """One thing as the search knows it."""
    said = site.dataset.said(thing)
    types = tuple(site.dataset.types(thing))
    ranks = site.theme.search_ranks
    rank, kind = next(((at, name) for at, (name, iri) in enumerate(ranks) if iri in types), (len(ranks), "thing"))
    unofficial = site.dataset.unofficial(thing)
    others = _literals(said, _OTHER_NAMES, unofficial)
    texts = _literals(said, (*terms.DEFINITIONS, terms.JOB_TITLE), unofficial)
    return SearchDocument(
        thing.value,
        site.dataset.path(thing.value),
        kind,
        rank,
        _names(site, thing),
        types,
        next((item.text for item in _literals(said, (terms.NOTATION,))), ""),
        (*others, *texts),
        {
            "name": _literals(said, _NAMES, unofficial),
            "other": others,
            "text": texts,
            "context": around.named(thing, types),
        },
    )


def _names(site: Site, thing: NamedNode) -> dict[str, Said]:
    """What the page of a thing is headed by, in each language."""
    results = site.dataset.literals(thing, (terms.TITLE, *_NAMES))
    if not results:
        return dict.fromkeys(site.dataset.languages, Said(local_name(thing)))
    unofficial = site.dataset.unofficial(thing)
    nearest = {language: site.dataset.nearest(results, language, unofficial) for language in site.dataset.languages}
    return {language: Said(*item[:3]) for language, item in nearest.items()}


class _Around:
    """The names of what is around a thing; those of what many belong to are looked up once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._parts = lru_cache(KEPT)(lambda node: site.named(node, terms.HAS_PART))
        self._names = lru_cache(KEPT)(lambda node: _literals(site.dataset.said(node), _NAMES))

    def named(self, thing: NamedNode, types: Sequence[str]) -> tuple[Said, ...]:
        """The names of what a thing belongs to, of the parts of the places that it covers, and of its classes."""
        site = self._site
        said = site.dataset.said(thing)
        context = site.theme.search_context or _CONTEXT
        around = [node for iri in context if iri in said for node in site.hierarchy.in_order(said[iri])]
        around += [node for iri in site.theme.search_inverse for node in site.pointing(iri, thing)]
        parts = [part for item in around for part in self._parts(item)]
        nodes = dict.fromkeys([*around, *parts, *map(NamedNode, types)])
        nodes.pop(thing, None)
        return tuple(dict.fromkeys(said for item in nodes for said in self._names(item)))


def _literals(
    said: Mapping[str, Sequence[Term]], predicates: Iterable[str], unofficial: Container[Term] = ()
) -> tuple[Said, ...]:
    values = (value for predicate in predicates for value in said.get(predicate, ()))
    return tuple(Said(*text_of(value, unofficial)[:3]) for value in values if isinstance(value, Literal))
