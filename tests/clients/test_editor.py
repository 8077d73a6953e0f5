"""VS Code's own protocol library edits a site, and the extension starts the server that it talks to."""

from __future__ import annotations

import json
import shutil
import sys

import pytest
from tests.conftest import ROOT

pytestmark = pytest.mark.long

EXTENSION = ROOT / "editors/vscode"


def test_a_slip_is_told_mended_and_forgotten_through_the_protocol_library_of_vs_code(node, tmp_path):
    pytest.importorskip("pygls")
    for name in ("ontology", "shapes", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "ekograph.toml", tmp_path)
    path = tmp_path / "data/agreement-lahti.ttl"
    said = json.loads(node("edit.mjs", tmp_path, path, sys.executable, "-m", "ekograph", "lsp"))
    line = next(
        at for at, text in enumerate(path.read_text().splitlines()) if text.lstrip().startswith("skos:prefLabel")
    )
    assert (said["line"], said["formats"], said["after"]) == (line, True, 0)
    assert "skos:prefLabel" in said["mended"]
    assert said["symbols"]


def test_the_extension_starts_the_command_that_there_is_for_the_files_that_the_server_reads():
    package = json.loads((EXTENSION / "package.json").read_text())
    command = package["contributes"]["configuration"]["properties"]["ekograph.command"]
    assert command["default"] == ["ekograph", "lsp"]
    # A folder that somebody else has written must not choose what is run.
    assert command["scope"] == "machine"
    languages = {language["id"]: language["extensions"] for language in package["contributes"]["languages"]}
    assert languages == {"turtle": [".ttl"], "sparql": [".rq"]}
    assert package["activationEvents"] == [f"onLanguage:{language}" for language in languages]
    for name in (package["main"], *(language["configuration"] for language in package["contributes"]["languages"])):
        assert (EXTENSION / name).is_file()
