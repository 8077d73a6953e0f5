"""The server: messages from an editor, the texts it has open, and what is wrong with them as it types."""

from __future__ import annotations

import asyncio
import ctypes
import json
import logging
import os
import re
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias
from urllib.parse import unquote, urlsplit

from lsprotocol import types as lsp
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pygls.io_ import StdoutWriter
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from ekograph import __version__, config
from ekograph.i18n import reader_language
from ekograph.lsp.document import LinedText, OpenText
from ekograph.lsp.project import Checked, Project
from ekograph.turtle.lines import Place, decoded
from ekograph.turtle.tokens import tokens
from ekograph.validation.parsing import fault_message
from ekograph.validation.report import Finding

log = logging.getLogger("ekograph")

#: What a rule says, and the offset that it says it of.
_Mark: TypeAlias = tuple[int, lsp.Diagnostic]

#: Seconds without a keystroke after which the rules are checked.
PAUSE = 0.3
#: So many statements are read before other messages have their turn.
_SLICE = 40
#: A header line is shorter, and a message takes no more bytes.
_LONGEST_HEADER, _LARGEST = 1_000, 256_000_000
_LENGTH = re.compile(rb"content-length: *(\d{1,12})\s*", re.IGNORECASE)
_SEVERITIES = {
    "Violation": lsp.DiagnosticSeverity.Error,
    "Warning": lsp.DiagnosticSeverity.Warning,
    "Info": lsp.DiagnosticSeverity.Information,
}
_INVALID_REQUEST, _INVALID_PARAMS, _NOT_INITIALIZED, _INTERNAL = -32600, -32602, -32002, -32603


class Protocol(LanguageServerProtocol):
    """The protocol as pygls has it, but every request is answered, and texts are those of `Server.documents`."""

    _server: Server

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message of a JSON object; answers a request that is none."""
        try:
            return super().structure_message(data)
        except JsonRpcException:
            if "method" in data and isinstance(data.get("id"), int | str):
                self._refuse(data["id"], _INVALID_PARAMS, "the parameters are not those of the method")
            raise

    def handle_message(self, message: Any) -> None:
        """Handle a message where it may come: requests after `initialize` and before `shutdown`."""
        method, id_ = getattr(message, "method", None), getattr(message, "id", None)
        if isinstance(message, dict):
            if isinstance(message.get("id"), int | str):
                self._refuse(message["id"], _INVALID_REQUEST, "the message is not of JSON-RPC 2.0")
        elif method and id_ is not None and self._shutdown:
            self._refuse(id_, _INVALID_REQUEST, "the server shuts down")
        elif method and self._workspace is None and method not in {lsp.INITIALIZE, lsp.EXIT}:
            if id_ is not None:
                self._refuse(id_, _NOT_INITIALIZED, "the server is not initialized")
        elif hasattr(message, "jsonrpc"):
            super().handle_message(message)

    def _refuse(self, id_: int | str, code: int, reason: str) -> None:
        self._send_response(id_, error=lsp.ResponseError(code=code, message=reason))

    def _send_response(self, msg_id: Any, result: Any = None, error: lsp.ResponseError | None = None) -> None:
        """Answer; what failed within is told without the paths of this machine."""
        if error and error.code == _INTERNAL:
            error = lsp.ResponseError(code=_INTERNAL, message="the server cannot answer this; its log says why")
        super()._send_response(msg_id, result, error)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> None:
        """Take up a text."""
        self._server.opened(params.text_document)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """Change a text."""
        self._server.changed(params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> None:
        """Let go of a text."""
        self._server.closed(params.text_document.uri)


class Server(LanguageServer):
    """What is open in an editor, and the folders that it is of."""

    def __init__(self) -> None:
        super().__init__("ekograph", __version__, protocol_cls=Protocol, converter_factory=get_converter)
        self.documents: dict[str, OpenText] = {}
        self.language = "en"
        self.pool = ThreadPoolExecutor(1)
        self._projects: dict[Path, Project] = {}
        self._project_of: dict[str, Project] = {}
        self._roots: list[Path] = []
        self._rule_marks: dict[str, list[_Mark]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._pauses: dict[Path, asyncio.TimerHandle] = {}
        self._told: dict[Path, set[str]] = {}

    def begin(self, params: lsp.InitializeParams) -> None:
        """Take up the folders and the language of the editor."""
        self.language = reader_language(params.locale)
        uris = [folder.uri for folder in params.workspace_folders or ()] or [params.root_uri or ""]
        self._roots = [path for path in map(path_of, uris) if path]

    @property
    def encoding(self) -> str:
        """The unit of columns that was agreed on."""
        return str(self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16)

    def project(self, uri: str) -> Project | None:
        """The project of a file: the nearest folder above it that is a site, else the editor's, else its own."""
        if uri not in self._project_of and (path := path_of(uri)):
            sites = (folder for folder in path.parents if (folder / config.FILE_NAME).is_file())
            root = next(sites, None) or next((root for root in self._roots if root in path.parents), path.parent)
            self._project_of[uri] = self._projects.setdefault(root, Project(root, self.language))
        return self._project_of.get(uri)

    def projects(self) -> list[Project]:
        """The folders that are known."""
        return list(self._projects.values())

    def marks(self, uri: str) -> Sequence[_Mark]:
        """What rules say of a text, at the offsets where it is now."""
        return self._rule_marks.get(uri, ())

    def opened(self, item: lsp.TextDocumentItem) -> None:
        """Read a text that was opened."""
        self.documents[item.uri] = OpenText(_clean(item.text), item.version, self.encoding, path_of(item.uri))
        self._read_on(item.uri)

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        """Change a text, and tell its faults at once if they are soon read."""
        uri = params.text_document.uri
        document = self.documents.get(uri)
        if document is None:
            log.warning("a change of %s, which is not open", uri)
            return
        for change in params.content_changes:
            text = _clean(change.text)
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                start, end = document.offset(change.range.start), document.offset(change.range.end)
                self._change(uri, document, min(start, end), max(start, end), text)
            else:
                self._change(uri, document, 0, len(document.text), text)
        document.version = params.text_document.version
        self._read_on(uri)

    def closed(self, uri: str) -> None:
        """Let go of a text; from now on its file counts."""
        self.documents.pop(uri, None)
        self._rule_marks.pop(uri, None)
        if task := self._tasks.pop(uri, None):
            task.cancel()
        self._publish(uri, [])
        self.pause(uri)

    def pause(self, uri: str) -> None:
        """Check the rules after a pause, which begins anew with each keystroke."""
        project = self.project(uri)
        if project:
            if handle := self._pauses.get(project.root):
                handle.cancel()
            loop = asyncio.get_running_loop()
            self._pauses[project.root] = loop.call_later(PAUSE, self._check, project)

    def files_changed(self) -> None:
        """Check anew all folders that are known: files have changed on disk, and there may be new sites."""
        self._project_of.clear()
        for project in self._projects.values():
            self.pause((project.root / "x").as_uri())

    def _change(self, uri: str, document: OpenText, start: int, end: int, text: str) -> None:
        """Change a text; what rules said of other places moves along."""
        delta = len(text) - (end - start)
        self._rule_marks[uri] = [
            (at + delta if at >= end else at, mark) for at, mark in self.marks(uri) if at < start or at >= end
        ]
        document.change(start, end, text)

    def _read_on(self, uri: str) -> None:
        """Tell the faults of a text, now or when it is read; then the rules wait for a pause."""
        if task := self._tasks.pop(uri, None):
            task.cancel()
        document = self.documents[uri]
        if document.query or document.go_on(_SLICE):
            self._tell(uri)
        else:
            self._tasks[uri] = asyncio.ensure_future(self._finish(uri, document))
        self.pause(uri)

    async def _finish(self, uri: str, document: OpenText) -> None:
        while not document.go_on(3 * _SLICE):  # noqa: ASYNC110 - it waits for nothing, it lets others go first
            await asyncio.sleep(0)
        self._tell(uri)

    def _tell(self, uri: str) -> None:
        document = self.documents[uri]
        for at, mark in self.marks(uri):
            mark.range = _range(document, at)
        self._publish(uri, [*self._syntax(uri, document), *(mark for _, mark in self.marks(uri))])

    def _syntax(self, uri: str, document: OpenText) -> Iterator[lsp.Diagnostic]:
        """The faults of a text; of a query, the prefixes that neither it nor the folder declares."""
        project = self.project(uri) or Project(Path(), self.language)
        prefixes, form = project.checked.names.prefixes, "SPARQL" if document.query else "Turtle"
        for fault in document.query_faults(prefixes) if document.query else document.faults():
            message = fault_message(fault, prefixes, project.messages, form)
            yield _diagnostic(document, fault.offset, message, "syntax", lsp.DiagnosticSeverity.Error)

    def _publish(self, uri: str, diagnostics: list[lsp.Diagnostic]) -> None:
        document = self.documents.get(uri)
        self.text_document_publish_diagnostics(
            lsp.PublishDiagnosticsParams(uri, diagnostics, document.version if document else None)
        )

    def _check(self, project: Project) -> None:
        """Check the rules in a thread; what comes of it is told of texts that have not changed meanwhile."""
        open_ = {uri: doc for uri, doc in self.documents.items() if self.project(uri) is project and not doc.query}
        texts = {document.path: document.text for document in open_.values() if document.path}
        versions = {uri: document.version for uri, document in open_.items()}
        future = asyncio.get_running_loop().run_in_executor(self.pool, project.run, texts)
        future.add_done_callback(lambda done: self._checked(project, versions, done.result()))

    def _checked(self, project: Project, versions: dict[str, int], checked: Checked) -> None:
        if checked.refused:
            self.window_log_message(lsp.LogMessageParams(lsp.MessageType.Warning, checked.refused))
        by_uri: dict[str, list[Finding]] = {}
        uris = {source.name: source.path.resolve().as_uri() for source in checked.sources}
        opened = {document.path: uri for uri, document in self.documents.items()}
        for finding in checked.findings:
            path = path_of(uris.get(finding.path, ""))
            if path:
                by_uri.setdefault(opened.get(path, path.as_uri()), []).append(finding)
        for uri, document in self.documents.items():
            if versions.get(uri) == document.version:
                findings = [finding for finding in by_uri.get(uri, ()) if finding.rule != "syntax"]
                self._rule_marks[uri] = list(self._marks(project, document, findings))
                if uri not in self._tasks or self._tasks[uri].done():
                    self._tell(uri)
            elif document.query and self.project(uri) is project:
                self._tell(uri)
        for uri in (by_uri.keys() | self._told.get(project.root, set())) - self.documents.keys():
            path = path_of(uri)
            source = next((source for source in checked.sources if source.path.resolve() == path), None)
            text = LinedText(decoded(source.data), self.encoding) if source and uri in by_uri else LinedText("")
            self._publish(uri, [mark for _, mark in self._marks(project, text, by_uri.get(uri, []))])
        self._told[project.root] = set(by_uri)

    def _marks(
        self, project: Project, text: LinedText, findings: list[Finding]
    ) -> Iterator[tuple[int, lsp.Diagnostic]]:
        """The findings of a file at their offsets, each with its rule and what else has to do with it."""
        for finding in findings:
            at = text.place_offset(Place(finding.line, finding.column))
            mark = _diagnostic(text, at, finding.message, finding.rule, _SEVERITIES[finding.severity])
            names = project.checked.names
            rule = next((place for place in map(names.where, names.named(finding.rule)) if place), None)
            if rule:
                line = decoded(rule[0].parsed.source.data).count("\n", 0, rule[1].token.start) + 1
                mark.code_description = lsp.CodeDescription(f"{rule[0].parsed.source.path.resolve().as_uri()}#L{line}")
            mark.related_information = [
                lsp.DiagnosticRelatedInformation(self.location(*place), names.label(iri) or iri)
                for iri in (finding.suggestion, finding.value)
                if iri and iri in names.described() and (place := names.where(iri))
            ] or None
            yield at, mark

    def location(self, file: Any, use: Any) -> lsp.Location:
        """Where a name stands, in the text that its file had when it was read."""
        uri = file.parsed.source.path.resolve().as_uri()
        uri = next((name for name, document in self.documents.items() if document.path == path_of(uri)), uri)
        return lsp.Location(uri, LinedText(file.text, self.encoding).range(use.token.start, use.token.end))

    def serve(self, stdin: BinaryIO, stdout: BinaryIO) -> int:
        """Answer messages until the editor ends; returns the status of the process (0 after `shutdown`)."""
        self.protocol.set_writer(StdoutWriter(stdout))
        try:
            asyncio.run(self._answer(stdin))
        except SystemExit as exit_:
            return int(exit_.code or 0)
        except BrokenPipeError:
            return 1
        return 0 if self.protocol._shutdown else 1  # noqa: SLF001 - pygls has no other word for it

    async def _answer(self, stdin: BinaryIO) -> None:
        """Take messages from a thread that waits for them; one that cannot be read is logged."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def read() -> None:
            for body in _bodies(stdin):
                loop.call_soon_threadsafe(take, body)
            loop.call_soon_threadsafe(ended.set)

        def take(body: bytes) -> None:
            try:
                message = json.loads(body)
                self.protocol.handle_message(self.protocol.structure_message(message))
            except (ValueError, RecursionError, AttributeError, TypeError, JsonRpcException) as error:
                log.warning("a message cannot be read: %s", error)

        threading.Thread(target=read, daemon=True).start()
        await ended.wait()

    def report_server_error(self, error: Exception, source: Any) -> None:  # noqa: ARG002 - pygls' signature
        """Log what failed; a person who types is not disturbed by it."""
        log.error("%s: %s", type(error).__name__, error)


def path_of(uri: str) -> Path | None:
    """The path of a file's URI, links followed; None for a text that is no file."""
    parts = urlsplit(uri)
    if parts.scheme != "file" or "\0" in unquote(parts.path):
        return None
    return Path(os.path.realpath(unquote(parts.path)))


def _clean(text: str) -> str:
    """The text without halves of surrogate pairs, which no file can have."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _bodies(stdin: BinaryIO) -> Iterator[bytes]:
    """The contents of messages (Base Protocol); one that is too large is passed over."""
    length = 0
    while line := stdin.readline(_LONGEST_HEADER):
        if match := _LENGTH.fullmatch(line):
            length = int(match[1])
        elif not line.strip() and length:
            while length > _LARGEST and stdin.read(min(length, 1_000_000)):
                length -= 1_000_000
            yield stdin.read(max(length, 0))
            length = 0


def _diagnostic(text: LinedText, at: int, message: str, rule: str, severity: lsp.DiagnosticSeverity) -> lsp.Diagnostic:
    return lsp.Diagnostic(_range(text, at), message, severity, rule, source="ekograph")


def _range(text: LinedText, at: int) -> lsp.Range:
    """The token that begins there; what is missing is told at the end of the token before, and has no length."""
    token = next(tokens(text.text, at), None)
    end = token.end if token and token.kind != "space" else at
    return text.range(at, min(end, at + 200))


def run() -> int:
    """Serve over standard input and output; returns the status of the process."""
    from ekograph.lsp import answers

    # What is printed by chance must not come between messages.
    stdout, sys.stdout = sys.stdout.buffer, sys.stderr
    # A check in a thread gives way to a keystroke soon.
    sys.setswitchinterval(0.001)
    # What one thread frees another can have again: M_ARENA_MAX of the C library of GNU, where there is that.
    if set_option := getattr(ctypes.CDLL(None), "mallopt", None):
        set_option(-8, 1)
    server = Server()
    answers.register(server)
    return server.serve(sys.stdin.buffer, stdout)
