import pytest
from tests.lsp.client import Client


@pytest.fixture
def connect():
    """Starts servers, each in a folder, and ends them."""
    clients = []

    def start(*arguments, **options) -> Client:
        clients.append(Client(*arguments, **options))
        return clients[-1]

    yield start
    for client in clients:
        client.close()


@pytest.fixture
def folder(tmp_path):
    """A folder of Turtle that is no site."""
    (tmp_path / "voc.ttl").write_text(
        "@prefix ex: <http://example.org/voc#> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n\n"
        'ex:Tree a owl:Class ; rdfs:label "tree"@en , "puu"@fi ; rdfs:comment "A tall plant."@en .\n'
        'ex:height a owl:DatatypeProperty ; rdfs:domain ex:Tree ; rdfs:label "height"@en .\n'
        'ex:Q42 a ex:Tree ; rdfs:label "The old oak"@en , "Vanha tammi"@fi .\n',
        encoding="utf-8",
    )
    return tmp_path
