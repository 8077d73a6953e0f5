"""Who asks: the name under which a client's queries are counted."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from ekograph.web.http.asgi import Scope
from ekograph.web.http.headers import values

#: More than the longest address; what follows is not looked at.
_LONGEST = 64


def client_of(scope: Scope, trusted_proxy: str = "") -> str:
    """The address of the client; of IPv6 the network of 64 bits, which one subscriber has as a whole.

    The last element of X-Forwarded-For, the one that the proxy itself has added, counts if the request comes
    from `trusted_proxy`; otherwise anybody could write it.
    """
    peer = (scope.get("client") or ("",))[0]
    if trusted_proxy and peer == trusted_proxy:
        forwarded = ",".join(values(scope["headers"], b"x-forwarded-for")).rpartition(",")[2].strip()
        peer = forwarded or peer
    return _network(peer[:_LONGEST])


# Whoever asks once, asks again.
@lru_cache(maxsize=1024)
def _network(text: str) -> str:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:  # a name or a socket in the file system
        return text
    if not isinstance(address, IPv6Address):
        return str(address)
    mapped = address.ipv4_mapped
    return str(mapped) if mapped else f"{IPv6Address(int(address) >> 64 << 64)}/64"
