"""Whatever an editor sends: the server answers or says why, and goes on."""

import json
import random

import pytest

pytestmark = pytest.mark.long

METHODS = (
    *("completion", "hover", "definition", "references", "rename", "prepareRename", "codeAction", "formatting"),
    *("rangeFormatting", "documentSymbol", "inlayHint", "foldingRange", "semanticTokens/range", "semanticTokens/full"),
)
TEXT = "@prefix ex: <http://example.org/> .\nex:a a ex:B ;\n    ex:c ex:d .\n"


def made_up(random_, depth=0):
    """A JSON value drawn at random."""
    kinds = [None, True, -1, 2**70, 1.5, "", "x", "file:///x.ttl", "\ud800", [], {}]
    if depth < 3 and random_.random() < 0.5:
        keys = ("textDocument", "position", "uri", "line", "character", "range", "start", "end", "x", "jsonrpc", "id")
        return {key: made_up(random_, depth + 1) for key in random_.sample(keys, 3)}
    return random_.choice(kinds)


def test_each_of_1000_requests_drawn_at_random_is_answered(connect, tmp_path):
    random_ = random.Random(3)  # noqa: S311
    client, uri = connect(tmp_path), (tmp_path / "x.ttl").as_uri()
    client.open(uri, TEXT)
    numbers = range(10_000, 11_000)
    for number in numbers:
        method = random_.choice(
            [f"textDocument/{random_.choice(METHODS)}", "workspace/symbol", "x/y", "$/z", "initialize"]
        )
        params = made_up(random_)
        if random_.random() < 0.4:
            place = {"line": random_.choice([0, 1, 10**9]), "character": random_.choice([0, 3, 10**9])}
            params = {"textDocument": {"uri": random_.choice([uri, "untitled:x", "file:///%00"])}, "position": place}
        client.send({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
    while not set(numbers) <= client.answers.keys():
        assert client.take() is not None, client.log.decode()
    assert not any("site-packages" in json.dumps(answer) for answer in client.answers.values())
    assert client.end() == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"{", b"[]", b"null", b"3", b'"x"', b"{}", b'{"jsonrpc":"2.0"}', b'{"jsonrpc":"1.0","id":1}'],
)
def test_after_bytes_that_are_no_message_the_next_message_is_answered(connect, tmp_path, body):
    client = connect(tmp_path)
    client.send_bytes(body)
    client.process.stdin.write(b"no header\r\nContent-Length: 2\r\nX: y\r\n\r\n{}")
    assert client.request("workspace/symbol", {"query": "x"}) == []


def test_notifications_that_cannot_be_are_passed_over(connect, tmp_path):
    client, uri = connect(tmp_path), (tmp_path / "x.ttl").as_uri()
    for method in ("didChange", "didClose", "didOpen", "didSave"):
        for params in (
            None,
            {},
            {"textDocument": {"uri": "file:///never-opened.ttl", "version": 1}, "contentChanges": []},
        ):
            client.notify(f"textDocument/{method}", params)
    client.open(uri, TEXT)
    assert client.told(uri) == []


def test_requests_before_the_beginning_and_after_the_end_are_refused(connect, tmp_path):
    client = connect(tmp_path)
    client.request("shutdown", None)
    assert client.ask("workspace/symbol", {"query": "x"})["error"]["code"] == -32600
    client.notify("exit", None)
    assert client.process.wait(30) == 0


def test_a_server_that_was_killed_is_followed_by_one_that_tells_the_same(connect, tmp_path):
    uri = (tmp_path / "x.ttl").as_uri()
    answers = []
    for _ in range(2):
        client = connect(tmp_path)
        client.open(uri, TEXT.replace("ex:d .", "ex:d"))
        answers.append(client.told(uri))
        client.process.kill()
    assert answers[0] == answers[1] != []


def test_the_end_of_input_without_a_word_ends_the_server(connect, tmp_path):
    client = connect(tmp_path)
    client.process.stdin.close()
    assert client.process.wait(30) == 1


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x00" * 100, "é".encode("latin-1"), b'<a:a> <a:b> "', b""])
def test_files_of_any_bytes_beside_the_text_do_no_harm(connect, tmp_path, data):
    (tmp_path / "other.ttl").write_bytes(data)
    client, uri = connect(tmp_path), (tmp_path / "x.ttl").as_uri()
    client.open(uri, TEXT)
    assert client.told(uri, 2) == []
    assert client.request("workspace/symbol", {"query": "ex"}) is not None
