"""From a text to its tree, statement by statement; after a fault, reading goes on at the next statement.

Comments wait in a queue: what begins takes all of them as its own, what has ended takes the one on its line.
So none is lost and none overtakes another. Brackets are read by generators that a loop drives, so that no depth of
nesting exhausts Python's stack.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from ekograph.turtle.tokens import Comment, Token, words
from ekograph.turtle.tree import (
    CLOSED_BY,
    Block,
    Collection,
    Directive,
    Document,
    Entry,
    Faulty,
    Item,
    Leaf,
    Node,
    Predicate,
    Reifier,
    Statement,
    TripleNode,
)

_KEYWORDS = {"PREFIX", "BASE", "VERSION"}
_VERBS = frozenset(("iri", "name"))
_NUMBERS = frozenset(("integer", "decimal", "double"))
_TERMS = frozenset((*_VERBS, *_NUMBERS, "string", "blank"))
#: So many words show whether a line begins a statement: a predicate and an object after its first.
_LOOK_AHEAD = 2
_SUBJECTS = frozenset(("iri", "name", "blank"))
_OPENING = frozenset(("[", "(", "<<"))

#: What reads a bracket: it yields readers of the brackets within, and returns the node.
_Reading: TypeAlias = Generator["_Reading", Any, Any]


class TurtleError(ValueError):
    """A text that is not Turtle: reading stopped at `offset`, where `expected` (such as "object") should be."""

    def __init__(self, offset: int, expected: str) -> None:
        super().__init__(f"not Turtle at offset {offset}: {expected} expected")
        self.offset = offset
        self.expected = expected


def parse(text: str) -> Document:
    """The tree of a text without a byte order mark. Raises TurtleError at its first fault."""
    reader = _Reader(text)
    entries = []
    for entry in reader.entries():
        if isinstance(entry, Faulty):
            raise TurtleError(entry.at, entry.expected)
        entries.append(entry)
    return Document(text, tuple(entries), reader.waiting())


def statements(text: str, start: int = 0) -> Iterator[Entry]:
    """The statements and directives of a text as they are read, with a `Faulty` for each part that is neither.

    Reading can `start` where one of them has ended.
    """
    return _Reader(text, start).entries()


class _Reader:
    """The state of reading: the word that comes next, and the comments that belong to nothing yet."""

    def __init__(self, text: str, start: int = 0) -> None:
        self._text = text
        self._words = words(text, start)
        self._ahead: deque[Token] = deque()
        self._queue: list[Comment] = []
        self._line_ends = 0
        self._end = 0
        self._next: Token
        self._advance()

    def entries(self) -> Iterator[Entry]:
        while self._next.kind != "end":
            start = self._next.start
            try:
                entry: Entry = self._directive() if _is_directive(self._next) else _run(self._statement())
            except TurtleError as error:
                self._resume(start)
                entry = Faulty(start, self._end, error.offset, error.expected)
            yield entry

    def waiting(self) -> tuple[Comment, ...]:
        """All comments in the queue, for what begins or closes here."""
        comments = tuple(self._queue)
        self._queue.clear()
        return comments

    def _trailing(self) -> str:
        """The comment at the end of the line just read, for what has ended; "" without one."""
        return self._queue.pop(0).text if self._queue and not self._queue[0].own_line else ""

    def _advance(self) -> None:
        self._next = self._ahead.popleft() if self._ahead else next(self._words)
        self._queue += self._next.before

    def _take(self) -> Token:
        token = self._next
        self._line_ends += token.new_line + (token.kind == "string" and "\n" in token.text)
        self._end = token.start + len(token.text)
        if token.after is not None:
            self._queue.append(token.after)
        self._advance()
        return token

    def _expect(self, expected: str, *kinds: str) -> Token:
        """The next token, whose kind must be one of these, or which must be the mark `expected`."""
        if self._next.kind not in kinds and self._next.text != expected:
            raise TurtleError(self._next.start, expected)
        return self._take()

    def _resume(self, start: int) -> None:
        """Skip to the next statement: after a full stop that ends a line, or a line that begins like one."""
        column = self._column(start)
        while self._next.kind != "end":
            if self._next.start > start and self._column(self._next.start) <= column and self._begins_statement():
                break
            stop = self._take().text == "."
            if stop and self._next.new_line:
                break
        self._queue.clear()
        self._queue += self._next.before

    def _column(self, offset: int) -> int:
        return offset - self._text.rfind("\n", 0, offset) - 1

    def _begins_statement(self) -> bool:
        """Whether the next word, the first of its line, begins what looks like a statement or a directive."""
        if not self._next.new_line:
            return False
        if _is_directive(self._next) or self._next.text in _OPENING:
            return True
        while len(self._ahead) < _LOOK_AHEAD and (word := next(self._words, None)):
            self._ahead.append(word)
        kinds = [word.text if word.text == "a" else word.kind for word in self._ahead]
        return (
            self._next.kind in _SUBJECTS
            and len(kinds) == _LOOK_AHEAD
            and kinds[0] in {"iri", "name", "a"}
            and (kinds[1] in _TERMS or self._ahead[1].text in {"[", "(", "<<", "<<(", "true", "false"})
        )

    def _directive(self) -> Directive:
        before, word = self.waiting(), self._next
        keyword = self._take().text
        name = self._expect("prefix", "name").text if keyword.upper().endswith("PREFIX") else ""
        value = self._expect("IRI", "iri", "string").text
        if word.kind == "directive":
            self._expect(".")
        return Directive(word.start, self._end, before, word.blank_before, keyword, name, value, self._trailing())

    def _statement(self) -> _Reading:
        word, before = self._next, self.waiting()
        lines = self._line_ends + word.new_line
        if self._next.kind not in _SUBJECTS and self._next.text not in _OPENING:
            raise TurtleError(self._next.start, "subject")
        subject = yield from self._node("subject")
        subject_after = self._trailing()
        predicates, tail = yield from self._predicates(".")
        if not predicates and not (isinstance(subject, Block) and subject.predicates):
            raise TurtleError(self._next.start, "verb")
        self._expect(".")
        # The line of the full stop has room for one comment; a second goes before what follows.
        taken = predicates[-1].after if predicates else subject_after
        after = self._trailing() if tail or not taken else ""
        if predicates and not tail and after:
            predicates, after = (*predicates[:-1], replace(predicates[-1], after=after)), ""
        return Statement(
            word.start,
            self._end,
            before,
            word.blank_before,
            subject,
            subject_after,
            predicates,
            tail,
            after,
            lines == self._line_ends,
        )

    def _predicates(self, closed_by: str) -> _Reading:
        """The predicates up to the closing mark, which stays, and the comments before it."""
        predicates: list[Predicate] = []
        while self._next.text != closed_by:
            if self._next.text == ";":
                self._take()
                continue
            before = self.waiting()
            verb = self._verb()
            verb_after = self._trailing()
            items = yield from self._objects()
            ended = self._next.text == ";"
            while self._next.text == ";":
                self._take()
            predicates.append(Predicate(before, verb, verb_after, items, self._trailing()))
            if not ended and self._next.text != closed_by:
                raise TurtleError(self._next.start, "separator" if closed_by == "." else closed_by)
        if predicates and not predicates[-1].after:
            predicates[-1] = replace(predicates[-1], after=self._trailing())
        return tuple(predicates), self.waiting()

    def _objects(self) -> _Reading:
        items: list[Item] = []
        while True:
            before = self.waiting()
            terms = [(yield from self._node("object"))]
            while self._next.text in {"~", "{|"}:
                terms.append(self._reifier() if self._next.text == "~" else (yield self._block()))
            if self._next.text != ",":
                return (*items, Item(before, tuple(terms)))
            self._take()
            items.append(Item(before, tuple(terms), self._trailing()))

    def _node(self, expected: str) -> _Reading:
        if self._next.kind in _TERMS or self._next.text in {"true", "false"}:
            return self._term()
        if self._next.text == "[":
            return (yield self._block())
        if self._next.text == "(":
            return (yield self._collection())
        if self._next.text in {"<<", "<<("}:
            return (yield self._triple())
        raise TurtleError(self._next.start, expected)

    def _term(self) -> Leaf:
        token = self._take()
        if token.kind != "string":
            return Leaf(token, token.start)
        if self._next.kind == "language":
            return Leaf(token, self._next.start, self._take())
        if self._next.text == "^^":
            self._take()
            return Leaf(token, self._next.start, self._expect("datatype", *_VERBS), typed=True)
        return Leaf(token, self._next.start)

    def _verb(self) -> Leaf:
        token = self._take() if self._next.text == "a" else self._expect("verb", *_VERBS)
        return Leaf(token, token.start)

    def _reifier(self) -> Reifier:
        token = self._take()
        known_at = self._next.start
        name = self._term() if self._next.kind in _SUBJECTS else None
        return Reifier(token.start, self._end, known_at, name)

    def _block(self) -> _Reading:
        token = self._take()
        lines, opening = self._line_ends, self._trailing()
        predicates, tail = yield from self._predicates(CLOSED_BY[token.text])
        self._take()
        return Block(token.start, self._end, token.text, opening, predicates, tail, lines == self._line_ends)

    def _collection(self) -> _Reading:
        start = self._take().start
        opening, items = self._trailing(), []
        while self._next.text != ")":
            before = self.waiting()
            node = yield from self._node(")")
            items.append(Item(before, (node,), self._trailing()))
        tail = self.waiting()
        self._take()
        return Collection(start, self._end, opening, tuple(items), tail)

    def _triple(self) -> _Reading:
        """A triple term or a reified triple, laid out on one line: comments within it go to what follows."""
        token = self._take()
        closed_by, members = CLOSED_BY[token.text], list[Node]()
        while self._next.text != closed_by:
            if len(members) == 1:
                members.append(self._verb())
            elif self._next.text == "~":
                members.append(self._reifier())
            else:
                node = yield from self._node(closed_by)
                if isinstance(node, Block):
                    self._queue += node.tail
                members.append(node)
        self._take()
        return TripleNode(token.start, self._end, token.text, tuple(members))


def _is_directive(token: Token) -> bool:
    return token.kind == "directive" or (token.kind == "word" and token.text.upper() in _KEYWORDS)


def _run(reading: _Reading) -> Any:
    """What the reading returns; the brackets that it yields are read in the same way, without recursion."""
    stack, value = [reading], None
    while stack:
        try:
            stack.append(stack[-1].send(value))
            value = None
        except StopIteration as done:
            stack.pop()
            value = done.value
    return value
