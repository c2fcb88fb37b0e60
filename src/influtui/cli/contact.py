"""`campaign contact`: write to people from a template."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from influtui.cli.frame import DONE_IN_PART, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.model.creators import Ref
from influtui.model.failures import WrongUsage
from influtui.model.text import plural
from influtui.services.outgoing import outreach
from influtui.services.outgoing.outreach import ContactReport, ContactRow, Plan
from influtui.services.people.selection import is_ref, select
from influtui.services.workspace import Workspace


@click.command("contact")
@click.argument("words", nargs=-1, metavar="[CAMPAIGN] [REF…]")
@click.option("--query", metavar="QUERY", help="Write to all that match instead of naming them.")
@click.option("--template", "name", metavar="NAME", required=True, help="`influtui template list` shows them.")
@click.option("--account", metavar="ADDRESS", help="The mailbox that writes. Default: the first one.")
@click.option("--again", is_flag=True, help="Also those who were written to in the last 30 days.")
@click.option("--sent", is_flag=True, help="For a template of direct messages: note that you have sent them.")
@click.option("--draft", is_flag=True, help="Write drafts for the outbox; `outbox approve` lets them go.")
@click.option("--later", is_flag=True, help="Let the worker send them at the mailbox's pace instead of all at once.")
@click.option("--dry-run", is_flag=True, help="Show who would get what; send nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@with_workspace
async def contact(
    workspace: Workspace,
    out: Output,
    words: tuple[str, ...],
    query: str | None,
    name: str,
    account: str | None,
    again: bool,
    sent: bool,
    draft: bool,
    later: bool,
    dry_run: bool,
    yes: bool,
) -> int:
    """Write to people for a campaign: the REFs, all that match --query, or else its picks.

    Mail goes out at once, one letter a person; with --later at the pace of its mailbox, with --draft when you approve it.
    Direct messages are written for you to send by hand.

    \b
    influtui campaign contact spring --template gift --dry-run
    influtui campaign contact spring instagram:anna --template gift
    influtui campaign contact spring --query 'tier:micro has:email' \\
        --template paid --yes
    """
    campaign, refs = await meant(workspace, words, query)
    plan = await outreach.plan(workspace, campaign, refs, name, account=account, again=again)
    if plan.template.channel == "dm":
        return await _by_hand(workspace, out, plan, sent=sent and not dry_run)
    if sent:
        raise WrongUsage("--sent is for direct messages; mail is sent by this command", hint="Leave it out.")
    if dry_run or not plan.letters:
        report = outreach.would(plan)
        for row in report.rows:
            show_row(out, row, name)
        return end_report(out, report)
    for row in plan.skipped:
        show_row(out, row)
    people = plural(len(plan.letters), "person", "people")
    sender = plan.account.address if plan.account else ""
    if draft and later:
        raise WrongUsage("--draft and --later do not go together", hint="A draft goes later once it is approved.")
    if not draft:
        confirmed(f"Send “{plan.template.name}” to {people} from {sender}?", yes=yes)
    if draft or later:
        report = await outreach.put_aside(workspace, plan, approved=later)
        for row in report.rows:
            if row.state == "written":
                show_row(out, row)
        if not out.json:
            out.note(
                "The worker sends them: `influtui worker`." if later else "Let them go: `influtui outbox approve`."
            )
        return end_report(out, report)
    try:
        report = await outreach.carry_out(workspace, plan, told=lambda row: show_row(out, row))
    except asyncio.CancelledError:
        out.note("Stopped. What has not gone waits, and is not lost: `influtui outbox list`.")
        raise
    return end_report(out, report)


async def meant(workspace: Workspace, words: Sequence[str], query: str | None) -> tuple[str | None, list[Ref]]:
    """The campaign and the people that `[CAMPAIGN] [REF…]` and --query name."""
    campaign = words[0] if words and not is_ref(words[0]) else None
    named = list(words[1:] if campaign else words)
    strangers = [word for word in named if not is_ref(word)]
    if strangers:
        raise WrongUsage(
            f"“{strangers[0]}” does not name a creator", hint="Write platform:handle or #id, or use --query."
        )
    if named and query is not None:
        raise WrongUsage("REFs and --query do not go together", hint="Use one of them.")
    if query is not None:
        found = await select(workspace, query.split(), campaign=campaign)
        if not found:
            raise WrongUsage("nobody matches that query: nothing was sent")
        return campaign, outreach.refs_of(found)
    return campaign, outreach.refs_of(await select(workspace, named)) if named else []


async def _by_hand(workspace: Workspace, out: Output, plan: Plan, *, sent: bool) -> int:
    report = await outreach.sent_by_hand(workspace, plan) if sent else outreach.would(plan)
    for row in report.rows:
        show_row(out, row, plan.template.name)
    if not sent and not out.json and report.count("would_send"):
        out.note("Send these yourself, then repeat the command with --sent to note it.")
    return end_report(out, report)


def show_row(out: Output, row: ContactRow, template: str | None = None) -> None:
    """What was done for one person, or would be: then with the whole letter, and which variant of `template` it is."""
    if out.json:
        out.data(row)
        return
    who = f"{row.ref} {row.recipient or ''}".rstrip()
    if row.state == "would_send":
        out.say(f"── {row.ref} → {row.recipient}{_variant(row, template)}")
        out.say((f"Subject: {row.subject}\n\n" if row.subject else "\n") + (row.body or ""))
        return
    words = {"sent": "sent", "deferred": "later", "failed": "refused", "unknown": "UNKNOWN", "queued": "waits"}
    reason = f": {row.reason}" if row.reason and row.state != "sent" else ""
    hint = f" · {row.hint}" if row.hint else ""
    out.say(f"{words.get(row.state, row.state):<8}{who}{reason}{hint}")


def _variant(row: ContactRow, name: str | None) -> str:
    """Which variant somebody gets; that there is none in their language, where that is so."""
    if name is None:
        return ""
    if row.template and row.template != name:
        return f" ({row.template})"
    speaks = row.language
    return f" (no {name}.{speaks}: in English)" if speaks and speaks != "en" and "." not in name else ""


def end_report(out: Output, report: ContactReport) -> int:
    """The counts, and the exit code."""
    counts = {state: report.count(state) for state in dict.fromkeys(row.state for row in report.rows)}
    if out.json:
        out.data(
            {
                "schema": "influtui.contact_report/1",
                "campaign": report.campaign,
                "template": report.template,
                "channel": report.channel,
                "account": report.account,
                "counts": counts,
            }
        )
    elif len(report.rows) > 1:
        out.note(", ".join(f"{number} {state.replace('_', ' ')}" for state, number in counts.items()))
    return 0 if report.is_complete else DONE_IN_PART
