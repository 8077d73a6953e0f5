"""The answer to a query as a page, for whom a form without a script is all there is: put into the printed form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from markupsafe import Markup

from ekograph.rendering import view
from ekograph.rendering.layout import fragment
from ekograph.rendering.view import messages

#: Rows of one table; whoever wants more takes the answer as a file.
MOST_ROWS = 1000

#: Characters shown of one value.
_MOST_SHOWN = 2000

_CONTENT = re.compile(rb'(<main id="content">).*(</main>)', re.DOTALL)
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"(?:@([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*))?.*', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
# What HTML cannot hold.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True)
class ResultTable:
    """Columns and rows of terms, each as SPARQL TSV or N-Triples writes it, "" where there is none.

    `more` says whether there are more rows than these.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    more: bool = False


def table_of(form: str, lines: Sequence[str], most: int = MOST_ROWS) -> ResultTable | bool:
    """The lines of an answer, of which at most `most` rows are shown: TSV of SELECT and ASK, else N-Triples."""
    if form == "ASK":
        return "".join(lines).strip() == "true"
    if form == "SELECT":
        columns, rows = lines[0].split("\t") if lines[0] else [], [line.split("\t") for line in lines[1:]]
    else:
        columns, rows = [], [_triple(line) for line in lines]
    return ResultTable([column.removeprefix("?") for column in columns], rows[:most], more=len(rows) > most)


def answer_page(printed: bytes, language: str, base: str, query: str, answer: ResultTable | bool) -> bytes:
    """The page `printed` with `query` and its answer in place of its content; things below `base` are linked here."""
    translate = messages("pages", language)
    table = answer if isinstance(answer, ResultTable) else None
    content = fragment(
        "results.html",
        translate,
        None,
        query=query,
        truth=None if table else translate("sparql.true" if answer else "sparql.false"),
        columns=table.columns if table else (),
        rows=[[_shown(term, base) for term in row] for row in table.rows] if table else (),
        caption=_caption(table, language) if table else "",
        files=list(_files(query, table)),
        editor=view.in_language("/sparql", language),
    )
    return _CONTENT.sub(lambda match: match[1] + content + match[2], printed)


def _caption(table: ResultTable, language: str) -> str:
    translate = messages("pages", language)
    if table.more:
        return translate("sparql.cut").replace("{shown}", str(len(table.rows)))
    return translate("queries.rows", count=len(table.rows))


def _files(query: str, table: ResultTable | None) -> Iterator[tuple[str, str]]:
    """Names and addresses of the same answer as files: solutions have columns with names, triples have not."""
    graph = table is not None and not table.columns
    for name, form in (("Turtle", "turtle"), ("JSON-LD", "jsonld")) if graph else (("CSV", "csv"), ("JSON", "json")):
        yield name, f"/sparql?query={quote_plus(query)}&format={form}"


def _triple(line: str) -> list[str]:
    """Subject, predicate and object of a line of N-Triples; none of the first two holds a space."""
    return line.removesuffix(" .").split(" ", 2)


def _shown(term: str, base: str) -> Markup:
    """A term as HTML: a link for what can be visited, a text with its language, all else as it is written."""
    if term.startswith("<") and term.endswith(">") and not term.startswith("<<"):
        return _iri(term[1:-1], base)
    if literal := _LITERAL.fullmatch(term):
        text = _ESCAPE.sub(_unescaped, literal[1])
        return Markup('<span lang="{}">{}</span>').format(literal[2], _cut(text)) if literal[2] else _plain(text)
    return _plain(term)


def _iri(iri: str, base: str) -> Markup:
    if view.web_address(iri) is None:
        return _plain(iri)
    local = bool(base) and iri.startswith(base)
    address, name = (f"/{iri.removeprefix(base)}", iri.removeprefix(base)) if local else (iri, iri)
    return Markup('<a href="{}">{}</a>').format(address, _cut(name or iri))


def _plain(text: str) -> Markup:
    return Markup("{}").format(_cut(text))


def _cut(text: str) -> str:
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean if len(clean) <= _MOST_SHOWN else f"{clean[:_MOST_SHOWN]}…"


def _unescaped(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])
