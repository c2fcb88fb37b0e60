"""`worker`: what happens without anybody asking: sequences and sending."""

from __future__ import annotations

import click

from influtui.cli.frame import DONE_IN_PART, with_workspace
from influtui.cli.output import Output
from influtui.services.sending import Delivery
from influtui.services.workspace import Workspace
from influtui.worker.rounds import Round, round_of


@click.command("worker")
@click.option("--once", is_flag=True, help="Do what is due and end.")
@with_workspace
async def worker(workspace: Workspace, out: Output, once: bool) -> int:
    """Write the letters of sequences when their day comes, and send what is approved at the pace of its mailbox."""
    done = await round_of(workspace, told=lambda each: _show(out, each))
    _end(out, done)
    return DONE_IN_PART if done.troubles or done.not_sent else 0


def _show(out: Output, each: Delivery) -> None:
    if not out.json:
        out.say(f"{each.state:<9}{each.message}: {each.said}")


def _end(out: Output, done: Round) -> None:
    if out.json:
        out.data(done)
        return
    for trouble in done.troubles:
        out.note(trouble)
    after = f", the next at {done.next}" if done.next else ""
    out.say(f"Wrote {done.written}, sent {done.sent}; {done.waiting} wait{after}.")
