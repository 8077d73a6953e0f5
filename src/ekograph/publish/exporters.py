"""The exporters: each turns a publication into representations. A theme may add its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from ekograph.publish import example_queries, site_pages
from ekograph.publish.catalog import ckan, dcat_ap, oaipmh, schema_org, signposting, sitemap, void
from ekograph.publish.exports import description_forms, geojson
from ekograph.publish.history import atom, changelog, ldes, memento, tombstones
from ekograph.publish.publication import Omission, Publication
from ekograph.rdf import formats
from ekograph.rendering import browsing, search_results
from ekograph.rendering.representations import LazyRepresentation
from ekograph.snapshots.snapshot import Representation

#: Gives the representations of something; those of one page follow one another, the preferred one first.
Exporter: TypeAlias = Callable[[Publication], Iterable[Representation | LazyRepresentation]]

EXPORTERS: tuple[Exporter, ...] = (
    *(site_pages.front, site_pages.forms, site_pages.things, site_pages.documents, site_pages.lists),
    *(dcat_ap.export, site_pages.about_the_site, example_queries.export, description_forms.export),
    *(
        void.export,
        signposting.export,
        schema_org.export,
        ckan.export,
        oaipmh.export,
        atom.export,
        ldes.export,
        geojson.export,
    ),
    *(memento.export, tombstones.export, changelog.export, site_pages.static_files),
)

#: What a large site can show before all of its data has been counted: the pages to search and to query from.
FIRST_EXPORTERS: tuple[Exporter, ...] = (site_pages.front, site_pages.forms, site_pages.static_files)


def representations(
    publication: Publication, exporters: Iterable[Exporter] = EXPORTERS, *, listed: bool = True
) -> Iterator[Representation]:
    """All representations of a publication, made one after the other; `listed` adds the sitemap of its pages.

    One that cannot be made, or whose address another has, is left out, and noted among the omissions.
    """
    taken: set[str] = set()
    pages: dict[str, str] = {}
    for exporter in (*exporters, *publication.site.theme.exporters):
        for planned in _planned(exporter, publication):
            if planned.address in taken:
                publication.omissions.append(Omission(planned.address, planned.page, "taken"))
                continue
            taken.add(planned.address)
            representation = _made(planned, publication)
            if representation is None:
                continue
            if representation.content_type == formats.HTML.content_type:
                stem = representation.address.removesuffix(f".{representation.language}.html")
                pages[stem] = representation.page or stem
            yield representation
    if listed:
        # Results are put into these: there is nothing to be read on them.
        for form in (search_results.FORM, browsing.FORM):
            pages.pop(form, None)
        yield from sitemap.export(publication, pages)


def _planned(exporter: Exporter, publication: Publication) -> Iterator[Representation | LazyRepresentation]:
    """What an exporter gives, up to where it fails."""
    planned = iter(exporter(publication))
    last = ""
    while True:
        try:
            representation = next(planned)
        except StopIteration:
            return
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one page, the others are published
            publication.omissions.append(Omission(last, last, f"{type(error).__name__}: {error}"))
            return
        last = representation.page or representation.address
        yield representation


def _made(planned: Representation | LazyRepresentation, publication: Publication) -> Representation | None:
    if isinstance(planned, Representation):
        return planned
    try:
        return planned.printed()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one page, the others are published
        publication.omissions.append(Omission(planned.address, planned.page, f"{type(error).__name__}: {error}"))
        return None
