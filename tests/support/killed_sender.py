"""A process that sends what is in the outbox and is killed at a chosen point: `killed_sender.py POINT FOLDER TIME`."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from influtui.mail.submission import Submission
from influtui.model.times import Millis
from influtui.services.incoming import syncing
from influtui.services.mailbox import accounts
from influtui.services.outgoing import sending
from influtui.services.workspace import opened
from influtui.store import filing


def die(*_: Any, **__: Any) -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit("still alive")


async def die_async(*_: Any, **__: Any) -> NoReturn:
    die()


def write_and_die(share: float) -> Any:
    whole = SMTPProtocol.write

    def write(self: SMTPProtocol, octets: bytes) -> None:
        is_message = octets.endswith(b"\r\n.\r\n")
        whole(self, octets[: int(len(octets) * share)] if is_message else octets)
        if is_message:
            die()

    return write


def arrange(point: str) -> None:
    if point == "queued":
        Submission.submit = die_async  # type: ignore[method-assign]
    elif point == "recipient taken":
        sending._claim = die_async
    elif point == "claimed":
        aiosmtplib.SMTP.data = die_async  # type: ignore[method-assign]
    elif point == "half of the body":
        SMTPProtocol.write = write_and_die(0.5)  # type: ignore[method-assign]
    elif point == "the dot":
        SMTPProtocol.write = write_and_die(1)  # type: ignore[method-assign]
    elif point == "the reply":
        sending._settle = die_async
    elif point == "the commit":
        settle = sending._settle

        async def settle_and_die(*args: Any, **options: Any) -> None:
            await settle(*args, **options)
            die()

        sending._settle = settle_and_die
    elif point == "the copy":
        filing.note = die_async
    else:
        raise SystemExit(f"no such point: {point}")


async def main(point: str, folder: Path) -> None:
    arrange(point)
    # At the time of the test that looks afterwards: a clock that goes backwards stops all sending.
    async with opened(folder, clock=lambda: Millis(int(sys.argv[3]))) as workspace:
        if point == "the copy":
            await syncing.sync(workspace, await accounts.account(workspace))
        waiting = await sending.outgoing(workspace)
        await sending.send_queued(workspace, [row.id for row in waiting])


asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
