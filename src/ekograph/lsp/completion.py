"""What can be written at a place: prefixes, classes, properties of the subject's class, things by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from lsprotocol import types as lsp
from pyoxigraph import NamedNode

from ekograph.engine.diagnostics.mistakes import KEYWORDS
from ekograph.lsp.document import OpenText
from ekograph.lsp.names import Names, Roles
from ekograph.rdf.prefixes import NAMESPACES
from ekograph.rdf.vocab import RDF, RDFS
from ekograph.turtle.tokens import tokens
from ekograph.turtle.triples import Abbreviations, Namespaces
from ekograph.validation.suggestions import split

#: So many are offered at once; an editor asks again as more is typed.
_MOST = 200
_WORD = re.compile(r"<?[^\s\"'(),;\[\]{}<>^]*\Z")
_KINDS = {"verb": lsp.CompletionItemKind.Property, "class": lsp.CompletionItemKind.Class}


def completions(document: OpenText, offset: int, names: Names) -> lsp.CompletionList:
    """What can stand at the offset, in place of the word that has been begun there."""
    start = 0 if document.query else document.entry_start(offset)
    match = _WORD.search(document.text, max(start, document.text.rfind("\n", 0, offset) + 1), offset)
    word_start = match.start() if match else offset
    roles, types = Roles(document.namespaces(names.prefixes)), list[str]()
    for token in tokens(document.text, start):
        inside = token.start < offset <= token.end and token.kind in {"string", "comment", "unclosed"}
        if inside and offset - token.start > 0 and not (token.kind == "string" and offset == token.end):
            return lsp.CompletionList(False, [])
        if token.start >= word_start:
            break
        if token.kind != "space":
            use = roles.use(token)
            types += [use.iri] if use.role == "class" and use.iri else []
    items = list(_Begun(document, document.text[word_start:offset], word_start, offset, names).items(roles.role, types))
    return lsp.CompletionList(len(items) > _MOST, items[:_MOST])


def declaration(document: OpenText, prefix: str, namespace: str) -> lsp.TextEdit:
    """The edit that adds the declaration of a prefix after the others."""
    ends = [end for _, end, kind in document.spans() if kind == "directive"]
    if document.query:
        at = lsp.Position(0, 0)
        return lsp.TextEdit(lsp.Range(at, at), f"PREFIX {prefix}: <{namespace}>\n")
    at = lsp.Position(document.line_of(ends[-1]) + 1 if ends else 0, 0)
    return lsp.TextEdit(lsp.Range(at, at), f"@prefix {prefix}: <{namespace}> .\n")


def known_prefixes(names: Names) -> Mapping[str, str]:
    """The prefixes of the folder, and those that people know."""
    return {**NAMESPACES, **names.prefixes}


class _Begun:
    """A word that has been begun, and what it can become."""

    def __init__(self, document: OpenText, word: str, start: int, end: int, names: Names) -> None:
        self._document, self._word, self._names = document, word, names
        self._range = document.range(start, end + (document.text[end : end + 1] == ">" and word.startswith("<")))
        self._namespaces: Namespaces = document.namespaces(names.prefixes)
        self._known = known_prefixes(names)

    def items(self, role: str, types: Iterable[str]) -> Iterator[lsp.CompletionItem]:
        prefix, colon, local = self._word.lstrip("<").partition(":")
        namespace = self._namespaces.prefixes.get(prefix) or self._known.get(prefix, "") if colon else ""
        folded = (local if colon else prefix).casefold()
        if not colon and not self._word.startswith("<"):
            yield from self._prefixes(prefix)
            if self._document.query:
                yield from self._words(prefix)
        prefixes = {space: name for name, space in {**self._known, **self._namespaces.prefixes}.items()}
        for rank, iri, detail in self._candidates(role, types):
            if iri.startswith("_:") or not iri.startswith(namespace):
                continue
            texts = [text for _, text in self._names.texts("labels", iri)]
            space, name = split(iri)
            short = name if colon else f"{prefixes.get(space, '')}:{name}"
            if folded in short.casefold() or any(folded in text.casefold() for text in texts):
                yield self._item(iri, f"{rank}", detail, _KINDS.get(role, lsp.CompletionItemKind.Value))

    def _candidates(self, role: str, types: Iterable[str]) -> Iterator[tuple[int, str, str]]:
        """The names that fit the role, ranked: first the properties that shapes of the subject's class have."""
        if role not in {"verb", "class"}:
            yield from ((2, iri, "") for iri in self._names.described())
            return
        types = list(types)
        shapes = self._names.shapes_of(types) if role == "verb" and types else {}
        yield from ((0, iri, " · ".join(map(self._short, of))) for iri, of in shapes.items())
        terms = [iri for iri in self._names.terms(role) if iri not in shapes]
        fits = {iri for iri in terms if role == "verb" and set(types) & set(self._names.links(iri, f"{RDFS}domain"))}
        yield from ((1 if iri in fits else 2, iri, "") for iri in terms)

    def _item(self, iri: str, rank: str, detail: str, kind: lsp.CompletionItemKind) -> lsp.CompletionItem:
        text, declarations = self._written(iri)
        label = self._names.label(iri)
        return lsp.CompletionItem(
            label=f"{label} · {text}" if label and kind == lsp.CompletionItemKind.Value else text,
            kind=kind,
            detail=" · ".join(filter(None, (label, detail))) or iri,
            documentation=self._names.note(iri) or None,
            sort_text=f"{rank}{text}",
            # What was typed may be a part of a label in any language: the choice has been made here.
            filter_text=self._word or text,
            text_edit=lsp.TextEdit(self._range, text),
            additional_text_edits=declarations or None,
        )

    def _prefixes(self, word: str) -> Iterator[lsp.CompletionItem]:
        for prefix, namespace in {**self._known, **self._namespaces.prefixes}.items():
            if prefix.startswith(word) and (word or prefix in self._namespaces.prefixes):
                declared = self._namespaces.prefixes.get(prefix)
                yield lsp.CompletionItem(
                    label=f"{prefix}:",
                    kind=lsp.CompletionItemKind.Module,
                    detail=namespace,
                    sort_text=f"{'3' if declared else '4'}{prefix}",
                    text_edit=lsp.TextEdit(self._range, f"{prefix}:"),
                    additional_text_edits=None if declared else [declaration(self._document, prefix, namespace)],
                )

    def _words(self, word: str) -> Iterator[lsp.CompletionItem]:
        """The words of SPARQL, and the variables of the query."""
        pool = KEYWORDS if not word.startswith(("?", "$")) else set(re.findall(r"[?$]\w+", self._document.text))
        for name in sorted(pool - {word}):
            if word and name.startswith((word, word.upper())):
                yield lsp.CompletionItem(
                    label=name,
                    kind=lsp.CompletionItemKind.Keyword,
                    sort_text=f"5{name}",
                    text_edit=lsp.TextEdit(self._range, name),
                )

    def _written(self, iri: str) -> tuple[str, list[lsp.TextEdit]]:
        """The name as this text can write it, with the declaration of a prefix that the folder has for it."""
        if iri == f"{RDF}type":
            return "a", []
        text = Abbreviations(self._namespaces.base, self._namespaces.prefixes).write(NamedNode(iri))
        if text == f"<{iri}>":
            other = Abbreviations("", self._known).write(NamedNode(iri))
            prefix = other.partition(":")[0]
            if other != text and prefix not in self._namespaces.prefixes:
                return other, [declaration(self._document, prefix, self._known[prefix])]
        return text, []

    def _short(self, iri: str) -> str:
        return Abbreviations("", self._known).write(NamedNode(iri)) if ":" in iri and iri[0] != "_" else ""
