"""Answers to queries that came before, by the bytes of the request: they leave without the query being read again."""

from __future__ import annotations

from collections import OrderedDict

from ekograph.web.asgi import Scope
from ekograph.web.reply import Answer, Fields

# What an entry takes besides its body and its key, in bytes: headers, the 304, the objects themselves.
_OVERHEAD = 3000

_Key = tuple[bytes, bytes, bytes | None, bytes | None]


class Repeated:
    """The answers of one snapshot; it is thrown away with its snapshot.

    The least used go when all take more than `limit` bytes. `hits` counts the answers given from here,
    `misses` the requests with a query string that have none here.
    """

    def __init__(self, limit: int) -> None:
        self.hits = 0
        self.misses = 0
        self.size = 0
        self._limit = limit
        self._answers: OrderedDict[_Key, Answer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def find(self, scope: Scope, fields: Fields) -> Answer | None:
        """The answer to a read that asks the same as one before, byte for byte."""
        if not scope["query_string"]:
            return None
        key = _key(scope, fields)
        answer = self._answers.get(key)
        if answer is None:
            self.misses += 1
            return None
        self.hits += 1
        self._answers.move_to_end(key)
        return answer

    def put(self, scope: Scope, fields: Fields, answer: Answer) -> None:
        """Keep the answer to a read."""
        key = _key(scope, fields)
        if key in self._answers:
            return
        self._answers[key] = answer
        self.size += _size(key, answer)
        while self.size > self._limit:
            self.size -= _size(*self._answers.popitem(last=False))


def _key(scope: Scope, fields: Fields) -> _Key:
    return scope["raw_path"], scope["query_string"], fields.get(b"accept"), fields.get(b"accept-encoding")


def _size(key: _Key, answer: Answer) -> int:
    return len(key[1]) + len(answer.body) + _OVERHEAD
