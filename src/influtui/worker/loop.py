"""The worker's loop: a round, then sleep until something is due, something changed or somebody says stop.

It works while somebody has the workspace open and a minute longer; `keep` lets it work on alone. A stop lets the letter
that is being transmitted come to its end.
"""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Final

from influtui.model.failures import Failure
from influtui.model.settings import Settings
from influtui.services import working
from influtui.services.incoming.reading import Reader
from influtui.services.mailbox.backoff import Backoff
from influtui.services.outgoing.sending import Delivery
from influtui.services.workspace import Workspace, read_settings
from influtui.worker.rounds import Round, round_of

LOOK_S: Final = 1.0
"""How often it looks whether something changed: a number read from the database's header."""
ROUND_S: Final = 30.0
"""A round at least so often: windows open and pauses end without anybody writing."""
ALONE_S: Final = 60.0
"""How long it goes on when the last session has closed."""
ACTOR: Final = "worker"

Told = Callable[[Round], None]


async def once(workspace: Workspace, *, told: Callable[[Delivery], None] | None = None) -> Round:
    """One round, as this workspace's worker. Raises `Conflict` where another one works."""
    async with working.held(workspace, kept=False) as holding:
        mine = replace(workspace, actor=ACTOR)
        done = await round_of(mine, token=holding.token, told=told)
        await holding.beat(round_done=True)
        return done


async def run(workspace: Workspace, *, keep: bool, told: Told | None = None) -> bool:
    """Work until told to stop, or alone for a minute without `keep`. Returns whether Ctrl+C ended it."""
    stop, reader, backoff = asyncio.Event(), Reader(), Backoff()
    alone_since = time.monotonic()
    # Heard before the lease is taken and until it is given back: a signal in between would leave it with nobody.
    with _stopped_by_signals(stop) as received:
        async with working.held(workspace, kept=keep) as holding:
            while not stop.is_set() and not holding.lost.is_set():
                mine = replace(workspace, actor=ACTOR, settings=_settings(workspace))
                seen = await workspace.db.last_change()
                done = await round_of(mine, token=holding.token, reader=reader, backoff=backoff, stopped=stop.is_set)
                with suppress(working.Replaced):
                    await holding.beat(round_done=True, news=bool(done.read))
                if told is not None:
                    told(done)
                if not keep and not workspace.db.is_alone():
                    alone_since = time.monotonic()
                if not keep and time.monotonic() - alone_since >= ALONE_S:
                    break
                await _rest(workspace, stop, seen)
    return signal.SIGINT in received


async def _rest(workspace: Workspace, stop: asyncio.Event, seen: int) -> None:
    """Wait for a change, a stop, or the next round's time."""
    until = time.monotonic() + ROUND_S
    # What the round itself wrote was seen by it: only what comes after is news.
    seen = max(seen, await workspace.db.last_change())
    while time.monotonic() < until and not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)
        if await workspace.db.last_change() != seen:
            return


def _settings(workspace: Workspace) -> Settings:
    try:
        return read_settings(workspace.folder)
    except Failure:
        # Somebody is in the middle of editing it.
        return workspace.settings


@contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Iterator[set[int]]:
    """Signals set `stop` instead of ending the process. Gives the set of those that came."""
    received: set[int] = set()

    def came(number: int) -> None:
        received.add(number)
        stop.set()

    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    taken = []
    for number in numbers:
        with suppress(ValueError, RuntimeError, NotImplementedError):
            loop.add_signal_handler(number, came, number)
            taken.append(number)
    try:
        yield received
    finally:
        for number in taken:
            loop.remove_signal_handler(number)
