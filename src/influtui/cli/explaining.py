"""`inbox explain`: what a message is taken for, and why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from influtui.cli.frame import with_workspace
from influtui.cli.output import Output
from influtui.model.failures import Failure, NotFound
from influtui.model.incoming import Bounce
from influtui.model.times import minute
from influtui.services.incoming.explaining import Explained, explain
from influtui.services.workspace import Workspace


@click.command("explain")
@click.argument("files", metavar="FILE…|-", nargs=-1, required=True)
@with_workspace
async def explain_files(workspace: Workspace, out: Output, files: tuple[str, ...]) -> None:
    """Say what a message (a .eml file, - for standard input) is taken for and why. Nothing is kept of it.

    \b
    influtui inbox explain bounce.eml
    influtui --json inbox explain *.eml | jq -r .classification.why
    """
    for number, name in enumerate(files):
        found = await explain(workspace, _bytes(name))
        if out.json:
            out.data(found)
            continue
        if number:
            out.say("")
        for line in _lines(found):
            out.say(line)


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except FileNotFoundError:
        raise NotFound(f"there is no file {name}", hint="Give a message as a file, or - for standard input.") from None
    except OSError as error:
        raise Failure(f"{name} cannot be read: {error.strerror}", hint="Is it a file, and may you read it?") from None


def _lines(found: Explained) -> Iterator[str]:
    message, verdict = found.message, found.classification
    yield f"{verdict.kind.replace('_', ' ')}: {verdict.why}"
    yield f"  by rule {verdict.rule}"
    if verdict.returns_on is not None:
        yield f"  back on {verdict.returns_on.isoformat()}"
    for bounce in (verdict.bounce, *verdict.further):
        if bounce is not None:
            yield f"  {bounce.recipient or 'a recipient it does not name'}: {_asks(bounce)}"
            if bounce.said:
                yield f"    “{bounce.said}”"
    yield f"From: {f'{message.sender_name} ' if message.sender_name else ''}<{message.sender or '-'}>"
    yield f"Subject: {message.subject or '-'}"
    yield f"Date: {minute(message.at)}"
    for file in message.attachments:
        yield f"File: {file.name} ({file.type}, {file.size} bytes){f': {file.warning}' if file.warning else ''}"
    if message.remote_images:
        yield f"Pictures from elsewhere, not fetched: {message.remote_images}, {message.tracking_pixels} of them to track you"
    for remark in (*found.warnings, *message.problems):
        yield f"Note: {remark}"
    yield ""
    yield found.written.rstrip() or "(nothing written)"
    if found.quoted.strip():
        yield f"[… {len(found.quoted.splitlines())} quoted lines]"


def _asks(bounce: Bounce) -> str:
    asked = [
        words
        for words, applies in (
            ("never write to it again", bounce.suppress),
            ("stop sending from our mailbox until somebody has looked", bounce.pause_sender),
            ("it may work later", bounce.retry),
        )
        if applies
    ]
    code = " ".join(str(each) for each in (bounce.code, bounce.status) if each)
    return f"{bounce.reason}{f' ({code})' if code else ''}: {'; '.join(asked) or 'nothing follows by itself'}"
