"""The changes as a feed that people subscribe to (Atom, RFC 4287), with tombstones of what is gone (RFC 6721)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import NamedNode

from ekograph.i18n import Messages
from ekograph.publish.history.memento import by_thing, is_gone, last_state
from ekograph.publish.publication import Event, Publication
from ekograph.rendering.representations import plain
from ekograph.rendering.view import View
from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

PAGE = "/feed.atom"
CONTENT_TYPE = "application/atom+xml; charset=utf-8"

#: As many entries as a reader of feeds can be expected to want.
ENTRIES = 100


def export(publication: Publication) -> Iterator[Representation]:
    """The feed, of a dataset whose changes are kept."""
    if publication.events:
        title = View(publication.site, publication.site.dataset.languages[0]).home
        yield plain(PAGE, CONTENT_TYPE, atom(publication, title))


def atom(publication: Publication, title: str) -> str:
    """The feed: the newest changes of the site's things; the first version as a whole is one entry."""
    dataset, first = publication.site.dataset, publication.versions[0]
    messages, past = Messages("publish", dataset.languages[0]), by_thing(publication.events)
    entries = [
        _entry(event, publication, messages, past[event.thing]) for event in islice(_events(publication), ENTRIES)
    ]
    if len(entries) < ENTRIES:
        published = messages("feed_first", count=first.triples)
        dump = f'"text/turtle" href="{PUBLIC_URL}/dumps/dataset.ttl"'
        entries.append(_element(_id(dataset.base, first.name), published, first.published, "/", dump))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"'
        f' xml:lang="{dataset.languages[0]}">\n'
        f" <id>{_id(dataset.base, 'feed')}</id>\n <title>{escape(title)}</title>\n"
        f" <updated>{publication.version.published}</updated>\n <author><name>{escape(title)}</name></author>\n"
        f' <link rel="self" type="application/atom+xml" href="{PUBLIC_URL}{PAGE}"/>\n'
        f' <link rel="alternate" type="text/html" href="{PUBLIC_URL}/"/>\n'
        f"{''.join(entries)}</feed>\n"
    )


def _events(publication: Publication) -> Iterator[Event]:
    """The events of things with a page here, newest first, without those of the first version."""
    first, dataset = publication.versions[0].name, publication.site.dataset
    for event in reversed(publication.events):
        if event.version != first and dataset.path(event.thing).startswith(("/doc/", "/about/")):
            yield event


def _entry(event: Event, publication: Publication, messages: Messages, past: Sequence[Event]) -> str:
    """What happened to a thing; of one that is gone since, a tombstone is in its place."""
    dataset, node, identity = publication.site.dataset, NamedNode(event.thing), _id(event.thing, event.version)
    removed = max((other.published for other in past if other.kind == "delete"), default="")
    if event.published < removed:
        return f' <at:deleted-entry ref="{identity}" when="{removed}"/>\n'
    until = [other for other in past if other.published <= event.published]
    state = last_state(until[:-1], dataset) if is_gone(event) else dataset
    label, end = state.label(node, messages.language).value, dataset.moved.get(node)
    if end and is_gone(event) and event.state:
        title = messages("feed_rename", name=label, other=dataset.label(end, messages.language).value)
    else:
        title = messages(f"feed_{event.kind}", name=label)
    patch = f'"text/plain" href="{PUBLIC_URL}/dumps/patches/{event.version}.rdfp"'
    return _element(identity, title, event.published, dataset.path(event.thing), patch)


def _element(identity: str, title: str, updated: str, path: str, enclosed: str) -> str:
    return (
        f" <entry>\n  <id>{identity}</id>\n  <title>{escape(title)}</title>\n  <updated>{updated}</updated>\n"
        f'  <link rel="alternate" type="text/html" href={quoteattr(PUBLIC_URL + path)}/>\n'
        f'  <link rel="enclosure" type={enclosed}/>\n </entry>\n'
    )


def _id(about: str, name: str) -> str:
    """An id that stays the same wherever the site is served."""
    return uuid5(NAMESPACE_URL, f"{about} {name}").urn
