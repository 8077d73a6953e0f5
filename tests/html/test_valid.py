"""Every kind of page is valid HTML to the Nu Html Checker, where `make html` has fetched it and Java is there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.site.real import one_of_each_kind

JAR = Path(__file__).parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not shutil.which("java"), reason="there is no Java on this machine"),
    pytest.mark.skipif(not JAR.exists(), reason="the Nu Html Checker is not there: make html fetches it"),
]


def test_no_page_has_an_error_or_a_warning(tmp_path):
    pages = one_of_each_kind()
    for address, body in pages.items():
        name = address.strip("/").replace("/", "_").removesuffix(".html")
        (tmp_path / f"{name}.html").write_bytes(body)
    # It refuses addresses on this machine, so it gets files.
    command = ["java", "-Xss4m", "-jar", str(JAR), "--format", "json", "--exit-zero-always", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found = [
        (Path(each["url"]).name, each["lastLine"], each["message"])
        for each in json.loads(ended.stderr)["messages"]
        if each["type"] == "error" or each.get("subType") == "warning"
    ]
    assert found == []
    assert len(list(tmp_path.iterdir())) == len(pages)
