"""What is particular to this copy of a site, and not printed in its snapshot."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL

#: The address of the script that pages of a watched copy carry.
WATCH_SCRIPT = "/watch.js"


@dataclass(frozen=True)
class PublicAddress:
    """The URL this copy is reached at, and whether its sources are watched.

    Pages of a watched copy carry a script that shows what has become of the newest edit.
    """

    public_url: str
    watched: bool = False

    def fill(self, body: bytes, content_type: str) -> bytes:
        """A printed body as this copy sends it."""
        body = body.replace(PUBLIC_URL.encode(), self.public_url.encode())
        if self.watched and content_type.startswith("text/html"):
            body = body.replace(b"</body>", f'<script src="{WATCH_SCRIPT}" defer></script></body>'.encode())
        return body

    def extras(self) -> list[Representation]:
        """What this copy serves beside the snapshot."""
        if not self.watched:
            return []
        script = (files("ekograph.web.service") / "watch.js").read_bytes()
        return [Representation(WATCH_SCRIPT, "", "text/javascript; charset=utf-8", "", script)]
