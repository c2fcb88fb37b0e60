"""`worker`: what happens without anybody asking: sequences and sending."""

from __future__ import annotations

import click

from influtui.cli.frame import DONE_IN_PART, INTERRUPTED, confirmed, with_workspace
from influtui.cli.outbox import delivered, show_forecast
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.model.failures import NeedsConfiguration
from influtui.model.text import plural
from influtui.model.times import minute, minutes_in
from influtui.services import working
from influtui.services.outgoing import trust
from influtui.services.workspace import Workspace
from influtui.worker import log, loop
from influtui.worker.rounds import Round


@click.group(cls=Noun, invoke_without_command=True)
@click.option("--once", is_flag=True, help="Do what is due and end.")
@click.option("--keep", is_flag=True, help="Work on when nobody has the workspace open: for a service manager.")
@click.option("--dry-run", is_flag=True, help="Show what would go within a day; write and send nothing.")
@click.option("--quiet", is_flag=True, help="Say nothing; worker.log in the workspace says it.")
@click.pass_context
def worker(context: click.Context, once: bool, keep: bool, dry_run: bool, quiet: bool) -> int | None:
    """Write the letters of sequences when their day comes, and send what is approved at the pace of its mailbox.

    One works for a workspace at a time. Without --keep it ends a minute after the last session. The app starts one where
    a mailbox is set up and nobody works.

    \b
    influtui worker --once
    influtui worker --keep
    """
    if context.invoked_subcommand is None:
        code: int = _rehearse() if dry_run else _work(once=once, keep=keep, quiet=quiet)
        return code
    return None


@worker.command("status")
@with_workspace
async def status(workspace: Workspace, out: Output) -> None:
    """Whether somebody works, where, and what keeps letters from going."""
    found = await working.state(workspace)
    if out.json:
        out.data(found)
        return
    where = f"on {found.host}, process {found.pid}, since {minutes_in(found.since or '-')}" if found.works else "nobody"
    out.say(f"Works: {where}{f': {found.doing}' if found.doing else ''}.")
    if found.trouble:
        out.say(f"Nothing is sent: {minutes_in(found.trouble)}. Look, then: `influtui worker confirm`.")


@worker.command("confirm")
@click.option(
    "--nothing-was-sent", is_flag=True, help="You know that nothing went out since: what waits stays as it is."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def confirm(workspace: Workspace, out: Output, nothing_was_sent: bool, yes: bool) -> None:
    """Say that mail may be sent from this database, after a restore, a move to another machine or a wrong clock.

    What waited is then shown as unknown, to be decided letter by letter, and sequences whose next letter may have gone are
    paused, unless you know that nothing was sent.
    """
    found = await trust.suspicion(workspace, by_itself=True)
    if found is not None:
        out.note(minutes_in(f"{found.why[0].upper()}{found.why[1:]}."))
        confirmed("Send from here?", yes=yes)
    done = await trust.confirm(workspace, nothing_was_sent=nothing_was_sent)
    if out.json:
        out.data(done)
        return
    doubtful, held = (
        plural(done.doubtful, "letter is", "letters are"),
        plural(done.held, "sequence is", "sequences are"),
    )
    out.say(f"Mail goes again. {doubtful} in doubt, {held} paused.")
    if done.doubtful:
        out.note("Decide them: `influtui outbox list state:unknown`.")


@with_workspace
async def _rehearse(workspace: Workspace, out: Output) -> None:
    await show_forecast(workspace, out, 1)


@with_workspace
async def _work(workspace: Workspace, out: Output, *, once: bool, keep: bool, quiet: bool) -> int:
    written = log.Log(workspace.folder)
    if once:
        done = await loop.once(workspace, told=None if quiet or out.json else lambda each: out.say(delivered(each)))
        written.note(done)
        if not quiet:
            _end(out, done)
        if done.needs_configuration:
            return NeedsConfiguration.exit_code
        return DONE_IN_PART if done.troubles or done.not_sent else 0

    def told(done: Round) -> None:
        if written.note(done) and not quiet:
            _end(out, done)

    if not quiet and not out.json:
        out.note(f"Working for {workspace.folder}. Ctrl+C ends it.")
    return INTERRUPTED if await loop.run(workspace, keep=keep, told=told) else 0


def _end(out: Output, done: Round) -> None:
    if out.json:
        out.data(done)
        return
    for trouble in done.troubles:
        out.note(minutes_in(trouble))
    after = f", the next goes {minute(done.next)}" if done.next else ""
    after += f"; {done.drafts} to be approved first: `influtui outbox approve`" if done.drafts else ""
    read = f"Read {plural(done.read, 'mailbox', 'mailboxes')}, w" if done.read else "W"
    out.say(f"{read}rote {done.written}, sent {done.sent}; {done.waiting} wait{after}.")
