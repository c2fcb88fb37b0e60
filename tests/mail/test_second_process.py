from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from influtui.mail import second_process, understanding
from influtui.mail.second_process import Ended, SecondProcess, Understanding
from influtui.mail.understanding import Guidance, framed, understand
from influtui.model.incoming import LocalRule

RULE = LocalRule(id="local.1", kind="question", phrase="my agent handles those", domain="creator.test")
GUIDANCE = Guidance(frozenset({"una@rig.test"}), (RULE,))


def mail(text: str) -> bytes:
    return f"From: Anna <anna@creator.test>\r\nSubject: Re: Hello\r\n\r\n{text}\r\n".encode()


@pytest.fixture
async def helped(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Understanding]:
    """Whoever understands messages, with a second process however few they are."""
    monkeypatch.setattr(second_process, "MANY", 1)
    monkeypatch.setattr(second_process, "cores", lambda: 2)
    found = Understanding(GUIDANCE)
    await found.prepare_for(1)
    yield found
    await found.close()


async def test_a_second_process_understands_as_this_one_does(helped: Understanding, samples: Path) -> None:
    raws = [mail("my agent handles those"), mail("Yes please"), b"", b"\xff\x00\n\n\x80" * 30]
    for folder in ("sisimai-bounces", "mimekit", "talon"):
        raws += [each.read_bytes() for each in sorted((samples / "mail" / folder).rglob("*"))[:30] if each.is_file()]
    assert helped.ahead > 0
    assert await helped.of(raws) == [understand(raw, GUIDANCE) for raw in raws]


async def test_what_is_asked_at_once_is_answered_in_its_order(helped: Understanding) -> None:
    lists = [[mail(f"{number} " + "word " * 2_000) for number in range(at, at + 30)] for at in range(0, 240, 30)]
    answers = await asyncio.gather(*map(helped.of, lists))
    told = [[each.message.body.split(" ")[0] for each in answer] for answer in answers]
    assert told == [[str(number) for number in range(at, at + 30)] for at in range(0, 240, 30)]


@pytest.mark.parametrize("asked_before", [False, True])
async def test_whoever_kills_it_loses_no_message(helped: Understanding, *, asked_before: bool) -> None:
    """Crash isolation: what it had before it is understood here."""
    assert helped.pid is not None
    first = asyncio.create_task(helped.of([mail("Yes please")] * 200)) if asked_before else None
    await asyncio.sleep(0)
    os.kill(helped.pid, signal.SIGKILL)
    found = await helped.of([mail("Yes please"), mail("No thanks")])
    assert [each.found.kind for each in found] == ["interested", "declined"]
    if first is not None:
        assert [each.found.kind for each in await first] == ["interested"] * 200
    assert (helped.pid, helped.ahead) == (None, 0)
    await helped.prepare_for(10_000)
    assert helped.pid is None, "what ended once is not started again"


async def test_what_it_fails_on_is_done_here(helped: Understanding, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(*_: object) -> list[None]:
        return [None]

    monkeypatch.setattr(SecondProcess, "understand", failing)
    [found] = await helped.of([mail("Yes please")])
    assert found.found.kind == "interested"


def test_a_message_that_breaks_the_reader_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaking(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(understanding, "understand", breaking)
    assert understanding.answer_to(mail("Yes please"), GUIDANCE) is None


def test_it_ends_with_whoever_started_it() -> None:
    """However they end, kill -9 too: the system closes what it reads from."""
    words = [sys.executable, "-P", "-m", "influtui.mail.understanding"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(framed(msgspec.msgpack.encode(GUIDANCE)) + framed(b"cut short")[:7])
        process.stdin.close()
        assert process.wait(120) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""


async def test_nobody_is_started_for_few_messages_or_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    for count, cores in ((second_process.MANY - 1, 2), (second_process.MANY, 1)):
        monkeypatch.setattr(second_process, "cores", lambda cores=cores: cores)
        alone = Understanding(GUIDANCE)
        await alone.prepare_for(count)
        assert (alone.pid, alone.ahead) == (None, 0)
        assert [each.found.kind for each in await alone.of([mail("Yes please")])] == ["interested"]


async def test_a_system_without_room_for_it_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(_: Guidance) -> SecondProcess:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(second_process, "cores", lambda: 2)
    monkeypatch.setattr(SecondProcess, "started", refused)
    alone = Understanding(GUIDANCE)
    await alone.prepare_for(second_process.MANY)
    assert [each.found.kind for each in await alone.of([mail("Yes please")])] == ["interested"]


async def test_it_is_gone_when_it_was_closed() -> None:
    second = await SecondProcess.started(GUIDANCE)
    await second.close()
    with pytest.raises(ProcessLookupError):
        os.kill(second.pid, 0)
    with pytest.raises(Ended):
        await second.understand([mail("Yes please")])
