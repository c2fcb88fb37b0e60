"""`backup`, `restore` and `doctor`: they work on a workspace's files, damaged or not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import msgspec

from influtui.cli.frame import FAILED, Session, confirmed, with_workspace
from influtui.cli.output import Output
from influtui.model.failures import ReadOnly
from influtui.model.text import safe
from influtui.model.times import minute, rfc3339
from influtui.services import copies
from influtui.services.doctor import Finding, examine
from influtui.services.workspace import Workspace
from influtui.store.snapshots import Snapshot

_MARKS = {"sound": "ok", "note": "note", "wrong": "WRONG"}


@click.command("backup")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@with_workspace
async def backup(workspace: Workspace, out: Output, file: Path | None) -> None:
    """Copy the database to FILE, while others go on working.

    FILE is a new file or a folder; without it the copy goes to this folder, named by the time. The other files of the
    workspace are plain files: copy its folder.
    """
    made = await copies.backup(workspace, file)
    if out.json:
        out.data({"schema": "influtui.backup/1", "path": made.path, "bytes": made.bytes})
    else:
        out.say(f"Copied the database to {made.path} ({made.bytes:,} bytes).")


@click.command("restore")
@click.argument("what", required=False, metavar="[NAME|FILE]")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Only check whether it could be restored.")
@click.pass_context
def restore(context: click.Context, what: str | None, yes: bool, dry_run: bool) -> None:
    """Put a snapshot or a backup in the database's place, even of a damaged one.

    Without NAME or FILE: lists what there is. The replaced database is kept among the snapshots.
    """
    session = context.ensure_object(Session)
    if what is None:
        _list(session.out, copies.restorable(session.folder))
    else:
        asyncio.run(_restore(session, what, yes=yes, dry_run=dry_run))


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Mend what is safe to mend: permissions, the text index.")
@click.pass_context
def doctor(context: click.Context, fix: bool) -> int:
    """Look for what is wrong with the workspace, and say what to do about it."""
    session = context.ensure_object(Session)
    if fix and session.read_only:
        raise ReadOnly("nothing was mended: this session is read-only", hint="Leave out --read-only.")

    async def inside() -> list[Finding]:
        found = []
        async for finding in examine(session.folder, fix=fix):
            _say(session.out, finding)
            found.append(finding)
        return found

    found = asyncio.run(inside())
    wrong = sum(finding.verdict == "wrong" for finding in found)
    if not session.json:
        session.out.say("Everything is sound." if not wrong else f"{wrong} wrong.")
    return FAILED if wrong else 0


async def _restore(session: Session, what: str, *, yes: bool, dry_run: bool) -> None:
    if session.read_only and not dry_run:
        raise ReadOnly("nothing was restored: this session is read-only", hint="Leave out --read-only.")
    source = copies.source_of(session.folder, what)
    await copies.check(source)
    if dry_run:
        session.out.note(f"{source} can be restored. Nothing was changed.")
        return
    confirmed(
        f"{source.name} takes the place of the database of {session.folder}.",
        yes=yes,
        because="What was changed since it was made is gone from the workspace.",
    )
    done = await copies.restore(session.folder, source)
    if session.json:
        session.out.data({"schema": "influtui.restore/1", **msgspec.to_builtins(done)})
        return
    session.out.say(f"Restored {source.name}.")
    for ref in done.forgotten_again:
        session.out.note(f"{ref} asked to be forgotten and is back with this copy: `influtui creators forget {ref}`.")
    if done.replaced:
        session.out.note(f"The replaced database is kept: `influtui restore {done.replaced}` puts it back.")


def _list(out: Output, found: list[Snapshot]) -> None:
    if out.json:
        for each in found:
            out.data(
                {
                    "schema": "influtui.snapshot/1",
                    "name": each.name,
                    "path": str(each.path),
                    "at": rfc3339(each.at),
                    "bytes": each.bytes,
                }
            )
    elif found:
        rows = [(safe(each.name), safe(minute(each.at)), safe(f"{each.bytes:,}")) for each in found]
        out.table(("name", "made", "bytes"), rows, right=(2,))
        out.note("`influtui restore NAME` puts one in the database's place.")
    else:
        out.note("There is no snapshot. A backup is restored with `influtui restore FILE`.")


def _say(out: Output, finding: Finding) -> None:
    if out.json:
        out.data(finding)
        return
    out.say(f"{_MARKS[finding.verdict]:<6} {finding.subject}: {finding.message}")
    if finding.hint:
        out.say(f"       {finding.hint}")
