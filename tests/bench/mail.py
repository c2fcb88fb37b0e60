"""20,000 messages from a real Dovecot, in conversations and searchable, beside mbsync on the same server in the same run.

mbsync copies files and knows nothing of what is in them; with fsync it keeps the promise that we keep too. What we do
more: parse, classify, match, act, index. Each client runs as a process of its own; processor time is what to judge by.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from mail_server import PASSWORD, MailServer

from influtui.services.workspace import opened
from influtui.store import conversations, filing, outbox

ADDRESS = "una@rig.test"
PEOPLE = 2_000
WORDS = Path("/usr/share/dict/words")


class _Run(NamedTuple):
    """Seconds, seconds of processor, MiB at most, and MiB at most of any process that it started."""

    wall: float
    processor: float
    memory: float
    helper: float


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    mbsync = shutil.which("mbsync") is not None
    if not MailServer.is_here():
        print("no Dovecot here: apt-get install dovecot-imapd")
        return
    folder = Path(tempfile.mkdtemp(prefix="bench"))
    try:
        with MailServer() as server:
            asyncio.run(_write_world(folder / "workspace", server))
            messages = list(_messages(count))
            server.deliver(ADDRESS, *messages)
            size = sum(map(len, messages)) / 1e6
            print(f"{count} messages, {size:.0f} MB, {PEOPLE} conversations")
            del messages
            ours, theirs = [], []
            for _ in range(rounds):
                # By turns, so that whatever else the machine does meets both.
                ours.append(_sync(folder, server, "ours"))
                theirs.append(_mbsync(folder, server, fsync=True) if mbsync else (0.0, 0.0))
            again = _sync(folder, server, "nothing new", keep=True)
            found = _timed(folder, ["inbox", "list", "--json", "pomegranate"])
            for run in ours:
                each = f"{run.processor / count * 1000:.2f} ms a message"
                print(
                    f"ours          {run.wall:6.1f} s, processor {run.processor:5.1f} s ({each}),"
                    f" peak memory {run.memory:4.0f} MiB and {run.helper:4.0f} MiB in its second process"
                )
            print(
                f"  nothing new {again.wall:6.1f} s, processor {again.processor:5.1f} s (a Python process and what it imports)"
            )
            print(f"  a search    {found.wall:6.1f} s, processor {found.processor:5.1f} s (the same)")
            for run, (their_wall, their_processor) in zip(ours, theirs, strict=True):
                if mbsync:
                    _print_beside("with fsync", run.wall, their_wall, their_processor)
            if mbsync:
                _print_beside("no fsync", ours[0].wall, *_mbsync(folder, server, fsync=False))
            else:
                print("no mbsync here: apt-get install isync")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _print_beside(how: str, ours: float, wall: float, processor: float) -> None:
    print(f"mbsync {how:10} {wall:5.1f} s, processor {processor:5.1f} s -> ours is {ours / wall:.2f} of its time")


def _sync(folder: Path, server: MailServer, which: str, *, keep: bool = False) -> _Run:
    """One run of `inbox sync` over all."""
    used = folder / "used"
    if not keep:
        shutil.rmtree(used, ignore_errors=True)
        shutil.copytree(folder / "workspace", used)
    return _timed(folder, ["inbox", "sync", "--json"])


def _timed(folder: Path, words: list[str]) -> _Run:
    environment = {**os.environ, "INFLUTUI_WORKSPACE": str(folder / "used"), "INFLUTUI_PASSWORD_UNA_RIG_TEST": PASSWORD}
    code = (
        "import resource, sys, runpy\n"
        "sys.argv = ['influtui', *sys.argv[1:]]\n"
        "try: runpy.run_module('influtui', run_name='__main__')\n"
        "finally: print(*(resource.getrusage(each).ru_maxrss for each in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)),"
        " file=sys.stderr)"
    )
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True, check=False
    )
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(done.stderr)
    if "sync" in words:
        print("  " + json.dumps({key: value for key, value in json.loads(done.stdout).items() if value}))
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    own, helper = (int(each) / 1024 for each in done.stderr.split()[-2:])
    return _Run(wall, processor, own, helper)


def _mbsync(folder: Path, server: MailServer, *, fsync: bool) -> tuple[float, float]:
    store = folder / "mbsync"
    shutil.rmtree(store, ignore_errors=True)
    (store / "mail").mkdir(parents=True)
    (store / "rc").write_text(
        f"FSync {'yes' if fsync else 'no'}\nIMAPAccount a\nHost 127.0.0.1\nPort {server.port}\nUser {ADDRESS}\n"
        f"Pass {PASSWORD}\nSSLType None\nAuthMechs PLAIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\n"
        f"Path {store}/mail/\nInbox {store}/mail/INBOX\nSubFolders Verbatim\n\nChannel c\nFar :far:\nNear :near:\n"
        "Patterns INBOX\nCreate Near\nSync Pull\nSyncState *\n"
    )
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(["mbsync", "-c", str(store / "rc"), "-q", "c"], check=True)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def _write_world(folder: Path, server: MailServer) -> None:
    """A mailbox that has written to everybody: one letter each, with an id that the answers refer to."""
    folder.mkdir()
    (folder / "config.toml").write_text(
        f'[[account]]\naddress = "{ADDRESS}"\nsmtp_host = "127.0.0.1"\nsmtp_security = "none"\n'
        f'imap_host = "127.0.0.1"\nimap_port = {server.port}\nimap_security = "none"\n'
    )
    async with opened(folder) as workspace:
        now = workspace.clock()
        async with workspace.db.write(now, durability="normal") as transaction:
            for number in range(1, PEOPLE + 1):
                person = await transaction.next_ids("persons", 1)
                address = f"creator{number}@mail.test"
                await transaction.run(
                    "INSERT INTO persons (id, email, created_at) VALUES (?, ?, ?)", (person, address, now)
                )
                conversation = await transaction.insert(
                    "INSERT INTO conversations (person_id, channel, account, address, subject, last_at, awaiting)"
                    " VALUES (?, 'email', ?, ?, 'A gift for you', ?, 'them')",
                    (person, ADDRESS, address, now),
                )
                message = await transaction.insert(
                    "INSERT INTO messages (conversation_id, direction, state, message_id, sender, recipient, subject, body,"
                    " written_by, at) VALUES (?, 'out', 'sent', ?, ?, ?, 'A gift for you', 'Hello', 'una', ?)",
                    (conversation, f"<letter{number}@rig.test>", ADDRESS, address, now - 86_400_000),
                )
                await outbox.put(transaction, message, account=ADDRESS, sender=ADDRESS, recipient=address, raw=b"x")
                await filing.note(transaction, message)
        assert await conversations.waiting_count(workspace.db) == 0


def _messages(count: int):
    """Answers of about 3.4 KB, each to one of our letters."""
    random.seed(7)
    words = ["pomegranate", *(f"word{number:04d}" for number in range(6_000))]
    if WORDS.exists():
        words += WORDS.read_text("utf-8").split()[:20_000]
    for number in range(count):
        person = number % PEOPLE + 1
        lines = [" ".join(random.choices(words, k=9)) for _ in range(30)]
        text = "\n".join(lines) + "\n\nOn Sun, 22 Nov 2026 at 10:00, Una wrote:\n> " + "\n> ".join(lines[:8])
        yield (
            f"Return-Path: <creator{person}@mail.test>\n"
            "Received: from mx.mail.test by rig.test; Sun, 22 Nov 2026 11:00:00 +0000\n"
            f"From: Creator {person} <creator{person}@mail.test>\nTo: {ADDRESS}\nSubject: Re: A gift for you\n"
            f"Message-ID: <answer{number}@mail.test>\nIn-Reply-To: <letter{person}@rig.test>\n"
            f"References: <letter{person}@rig.test>\nDate: Sun, 22 Nov 2026 11:00:00 +0000\nMIME-Version: 1.0\n"
            f"Content-Type: text/plain; charset=utf-8\n\n{text}\n"
        ).encode()


if __name__ == "__main__":
    main()
