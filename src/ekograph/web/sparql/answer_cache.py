"""Answers to queries that came before: by what they depend on, and by the bytes of the request that asked."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from sys import getsizeof

from ekograph.web.http.asgi import Scope
from ekograph.web.http.response import Fields, Parts, PreparedAnswer

# What an entry takes besides its body and its key, in bytes.
_OVERHEAD = 500


class AnswerCache:
    """Answers given before; the least used go when all take more than `limit` bytes.

    `hits` counts the answers given from here, `misses` those that were asked for in vain.
    """

    def __init__(self, limit: int) -> None:
        self.hits = 0
        self.misses = 0
        self.evictions = 0
        self.size = 0
        self._limit = limit
        self._answers: OrderedDict[Hashable, tuple[int, Parts]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: Hashable) -> PreparedAnswer | None:
        """The answer that was put in under `key`."""
        found = self._answers.get(key)
        if found is None:
            self.misses += 1
            return None
        self.hits += 1
        self._answers.move_to_end(key)
        return PreparedAnswer(*found[1])

    def put(self, key: str | tuple[bytes | None, ...], answer: PreparedAnswer) -> None:
        """Keep an answer."""
        if key in self._answers:
            return
        size = _OVERHEAD + len(answer.body) + _bytes_of(key)
        self._answers[key] = size, answer.parts
        self.size += size
        while self.size > self._limit:
            _, (size, _) = self._answers.popitem(last=False)
            self.size -= size
            self.evictions += 1


class Repeated(AnswerCache):
    """The answers of one snapshot, which leave without the query being read again; thrown away with its snapshot."""

    def find(self, scope: Scope, fields: Fields) -> PreparedAnswer | None:
        """The answer to a read that asks the same as one before, byte for byte."""
        return self.get(_key(scope, fields)) if scope["query_string"] else None

    def keep(self, scope: Scope, fields: Fields, answer: PreparedAnswer) -> None:
        """Keep the answer to a read."""
        self.put(_key(scope, fields), answer)


def _bytes_of(key: str | tuple[bytes | None, ...]) -> int:
    return getsizeof(key) if isinstance(key, str) else sum(map(len, filter(None, key)))


def _key(scope: Scope, fields: Fields) -> tuple[bytes | None, ...]:
    return scope["raw_path"], scope["query_string"], fields.get(b"accept"), fields.get(b"accept-encoding")
