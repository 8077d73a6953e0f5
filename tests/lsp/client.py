"""A small client of the language server over pipes, as an editor is one; it hides nothing that comes."""

import json
import queue
import subprocess
import sys
import threading
from pathlib import Path


class Client:
    def __init__(self, root: Path | None, locale: str = "en", encodings: list[str] | None = None):
        command = [sys.executable, "-m", "ekograph", "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.diagnostics: dict[str, dict] = {}
        self.answers: dict[int, dict] = {}
        self.messages: queue.Queue = queue.Queue()
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.log = b""
        self._ids = 0
        self._threads = [threading.Thread(target=read, daemon=True) for read in (self._read, self._read_log)]
        for thread in self._threads:
            thread.start()
        general = {"positionEncodings": encodings} if encodings else {}
        self.capabilities = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri() if root else None,
                "locale": locale,
                "capabilities": {"general": general},
            },
        )["capabilities"]
        self.notify("initialized", {})

    def _read(self):
        stream = self.process.stdout
        while line := stream.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
                while stream.readline().strip():
                    pass
                self.messages.put(json.loads(stream.read(length)))
        self.messages.put(None)

    def _read_log(self):
        for line in self.process.stderr:
            self.log += line

    def send_bytes(self, body: bytes):
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def send(self, message: object):
        self.send_bytes(json.dumps(message).encode())

    def notify(self, method: str, params: object):
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def take(self, seconds: float = 20) -> dict | None:
        """The next message, noted down; None at the end of the server."""
        message = self.messages.get(timeout=seconds)
        if message and message.get("method") == "textDocument/publishDiagnostics":
            self.diagnostics[message["params"]["uri"]] = message["params"]
        elif message and "id" in message and "method" not in message:
            self.answers[message["id"]] = message
        return message

    def ask(self, method: str, params: object) -> dict:
        """The whole answer to a request."""
        self._ids += 1
        self.send({"jsonrpc": "2.0", "id": self._ids, "method": method, "params": params})
        while self._ids not in self.answers:
            assert self.take() is not None, self.log.decode()
        return self.answers.pop(self._ids)

    def request(self, method: str, params: object):
        answer = self.ask(method, params)
        assert "error" not in answer, (answer, self.log.decode())
        return answer["result"]

    def open(self, uri: str, text: str):
        self.texts[uri], self.versions[uri] = text, 1
        item = {"uri": uri, "languageId": "turtle", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, start: dict, end: dict, text: str):
        self.versions[uri] += 1
        self.notify(
            "textDocument/didChange",
            {
                "textDocument": {"uri": uri, "version": self.versions[uri]},
                "contentChanges": [{"range": {"start": start, "end": end}, "text": text}],
            },
        )

    def replace(self, uri: str, old: str, new: str):
        """Put `new` in the place of the first `old`, as an editor with columns in UTF-16 sends it."""
        text = self.texts[uri]
        start = text.index(old)
        self.change(uri, position(text, start), position(text, start + len(old)), new)
        self.texts[uri] = text[:start] + new + text[start + len(old) :]

    def told(self, uri: str, count: int = 1) -> list[dict]:
        """The diagnostics of the present version, once they have come so many times."""
        seen = 0
        while True:
            message = self.take()
            assert message is not None, self.log.decode()
            if message.get("method") == "textDocument/publishDiagnostics":
                params = message["params"]
                seen += params["uri"] == uri and params.get("version") == self.versions.get(uri)
                if seen == count:
                    return params["diagnostics"]

    def at(self, uri: str, before: str, after: str = "") -> dict:
        """The parameters that name the place after the first `before` that `after` follows."""
        text = self.texts[uri]
        return {
            "textDocument": {"uri": uri},
            "position": position(text, text.index(before + after) + len(before)),
        }

    def end(self) -> int:
        self.request("shutdown", None)
        self.notify("exit", None)
        return self.process.wait(30)

    def close(self):
        self.process.kill()
        self.process.wait()
        for thread in self._threads:
            thread.join(20)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()


def position(text: str, offset: int) -> dict:
    """The place of an offset, columns in UTF-16."""
    before = text[:offset].replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {"line": len(before) - 1, "character": len(before[-1].encode("utf-16-le")) // 2}
