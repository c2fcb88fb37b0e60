"""`creators add`: one person, now, by profile URL, handle or name."""

from __future__ import annotations

import sys
from typing import cast, get_args

import click
import msgspec

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.creators import Creator, FoundBy
from influtui.model.text import safe
from influtui.services.people import adding as service
from influtui.services.workspace import Workspace

SHORT_WAYS = {"tagged": "tagged_us", "follower": "own_follower", "google": "web"}
"""What people write for a way of finding somebody."""


def _way(context: click.Context, parameter: click.Parameter, text: str | None) -> FoundBy | None:
    if text is None:
        return None
    word = text.casefold().replace("-", "_")
    word = SHORT_WAYS.get(word, word)
    if word not in get_args(FoundBy):
        raise click.BadParameter(f"“{text}” is no way to find somebody. Known: {', '.join(get_args(FoundBy))}.")
    return cast(FoundBy, word)


@click.command("add")
@click.argument("words", nargs=-1, required=True, metavar="URL|@HANDLE|NAME…")
@click.option("--platform", metavar="P", help="Where a bare handle lives.")
@click.option(
    "--found-by",
    "--source",
    "found_by",
    callback=_way,
    metavar="WAY",
    help=f"How they were found: {', '.join(get_args(FoundBy))}.",
)
@click.option("--found-detail", metavar="TEXT", help="More about it: the hashtag, the competitor, who referred.")
@click.option("--campaign", metavar="C", help="Put the person into this campaign, to be judged.")
@click.option("--email", metavar="ADDRESS")
@click.option("--note", metavar="TEXT")
@click.option("--dry-run", is_flag=True, help="Say who is known and who would be added, write nothing.")
@with_workspace
async def add(
    workspace: Workspace,
    out: Output,
    words: tuple[str, ...],
    platform: str | None,
    found_by: FoundBy | None,
    found_detail: str | None,
    campaign: str | None,
    email: str | None,
    note: str | None,
    dry_run: bool,
) -> None:
    """Add one person. Who is known already is shown and not doubled.

    \b
    influtui creators add https://www.instagram.com/ada.bakes/ --found-by scroll
    influtui creators add @ada.bakes --platform tiktok
    influtui creators add Ada Ovenworth --email ada@example.org

    Several accounts named at once are one person's. A name alone makes a person without an account.
    """
    platform = platform.casefold() if platform else _asked(words)
    named = service.read_words(words, platform)
    added = await service.add(
        workspace,
        named,
        found_by=found_by,
        found_detail=found_detail,
        email=email,
        note=note,
        campaign=campaign,
        dry_run=dry_run,
    )
    for ref in added.would:
        if out.json:
            out.data({"schema": "influtui.add/1", "ref": ref, "status": "would be added"})
        else:
            out.say(f"would be added  {safe(ref)}")
    for creator, status in [(each, "added") for each in added.new] + [(each, "known") for each in added.known]:
        if out.json:
            out.data(msgspec.to_builtins(creator) | {"status": status})
        else:
            out.say(_line(creator, status))
    for namesake in added.namesakes:
        out.note(
            f"{safe(namesake.ref)} has the same name. If it is them:"
            f" influtui creators merge {safe(namesake.ref)} {safe(added.new[0].ref)}"
        )
    if added.apart:
        refs = " ".join(safe(creator.ref) for creator in added.known[:2])
        out.note(f"These are known as two people and stay so. To join them: influtui creators merge {refs}")


def _asked(words: tuple[str, ...]) -> str | None:
    """The platform of a handle that came without one: asked for on a terminal, else the hint says how to say it."""
    handles = service.needs_platform(words)
    if not handles or not sys.stdin.isatty():
        return None
    answer: str = click.prompt(f"{safe(handles[0])} on which platform?", err=True)
    return answer.strip().casefold()


def _line(creator: Creator, status: str) -> str:
    parts = [f"{status}  {safe(creator.ref)}  #{creator.id}", *([safe(creator.name)] if creator.name else [])]
    if status == "known":
        parts += [f"{creator.followers:,} followers"] if creator.followers is not None else []
        parts += [f"tags {', '.join(map(safe, creator.tags))}"] if creator.tags else []
        parts += [f"found by {creator.found_by.replace('_', ' ')}"] if creator.found_by else []
    return " · ".join(parts)
