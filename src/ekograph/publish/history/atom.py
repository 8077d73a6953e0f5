"""The changes as a feed that people subscribe to (Atom, RFC 4287), with tombstones of what is gone (RFC 6721)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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


def atom(issue: Publication, title: str) -> str:
    """The feed: the newest changes of the site's things; the first version as a whole is one entry."""
    site, language = issue.site, issue.site.dataset.languages[0]
    messages = Messages("publish", language)
    first = issue.versions[0]
    events, past = list(islice(_entry_text(issue), ENTRIES)), by_thing(issue.events)
    removed = {event.thing: event.published for event in issue.events if event.kind == "delete"}
    entries = [
        _tombstone(event, removed[event.thing])
        if event.published < removed.get(event.thing, "")
        else _entry(event, issue, messages, past[event.thing])
        for event in events
    ]
    if len(entries) < ENTRIES:
        published = messages("feed_first", count=first.triples)
        entries.append(_element(_id(site.dataset.base, first.name), published, first.published, "/", _enclosure()))
    return "".join([_head(issue, title, language), *entries, "</feed>\n"])


def _head(issue: Publication, title: str, language: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"'
        f' xml:lang="{language}">\n'
        f" <id>{_id(issue.site.dataset.base, 'feed')}</id>\n <title>{escape(title)}</title>\n"
        f" <updated>{issue.version.published}</updated>\n <author><name>{escape(title)}</name></author>\n"
        f' <link rel="self" type="application/atom+xml" href="{PUBLIC_URL}{PAGE}"/>\n'
        f' <link rel="alternate" type="text/html" href="{PUBLIC_URL}/"/>\n'
    )


def _entry_text(issue: Publication) -> Iterator[Event]:
    """The events of things with a page here, newest first, without those of the first version."""
    dataset = issue.site.dataset
    for event in reversed(issue.events):
        if event.version != issue.versions[0].name and dataset.path(event.thing).startswith(("/doc/", "/about/")):
            yield event


def _tombstone(event: Event, when: str) -> str:
    """In place of an entry about a thing that is gone since."""
    return f' <at:deleted-entry ref="{_id(event.thing, event.version)}" when="{when}"/>\n'


def _entry(event: Event, issue: Publication, messages: Messages, past: Sequence[Event]) -> str:
    dataset, node = issue.site.dataset, NamedNode(event.thing)
    until = [other for other in past if other.published <= event.published]
    if is_gone(event):
        label = last_state(until[:-1], dataset).label(node, messages.language).value
    else:
        label = dataset.label(node, messages.language).value
    end = dataset.moved.get(node)
    if end and is_gone(event) and event.state:
        other = dataset.label(end, messages.language).value
        title = messages("feed_rename", name=label, other=other)
    else:
        title = messages(f"feed_{event.kind}", name=label)
    patch = f'  <link rel="enclosure" type="text/plain" href="{PUBLIC_URL}/dumps/patches/{event.version}.rdfp"/>\n'
    identity = _id(event.thing, event.version)
    return _element(identity, title, event.published, dataset.path(event.thing), [patch])


def _element(identity: str, title: str, updated: str, path: str, links: Iterable[str]) -> str:
    address = quoteattr(f"{PUBLIC_URL}{path}")
    return (
        f" <entry>\n  <id>{identity}</id>\n  <title>{escape(title)}</title>\n  <updated>{updated}</updated>\n"
        f'  <link rel="alternate" type="text/html" href={address}/>\n{"".join(links)} </entry>\n'
    )


def _enclosure() -> Sequence[str]:
    return [f'  <link rel="enclosure" type="text/turtle" href="{PUBLIC_URL}/dumps/dataset.ttl"/>\n']


def _id(about: str, name: str) -> str:
    """An id that stays the same wherever the site is served."""
    return uuid5(NAMESPACE_URL, f"{about} {name}").urn
