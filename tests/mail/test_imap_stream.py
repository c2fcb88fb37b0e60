from __future__ import annotations

import asyncio

import pytest

from influtui.mail import imap_stream
from influtui.mail.imap_stream import ServerStream
from influtui.mail.imap_wire import LINE_LIMIT, read


def stream_of(*pieces: bytes, ends: bool = True) -> ServerStream:
    reader = asyncio.StreamReader(limit=imap_stream.PIECE)
    for piece in pieces:
        reader.feed_data(piece)
    if ends:
        reader.feed_eof()
    return ServerStream(reader)


@pytest.mark.parametrize("piece", [1, 3, 1_000])
async def test_lines_and_literals_are_whole_however_they_come(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_stream, "PIECE", piece)
    sent = b"* 1 FETCH (UID 7 BODY[] {5}\r\na\nb\r\n)\r\nA1 OK done\r\nrest"
    stream = stream_of(sent)
    assert (await read(stream)).words == [b"1", b"FETCH", [b"UID", b"7", b"BODY[]", b"a\nb\r\n"]]
    assert (await read(stream)).tag == b"A1"
    assert await stream.readexactly(0) == b""
    assert await stream.readexactly(4) == b"rest"
    assert not stream.holds_something
    with pytest.raises(asyncio.IncompleteReadError):
        await stream.readexactly(1)


async def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    stream = stream_of(b"x" * (LINE_LIMIT + 1), ends=False)
    with pytest.raises(asyncio.LimitOverrunError):
        await stream.readuntil(b"\n")


async def test_waiting_ends_at_its_time_and_what_is_here_needs_none() -> None:
    stream = stream_of(b"one\ntwo", ends=False)
    await stream.readuntil()
    stream.until = 0.0
    assert await stream.readexactly(3) == b"two"
    assert not stream.holds_something
    with pytest.raises(TimeoutError):
        await stream.readuntil()
