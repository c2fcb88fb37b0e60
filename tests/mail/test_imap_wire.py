from __future__ import annotations

import asyncio

import pytest

from influtui.mail import imap_wire as wire
from influtui.mail.imap_wire import Garbled, Response


async def read(octets: bytes, *, at_a_time: int = 1 << 20) -> Response:
    """The response in `octets`, which arrive in pieces of a size."""
    stream = asyncio.StreamReader(limit=wire.LINE_LIMIT)

    async def feed() -> None:
        for start in range(0, len(octets), at_a_time):
            stream.feed_data(octets[start : start + at_a_time])
            await asyncio.sleep(0)
        stream.feed_eof()

    task = asyncio.create_task(feed())
    try:
        return await wire.read(stream)
    finally:
        await task


@pytest.mark.parametrize("at_a_time", [1, 7, 10_000])
async def test_a_message_is_read_whole_however_its_bytes_arrive(at_a_time: int) -> None:
    message = b'Subject: "(\r\n\r\n) {3}\r\n'
    line = b"* 3 FETCH (UID 7 BODY[] {%d}\r\n%b FLAGS (\\Seen))\r\n" % (len(message), message)
    response = await read(line, at_a_time=at_a_time)
    told = wire.pairs(response.words[2])
    assert (told[b"UID"], told[b"BODY[]"], told[b"FLAGS"]) == (b"7", message, [b"\\Seen"])


async def test_words_in_small_letters_and_blanks_too_many_mean_the_same() -> None:
    response = await read(b"* search 7456 \r\n")
    assert (response.word(0), response.words[1:]) == (b"SEARCH", [b"7456"])
    response = await read(b"* 1 fetch  (uid 5 body[header.fields (FROM)] nil)\r\n")
    assert wire.pairs(response.words[2]) == {b"UID": b"5", b"BODY[HEADER.FIELDS (FROM)]": None}


async def test_a_quoted_nil_is_a_text_and_a_bare_one_is_nothing() -> None:
    assert (await read(b'* LIST () NIL "NIL"\r\n')).words == [b"LIST", [], None, b"NIL"]


async def test_a_sentence_that_ends_like_a_literal_is_a_sentence() -> None:
    response = await read(b"* OK [ALERT] disk has {12}\r\n")
    assert response.status is not None
    assert (response.status.code, response.status.text) == ("ALERT", b"disk has {12}")


async def test_a_quoted_text_gives_up_its_escapes() -> None:
    assert (await read(rb'* LIST (\Sent) "/" "a \"b\" \\c"' + b"\r\n")).words[-1] == rb'a "b" \c'


@pytest.mark.parametrize("octets", [b"* 1 FETCH (BODY[] {999999999999}\r\n", b"* " + b"(" * 10_000 + b"\r\n"])
async def test_a_server_cannot_make_us_hold_what_it_likes(octets: bytes) -> None:
    with pytest.raises(Garbled):
        await read(octets)


def test_uids_are_named_in_runs() -> None:
    assert wire.uid_set([1, 2, 3, 7, 9, 10]) == b"1:3,7,9:10"


def test_nothing_that_is_quoted_can_end_its_line() -> None:
    assert wire.quoted(b'a"b\\') == rb'"a\"b\\"'
    with pytest.raises(ValueError):
        wire.quoted(b"INBOX\r\nA1 DELETE x")
