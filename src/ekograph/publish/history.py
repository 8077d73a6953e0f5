"""The events of the chronicle as the pages tell them: what changed in each version, and which ones are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ekograph.pages.history import changed
from ekograph.pages.site import Change
from ekograph.publish.issue import Event


def history(events: Sequence[Event], kept: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[Change]]:
    """The changes of each thing by its IRI, oldest first; `kept` are the names and times of the snapshots that stay."""
    names = {name for name, _ in kept}
    found: dict[str, list[Change]] = {}
    states: dict[str, str] = {}
    for event in events:
        change = _change(event, states.get(event.thing, ""), kept=event.version in names)
        found.setdefault(event.thing, []).append(change)
        states[event.thing] = event.state
    return found


def _change(event: Event, before: str, *, kept: bool) -> Change:
    properties = tuple(changed(before, event.state)) if event.kind == "update" else ()
    gone = before if event.kind == "delete" else ""
    return Change(event.thing, event.version, event.published, event.kind, properties, gone, kept)
