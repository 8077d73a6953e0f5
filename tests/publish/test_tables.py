"""The tables for people with spreadsheets, and the package of all files."""

import csv
import io
import json
import zipfile

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from ekograph.publish.exports.csvw import as_csv, tables
from ekograph.rdf.dataset import Dataset
from ekograph.rdf.vocab import TYPE
from ekograph.snapshots.repository import SnapshotRepository


@pytest.fixture(scope="module")
def dumps(shelf):
    return SnapshotRepository(shelf).current().path / "dumps"


def rows(dumps, name):
    text = (dumps / name).read_text(encoding="utf-8-sig")
    return {row["id"].removeprefix("https://w3id.org/ekograph/id/"): row for row in csv.DictReader(io.StringIO(text))}


def test_there_is_a_row_for_each_thing_of_a_class(dumps):
    assert len(rows(dumps, "priority.csv")) == 44
    assert len(rows(dumps, "agreement.csv")) == 4
    assert len(rows(dumps, "contact-point.csv")) == 3
    assert len(rows(dumps, "funding-authority.csv")) == 2


def test_texts_have_a_column_for_each_language_and_links_one_with_names(dumps):
    row = rows(dumps, "priority.csv")["priority/lappeenranta/vihrea-vety"]
    assert row["prefLabel_fi"] == "Vihreän vedyn tuotanto ja vetytalouden edistäminen"
    assert row["notation"] == "LPR.1.2.2"
    assert row["broader"] == "https://w3id.org/ekograph/id/priority/lappeenranta/p2x"
    assert row["broader_name"].startswith("Hiilineutraalien synteettisten")


def test_several_values_stand_in_one_cell(dumps):
    contacts = rows(dumps, "agreement.csv")["agreement/lappeenranta"]["contactPoint"].split("|")
    assert [each.rpartition("/")[2] for each in contacts] == ["etela-karjalan-liitto-1", "etela-karjalan-liitto-2"]


VALUES = ["=1+1", "+358 40 123", "@home", "-itis", "\t=1", "-0.25", "007", 'a "b"; c, d', "two\nlines", "’s"]


def test_a_table_holds_the_values_as_they_are():
    label, kind = NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), NamedNode("http://example.org/Word")
    words = {NamedNode(f"http://example.org/{number}"): value for number, value in enumerate(VALUES)}
    quads = [Quad(word, label, Literal(value)) for word, value in words.items()]
    dataset = Dataset([*quads, *(Quad(word, TYPE, kind) for word in words)], base="", prefixes={}, languages=["en"])
    (table,) = tables(dataset)
    text = as_csv(table, dataset).decode("utf-8-sig")
    assert [row["label"] for row in csv.DictReader(io.StringIO(text, newline=""))] == VALUES


def test_classes_of_one_name_have_tables_of_their_own():
    kinds = [f"http://{name}" for name in ("a.example/Tree", "b.example/Tree", "b.example/tree", "c.example/Tree-2")]
    quads = [Quad(NamedNode(f"urn:x:{number}"), TYPE, NamedNode(kind)) for number, kind in enumerate(kinds)]
    made = tables(Dataset(quads, base="", prefixes={}, languages=["en"]))
    assert sorted(table.kind.value for table in made) == kinds
    assert len({table.name for table in made}) == len(kinds)


def test_spreadsheets_know_the_encoding_by_its_mark(dumps):
    for path in dumps.glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_the_description_names_every_column_in_order(dumps):
    for path in dumps.glob("*.csv"):
        described = json.loads((dumps / f"{path.name}-metadata.json").read_text())
        columns = [column["name"] for column in described["tableSchema"]["columns"]]
        assert columns == next(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        assert described["url"] == path.name


def test_the_description_says_what_the_columns_mean(dumps):
    described = json.loads((dumps / "priority.csv-metadata.json").read_text())
    columns = {column["name"]: column for column in described["tableSchema"]["columns"]}
    assert columns["prefLabel_fi"]["propertyUrl"] == "http://www.w3.org/2004/02/skos/core#prefLabel"
    assert columns["prefLabel_fi"]["lang"] == "fi"
    assert columns["displayOrder"]["datatype"] == "integer"
    assert columns["type"]["separator"] == "|"
    assert columns["broader"]["valueUrl"] == "{+broader}"
    assert columns["broader_name"]["suppressOutput"]


def test_the_package_holds_every_plain_file(dumps):
    with zipfile.ZipFile(dumps / "all.zip") as package:
        assert package.testzip() is None
        for name in package.namelist():
            assert package.read(name) == (dumps / name).read_bytes()
        plain = {path.name for path in dumps.iterdir() if path.suffix in {".csv", ".json", ".ttl", ".nq", ".rdf"}}
        assert plain <= set(package.namelist())


def test_every_file_is_in_the_list_of_checksums(dumps):
    listed = {line.split()[1] for line in (dumps / "SHA256SUMS").read_text().splitlines()}
    assert listed == {path.name for path in dumps.iterdir() if path.is_file()} - {"SHA256SUMS"}
