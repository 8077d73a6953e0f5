"""The OpenAPI document tells the truth, as requests made from it show."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.conftest import PATIENCE

#: What is looked at in each answer. That a request in the form of the schema is accepted is not: no schema says
#: which strings are queries.
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance"),
    *("response_schema_conformance", "unsupported_method"),
)


@pytest.mark.long
def test_requests_made_from_the_document_are_answered_as_it_says(server, tmp_path):
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/openapi.json"]
    bounds = ["--max-examples", "8", "--generation-deterministic", "--max-failures", "3", "--no-color"]
    done = subprocess.run(
        [*command, *bounds, "--checks", ",".join(CHECKS)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_parameter_out_of_its_bounds_is_told_of_like_every_fault(server, language):
    reply = server.get("/search.json?q=x&limit=0", "application/json", Accept_Language=language)
    assert (reply.status, reply.headers["content-type"]) == (422, "application/problem+json")
    assert reply.headers["content-language"] == language
    assert "limit" in json.loads(reply.body)["detail"]


def test_a_wrong_value_is_escaped_on_the_page_that_tells_of_it(server):
    reply = server.get(f"/search.json?q=x&limit={quote('<script>')}", "text/html")
    assert reply.status == 422
    assert "<script>" not in reply.text


def test_a_refused_method_is_told_all_methods_of_an_address(server):
    reply = server.get("/reconcile", method="DELETE")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/oai", "/reconcile"])
def test_a_form_that_is_too_large_is_refused_before_it_is_read(server, path):
    reply = server.get(path, method="POST", data=b"queries=" + b"x" * 1_500_000, Content_Type=FORM)
    assert (reply.status, json.loads(reply.body)["status"]) == (413, 413)


def test_a_form_that_is_none_is_refused(server):
    reply = server.get("/reconcile", method="POST", data=b"x", Content_Type="multipart/form-data; boundary=y")
    assert reply.status == 415
    assert reply.headers["content-type"] == "application/problem+json"


def test_every_operation_says_how_it_refuses(server):
    document = json.loads(server.get("/openapi.json").body)
    operations = [each for path in document["paths"].values() for each in path.values()]
    assert all("application/problem+json" in each["responses"]["default"]["content"] for each in operations)


def test_every_operation_has_a_name_of_its_own(server):
    document = json.loads(server.get("/openapi.json").body)
    names = [operation["operationId"] for path in document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)) > 20


def test_every_parameter_of_a_path_is_described(server):
    for path, operations in json.loads(server.get("/openapi.json").body)["paths"].items():
        for operation in operations.values():
            described = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert described == set(re.findall(r"{(\w+)}", path))
