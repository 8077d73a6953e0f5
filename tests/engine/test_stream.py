"""The blocks of a long answer on their way to a reader that may fall behind."""

from __future__ import annotations

import asyncio

import pytest

from ekograph.engine.errors import QueryError
from ekograph.engine.scheduling.execution import AnswerStream

BLOCK = bytes(32_768)


class Recorder:
    """An execution and its worker, which note what the stream has them do."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def pause_reading(self) -> None:
        self.calls.append("pause")

    def resume_reading(self) -> None:
        self.calls.append("resume")

    def close_stream(self) -> None:
        self.calls.append("close")


def stream(recorder: Recorder, held: bytes = b"") -> AnswerStream:
    return AnswerStream(recorder, recorder, held, 10.0)


def test_the_worker_is_held_up_while_much_is_unread_and_resumed_when_little_is():
    async def session():
        recorder = Recorder()
        answer = stream(recorder)
        for _ in range(8):
            answer.put(BLOCK)
        assert recorder.calls == []  # a quarter of a megabyte just fits
        answer.put(BLOCK)
        answer.put(BLOCK)
        assert recorder.calls == ["pause"]
        await anext(answer)  # what was held back
        unread = 10
        while recorder.calls == ["pause"]:
            await anext(answer)
            unread -= 1
        assert recorder.calls == ["pause", "resume"]
        assert unread == 1  # less than 64 kB: not with the first block that leaves, nor only with the last
        answer.put(BLOCK)
        await anext(answer)
        assert recorder.calls == ["pause", "resume"]

    asyncio.run(session())


def test_what_was_put_in_comes_out_before_the_end_and_before_an_error():
    async def session():
        outcomes = []
        for error in (None, QueryError("busy")):
            answer = stream(Recorder(), b"a")
            answer.put(b"b")
            answer.end(error)
            blocks = []
            try:
                async for block in answer:
                    blocks.append(block)  # noqa: PERF401 - a comprehension would lose them at the error
            except QueryError as raised:
                blocks.append(raised.kind)
            outcomes.append((blocks, answer._execution.calls))
        return outcomes

    assert asyncio.run(session()) == [([b"a", b"b"], ["close"]), ([b"a", b"b", "busy"], ["close"])]


def test_a_stream_that_is_closed_early_lets_a_worker_that_is_held_up_go():
    async def session():
        recorder = Recorder()
        answer = stream(recorder)
        answer.put(BLOCK * 9)
        answer.resume()
        answer.resume()
        await answer.aclose()
        return recorder.calls

    assert asyncio.run(session()) == ["pause", "resume", "close"]


def test_the_reader_waits_for_what_is_put_in_later():
    async def session():
        answer = stream(Recorder(), b"a")
        await anext(answer)
        asyncio.get_running_loop().call_later(0.01, answer.put, b"b")
        assert await anext(answer) == b"b"
        asyncio.get_running_loop().call_later(0.01, answer.end)
        with pytest.raises(StopAsyncIteration):
            await anext(answer)

    asyncio.run(session())
