"""The address that a copy of a site is reached at, which is not printed in its snapshot; it may have a path.

Pages and header fields name their own site by absolute paths. Below a path, as in https://host/data/, that path is put
before them: when printed answers are read, and when others are sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from importlib.resources import files
from urllib.parse import urlsplit

from ekograph.snapshots.snapshot import Representation
from ekograph.urls import PUBLIC_URL
from ekograph.web.contract import Application, Message, Receive, Scope, Send

#: The address of the script that pages of a watched copy carry.
WATCH_SCRIPT = "/watch.js"

_SECURITY_TXT = "/.well-known/security.txt"

# What stands before an absolute path, by media type; what begins with two slashes is none.
_BEFORE_PATHS = {
    "text/html": rb'(\s(?:href|src|action|formaction)=")',
    "image/svg+xml": rb'(\s(?:xlink:)?href=")',
    "text/css": rb"""(url\(["']?)""",
    "text/javascript": rb"""(?=["`']/(?:sparql|health|\.well-known/void)["`']|`/\$\{)(["`'])""",
    "application/json": rb'("(?:address|href)": ?")',
    "application/problem+json": rb'("(?:href|type)": ?")',
}


@dataclass(frozen=True)
class PublicAddress:
    """The URL this copy is reached at, whether its sources are watched, and where weaknesses are told of, if anywhere.

    Pages of a watched copy carry a script that shows what has become of the newest edit.
    """

    public_url: str
    watched: bool = False
    security_contact: str = ""

    @cached_property
    def path(self) -> str:
        """The path of the URL, without a slash at its end; mostly none."""
        return urlsplit(self.public_url).path

    def fill(self, body: bytes, content_type: str) -> bytes:
        """A printed body as this copy sends it."""
        body = body.replace(PUBLIC_URL.encode(), self.public_url.encode())
        if self.watched and content_type.startswith("text/html"):
            body = body.replace(b"</body>", f'<script src="{WATCH_SCRIPT}" defer></script></body>'.encode())
        return self.below_path(body, content_type)

    def below_path(self, body: bytes, content_type: str) -> bytes:
        """A body in which the paths of this site begin with that of the URL."""
        pattern = self._patterns.get(content_type.partition(";")[0])
        return pattern.sub(rb"\1" + self.path.encode() + b"/", body) if pattern else body

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[bytes]]:
        """What finds the paths that lack that of the URL, by media type."""
        if not self.path:
            return {}
        rest = rb"/(?!/|" + re.escape(self.path[1:].encode()) + rb"[/\"'`])"
        return {media_type: re.compile(before + rest) for media_type, before in _BEFORE_PATHS.items()}

    def extras(self) -> list[Representation]:
        """What this copy serves beside the snapshot."""
        extras = []
        if self.watched:
            script = (files("ekograph.web.service") / "watch.js").read_bytes()
            extras.append(Representation(WATCH_SCRIPT, "", "text/javascript; charset=utf-8", "", script))
        if self.security_contact:
            body = self._security_txt().encode()
            extras.append(Representation(_SECURITY_TXT, "", "text/plain; charset=utf-8", "", body))
        return extras

    def _security_txt(self) -> str:
        """Whom to tell of a weakness (RFC 9116); it expires, so that nobody trusts what a forgotten copy says."""
        expires = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=364)
        return (
            f"Contact: {self.security_contact}\nExpires: {expires:%Y-%m-%dT%H:%M:%SZ}\n"
            f"Canonical: {self.public_url}{_SECURITY_TXT}\nPreferred-Languages: fi, sv, en\n"
        )

    def inner(self, scope: Scope) -> Scope:
        """A request as the site at the root of a host would get it; a proxy may have taken the path off already."""
        prefix = self.path.encode()
        raw_path: bytes = scope["raw_path"]
        if not raw_path.startswith(prefix + b"/") and raw_path != prefix:
            return scope
        return {**scope, "raw_path": raw_path[len(prefix) :] or b"/", "path": scope["path"][len(self.path) :] or "/"}

    def outer(self, application: Application) -> Application:
        """What answers with header fields, and text that was not printed, in which paths begin with that of the URL."""

        async def outer(scope: Scope, receive: Receive, send: Send) -> None:
            start: Message = {}

            async def sending(message: Message) -> None:
                nonlocal start
                if message["type"] == "http.response.start":
                    start = {**message, "headers": [self._field(name, value) for name, value in message["headers"]]}
                    return
                if start:
                    fields = dict(start["headers"])
                    if b"etag" not in fields and not message.get("more_body"):
                        body = self.below_path(message.get("body", b""), fields.get(b"content-type", b"").decode())
                        message = {**message, "body": body}
                        if b"content-length" in fields and scope["method"] != "HEAD":
                            fields[b"content-length"] = b"%d" % len(body)
                            start["headers"] = list(fields.items())
                    await send(start)
                    start = {}
                await send(message)

            await application(scope, receive, sending)

        return outer

    def _field(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        path = self.path.encode()
        if name.lower() in {b"location", b"content-location"} and value.startswith(b"/"):
            return name, path + value
        return name, value.replace(b"</", b"<" + path + b"/") if name.lower() == b"link" else value
