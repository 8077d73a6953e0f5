"""What tests of the endpoint share."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest


@pytest.fixture(scope="session")
def ask(server):
    """A function that asks by GET, and gives the reply."""

    def get(query: str, accept: str | None = None, method: str = "GET", parameters=(), **headers: str):
        return server.get(f"/sparql?{urlencode([('query', query), *parameters])}", accept, method, **headers)

    return get
