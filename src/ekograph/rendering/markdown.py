"""A page for people as Markdown, for programs that read text: what is in its main part, without forms and pictures."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_HEADINGS = {f"h{level}": f"{'#' * level} " for level in range(1, 7)}
#: What begins a new paragraph.
_BLOCKS = {*_HEADINGS, *("p", "div", "section", "header", "footer", "article", "ul", "ol", "dl", "table", "figure")}
#: What is left out with all that it holds, and elements that have no end.
_LEFT_OUT = {"script", "style", "svg", "form", "nav", "button", "template", "dialog"}
_VOID = {"br", "hr", "img", "input", "link", "meta", "wbr", "source", "col"}
#: What stands around the text of an element.
_AROUND = {"strong": "**", "b": "**", "em": "*", "i": "*", "code": "`", "dt": "**"}
_SPECIAL = re.compile(r"([\\`*\[\]<>|])")


def from_html(page: bytes) -> bytes:
    """The main part of an HTML page, which is in UTF-8, as CommonMark with tables."""
    writer = _Writer()
    writer.feed(page.decode())
    lines = [line.rstrip() for line in "".join(writer.parts).splitlines()]
    text = re.sub(r"(?<=\S) {2,}(?=\S)", " ", re.sub(r"\n{3,}", "\n\n", "\n".join(lines)))
    return (text.strip() + "\n").encode()


class _Writer(HTMLParser):
    """Writes what it is fed into `parts`."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open: list[str] = []
        self._targets: list[str] = []
        self._left_out = 0
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag in _VOID:
            self.parts += ["\\\n"] if tag == "br" and self._speaks else []
            return
        self._open.append(tag)
        if self._left_out or tag in _LEFT_OUT or attributes.get("aria-hidden") == "true" or "hidden" in attributes:
            self._left_out += 1
        elif self._speaks:
            self.parts.append(self._before(tag, attributes.get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if self._left_out:
            self._left_out -= 1
        elif self._speaks:
            # Of the parts of a list of facts, none is a paragraph.
            self.parts.append("" if tag == "div" and self._open[-1] == "dl" else self._after(tag))

    def handle_data(self, data: str) -> None:
        if self._speaks and not self._left_out:
            is_code = "pre" in self._open or "code" in self._open
            self.parts.append(data if is_code else _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", data)))

    @property
    def _speaks(self) -> bool:
        return "main" in self._open

    def _before(self, tag: str, target: str) -> str:
        if tag == "a":
            self._targets.append(target)
            return "["
        if tag == "tr":
            self._cells = 0
        lists = sum(item in {"ul", "ol"} for item in self._open) - 1
        begin = {"li": f"\n{'  ' * lists}- ", "dt": "\n- ", "dd": " ", "blockquote": "\n\n> ", "pre": "\n\n```\n"}
        begin |= {"tr": "\n|", "td": " ", "th": " ", "caption": "\n"}
        block = "" if {"li", "dd", "dt", "td", "th", "dl", "blockquote"} & {*self._open[:-1]} else "\n\n"
        return (block if tag in _BLOCKS else begin.get(tag, "")) + _HEADINGS.get(tag, self._around(tag))

    def _around(self, tag: str) -> str:
        return "" if tag == "code" and "pre" in self._open else _AROUND.get(tag, "")

    def _after(self, tag: str) -> str:
        if tag == "a":
            target = self._targets.pop()
            return f"](<{target}>)" if re.search(r"[\s()]", target) else f"]({target})"
        if tag in {"td", "th"}:
            self._cells += 1
        end = {"dt": ":", "dd": ";", "pre": "\n```\n\n", "td": " |", "th": " |", "p": " ", "h3": " ", "span": " "}
        head = "\n|" + " --- |" * self._cells if tag == "thead" else ""
        return self._around(tag) + end.get(tag, "\n\n" if tag in _BLOCKS else "") + head
