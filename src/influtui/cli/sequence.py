"""`sequence`: letters in an order, and who is in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import click

from influtui.cli.contact import end_report, meant, show_row
from influtui.cli.frame import confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.verbs import Noun
from influtui.model.creators import Ref
from influtui.model.failures import WrongUsage
from influtui.model.sequences import EXPIRES_DAYS, Enrolment, step_from
from influtui.model.sequences import Sequence as Plan
from influtui.model.text import plural, safe
from influtui.model.times import minute
from influtui.services.outgoing import enrolling, outreach
from influtui.services.people.selection import select
from influtui.services.workspace import Workspace


@click.group(cls=Noun, no_args_is_help=True)
def sequence() -> None:
    """Letters in an order: a first one, follow-ups for those who do not answer, and an end."""


@sequence.command("new")
@click.argument("name")
@click.option("--step", "steps", multiple=True, metavar="DAY:TEMPLATE[:QUERY]", help="As often as there are letters.")
@click.option(
    "--expires",
    metavar="DAYS",
    default=EXPIRES_DAYS,
    show_default=True,
    type=click.IntRange(1, 365),
    help="Days until its end.",
)
@with_workspace
async def new(workspace: Workspace, out: Output, name: str, steps: tuple[str, ...], expires: int) -> None:
    """Make a sequence. A step with a QUERY goes only to those whose collaboration matches when it is due.

    \b
    influtui sequence new soft --step 0:gift --step 3:follow-up \\
        --step 7:last-note:state:contacted
    """
    made = await enrolling.new(workspace, name, [step_from(each) for each in steps], expires)
    if out.json:
        out.data(made)
    else:
        out.say(f"Made sequence {made.name}: {_days(made)}.")


@sequence.command("list")
@with_workspace
async def list_sequences(workspace: Workspace, out: Output) -> None:
    """All sequences, the built-in ones included, and how many people are in them."""
    found = await enrolling.all_sequences(workspace)
    if out.json:
        for each in found:
            out.data(each)
        return
    rows = [
        (
            safe(each.name),
            safe("built in" if each.built_in else "yours"),
            safe(_days(each)),
            safe(f"{each.expires_days} days"),
            safe(str(each.running)),
        )
        for each in found
    ]
    out.table(("name", "", "steps", "expires", "in it"), rows, right=(4,))


@sequence.command("show")
@click.argument("name")
@click.option("--campaign", metavar="CODE", help="Only the people of one campaign.")
@with_workspace
async def show(workspace: Workspace, out: Output, name: str, campaign: str | None) -> None:
    """A sequence's steps, and who is in it and how far."""
    found = await enrolling.sequence(workspace, name)
    people = await enrolling.enrolments(workspace, name=name, campaign=campaign)
    if out.json:
        out.data(found)
        for each in people:
            out.data(each)
        return
    out.say(f"{found.name}: {_days(found)}; ends after {found.expires_days} days.")
    rows = [
        (
            safe(each.ref or each.name or f"person {each.person}"),
            safe(each.campaign),
            safe(_state(each)),
            safe(" ".join(f"{step.number}:{step.state}" for step in each.steps)),
            safe(minute(each.next)),
        )
        for each in people
    ]
    if rows:
        out.table(("who", "campaign", "state", "letters", "next"), rows)


@sequence.command("enroll")
@click.argument("name")
@click.argument("words", nargs=-1, metavar="[CAMPAIGN] [REF…]")
@click.option("--query", metavar="QUERY", help="All that match instead of naming them.")
@click.option("--account", metavar="ADDRESS", help="The mailbox that writes. Default: the first one.")
@click.option("--approve", is_flag=True, help="Its letters need not be approved one by one.")
@click.option("--again", is_flag=True, help="Also those who were written to in the last 30 days.")
@click.option("--dry-run", is_flag=True, help="Show the first letters; enroll nobody.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def enroll(
    workspace: Workspace,
    out: Output,
    name: str,
    words: tuple[str, ...],
    query: str | None,
    account: str | None,
    approve: bool,
    again: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Put people into a sequence: the REFs, all that match --query, or else the campaign's picks.

    The first letter is written at once, as a draft: `outbox approve` lets it go, and the worker sends it. With --approve
    you vouch for all letters of the sequence now. Words changed later change nothing for who is in it.

    \b
    influtui sequence enroll gift spring --dry-run
    influtui sequence enroll gift spring instagram:anna tiktok:ben --approve --yes
    """
    campaign, refs = await meant(workspace, words, query)
    would = await enrolling.enroll(
        workspace, name, campaign, refs, account=account, trusted=approve, again=again, dry_run=True
    )
    letters = would.count("would_send")
    if dry_run or not letters:
        for row in would.rows:
            show_row(out, row, would.template)
        return end_report(out, would)
    if approve:
        people = plural(letters, "person", "people")
        question = f"Let all letters of {name} go to {people} from {would.account}, without another look?"
        confirmed(question, yes=yes, because="What was sent cannot be called back.")
    done = await enrolling.enroll(workspace, name, campaign, refs, account=account, trusted=approve, again=again)
    for row in done.rows:
        show_row(out, row)
    if not out.json:
        following = (
            "The worker sends them: influtui worker" if approve else "Read and let them go: influtui outbox approve"
        )
        out.note(following)
    return end_report(out, done)


@sequence.command("pause")
@click.argument("words", nargs=-1, required=True, metavar="REF…|QUERY")
@click.option("--campaign", metavar="CODE", help="Only in one campaign.")
@click.option("--why", help="The reason, for whoever asks.")
@with_workspace
async def pause(
    workspace: Workspace, out: Output, words: tuple[str, ...], campaign: str | None, why: str | None
) -> None:
    """Hold people's sequences. Letters that wait stay; nothing is sent twice when they go on."""
    await _change(
        workspace, out, words, campaign, "paused", lambda refs: enrolling.pause(workspace, refs, campaign, why)
    )


@sequence.command("resume")
@click.argument("words", nargs=-1, required=True, metavar="REF…|QUERY")
@click.option("--campaign", metavar="CODE", help="Only in one campaign.")
@with_workspace
async def resume(workspace: Workspace, out: Output, words: tuple[str, ...], campaign: str | None) -> None:
    """Let paused sequences go on where they were."""
    await _change(workspace, out, words, campaign, "resumed", lambda refs: enrolling.resume(workspace, refs, campaign))


@sequence.command("stop")
@click.argument("words", nargs=-1, required=True, metavar="REF…|QUERY")
@click.option("--campaign", metavar="CODE", help="Only in one campaign.")
@click.option("--why", help="The reason, for whoever asks.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_workspace
async def stop(
    workspace: Workspace, out: Output, words: tuple[str, ...], campaign: str | None, why: str | None, yes: bool
) -> None:
    """Take people out of their sequences. Letters that wait are called off."""
    confirmed("Stop their sequences and call off what waits?", yes=yes)
    await _change(
        workspace, out, words, campaign, "stopped", lambda refs: enrolling.stop(workspace, refs, campaign, why)
    )


@sequence.command("delete")
@click.argument("name")
@with_workspace
async def delete(workspace: Workspace, out: Output, name: str) -> None:
    """Remove a sequence of your own. Who is in it goes on; `undo` brings it back."""
    await enrolling.delete(workspace, name)
    if out.json:
        out.data({"schema": "influtui.sequence_deleted/1", "name": name})
    else:
        out.say(f"Removed sequence {name}.")


async def _change(
    workspace: Workspace,
    out: Output,
    words: tuple[str, ...],
    campaign: str | None,
    did: str,
    act: Callable[[list[Ref]], Awaitable[int]],
) -> None:
    refs = outreach.refs_of(await select(workspace, words, campaign=campaign))
    if not refs:
        raise WrongUsage("nobody matches that query: nothing was done")
    number = await act(refs)
    if out.json:
        out.data({"schema": "influtui.sequence_changed/1", "did": did, "sequences": number})
    else:
        out.say(f"{did.capitalize()} {number} {'sequence' if number == 1 else 'sequences'}.")


def _days(found: Plan) -> str:
    return ", ".join(
        f"day {step.day} {step.template}" + (f" if {step.when}" if step.when else "") for step in found.steps
    )


def _state(each: Enrolment) -> str:
    until = f" until {minute(each.until)}" if each.until else ""
    return f"{each.state}{until}: {each.why}" if each.why else each.state
