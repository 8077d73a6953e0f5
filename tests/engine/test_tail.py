"""The blocks of an answer on their way to a reader that may fall behind."""

from __future__ import annotations

import asyncio

from ekograph.engine.scheduling.execution import StreamBuffer

BLOCK = bytes(32_768)


def test_the_sender_is_held_up_while_much_is_unread_and_let_go_when_little_is():
    async def session():
        told = []
        tail = StreamBuffer(lambda: told.append("pause"), lambda: told.append("resume"))
        for _ in range(8):
            tail.put(BLOCK)
        assert told == []  # a quarter of a megabyte just fits
        tail.put(BLOCK)
        tail.put(BLOCK)
        assert told == ["pause"]
        unread = 10
        while told == ["pause"]:
            await tail.next()
            unread -= 1
        assert told == ["pause", "resume"]
        assert unread == 1  # less than 64 kB: not with the first block that leaves, nor only with the last
        tail.put(BLOCK)
        await tail.next()
        assert told == ["pause", "resume"]

    asyncio.run(session())


def test_what_was_put_in_comes_out_before_the_end_and_the_end_is_told_once():
    async def session():
        tail = StreamBuffer(lambda: None, lambda: None)
        tail.put(b"a")
        tail.put(b"b")
        tail.end()
        return [await tail.next(), await tail.next(), await tail.next()]

    assert asyncio.run(session()) == [b"a", b"b", None]


def test_closing_lets_a_held_up_sender_go():
    async def session():
        told = []
        tail = StreamBuffer(lambda: told.append("pause"), lambda: told.append("resume"))
        tail.put(BLOCK * 9)
        tail.close()
        tail.close()
        return told

    assert asyncio.run(session()) == ["pause", "resume"]
