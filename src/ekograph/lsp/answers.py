"""The answers to an editor's requests."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pyoxigraph import NamedNode

from ekograph.i18n import Messages
from ekograph.lsp.completion import completions, declaration, known_prefixes
from ekograph.lsp.document import LinedText, OpenText
from ekograph.lsp.language_server import Server
from ekograph.lsp.names import Names, Use, uses
from ekograph.lsp.project import Project
from ekograph.rdf.formats import TURTLE
from ekograph.rdf.vocab import RDF
from ekograph.scaffold.edits import Renaming, in_text, layout, renamed, same
from ekograph.turtle.printer import formatted
from ekograph.turtle.reader import TurtleError
from ekograph.turtle.triples import Abbreviations, abbreviations
from ekograph.validation import rules
from ekograph.validation.reporters.explain import explanation
from ekograph.validation.sources import Source
from ekograph.validation.suggestions import split

_TOKEN_TYPES = ("comment", "string", "number", "keyword", "class", "property", "variable", "namespace", "decorator")
_TYPE_OF_KIND = {
    **dict.fromkeys(("integer", "decimal", "double"), "number"),
    **dict.fromkeys(("word", "directive"), "keyword"),
    "comment": "comment",
    "string": "string",
    "unclosed": "string",
    "language": "decorator",
}
_TYPE_OF_ROLE = {"verb": "property", "class": "class", "declaration": "namespace"}
#: A name of which nobody can tell what it names: few letters, then digits.
_OPAQUE = re.compile(r"[A-Za-z]{0,4}[_-]?[0-9][0-9A-Za-z_-]*")
_MOST_SYMBOLS = 200


class _Spot(NamedTuple):
    """A place in a text that is open, and what stands there."""

    document: OpenText
    offset: int
    project: Project
    use: Use | None

    @property
    def names(self) -> Names:
        """The names of the folder."""
        return self.project.checked.names


def _spot(ls: Server, uri: str, position: lsp.Position) -> _Spot | None:
    document, project = ls.documents.get(uri), ls.project(uri)
    if document is None or project is None:
        return None
    offset = document.offset(position)
    start = 0 if document.query else document.entry_start(offset)
    namespaces = document.namespaces(project.checked.names.prefixes)
    for use in uses(document.text, start, namespaces):
        if use.token.start > offset:
            break
        if offset <= use.token.end and use.iri:
            return _Spot(document, offset, project, use)
    return _Spot(document, offset, project, None)


def _completion(ls: Server, params: lsp.CompletionParams) -> lsp.CompletionList:
    spot = _spot(ls, params.text_document.uri, params.position)
    return completions(spot.document, spot.offset, spot.names) if spot else lsp.CompletionList(False, [])


def _hover(ls: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    """What is known of a name, and the rules that its line breaks."""
    spot = _spot(ls, params.text_document.uri, params.position)
    if spot is None:
        return None
    parts = list(_about(spot.names, spot.use.iri)) if spot.use and spot.use.iri else []
    for at, mark in ls.marks(params.text_document.uri):
        if spot.document.line_of(at) == params.position.line:
            rule = rules.find(spot.project.rules(), str(mark.code))
            parts += [f"---\n{explanation(rule, [ls.language])}"] if rule else []
    range_ = spot.document.range(spot.use.token.start, spot.use.token.end) if spot.use else None
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, "\n\n".join(parts)), range_) if parts else None


def _about(names: Names, iri: str) -> Iterator[str]:
    """A name in Markdown: label, IRI, definition, types, the shapes that speak of it, where it is used."""
    short = Abbreviations("", known_prefixes(names))
    label = names.label(iri)
    yield f"**{label}**\n\n`<{iri}>`" if label else f"`<{iri}>`"
    if note := names.note(iri):
        yield note
    if types := names.links(iri, f"{RDF}type"):
        yield f"a {', '.join(names.label(kind) or short.write(NamedNode(kind)) for kind in types if ':' in kind)}"
    for shape in list(dict.fromkeys(names.about(iri)))[:5]:
        yield f"◇ `{split(shape)[1] or shape}` {names.label(shape)}"
    counts = [(file.parsed.source.name, count) for file in names.files if (count := file.count(iri))]
    yield " · ".join(f"{name} ({count})" for name, count in counts[:8])


def _definition(ls: Server, params: lsp.DefinitionParams) -> lsp.Location | None:
    spot = _spot(ls, params.text_document.uri, params.position)
    place = spot.names.where(spot.use.iri) if spot and spot.use and spot.use.iri else None
    return ls.location(*place) if place else None


async def _references(ls: Server, params: lsp.ReferenceParams) -> list[lsp.Location]:
    spot = _spot(ls, params.text_document.uri, params.position)
    if spot is None or spot.use is None or spot.use.iri is None:
        return []
    iri, declared = spot.use.iri, params.context.include_declaration

    def collected() -> list[lsp.Location]:
        pairs = ((file, use) for file in spot.names.files for use in file.uses(iri))
        return [ls.location(file, use) for file, use in pairs if declared or use.role != "subject"]

    return await asyncio.get_running_loop().run_in_executor(ls.pool, collected)


def _prepare_rename(ls: Server, params: lsp.PrepareRenameParams) -> lsp.Range | None:
    spot = _spot(ls, params.text_document.uri, params.position)
    token = spot.use.token if spot and spot.use else None
    return spot.document.range(token.start, token.end) if spot and token and token.text != "a" else None


async def _rename(ls: Server, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
    spot = _spot(ls, params.text_document.uri, params.position)
    if spot is None or spot.use is None or spot.use.iri is None:
        return None
    prefixes = spot.document.namespaces(spot.names.prefixes).prefixes
    prefix, colon, local = params.new_name.partition(":")
    new = prefixes[prefix] + local if colon and prefix in prefixes else params.new_name.strip("<>")
    messages = Messages("rename", ls.language)
    try:
        change = Renaming(NamedNode(spot.use.iri), NamedNode(new if ":" in new else split(spot.use.iri)[0] + new))
    except ValueError:
        raise JsonRpcException(messages("no-iri", text=params.new_name), -32803) from None
    if change.new.value in spot.names.described():
        raise JsonRpcException(messages("taken", iri=change.new.value), -32803)
    edits = await asyncio.get_running_loop().run_in_executor(ls.pool, lambda: dict(_renaming(ls, spot, change)))
    return lsp.WorkspaceEdit(changes=edits)


def _renaming(ls: Server, spot: _Spot, change: Renaming) -> Iterator[tuple[str, list[lsp.TextEdit]]]:
    """The edits of each file: names in Turtle one by one, and what other files of the site say, whole."""
    for file in spot.names.files:
        places = list(file.uses(change.old.value))
        if places:
            text = abbreviations(file.text).write(change.new) if not file.parsed.findings else str(change.new)
            locations = [ls.location(file, use) for use in places]
            yield locations[0].uri, [lsp.TextEdit(location.range, text) for location in locations]
    known = {file.parsed.source.path.resolve() for file in spot.names.files}
    queries = {document.path: (uri, document) for uri, document in ls.documents.items() if document.query}
    for path, text in renamed(spot.project.root, change, spot.names.prefixes):
        if path.resolve() not in known:
            uri, document = queries.get(path.resolve(), (path.as_uri(), None))
            before = document or LinedText(path.read_text(encoding="utf-8"), ls.encoding)
            after = in_text(document.text, change, spot.names.prefixes) if document else text
            yield uri, _edits(before, after)


async def _code_actions(ls: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """The mends of findings in the range, each proven; and the declarations of prefixes that are missing there."""
    uri = params.text_document.uri
    document, project = ls.documents.get(uri), ls.project(uri)
    if document is None or project is None or document.path is None:
        return []
    first, last, path = params.range.start.line + 1, params.range.end.line + 1, document.path
    actions = []
    for fault in document.query_faults(project.checked.names.prefixes) if document.query else document.faults():
        namespace = known_prefixes(project.checked.names).get(fault.quoted) if fault.key == "prefix" else None
        if namespace and first <= document.line_of(fault.offset) + 1 <= last:
            edit = declaration(document, fault.quoted, namespace)
            actions.append(_action(uri, edit, edit.new_text.strip(), preferred=True))
    text = document.text
    mends = await asyncio.get_running_loop().run_in_executor(ls.pool, lambda: list(project.mends(path, first, last)))
    for fix in mends if document.text == text else ():
        start, end = document.place_offset(fix.start), document.place_offset(fix.end)
        rule = fix.finding.rule if fix.finding else project.messages("unused-prefix")
        title = f"{rule}: {text[start:end].strip()} → {fix.text or '∅'}"
        actions.append(_action(uri, lsp.TextEdit(document.range(start, end), fix.text), title, preferred=fix.safe))
    return actions


def _action(uri: str, edit: lsp.TextEdit, title: str, *, preferred: bool) -> lsp.CodeAction:
    return lsp.CodeAction(
        title, lsp.CodeActionKind.QuickFix, is_preferred=preferred, edit=lsp.WorkspaceEdit(changes={uri: [edit]})
    )


async def _format(ls: Server, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
    """The edits of `ekograph fmt`; none where it would refuse the text."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.query:
        return []
    source = Source(Path("text.ttl"), "text.ttl", "data", "urn:x", TURTLE, document.text.encode())
    areas = [Messages(area, ls.language) for area in ("check", "fmt")]
    done = await asyncio.get_running_loop().run_in_executor(ls.pool, lambda: layout(source, *areas))
    return _edits(document, done.data.decode()) if done.changed and document.text.encode() == source.data else []


def _format_range(ls: Server, params: lsp.DocumentRangeFormattingParams) -> list[lsp.TextEdit]:
    """The statements that the range touches, laid out; what they say is proven to be the same."""
    document = ls.documents.get(params.text_document.uri)
    if document is None or document.query or document.faults():
        return []
    first, last = document.offset(params.range.start), document.offset(params.range.end)
    spans = [(start, end) for start, end, _ in document.spans() if start <= last and end >= first]
    if not spans:
        return []
    start, end = spans[0][0], spans[-1][1]
    text = document.text
    try:
        laid_out = formatted(text[start:end]).rstrip("\n")
    except TurtleError:
        return []
    if laid_out == text[start:end] or not same(text, f"{text[:start]}{laid_out}{text[end:]}"):
        return []
    return [lsp.TextEdit(document.range(start, end), laid_out)]


def _edits(before: LinedText, after: str) -> list[lsp.TextEdit]:
    """One edit, of what lies between the lines that stay as they are."""
    old, new = before.text.splitlines(keepends=True), after.splitlines(keepends=True)
    head = next(
        (n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), min(len(old), len(new))
    )
    most = min(len(old), len(new)) - head
    tail = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    start, end = len("".join(old[:head])), len(before.text) - len("".join(old[len(old) - tail :]))
    return [lsp.TextEdit(before.range(start, end), "".join(new[head : len(new) - tail]))]


def _document_symbols(ls: Server, params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
    """What the text describes, by its labels."""
    uri = params.text_document.uri
    document, project = ls.documents.get(uri), ls.project(uri)
    if document is None or document.query:
        return []
    names = project.checked.names if project else Names()
    namespaces, symbols = document.namespaces({}), []
    for start, end, kind in document.spans():
        use = next((use for use in uses(document.text, start, namespaces) if use.role == "subject"), None)
        if kind == "statement" and use and use.token.end <= end:
            label = names.label(use.iri or "")
            place = document.range(use.token.start, use.token.end)
            types = [names.label(iri) or split(iri)[1] for iri in names.links(use.iri or "", f"{RDF}type")]
            symbols.append(
                lsp.DocumentSymbol(
                    label or use.token.text,
                    lsp.SymbolKind.Object,
                    document.range(start, end),
                    place,
                    " · ".join([use.token.text, *types]) if label else ", ".join(types),
                )
            )
    return symbols


def _workspace_symbols(ls: Server, params: lsp.WorkspaceSymbolParams) -> list[lsp.WorkspaceSymbol]:
    """What the folders describe, by a part of a label in any language or of the name."""
    folded, symbols = params.query.casefold(), list[lsp.WorkspaceSymbol]()
    for project in ls.projects():
        names = project.checked.names
        for iri in names.described():
            texts = [text for _, text in names.texts("labels", iri)]
            text = next((text for text in (names.label(iri), *texts, iri) if folded in text.casefold()), None)
            place = names.where(iri) if text is not None and len(symbols) < _MOST_SYMBOLS else None
            if text is not None and place:
                symbols.append(
                    lsp.WorkspaceSymbol(ls.location(*place), text, lsp.SymbolKind.Object, container_name=iri)
                )
    return symbols


def _inlay_hints(ls: Server, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
    """The labels of names that nobody can read."""
    spot = _spot(ls, params.text_document.uri, params.range.start)
    return [
        lsp.InlayHint(spot.document.position(use.token.end), label, padding_left=True)
        for use in (_within(spot, params.range) if spot else ())
        if spot and use.iri and _OPAQUE.fullmatch(split(use.iri)[1]) and (label := spot.names.label(use.iri))
    ]


def _within(spot: _Spot, range_: lsp.Range) -> Iterator[Use]:
    """The tokens of a range, read from where its first entry begins."""
    document, end = spot.document, spot.document.offset(range_.end)
    start = 0 if document.query else document.entry_start(spot.offset)
    for use in uses(document.text, start, document.namespaces(spot.names.prefixes)):
        if use.token.start >= end:
            break
        if use.token.end > spot.offset:
            yield use


def _folding(ls: Server, params: lsp.FoldingRangeParams) -> list[lsp.FoldingRange]:
    """Statements of several lines, and declarations that follow one another."""
    document = ls.documents.get(params.text_document.uri)
    if document is None:
        return []
    folds = []
    for kind, group in groupby(document.spans(), key=lambda span: span[2]):
        spans = list(group)
        if kind == "directive":
            spans = [(spans[0][0], spans[-1][1], kind)]
        lines = [(document.line_of(start), document.line_of(end)) for start, end, _ in spans]
        form = lsp.FoldingRangeKind.Imports if kind == "directive" else lsp.FoldingRangeKind.Region
        folds += [lsp.FoldingRange(start, end, kind=form) for start, end in lines if end > start]
    return folds


def _tokens_in(ls: Server, params: lsp.SemanticTokensRangeParams) -> lsp.SemanticTokens:
    spot = _spot(ls, params.text_document.uri, params.range.start)
    return _semantic_tokens(spot, params.range) if spot else lsp.SemanticTokens([])


async def _all_tokens(ls: Server, params: lsp.SemanticTokensParams) -> lsp.SemanticTokens:
    spot = _spot(ls, params.text_document.uri, lsp.Position(0, 0))
    if spot is None:
        return lsp.SemanticTokens([])
    whole = spot.document.range(0, len(spot.document.text))
    return await asyncio.get_running_loop().run_in_executor(ls.pool, _semantic_tokens, spot, whole)


def _semantic_tokens(spot: _Spot, range_: lsp.Range) -> lsp.SemanticTokens:
    """What the tokens are, each relative to the one before; one of several lines in parts."""
    data, line, column = list[int](), 0, 0
    for use in _within(spot, range_):
        kind = _TYPE_OF_KIND.get(use.token.kind)
        if use.token.kind in {"iri", "name", "blank"}:
            kind = _TYPE_OF_ROLE.get(use.role, "variable")
        at = use.token.start
        for part in use.token.text.splitlines(keepends=True) if kind else ():
            start, end = spot.document.position(at), spot.document.position(at + len(part.rstrip("\r\n")))
            at += len(part)
            length = end.character - start.character
            column = column if start.line == line else 0
            data += [start.line - line, start.character - column, length, _TOKEN_TYPES.index(kind or ""), 0]
            line, column = start.line, start.character
    return lsp.SemanticTokens(data)


async def _watch(ls: Server, _: lsp.InitializedParams) -> None:
    """Ask the editor to tell of files that change on disk."""
    workspace = ls.client_capabilities.workspace
    watching = workspace.did_change_watched_files if workspace else None
    if watching and watching.dynamic_registration:
        watchers = [lsp.FileSystemWatcher("**/*.{ttl,toml}")]
        options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
        method = lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES
        ls.client_register_capability(lsp.RegistrationParams([lsp.Registration("files", method, options)]))


def register(server: Server) -> None:
    """Have the server answer all that it can."""
    legend = lsp.SemanticTokensLegend(list(_TOKEN_TYPES), [])
    for method, answer, options in (
        (lsp.INITIALIZE, lambda ls, params: ls.begin(params), None),
        (lsp.INITIALIZED, _watch, None),
        (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, lambda ls, _: ls.files_changed(), None),
        (lsp.TEXT_DOCUMENT_DID_SAVE, lambda ls, params: ls.pause(params.text_document.uri), None),
        (lsp.TEXT_DOCUMENT_COMPLETION, _completion, lsp.CompletionOptions(trigger_characters=[":", "<", " ", "?"])),
        (lsp.TEXT_DOCUMENT_HOVER, _hover, None),
        (lsp.TEXT_DOCUMENT_DEFINITION, _definition, None),
        (lsp.TEXT_DOCUMENT_REFERENCES, _references, None),
        (lsp.TEXT_DOCUMENT_PREPARE_RENAME, _prepare_rename, None),
        (lsp.TEXT_DOCUMENT_RENAME, _rename, lsp.RenameOptions(prepare_provider=True)),
        (lsp.TEXT_DOCUMENT_CODE_ACTION, _code_actions, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix])),
        (lsp.TEXT_DOCUMENT_FORMATTING, _format, None),
        (lsp.TEXT_DOCUMENT_RANGE_FORMATTING, _format_range, None),
        (lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL, _document_symbols, None),
        (lsp.WORKSPACE_SYMBOL, _workspace_symbols, None),
        (lsp.TEXT_DOCUMENT_INLAY_HINT, _inlay_hints, None),
        (lsp.TEXT_DOCUMENT_FOLDING_RANGE, _folding, None),
        (lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_RANGE, _tokens_in, legend),
        (lsp.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, _all_tokens, legend),
    ):
        server.feature(method, options)(answer)
