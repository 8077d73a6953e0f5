"""Header fields that every answer carries, and the conditions in those of a request."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ekograph.snapshots.snapshot import Snapshot
from ekograph.web.contract import Fields

#: No script, style, picture or connection but from this server; nothing inline; never in a frame.
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    b"font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"
)

#: The data is open to scripts of any origin (CORS, without credentials); pages run nothing foreign.
COMMON = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"*"),
    (b"content-security-policy", POLICY),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"x-content-type-options", b"nosniff"),
)


def common_of(snapshot: Snapshot) -> list[tuple[bytes, bytes]]:
    """The same for what comes from a snapshot, whose pages show pictures of the hosts that it names too."""
    origins = "".join(f" {origin}" for origin in snapshot.manifest.images)
    return [(name, value.replace(b"img-src 'self'", b"img-src 'self'" + origins.encode())) for name, value in COMMON]


#: What a later snapshot may change is asked for again, which costs a 304.
CACHE_REVALIDATE = b"public, max-age=0, must-revalidate"

#: What has its checksum in its name never changes.
CACHE_IMMUTABLE = b"public, max-age=31536000, immutable"

#: What is true for this moment only.
NO_STORE = (b"cache-control", b"no-store")

# A date of HTTP has 29 characters, one of the two older forms up to 33.
_LONGEST_DATE = 64


def has_fresh(fields: Fields, etag: bytes, modified: bytes) -> bool:
    """Whether the client has the answer with this entity tag and this Last-Modified (RFC 9110, section 13.2.2)."""
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
    return any(tag.strip().removeprefix(b"W/") in accepted for tag in if_none_match.split(b","))


def _is_not_before(since: bytes, modified: bytes) -> bool:
    # What is no date is ignored (RFC 9110, section 13.1.3).
    first, second = parsed_date(since), parsed_date(modified)
    return first is not None and second is not None and first >= second


def parsed_date(text: bytes) -> datetime | None:
    """A date of HTTP (RFC 9110, section 5.6.7) in UTC; None when it is none."""
    if len(text) > _LONGEST_DATE:
        return None
    try:
        return parsedate_to_datetime(text.decode("latin-1")).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def published_date(snapshot: Snapshot) -> datetime:
    """When the snapshot was published, in UTC."""
    return datetime.fromisoformat(snapshot.manifest.published).astimezone(UTC)
