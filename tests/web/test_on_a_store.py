"""The tests of the endpoint, every one, with another store behind it."""

from __future__ import annotations

import pytest
from tests.virtuoso import NAMES, virtuoso
from tests.web.conftest import ask  # noqa: F401 - with the server of this module
from tests.web.test_graph_store import *  # noqa: F403
from tests.web.test_remote_endpoint import oxigraph, served_from
from tests.web.test_sparql import *  # noqa: F403
from tests.web.test_sparql_formats import *  # noqa: F403

STORES = {"oxigraph": oxigraph, "virtuoso": virtuoso}

#: What is not asked of a store: the service description names the functions of the embedded engine alone.
OWN = ("test_every_extension_function_of_the_service_description_is_there",)

for each in OWN:
    globals().pop(each)


#: What needs the first rows of an answer that has no end; Virtuoso makes all of it first, and the query is given up.
FROM_THE_BEGINNING = ("test_a_table_is_cut_with_a_note",)


@pytest.fixture(autouse=True)
def _possible(request):
    if "virtuoso" in request.node.name and request.node.originalname in FROM_THE_BEGINNING:
        pytest.skip("Virtuoso makes an answer whole before it gives a part of it")


@pytest.fixture(scope="session", params=NAMES)
def server(shelf, request):
    """The real site, served with a running store behind it."""
    with (
        STORES[request.param]() as addresses,
        served_from(shelf, addresses) as server,
    ):
        yield server
