"""Which pages people find, and when each last changed: what the sitemap lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import NamedNode, Quad

from ekograph import formats
from ekograph.addresses import path_of
from ekograph.pages.framing import DOWNLOADS
from ekograph.pages.searching import FORM
from ekograph.publish import sitemap
from ekograph.publish.documents import plain
from ekograph.publish.issue import Issue
from ekograph.publish.sitemap import Listed
from ekograph.snapshot import Representation

_XML = "application/xml; charset=utf-8"

#: What shows the whole dataset, its size or its date, so changes with each version.
_OF_THE_WHOLE = ("/index", DOWNLOADS, "/catalog")


def with_sitemap(printed: Iterable[Representation], issue: Issue) -> Iterator[Representation]:
    """All that is printed, and then what leads search engines to the pages among it."""
    stems: dict[str, str] = {}
    for each in printed:
        if each.content_type == formats.HTML.content_type:
            stem = each.address.removesuffix(f".{each.language}.html")
            stems[stem] = each.page or stem
        yield each
    # Search results are put into this one: there is nothing to be found on it.
    stems.pop(FORM, None)
    yield plain("/robots.txt", "text/plain; charset=utf-8", sitemap.ROBOTS)
    yield from _in_many(stems, issue) if issue.site.large else _in_one(stems, issue)


def _in_one(stems: Mapping[str, str], issue: Issue) -> Iterator[Representation]:
    times = _times(issue)
    pages = [Listed(stem, page, times.get(stem, "")) for stem, page in stems.items()]
    yield plain(sitemap.PAGE, _XML, sitemap.sitemap(pages, issue.site.dataset.languages))


def _in_many(stems: Mapping[str, str], issue: Issue) -> Iterator[Representation]:
    """Of a large site, a sitemap that lists others, which lead to the pages in whatever language."""
    dataset = issue.site.dataset
    things = (path_of(each.value, dataset.base) for each in dataset.subjects_under(f"{dataset.base}id/"))
    # What changed in a later version is not told thing by thing.
    changed = issue.version.published if len(issue.versions) == 1 else ""
    pages = [Listed(page, page, changed) for page in dict.fromkeys([*stems.values(), *things])]
    for address, text in sitemap.many(pages, issue.version.published):
        yield plain(address, _XML, text)


def _times(issue: Issue) -> Mapping[str, str]:
    """When each page last changed, by the stem of its addresses; what is not known of the others is not said."""
    dataset, last = issue.site.dataset, issue.version.published
    changed = {event.thing: event.published for event in issue.events}

    def newest(quads: Iterable[Quad]) -> str:
        """When what is said of the things in `quads` last changed."""
        shown = {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}
        return max((changed[each] for each in shown if each in changed), default=last)

    # A page shows the names of what it links to, so it changes with them too.
    things = {path_of(each.value, dataset.base): newest(dataset.describe(each)) for each in dataset.things()}
    graphs = {path_of(name, dataset.base): newest(quads) for name, quads in dataset.graphs().items() if name}
    terms = [quad for each in dataset.subjects_under(f"{dataset.base}def") for quad in dataset.quads_of(each)]
    return {**graphs, "/def": newest(terms), **things, **dict.fromkeys(_OF_THE_WHOLE, last)}
