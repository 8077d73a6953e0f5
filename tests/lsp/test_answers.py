"""What the server answers in any folder of Turtle, and in this site."""

from pathlib import Path

import pytest

from ekograph.turtle.printer import formatted

ROOT = Path(__file__).parents[2]
HEAD = "@prefix ex: <http://example.org/voc#> .\n"
OPTIONS = {"tabSize": 4, "insertSpaces": True}


def opened(client, folder, text, name="x.ttl"):
    """The URI of a text, once all of its folder has been read."""
    uri = (folder / name).as_uri()
    client.open(uri, text)
    client.told(uri, 1 if name.endswith(".rq") else 2)
    return uri


def labels(client, uri, before, after=""):
    answer = client.request("textDocument/completion", client.at(uri, before, after))
    return [item["textEdit"]["newText"] for item in answer["items"]]


def test_completion_offers_what_fits_the_place(connect, folder):
    client = connect(folder)
    uri = opened(client, folder, HEAD + "ex:oak a ex:T ;\n    ex:h ;\n    ex:b tammi , ow .\n")
    assert labels(client, uri, "a ex:T") == ["ex:Tree"]
    assert labels(client, uri, "    ex:h") == ["ex:height"]
    assert labels(client, uri, "tammi") == ["ex:Q42"]
    answer = client.request("textDocument/completion", client.at(uri, ", ow"))
    (item,) = [item for item in answer["items"] if item["label"] == "owl:"]
    (declaration,) = item["additionalTextEdits"]
    assert declaration["newText"] == "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    assert declaration["range"]["start"] == {"line": 1, "character": 0}


@pytest.mark.parametrize(
    ("file", "line", "typed", "first"),
    [
        (
            "contacts.ttl",
            '    vcard:given-name    "Hanna" ;',
            "v",
            {"vcard:fn", "vcard:title", "eko:sourceCheckedOn"},
        ),
        (
            "agreement-lahti.ttl",
            '    skos:notation     "LAHTI.1" ;',
            "skos:",
            {"skos:inScheme", "skos:broader", "skos:prefLabel", "skos:notation"},
        ),
        ("agreement-lahti.ttl", '    skos:notation          "LAHTI" ;', "dcat:", {"dcat:contactPoint"}),
    ],
)
def test_properties_that_shapes_of_the_class_speak_of_come_first(connect, file, line, typed, first):
    client, path = connect(ROOT), ROOT / "data" / file
    text = path.read_text(encoding="utf-8")
    assert line in text
    uri = opened(client, path.parent, text.replace(line, f"    {typed} \n{line}", 1), path.name)
    answer = client.request("textDocument/completion", client.at(uri, f"    {typed}", " \n"))
    offered = {item["label"]: item["sortText"][0] for item in answer["items"]}
    assert {name for name, rank in offered.items() if rank == "0"} == first
    assert set(offered) > first


def test_queries_have_completion_and_are_told_of_prefixes_that_nothing_declares(connect, folder):
    client = connect(folder)
    opened(client, folder, HEAD + "ex:a a ex:Tree .\n")
    uri = (folder / "x.rq").as_uri()
    client.open(uri, "SELECT ?tree WHERE { ?tree a ex:Tr ; nn:x ?t }")
    assert labels(client, uri, "a ex:Tr") == ["ex:Tree"]
    assert "?tree" in labels(client, uri, "nn:x ?t")
    (fault,) = client.diagnostics[uri]["diagnostics"]
    assert "nn:" in fault["message"]


def test_hover_definition_and_references_go_across_files(connect, folder):
    client = connect(folder, "fi")
    uri = opened(client, folder, HEAD + "ex:oak a ex:Tree .\n")
    place = client.at(uri, "a ex:Tr", "ee")
    text = client.request("textDocument/hover", place)["contents"]["value"]
    assert "**puu**" in text
    assert "A tall plant." in text
    voc = (folder / "voc.ttl").as_uri()
    assert client.request("textDocument/definition", place)["uri"] == voc
    references = client.request("textDocument/references", {**place, "context": {"includeDeclaration": True}})
    assert {(where["uri"], where["range"]["start"]["line"]) for where in references} == {
        (voc, 4),
        (voc, 5),
        (voc, 6),
        (uri, 1),
    }
    uses = client.request("textDocument/references", {**place, "context": {"includeDeclaration": False}})
    lines = sorted((where["uri"], where["range"]["start"]["line"]) for where in uses)
    assert lines == sorted([(voc, 5), (voc, 6), (uri, 1)])


def test_symbols_are_found_by_their_labels_in_any_language(connect, folder):
    client = connect(folder)
    uri = opened(client, folder, HEAD + "ex:Q42 ex:height 20 .\n")
    assert [s["name"] for s in client.request("workspace/symbol", {"query": "vanha TAM"})] == ["Vanha tammi"]
    symbols = client.request("textDocument/documentSymbol", {"textDocument": {"uri": uri}})
    assert [symbol["name"] for symbol in symbols] == ["The old oak"]


def test_an_opaque_name_has_its_label_as_a_hint_and_tokens_have_their_roles(connect, folder):
    client = connect(folder, "fi")
    uri = opened(client, folder, HEAD + 'ex:Q42 ex:height 20 ;\n    ex:says """😀\ntwo""" .\n')
    whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}
    parameters = {"textDocument": {"uri": uri}, "range": whole}
    (hint,) = client.request("textDocument/inlayHint", parameters)
    assert (hint["label"], hint["position"]) == ("Vanha tammi", {"line": 1, "character": 6})
    tokens = client.request("textDocument/semanticTokens/full", {"textDocument": {"uri": uri}})["data"]
    assert tokens == client.request("textDocument/semanticTokens/range", parameters)["data"]
    assert [tokens[n : n + 5] for n in range(15, len(tokens), 5)] == [
        [1, 0, 6, 6, 0],
        [0, 7, 9, 5, 0],
        [0, 10, 2, 2, 0],
        [1, 4, 7, 5, 0],
        [0, 8, 5, 1, 0],
        [1, 0, 6, 1, 0],
    ]
    (fold,) = client.request("textDocument/foldingRange", {"textDocument": {"uri": uri}})
    assert (fold["startLine"], fold["endLine"]) == (1, 3)


def test_a_finding_and_a_missing_prefix_are_mended_by_code_actions(connect, tmp_path):
    client, path = connect(ROOT), ROOT / "data" / "contacts.ttl"
    text = path.read_text(encoding="utf-8").replace("a eko:ContactPoint ,", "a eko:Contactpoint ,", 1)
    uri = opened(client, path.parent, text, path.name)
    place = client.at(uri, "a eko:Contact")["position"]
    range_ = {"start": place, "end": place}
    parameters = {"textDocument": {"uri": uri}, "range": range_, "context": {"diagnostics": []}}
    (action,) = client.request("textDocument/codeAction", parameters)
    ((edit,),) = action["edit"]["changes"].values()
    assert (edit["newText"], action["isPreferred"]) == ("eko:ContactPoint", True)
    client.replace(uri, "a eko:Contactpoint", "a foaf:Person, eko:ContactPoint")
    client.told(uri)
    actions = client.request("textDocument/codeAction", parameters)
    assert "@prefix foaf: <http://xmlns.com/foaf/0.1/> ." in [action["title"] for action in actions]


def test_formatting_is_that_of_fmt_whole_or_of_the_statements_in_a_range(connect, folder):
    client = connect(folder)
    text = HEAD + "\nex:a   ex:b ex:c.\nex:d   ex:e ex:f.\n"
    uri = opened(client, folder, text)
    parameters = {"textDocument": {"uri": uri}, "options": OPTIONS}
    (edit,) = client.request("textDocument/formatting", parameters)
    lines = text.splitlines(keepends=True)
    lines[edit["range"]["start"]["line"] : edit["range"]["end"]["line"]] = [edit["newText"]]
    assert "".join(lines) == formatted(text)
    place = {"line": 3, "character": 2}
    (edit,) = client.request("textDocument/rangeFormatting", {**parameters, "range": {"start": place, "end": place}})
    assert edit["newText"] == "ex:d ex:e ex:f ."


def test_renaming_goes_across_files_and_refuses_a_name_that_is_taken(connect, folder):
    client = connect(folder)
    (folder / "queries").mkdir()
    (folder / "queries" / "trees.rq").write_text(
        f"{HEAD}SELECT * {{ ?t a ex:Tree }}".replace("@", ""), encoding="utf-8"
    )
    uri = opened(client, folder, HEAD + "ex:oak a ex:Tree .\n")
    place = client.at(uri, "a ex:Tr", "ee")
    changes = client.request("textDocument/rename", {**place, "newName": "Puu"})["changes"]
    assert {Path(name).name: len(edits) for name, edits in changes.items()} == {"voc.ttl": 3, "x.ttl": 1, "trees.rq": 1}
    assert {edit["newText"] for name, edits in changes.items() if name.endswith("ttl") for edit in edits} == {"ex:Puu"}
    assert "ekograph" not in client.ask("textDocument/rename", {**place, "newName": "Q42"})["error"]["message"]
