"""The site of a large snapshot: the pages that were not printed are made from it, by the server and for an export."""

from __future__ import annotations

from ekograph import stored
from ekograph.pages.framing import RULES
from ekograph.pages.site import Site
from ekograph.snapshot import Snapshot


def site_of(snapshot: Snapshot) -> Site:
    """The site, read from the files of `snapshot` as its pages need it."""
    told, has_rules = snapshot.manifest, any(True for _ in snapshot.printed(RULES))
    return Site(stored.of(snapshot), told.name, told.published, has_rules=has_rules, large=True)
