"""`inbox`: conversations, answering in them, noting what was said elsewhere."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import click

from influtui.cli.explaining import explain_files
from influtui.cli.frame import DONE_IN_PART, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.cli.progress import progress_bar
from influtui.cli.queries import QueryCommand
from influtui.cli.unmatched import assign, done, forget
from influtui.cli.verbs import Noun
from influtui.cli.writing import written
from influtui.model.creators import Ref, parse_ref
from influtui.model.failures import Failure, WrongUsage
from influtui.model.messages import ConversationRow, Message
from influtui.model.replies import folded
from influtui.model.sequences import AWAY
from influtui.model.settings import MailAccount
from influtui.model.text import safe
from influtui.model.times import minute
from influtui.services import inbox as service
from influtui.services.incoming import classifying, saving, syncing, watching
from influtui.services.incoming.syncing import SyncReport
from influtui.services.mailbox.accounts import account as mailbox
from influtui.services.mailbox.accounts import accounts
from influtui.services.workspace import Workspace

_AWAITING: Final = {"us": "waits for us", "them": "waits for them", "nobody": "-"}


@click.group(cls=Noun, no_args_is_help=True)
def inbox() -> None:
    """Conversations with creators, by mail and elsewhere."""


inbox.add_command(explain_files)
inbox.add_command(assign)
inbox.add_command(done)
inbox.add_command(forget)


@inbox.command("list", cls=QueryCommand)
@click.argument("words", nargs=-1, metavar="[QUERY]")
@with_workspace
async def list_conversations(workspace: Workspace, out: Output, words: tuple[str, ...]) -> None:
    """Conversations, those that wait for us first, the longest waiting on top.

    \b
    influtui inbox list waits:us
    influtui inbox list in:campaign channel:dm "free next week"
    """
    found = await service.conversations(workspace, " ".join(words))
    none = "No conversation matches." if words else "No conversations yet: `influtui campaign contact` begins them."
    if not out.listed(found, none):
        return
    out.table(
        ("id", "whose turn", "class", "who", "campaign", "last", "when"),
        [
            (safe(str(row.id)), safe(_turn(row)), safe(_class(row)), safe(row.ref or row.name or row.address or "-"),
             safe(row.campaign or "-"), safe(_first_line(row.last)), safe(minute(row.last_at)))
            for row in found
        ],
        right=(0,),
        whole=(1, 6),
        spare=(2, 4),
    )  # fmt: skip


@inbox.command("sync")
@click.argument("address", required=False)
@click.option("--all", "everything", is_flag=True, help="Look at the whole mailbox again, whatever its age.")
@click.option("--watch", is_flag=True, help="Go on: take in what comes until interrupted.")
@with_workspace
async def sync(workspace: Workspace, out: Output, address: str | None, everything: bool, watch: bool) -> int:
    """Read what came into a mailbox. Only what concerns us is kept; the rest is counted and left where it is.

    \b
    influtui inbox sync
    influtui inbox sync --watch
    """
    chosen = await _to_read(workspace, address)

    def told(report: SyncReport | Failure) -> None:
        if isinstance(report, Failure):
            out.note(f"{report.message}; trying again.")
        elif out.json:
            out.data(report)
        elif not watch or report.kept or report.went:
            out.say(_synced(report))
        for trouble in () if isinstance(report, Failure) else report.troubles:
            out.note(trouble)

    is_whole = True
    for account in chosen if everything or not watch else ():
        with progress_bar(f"Reading {account.address}") as tell:
            report = await syncing.sync(workspace, account, everything=everything, told=tell)
        told(report)
        is_whole = is_whole and not report.troubles
    if watch:
        await asyncio.gather(*(watching.watch(workspace, account, told) for account in chosen))
    return 0 if is_whole else DONE_IN_PART


async def _to_read(workspace: Workspace, address: str | None) -> list[MailAccount]:
    """The mailbox named, else all that can be read."""
    if address is not None:
        return [await mailbox(workspace, address)]
    first = await mailbox(workspace)
    return [each for each in await accounts(workspace) if each.imap_host is not None] or [first]


@inbox.command("show")
@click.argument("number", metavar="ID", type=int)
@click.option("--quotes", is_flag=True, help="Show quoted text unfolded.")
@with_workspace
async def show(workspace: Workspace, out: Output, number: int, quotes: bool) -> None:
    """A conversation with all of its messages."""
    found = await service.conversation(workspace, number)
    if out.json:
        out.data(found)
        return
    row = found.row
    about = f" · {row.campaign}" if row.campaign else ""
    out.say(f"{row.ref or row.name or row.address} · {row.channel}{about} · {_turn(row)}")
    if row.subject:
        out.say(f"Subject: {row.subject}")
    for message in found.messages:
        out.say(_heading(message))
        for line in _about(message):
            out.say(line)
        reply = folded(message.body.rstrip())
        out.say(message.body.rstrip() if quotes else reply.written.rstrip())
        if reply.quoted.strip() and not quotes:
            out.say(f"[… {len(reply.quoted.splitlines())} quoted lines; --quotes shows them]")
    if found.draft:
        out.say(f"── your draft, not sent\n{found.draft.rstrip()}")


@inbox.command("classify")
@click.argument("number", metavar="ID", type=int)
@click.argument("kind")
@click.option("--message", metavar="N", type=int, help="Which message of theirs. Default: the newest.")
@click.option("--no-rule", is_flag=True, help="Learn nothing from it.")
@click.option("--yes", is_flag=True, help="Suppress without asking, where that follows.")
@with_workspace
async def classify(
    workspace: Workspace, out: Output, number: int, kind: str, message: int | None, no_rule: bool, yes: bool
) -> None:
    """Say what a message is, where its class is wrong, or confirm what it asks for. Such messages are then known.

    KIND: complaint, bounce, auto_reply, unsubscribe, declined, question, interested, other.

    \b
    influtui inbox classify 12 interested
    """
    named = classifying.kind_named(kind)
    if named in ("unsubscribe", "complaint"):
        confirmed("Nothing is written to this person again, and that cannot be taken back. Go on?", yes=yes)
    done = await classifying.classify_as(workspace, number, named, message=message, teach=not no_rule)
    if out.json:
        out.data(done)
        return
    said = f"Conversation {number}: {done.kind.replace('_', ' ')}, which was {(done.before or 'nothing').replace('_', ' ')}."
    if followed := _followed(done.stopped, done.paused, done.suppressed):
        said += f" {followed}."
    out.say(said)
    if done.learned:
        out.note(f"Learned: {done.learned}.")


@inbox.command("save")
@click.argument("number", metavar="ID", type=int)
@click.argument("names", nargs=-1, metavar="[NAME|NUMBER…]")
@click.option("--message", metavar="N", type=int, help="Of which message. Default: the newest that has any.")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Default: attachments/ID in the workspace."
)
@with_workspace
async def save(
    workspace: Workspace, out: Output, number: int, names: tuple[str, ...], message: int | None, to: Path | None
) -> None:
    """Write attachments into files. Nothing is opened, and nothing that is there is written over.

    \b
    influtui inbox save 12
    influtui inbox save 12 brief.pdf --to .
    """
    for each in await saving.save(workspace, number, names, message=message, to=to):
        if out.json:
            out.data(each)
            continue
        out.say(each.file)
        if each.warning:
            out.note(f"Careful: {each.warning}.")


@inbox.command("reply")
@click.argument("number", metavar="ID", type=int)
@click.option("--body", "--text", "body", help="The answer; - reads it from standard input. Default: your draft in it.")
@click.option("--editor", is_flag=True, help="Write it in $VISUAL or $EDITOR, beginning with your draft.")
@click.option("--subject", help="Another subject; mail programs may then show another thread.")
@click.option("--dry-run", is_flag=True, help="Show it; send nothing.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@with_workspace
async def reply(
    workspace: Workspace,
    out: Output,
    number: int,
    body: str | None,
    editor: bool,
    subject: str | None,
    dry_run: bool,
    yes: bool,
) -> int:
    """Answer in a conversation by mail, within its thread."""
    found = await service.conversation(workspace, number)
    seen = found.messages[-1].id if found.messages else None
    text = written(body, editor=editor, start=found.draft or "") or found.draft
    if text is None or not text.strip():
        raise WrongUsage("there is nothing to send", hint="Give it with --text TEXT, --text - or --editor.")
    if editor:
        await service.save_draft(workspace, number, text)
    if dry_run:
        if out.json:
            out.data({"schema": "influtui.reply/1", "state": "would_send", "to": found.row.address, "body": text})
        else:
            out.say(f"── to {found.row.address}\n{text}")
        return 0
    confirmed(f"Send this to {found.row.address}?", yes=yes)
    delivery = await service.reply(workspace, number, text, subject=subject, seen=seen)
    if out.json:
        out.data(
            {"schema": "influtui.reply/1", "state": delivery.state, "message": delivery.message, "said": delivery.said}
        )
    elif delivery.state == "sent":
        out.say(f"Sent to {found.row.address}.")
    else:
        out.say(f"{delivery.state}: {delivery.said}")
        out.note(f"`influtui outbox why {delivery.message}` says what to do.")
    return 0 if delivery.state == "sent" else DONE_IN_PART


@inbox.command("log-dm")
@click.argument("of", metavar="REF|ID")
@click.option("--text", required=True, help="What was said; - reads it from standard input.")
@click.option("--sent", is_flag=True, help="You said it. Default: they did.")
@click.option(
    "--mail", is_flag=True, help="It was said by mail. Default: a direct message, or the conversation's own way."
)
@click.option("--campaign", metavar="CODE", help="Which campaign it was about.")
@with_workspace
async def log_dm(
    workspace: Workspace, out: Output, of: str, text: str, sent: bool, mail: bool, campaign: str | None
) -> None:
    """Note a message that came or went elsewhere: paste an answer in. `undo` takes it back.

    \b
    influtui inbox log-dm instagram:anna --text 'Yes please!'
    pbpaste | influtui inbox log-dm 12 --text -
    """
    said = written(text, option="--text") or ""
    where: int | Ref = int(of) if of.isascii() and of.isdigit() else parse_ref(of)
    act = service.log_sent if sent else service.log_answer
    logged = await act(workspace, where, said, channel="email" if mail else None, campaign=campaign)
    if out.json:
        out.data(logged)
    else:
        waits = "us" if logged.kind not in (None, AWAY) else "them"
        out.say(f"Noted in conversation {logged.conversation}{_taken_for(logged.kind)}. It waits for {waits}.")
        if followed := _followed(logged.stopped, logged.paused, 0):
            out.note(f"{followed}.")
    if logged.unconfirmed:
        out.note(
            f"What it asks for waits for your word: `influtui inbox classify {logged.conversation} {logged.kind}` confirms it."
        )


def _synced(report: SyncReport) -> str:
    kinds = ", ".join(f"{many} {kind.replace('_', ' ')}" for kind, many in sorted(report.kinds.items()))
    said = f"{report.account}: {report.looked} new, {report.kept} kept" + (f" ({kinds})" if kinds else "")
    for count, words in (
        (report.unmatched, "of nobody known: `influtui inbox list is:unmatched`"),
        (report.to_confirm, "to confirm: `influtui inbox list is:unconfirmed`"),
    ):
        said += f"; {count} {words}" if count else ""
    for followed in (
        _followed(report.stopped, report.paused, report.suppressed),
        _many(report.went, "letter in doubt lies in Sent, so it went", "letters in doubt lie in Sent, so they went"),
        _many(report.filed, "copy filed in Sent", "copies filed in Sent"),
    ):
        said += f"; {followed}" if followed else ""
    return f"{said}."


def _taken_for(kind: str | None) -> str:
    return f", taken for {kind.replace('_', ' ')}" if kind and kind != "other" else ""


def _followed(stopped: int, paused: int, suppressed: int) -> str:
    """What followed from messages, as far as anything did."""
    parts = (
        _many(stopped, "sequence stopped", "sequences stopped"),
        _many(paused, "sequence paused", "sequences paused"),
        _many(suppressed, "account or address suppressed", "accounts and addresses suppressed"),
    )
    return "; ".join(part for part in parts if part)


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}" if count else ""


def _turn(row: ConversationRow) -> str:
    if row.state == "unknown":
        return "UNKNOWN outcome"
    if row.state in ("queued", "deferred", "in_data", "failed"):
        return {"queued": "not sent yet", "deferred": "rests", "in_data": "under way", "failed": "refused"}[row.state]
    return _AWAITING[row.awaiting]


def _class(row: ConversationRow) -> str:
    return " ".join([*row.marks, (row.kind or "-").replace("_", " ")])


def _first_line(text: str | None) -> str:
    return next((line for line in (text or "").splitlines() if line.strip()), "-")


def _about(message: Message) -> list[str]:
    """What is known of a message beside its words."""
    found = []
    if message.direction == "in" and message.kind:
        found.append(f"   {message.kind.replace('_', ' ')}: {message.kind_why}")
    if message.unconfirmed:
        found.append(
            f"   to confirm, since {message.unconfirmed}: influtui inbox classify {message.conversation} {message.kind}"
        )
    if message.unverified:
        found.append(f"   careful: {message.unverified}")
    found += [f"   careful: {each}" for each in message.cautions]
    for number, each in enumerate(message.attachments, 1):
        careful = f" · {each.warning}" if each.warning else ""
        found.append(f"   attachment {number}: {each.file_name}, {each.type}, {each.size} bytes{careful}")
    return found


def _heading(message: Message) -> str:
    who = "they wrote" if message.direction == "in" else "we wrote"
    state = "" if message.state in ("sent", "received") else f" · {message.state.replace('_', ' ')}"
    said = f" · {message.outcome}" if message.outcome and message.state in ("failed", "unknown", "deferred") else ""
    return f"── {minute(message.at)} · {who}{state}{said}"
