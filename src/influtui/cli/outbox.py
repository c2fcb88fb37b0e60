"""`outbox`: what has not gone, why, and what to do about it."""

from __future__ import annotations

import click

from influtui.cli.frame import DONE_IN_PART, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.text import safe
from influtui.services import sending
from influtui.services.sending import Delivery
from influtui.services.workspace import Workspace


@click.group(no_args_is_help=True)
def outbox() -> None:
    """Messages that have not gone, or of which nobody knows. Nothing here is ever sent twice by itself."""


@outbox.command("list", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_outgoing(workspace: Workspace, out: Output, words: tuple[str, ...]) -> None:
    """What waits, what was refused, and what is in doubt: `outbox list state:unknown in:campaign`."""
    rows = await sending.outgoing(workspace, query=" ".join(words))
    if out.json:
        for row in rows:
            out.data(row)
        return
    if not rows:
        out.note("Nothing matches." if words else "Everything has gone.")
        return
    table = [(safe(str(row.id)), safe(row.state), safe(row.recipient), safe(row.why)) for row in rows]
    out.table(("id", "state", "to", "why"), table, right=(0,))


@outbox.command("why")
@click.argument("number", metavar="ID", type=int)
@with_workspace
async def why(workspace: Workspace, out: Output, number: int) -> None:
    """Why a message has not gone, and the command that moves it on."""
    rows = await sending.outgoing(workspace, [number])
    if not rows:
        raise NotFound(f"message {number} is not in the outbox", hint="`influtui outbox list` shows what is.")
    row = rows[0]
    if out.json:
        out.data(row)
        return
    out.say(f"Message {row.id} to {row.recipient} ({row.subject}): {row.state}. It {row.why}.")
    if row.next:
        out.say(f"Next: {row.next}")


@outbox.command("send")
@click.argument("numbers", metavar="[ID…]", type=int, nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show what would be sent.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@with_workspace
async def send(workspace: Workspace, out: Output, numbers: tuple[int, ...], dry_run: bool, yes: bool) -> int:
    """Send what is ready: all that is due, or the messages named."""
    waiting = [
        row
        for row in await sending.outgoing(workspace, numbers)
        if row.state in ("queued", "deferred") and (numbers or not row.rests)
    ]
    missing = set(numbers) - {row.id for row in waiting}
    if missing:
        raise NotFound(
            f"message {min(missing)} does not wait to be sent", hint="`influtui outbox list` shows what does, and why."
        )
    if dry_run or not waiting:
        for row in waiting:
            if out.json:
                out.data(row)
            else:
                out.say(f"{row.id} to {row.recipient}: {row.subject}")
        if not waiting and not out.json:
            out.note("Nothing waits to be sent.")
        return 0
    confirmed(f"Send {len(waiting)} waiting {'message' if len(waiting) == 1 else 'messages'}?", yes=yes)
    done = await sending.send_queued(workspace, [row.id for row in waiting], told=lambda each: _show(out, each))
    return 0 if all(each.state == "sent" for each in done) else DONE_IN_PART


@outbox.command("resolve")
@click.argument("number", metavar="ID", type=int)
@click.option("--sent", is_flag=True, help="It arrived: count it as sent.")
@click.option("--again", is_flag=True, help="It did not: put it back, to be sent once more.")
@click.option("--cancel", is_flag=True, help="It shall not go.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def resolve(
    workspace: Workspace, out: Output, number: int, sent: bool, again: bool, cancel: bool, yes: bool
) -> None:
    """Say what became of a message that nobody knows about."""
    if sent + again + cancel != 1:
        raise WrongUsage("say one of --sent, --again and --cancel", hint=f"`influtui outbox why {number}`")
    if again:
        confirmed("If it has arrived after all, they get it twice. Put it back?", yes=yes)
    decision = "sent" if sent else "again" if again else "cancelled"
    await sending.resolve(workspace, number, decision)  # type: ignore[arg-type]
    if out.json:
        out.data({"schema": "influtui.outgoing_resolved/1", "id": number, "decision": decision})
    elif again:
        out.say(f"Message {number} waits again: influtui outbox send {number}")
    else:
        out.say(f"Message {number} counts as {'sent' if sent else 'called off'}.")


def _show(out: Output, each: Delivery) -> None:
    if out.json:
        out.data({"schema": "influtui.delivery/1", "message": each.message, "state": each.state, "said": each.said})
    else:
        out.say(f"{each.state:<9}{each.message}: {each.said}")
