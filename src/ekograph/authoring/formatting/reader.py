"""From the words of a Turtle text that the parser of record accepts to its tree.

Comments wait in a queue: what begins takes all of them as its own, what has ended takes the one on its line.
So none is lost and none overtakes another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ekograph.authoring.formatting.tree import (
    Block,
    Collection,
    Comment,
    Directive,
    Document,
    Entry,
    Item,
    Leaf,
    Node,
    Part,
    Statement,
)
from ekograph.authoring.formatting.words import Word, words
from ekograph.authoring.turtle import ReadError

#: Brackets may nest so deep; nobody writes more by hand, and each level takes frames of Python's stack.
DEEPEST = 100

_CLOSED_BY = {"[": "]", "{|": "|}", "<<": ">>", "<<(": ")>>"}
_DIRECTIVES = {"PREFIX", "BASE", "VERSION"}
_VERBS = {"iri", "name", "word"}
_TERMS = _VERBS | {"string", "blank", "integer", "decimal", "double"}


def document(text: str) -> Document:
    """The tree of a text without a byte order mark. Raises ReadError."""
    found, tail = words(text)
    return _Reader(found, tail).read()


class _Reader:
    def __init__(self, found: Sequence[Word], tail: tuple[Comment, ...]) -> None:
        self._words = found
        self._tail = tail
        self._at = 0
        self._met = -1
        self._depth = 0
        self._queue: list[Comment] = []

    def read(self) -> Document:
        entries = []
        while self._at < len(self._words):
            entries.append(self._entry())
        return Document(tuple(entries), (*self._waiting(), *self._tail))

    def _peek(self) -> Word:
        if self._at >= len(self._words):
            raise ReadError(self._words[-1].start)
        word = self._words[self._at]
        if self._met < self._at:
            self._queue += word.before
            self._met = self._at
        return word

    def _take(self, *kinds: str) -> Word:
        word = self._peek()
        if kinds and word.kind not in kinds:
            raise ReadError(word.start)
        self._at += 1
        if word.after is not None:
            self._queue.append(word.after)
        return word

    def _take_mark(self, text: str) -> None:
        if self._peek().text != text:
            raise ReadError(self._peek().start)
        self._take()

    def _waiting(self) -> tuple[Comment, ...]:
        """All comments in the queue, for what begins or closes here."""
        found, self._queue = tuple(self._queue), []
        return found

    def _trailing(self) -> str:
        """The comment at the end of the line just read, for what has ended; "" without one."""
        if self._queue and not self._queue[0].own_line:
            return self._queue.pop(0).text
        return ""

    def _entry(self) -> Entry:
        word = self._peek()
        if word.kind == "directive" or (word.kind == "word" and word.text.upper() in _DIRECTIVES):
            return self._directive(word)
        return self._statement(word)

    def _directive(self, word: Word) -> Directive:
        before = self._waiting()
        keyword = self._take().text
        name = self._take("name").text if keyword.upper().endswith("PREFIX") else ""
        value = self._take("iri", "string")
        end = value.start + len(value.text)
        if word.kind == "directive":
            end = self._peek().start + 1
            self._take_mark(".")
        return Directive(before, word.blank_before, keyword, name, value.text, self._trailing(), word.start, end)

    def _statement(self, word: Word) -> Statement:
        first, before = self._at, self._waiting()
        subject = self._node()
        subject_after = self._trailing()
        parts, tail = self._parts(".")
        end = self._peek().start + 1
        self._take_mark(".")
        one_line = self._on_one_line(first)
        # The line of the full stop has room for one comment; a second goes before what follows.
        taken = parts[-1].after if parts else subject_after
        after = self._trailing() if tail or not taken else ""
        if parts and not tail and after:
            parts, after = (*parts[:-1], replace(parts[-1], after=after)), ""
        return Statement(
            before, word.blank_before, subject, subject_after, parts, tail, after, one_line, word.start, end
        )

    def _on_one_line(self, first: int) -> bool:
        """Whether no line ends between the word of that index and the one just read."""
        return not any(word.new_line or "\n" in word.text for word in self._words[first + 1 : self._at])

    def _parts(self, closed_by: str) -> tuple[tuple[Part, ...], tuple[Comment, ...]]:
        """The parts up to the closing mark, which stays, and the comments before it."""
        parts: list[Part] = []
        while (word := self._peek()).text != closed_by:
            if word.text == ";":
                self._take()
            else:
                parts.append(self._part())
        if parts and not parts[-1].after:
            parts[-1] = replace(parts[-1], after=self._trailing())
        return tuple(parts), self._waiting()

    def _part(self) -> Part:
        before = self._waiting()
        verb = self._take(*_VERBS).text
        verb_after = self._trailing()
        items = [self._item()]
        while self._peek().text == ",":
            self._take()
            items[-1] = replace(items[-1], after=self._trailing())
            items.append(self._item())
        while self._peek().text == ";":
            self._take()
        return Part(before, verb, verb_after, tuple(items), self._trailing())

    def _item(self) -> Item:
        self._peek()
        before = self._waiting()
        terms = [self._node()]
        while self._peek().text in {"~", "{|"}:
            terms.append(self._reifier() if self._peek().text == "~" else self._node())
        return Item(before, tuple(terms))

    def _reifier(self) -> Leaf:
        self._take()
        named = self._peek().kind in {"iri", "name", "blank"}
        return Leaf(f"~ {self._take().text}" if named else "~")

    def _node(self) -> Node:
        text = self._peek().text
        self._depth += 1
        if self._depth > DEEPEST:
            raise ReadError(self._peek().start)
        node: Node
        if text in {"[", "{|"}:
            node = self._block()
        elif text == "(":
            node = self._collection()
        else:
            node = self._triple() if text in _CLOSED_BY else self._leaf()
        self._depth -= 1
        return node

    def _block(self) -> Block:
        first, opened_by = self._at, self._take().text
        opening, closed_by = self._trailing(), _CLOSED_BY[opened_by]
        parts, tail = self._parts(closed_by)
        self._take()
        return Block(opened_by, closed_by, opening, parts, tail, self._on_one_line(first))

    def _collection(self) -> Collection:
        self._take()
        opening, items = self._trailing(), []
        while self._peek().text != ")":
            before = self._waiting()
            items.append(Item(before, (self._node(),), self._trailing()))
        tail = self._waiting()
        self._take()
        return Collection(opening, tuple(items), tail)

    def _triple(self) -> Leaf:
        """A triple term or a reified triple, on one line; comments within it go to what follows."""
        texts = [self._take().text]
        closed_by = _CLOSED_BY[texts[0]]
        while self._peek().text != closed_by:
            texts.append(self._member())
        texts.append(self._take().text)
        return Leaf(" ".join(texts))

    def _member(self) -> str:
        if self._peek().text == "~":
            return self._take().text
        node = self._node()
        if isinstance(node, Leaf):
            return node.text
        if isinstance(node, Block) and not node.parts:
            self._queue += node.tail
            return "[]"
        raise ReadError(self._peek().start)

    def _leaf(self) -> Leaf:
        word = self._take(*_TERMS)
        if word.kind != "string":
            return Leaf(word.text)
        if self._at < len(self._words) and self._peek().kind == "language":
            return Leaf(word.text + self._take().text)
        if self._at < len(self._words) and self._peek().text == "^^":
            self._take()
            return Leaf(f"{word.text}^^{self._take('iri', 'name').text}")
        return Leaf(word.text)
