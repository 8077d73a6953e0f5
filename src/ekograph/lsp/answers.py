"""The answers to an editor's requests."""

from __future__ import annotations

from lsprotocol import types as lsp

from ekograph.lsp.server import Server


def register(server: Server) -> None:
    """Have the server answer all that it can."""
    server.feature(lsp.INITIALIZE)(lambda ls, params: ls.begin(params))
    server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)(lambda ls, _: ls.files_changed())
    server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(lambda ls, params: ls.pause(params.text_document.uri))
