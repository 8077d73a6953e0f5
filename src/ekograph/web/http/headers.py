"""Header fields that every answer carries, and the reading of those of a request."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ekograph.snapshots.snapshot import Snapshot

Headers = Iterable[tuple[bytes, bytes]]

#: No script, style, picture or connection but from this server; nothing inline; never in a frame.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

#: The data is open to scripts of any origin (CORS, without credentials); pages run nothing foreign.
COMMON = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
    (b"content-security-policy", POLICY),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-content-type-options", b"nosniff"),
]

#: What a later snapshot may change is asked for again, which costs a 304.
CACHE_REVALIDATE = b"public, max-age=0, must-revalidate"

#: What has its checksum in its name never changes.
CACHE_IMMUTABLE = b"public, max-age=31536000, immutable"


def values(headers: Headers, name: bytes) -> tuple[str, ...]:
    """The values of all lines of the field `name` (in lower case), in order."""
    return tuple(value.decode("latin-1") for key, value in headers if key == name)


def by_name(headers: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """The fields by their names; the values of several lines of one name are joined (RFC 9110, section 5.3)."""
    fields = dict(headers)
    if len(fields) != len(headers):
        fields = {name: b", ".join(value for key, value in headers if key == name) for name in fields}
    return fields


def is_fresh(headers: Headers, etag: bytes, modified: bytes) -> bool:
    """Whether the client has the answer with this entity tag and this Last-Modified (RFC 9110, section 13.2.2)."""
    return has_fresh(by_name(list(headers)), etag, modified)


def has_fresh(fields: Mapping[bytes, bytes], etag: bytes, modified: bytes) -> bool:
    """The same, for fields by name."""
    tags = fields.get(b"if-none-match")
    if tags is not None:
        return _matches(tags, etag)
    since = fields.get(b"if-modified-since")
    return since is not None and (since == modified or _is_not_before(since, modified))


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    """Weak comparison of a list of entity tags with one (RFC 9110, section 13.1.2)."""
    if if_none_match == etag:
        return True
    accepted = {etag.removeprefix(b"W/"), b"*"}
    return any(each.strip().removeprefix(b"W/") in accepted for each in if_none_match.split(b","))


def _is_not_before(since: bytes, modified: bytes) -> bool:
    try:
        return parsedate_to_datetime(since.decode("latin-1")) >= parsedate_to_datetime(modified.decode())
    except (ValueError, TypeError):  # not a date: RFC 9110, section 13.1.3, has the field ignored
        return False


def published_date(snapshot: Snapshot) -> datetime:
    """When the snapshot was published, in UTC."""
    return datetime.fromisoformat(snapshot.manifest.published).astimezone(UTC)
