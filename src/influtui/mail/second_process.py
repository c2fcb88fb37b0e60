"""A second process that understands messages while this one fetches and stores: for a first look at a large mailbox.

Its program is `mail/understanding.py`. It holds nothing that could be lost. It ends when its input does, so that it never
outlives who started it, however that ended; and where it ends itself, by a message that no parser survives or because
somebody killed it, `Ended` says so, and its work is done here as without it.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from influtui.mail.understanding import LENGTH, Guidance, Understood, framed, understand
from influtui.model import records

MANY: Final = 1_000
"""Messages from which on a second process helps: starting it costs as much as some 300 of them."""
AHEAD: Final = 2
"""Batches that it has before it while one is taken in."""


class Ended(Exception):
    """The second process is no more."""


class Understanding:
    """Whoever understands messages: this process, and a second one where they are many. To be closed."""

    def __init__(self, guidance: Guidance) -> None:
        self._guidance = guidance
        self._second: SecondProcess | None = None
        self._is_alone = cores() < 2

    @property
    def ahead(self) -> int:
        """How many lists of messages it pays to ask about before the first is answered."""
        return AHEAD if self._second else 0

    @property
    def pid(self) -> int | None:
        """The second process's number; None where there is none."""
        return self._second.pid if self._second else None

    async def prepare_for(self, count: int) -> None:
        """Start the second process where so many messages are worth it."""
        if count >= MANY and self._second is None and not self._is_alone:
            try:
                self._second = await SecondProcess.started(self._guidance)
            except OSError:
                self._is_alone = True

    async def of(self, raws: Sequence[bytes]) -> list[Understood]:
        """What these messages say."""
        answers: Sequence[Understood | None] = [None] * len(raws)
        if (second := self._second) is not None:
            try:
                answers = await second.understand(raws)
            except Ended:
                self._is_alone, self._second = True, None
                await second.close()
        understood: list[Understood] = []
        for raw, answer in zip(raws, answers, strict=True):
            if answer is None:
                understood.append(understand(raw, self._guidance))
                # Whoever else runs on this loop gets a turn after each.
                await asyncio.sleep(0)
            else:
                understood.append(answer)
        return understood

    async def close(self) -> None:
        """Let go of the second process."""
        if self._second is not None:
            await self._second.close()


class SecondProcess:
    """The process, seen from here. Made by `started`; to be closed."""

    def __init__(self, process: Process, sink: asyncio.StreamWriter, source: asyncio.StreamReader) -> None:
        self._process = process
        self._sink = sink
        self._source = source
        self._sending = asyncio.Lock()
        self._receiving = asyncio.Lock()

    @classmethod
    async def started(cls, guidance: Guidance) -> SecondProcess:
        """Start it. Raises `OSError` where the system has no room for it."""
        # -P: whatever lies in the folder that somebody works in is no part of the program.
        words = (sys.executable, "-P", "-m", "influtui.mail.understanding")
        process = await asyncio.create_subprocess_exec(*words, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        if process.stdin is None or process.stdout is None:
            raise OSError("it has no pipes")
        second = cls(process, process.stdin, process.stdout)
        # Where it ended already, whoever asks it first is told.
        with suppress(Ended):
            await second._send(msgspec.msgpack.encode(guidance))
        return second

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    async def understand(self, raws: Sequence[bytes]) -> list[Understood | None]:
        """What these messages say; None for one that it failed on. Several calls at once are answered in their order.

        Raises `Ended`. After a call that was cancelled it is of no more use.
        """
        # Locks are taken in the order of the calls, and that is the order of the answers.
        async with self._sending:
            await self._send(msgspec.msgpack.encode(raws))
        async with self._receiving:
            return records.from_msgpack(await self._receive(), list[Understood | None])

    async def close(self) -> None:
        """End it. There is nothing in it to be finished."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def _send(self, content: bytes) -> None:
        try:
            self._sink.write(framed(content))
            await self._sink.drain()
        except OSError:
            raise Ended from None

    async def _receive(self) -> bytes:
        try:
            return await self._source.readexactly(int.from_bytes(await self._source.readexactly(LENGTH)))
        except (OSError, asyncio.IncompleteReadError):
            raise Ended from None


def cores() -> int:
    """How many things this process may do at once."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
