"""`outbox`: what has not gone, why, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from influtui.cli.frame import DONE_IN_PART, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.queries import QueryCommand
from influtui.cli.verbs import Noun
from influtui.model.failures import NotFound, WrongUsage
from influtui.model.messages import OutboxRow
from influtui.model.text import plural, safe
from influtui.model.times import minute, minutes_in
from influtui.services.outgoing import calling_off, pausing, sending
from influtui.services.outgoing.forecast import forecast
from influtui.services.outgoing.sending import Delivery
from influtui.services.workspace import Workspace


@click.group(cls=Noun, no_args_is_help=True)
def outbox() -> None:
    """Messages that have not gone, or of which nobody knows. Nothing here is ever sent twice by itself."""


@outbox.command("list", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_outgoing(workspace: Workspace, out: Output, words: tuple[str, ...]) -> None:
    """What waits, what was refused, and what is in doubt: `outbox list state:unknown in:campaign`."""
    rows = await sending.outgoing(workspace, query=" ".join(words))
    if not out.listed(rows, "Nothing matches." if words else "Everything has gone."):
        return
    table = [
        (safe(str(row.id)), safe(row.state), safe(row.recipient), safe(minute(row.until)), safe(minutes_in(row.why)))
        for row in rows
    ]
    out.table(("id", "state", "to", "goes", "why"), table, right=(0,), whole=(1, 3), below=True)


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
    said = minutes_in(row.why)
    out.say(f"Message {row.id} to {row.recipient} ({row.subject}) is {row.state.replace('_', ' ')}: {said}.")
    if row.until:
        out.say(f"It goes {minute(row.until)} if nothing else happens.")
    if row.next:
        out.say(f"Next: {row.next}")


@outbox.command("approve", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[ID…|QUERY]")
@click.option("--dry-run", is_flag=True, help="Show which drafts would go; approve none.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def approve(workspace: Workspace, out: Output, words: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Let drafts go: those named, those that match, or all. They are sent at the pace of their mailbox.

    \b
    influtui outbox approve 17 18
    influtui outbox approve in:campaign kind:letter
    """
    drafts = await _meant(workspace, words, ("draft",), "is no draft", "state:draft")
    if not drafts:
        out.note("No draft waits.")
        return
    _name(out, drafts, dry_run=dry_run)
    if dry_run:
        return
    letters = plural(len(drafts), "letter")
    confirmed(f"Let {letters} go?", yes=yes, because="What was sent cannot be called back.")
    done = await sending.approve(workspace, [row.id for row in drafts])
    if out.json:
        for number in done:
            out.data({"schema": "influtui.approved/1", "message": number})
    else:
        out.note(
            f"Approved {len(done)}. The worker sends them (`influtui worker`); `influtui outbox send` does it now."
        )


@outbox.command("cancel", cls=QueryCommand)
@click.argument("words", nargs=-1, required=True, metavar="ID…|QUERY")
@click.option("--dry-run", is_flag=True, help="Show what would be called off; change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def cancel(workspace: Workspace, out: Output, words: tuple[str, ...], dry_run: bool, yes: bool) -> None:
    """Call off what waits: those named, or all that match. A sequence whose letter is called off ends.

    \b
    influtui outbox cancel 17 18
    influtui outbox cancel state:draft campaign:SPRING
    """
    waiting = await _meant(workspace, words, ("draft", "queued", "deferred"), "does not wait", "state:draft,queued")
    if not waiting:
        out.note("Nothing waits that matches.")
        return
    _name(out, waiting, dry_run=dry_run)
    if dry_run:
        return
    confirmed(f"Call off {plural(len(waiting), 'letter')}?", yes=yes)
    done = await calling_off.call_off(workspace, [row.id for row in waiting])
    for number in done if out.json else ():
        out.data({"schema": "influtui.called_off/1", "message": number})
    if not out.json:
        out.note(f"Called off {len(done)}.")


def _name(out: Output, rows: Sequence[OutboxRow], *, dry_run: bool) -> None:
    """Say which letters are meant, before anything is done to them; to a program only where nothing will be."""
    for row in rows:
        if not out.json:
            out.say(f"{row.id} to {row.recipient}: {row.subject}")
        elif dry_run:
            out.data(row)


async def _meant(
    workspace: Workspace, words: tuple[str, ...], states: tuple[str, ...], wrong: str, query: str
) -> list[OutboxRow]:
    """The messages in these states that numbers name or a query matches. Raises `NotFound` where a named one is not."""
    named = [int(word) for word in words if word.isdecimal()]
    if named and len(named) < len(words):
        raise WrongUsage("numbers and a query do not go together", hint="Use one of them.")
    rows = await sending.outgoing(workspace, named, query="" if named else " ".join(words))
    found = [row for row in rows if row.state in states]
    if missing := set(named) - {row.id for row in found}:
        raise NotFound(f"message {min(missing)} {wrong}", hint=f"`influtui outbox list {query}`")
    return found


@outbox.command("plan")
@click.option(
    "--days", metavar="N", default=7, show_default=True, type=click.IntRange(1, 60), help="How far to look ahead."
)
@with_workspace
async def plan(workspace: Workspace, out: Output, days: int) -> None:
    """What goes when in the next days if nothing else happens. Nothing is sent."""
    await show_forecast(workspace, out, days)


@outbox.command("pause")
@click.argument("account", required=False)
@click.option("--why", required=True, help="The reason, for whoever asks.")
@with_workspace
async def pause(workspace: Workspace, out: Output, account: str | None, why: str) -> None:
    """Let a mailbox send nothing until `outbox resume`. Your own answers still go."""
    address = await pausing.pause_by_hand(workspace, account, why)
    if out.json:
        out.data({"schema": "influtui.mailbox_paused/1", "account": address, "why": why})
    else:
        out.say(f"{address} sends nothing until `influtui outbox resume {address}`.")


@outbox.command("resume")
@click.argument("account", required=False)
@with_workspace
async def resume(workspace: Workspace, out: Output, account: str | None) -> None:
    """Let a paused mailbox send again."""
    address = await pausing.resume_by_hand(workspace, account)
    if out.json:
        out.data({"schema": "influtui.mailbox_resumed/1", "account": address})
    else:
        out.say(f"{address} sends again.")


@outbox.command("send")
@click.argument("numbers", metavar="[ID…]", type=int, nargs=-1)
@click.option("--dry-run", is_flag=True, help="Show what would be sent.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@with_workspace
async def send(workspace: Workspace, out: Output, numbers: tuple[int, ...], dry_run: bool, yes: bool) -> int:
    """Send now what is approved and due, or the messages named, whatever the hour and the pace of the mailbox.

    Naming a draft approves it. What a person must mend still holds a message: a paused mailbox, a doubt, a suppression.
    """
    waiting = [
        row
        for row in await sending.outgoing(workspace, numbers)
        if row.state in ("queued", "deferred", "draft") and (numbers or (row.state != "draft" and not row.rests))
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
    drafts = [row.id for row in waiting if row.state == "draft"]
    if drafts:
        await sending.approve(workspace, drafts)
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
        said = {"message": each.message, "recipient": each.recipient, "state": each.state, "said": each.said}
        out.data({"schema": "influtui.delivery/1", **said})
    else:
        out.say(delivered(each))


def delivered(each: Delivery) -> str:
    """What became of a message, on one line."""
    to = f" to {each.recipient}" if each.recipient else ""
    return f"{each.state:<9}{each.message}{to}: {minutes_in(each.said)}"


async def show_forecast(workspace: Workspace, out: Output, days: int) -> None:
    """What goes when, if nothing else happens."""
    found = await forecast(workspace, days)
    if not out.listed(found, "Nothing waits, and no sequence goes on."):
        return
    table = [
        (
            safe(minute(row.at)),
            safe(row.step or row.kind.replace("_", " ")),
            safe(row.who),
            safe(row.account),
            safe(minutes_in(row.why or "")),
        )
        for row in found
    ]
    out.table(("when", "what", "to", "from", "now"), table)
