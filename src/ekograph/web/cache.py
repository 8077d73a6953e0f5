"""A cache that is bounded by the bytes of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from operator import itemgetter
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ByteBoundedCache(Generic[Key, Value]):
    """Keeps what was put in; what was asked for least recently goes when all takes more than `limit` bytes.

    `size_of` gives the bytes of a key with its value. For several threads it needs a lock.
    """

    def __init__(self, limit: int, size_of: Callable[[Key, Value], int]) -> None:
        self.hits = 0
        self.misses = 0
        self.evictions = 0
        self._size_of = size_of
        self._entries: LRUCache[Key, tuple[int, Value]] = LRUCache(limit, itemgetter(0))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """The bytes of all that is kept."""
        return int(self._entries.currsize)

    def find(self, key: Key) -> Value | None:
        """The value of `key`, or None."""
        try:
            value = self._entries[key][1]
        except KeyError:
            self.misses += 1
            return None
        self.hits += 1
        return value

    def put(self, key: Key, value: Value) -> None:
        """Keep a value, unless it alone is larger than the limit."""
        size = self._size_of(key, value)
        if key not in self._entries and size <= self._entries.maxsize:
            before = len(self._entries)
            self._entries[key] = size, value
            self.evictions += before + 1 - len(self._entries)
