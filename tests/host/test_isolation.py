"""Whatever a plugin does, it loses only its own results: the others' stay, the loop of the app keeps ticking."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from plugin_makers import MakePlugin, maker

from influtui.host.activation import Host, throw_away
from influtui.host.calls import Fault
from influtui.host.discovery import installed


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    return maker(tmp_path / "site", monkeypatch)


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[Callable[[], Host]]:
    hosts: list[Host] = []

    def open_host() -> Host:
        hosts.append(Host(installed(tmp_path / "cache.json"), {}, lambda: 1_795_348_800_000))
        return hosts[-1]

    yield open_host
    for each in hosts:
        await each.close()


async def _search(host: Host, id_: str, limit: int = 10) -> list[str]:
    source = await host.open_source(id_, {})
    page = await source.search("anna", cursor=None, limit=limit)
    return [profile.handle for profile in page.profiles]


BAD = {
    "raises": ("raise KeyError('title')", "crashed"),
    "raises_base": ("raise BaseException('out')", "crashed"),
    "exits": ("sys.exit(3)", "crashed"),
    "interrupts": ("raise KeyboardInterrupt", "crashed"),
    "cancels": ("raise asyncio.CancelledError", "crashed"),
    "hangs": ("await asyncio.sleep(60)", "hung"),
    "swallows": (
        "while True:\n    try:\n        await asyncio.sleep(60)\n    except asyncio.CancelledError:\n        pass",
        "hung",
    ),
    "blocks": ("time.sleep(30)", "hung"),
    "gives_none": ("return None", "junk"),
    "gives_text": ("return 'page'", "junk"),
    "gives_naive_dict": ("return {'profiles': []}", "junk"),
    "gives_bad_cursor": ("return Page(next='x' * 5000)", "junk"),
    "gives_int_cursor": ("return Page(next=17)", "junk"),
    "floods": (
        "return Page(profiles=tuple(Profile(platform='bluesky', handle=f'h{n}', as_of=self.ctx.clock()) for n in range(5000)))",
        "junk",
    ),
    "asks_elsewhere": ("await self.ctx.http.get('https://evil.example/steal')", "host_denied"),
    "asks_this_machine": ("await self.ctx.http.get('http://127.0.0.1:22/')", "host_denied"),
    "asks_by_another_scheme": ("await self.ctx.http.get('file:///etc/passwd')", "host_denied"),
}


@pytest.mark.parametrize("how", BAD)
async def test_a_bad_plugin_loses_only_its_own_results(make: MakePlugin, host: Callable[[], Host], how: str) -> None:
    search, kind = BAD[how]
    make("good")
    make("bad", search=search, timeout=0.4)
    plugins = host()
    gaps: list[float] = []

    async def tick() -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - before)

    ticking = asyncio.create_task(tick())
    began = time.monotonic()
    bad, good = await asyncio.gather(_search(plugins, "bad"), _search(plugins, "good"), return_exceptions=True)
    took = time.monotonic() - began
    ticking.cancel()
    assert isinstance(bad, Fault), bad
    assert (bad.kind, bad.plugin) == (kind, "bad")
    assert good == ["anna0.example", "anna1.example", "anna2.example"]
    assert await _search(plugins, "good") == good
    assert took < 20
    assert max(gaps, default=0) < 10, "the caller's own loop went on"


async def test_a_plugin_that_blocks_is_named_with_file_and_line(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("blocker", search="time.sleep(30)", timeout=0.4)
    with pytest.raises(Fault) as fault:
        await _search(host(), "blocker")
    assert "influtui_blocker/__init__.py" in fault.value.message.replace("\\", "/")
    assert "(search)" in fault.value.message


async def test_a_plugin_that_burns_the_processor_is_named_and_ended(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("burning", search="while True:\n    pass", timeout=0.4)
    before = set(threading.enumerate())
    with pytest.raises(Fault, match=r"blocked in .*influtui_burning.__init__.py:\d+ \(search\)"):
        await _search(host(), "burning")
    for _ in range(3_000):
        if not any(each.name.startswith("plugin-") for each in set(threading.enumerate()) - before):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it burns on")


async def test_what_a_plugin_blocks_in_is_told_by_its_own_line(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("waiter", search="threading.Event().wait(30)", top="import threading", timeout=0.4)
    with pytest.raises(Fault, match=r"blocked in .*influtui_waiter.__init__.py:\d+ \(search\)"):
        await _search(host(), "waiter")


@pytest.mark.parametrize("top", [
    "raise RuntimeError('no')", "raise SystemExit(2)", "raise BaseException('x')", "import nothing_of_that_name", "def :", "1/0",
])  # fmt: skip
async def test_a_plugin_that_fails_at_import_says_so_and_costs_nobody_else(
    make: MakePlugin, host: Callable[[], Host], top: str
) -> None:
    make("good")
    make("broken", top=top)
    plugins = host()
    with pytest.raises(Fault, match="being imported"):
        await _search(plugins, "broken")
    assert len(await _search(plugins, "good")) == 3


@pytest.mark.parametrize(("hook", "kind"), [
    ("return []", "mismatch"), ("return [TheSource, Carrier]", "junk"), ("return 17", "crashed"),
    ("return [TheSource()]", "crashed"),
    ("raise ValueError('x')", "crashed"), ("yield TheSource\nraise ValueError('late')", "crashed"),
    ("time.sleep(3)\nreturn [TheSource]", "hung"),
])  # fmt: skip
async def test_a_hook_that_does_not_keep_its_word_is_a_fault_of_its_plugin(
    make: MakePlugin, host: Callable[[], Host], hook: str, kind: str
) -> None:
    make("acme", hook=hook)
    with pytest.raises(Fault) as fault:
        await _search(host(), "acme")
    assert (fault.value.kind, fault.value.plugin) == (kind, "acme")


async def test_the_manifest_and_the_hook_must_name_the_same_ids(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("acme", hook='TheSource.id = "other"\nreturn [TheSource]')
    with pytest.raises(Fault, match="announces acme and influtui_sources gave other"):
        await _search(host(), "acme")


JUNK = {
    "naive time": "Profile(platform='bluesky', handle='x', as_of=datetime(2026, 1, 1))",
    "negative count": "Profile(platform='bluesky', handle='x', as_of=self.ctx.clock(), followers=-3)",
    "text for a number": "Profile(platform='bluesky', handle='x', as_of=self.ctx.clock(), followers='12K')",
    "no handle": "Profile(platform='bluesky', handle='', as_of=self.ctx.clock())",
    "another platform": "Profile(platform='instagram', handle='x', as_of=self.ctx.clock())",
    "no account": "object()",
    "a huge text": "Profile(platform='bluesky', handle='x', as_of=self.ctx.clock(), bio='x' * 1_000_000)",
}


@pytest.mark.parametrize("junk", JUNK)
async def test_one_account_that_is_junk_is_left_out_and_the_others_stay(
    make: MakePlugin, host: Callable[[], Host], junk: str
) -> None:
    good = "Profile(platform='bluesky', handle='fine.example', as_of=self.ctx.clock())"
    make("acme", search=f"return Page(profiles=({JUNK[junk]}, {good}))")
    source = await host().open_source("acme", {})
    page = await source.search("q", cursor=None, limit=10)
    assert [profile.handle for profile in page.profiles] == ["fine.example"]
    assert len(page.junk) == 1


async def test_a_search_that_would_never_end_is_ended(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("acme", search="return Page(next='again')")
    source = await host().open_source("acme", {})
    await source.search("q", cursor=None, limit=5)
    with pytest.raises(Fault, match="never end"):
        await source.search("q", cursor="again", limit=5)


async def test_after_three_failures_a_plugin_rests(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("acme", search="raise KeyError('x')")
    source = await host().open_source("acme", {})
    kinds: list[str] = []
    for _ in range(4):
        with pytest.raises(Fault) as fault:
            await source.search("q", cursor=None, limit=5)
        kinds.append(fault.value.kind)
    assert kinds == ["crashed", "crashed", "crashed", "resting"]


async def test_a_users_mistake_does_not_make_a_plugin_rest(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("acme", search="raise InvalidInput('odd')")
    source = await host().open_source("acme", {})
    for _ in range(5):
        with pytest.raises(Fault) as fault:
            await source.search("q", cursor=None, limit=5)
        assert fault.value.kind == "invalid_input"


async def test_a_task_that_a_plugin_leaves_behind_ends_with_the_host(
    make: MakePlugin, host: Callable[[], Host]
) -> None:
    make("acme", search="self.t = asyncio.ensure_future(asyncio.sleep(3600))\nreturn Page()")
    plugins = host()
    assert await _search(plugins, "acme") == []
    began = time.monotonic()
    await plugins.close()
    assert time.monotonic() - began < 60


async def test_a_caller_that_gives_up_is_not_kept(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("acme", search="await asyncio.sleep(60)")
    source = await host().open_source("acme", {})
    task = asyncio.create_task(source.search("q", cursor=None, limit=5))
    await asyncio.sleep(0.05)
    task.cancel()
    began = time.monotonic()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 40


async def test_listing_plugins_imports_none_of_them(make: MakePlugin, host: Callable[[], Host]) -> None:
    make("acme", top="raise SystemExit")
    states = {each.id: each.state for each in host().plugins()}
    assert states["acme"] == "ready"
    assert "influtui_acme" not in sys.modules


async def test_a_plugin_that_was_edited_is_imported_anew_in_every_host(
    make: MakePlugin, host: Callable[[], Host], tmp_path: Path
) -> None:
    make("acme")
    one, two = host(), host()
    assert await _search(one, "acme") == await _search(two, "acme")
    package = tmp_path / "site" / "influtui_acme" / "__init__.py"
    package.write_text(package.read_text().replace(".example", ".changed-now"))
    manifest = one.standing.found["acme"].manifest
    assert manifest is not None
    assert (await _search(one, "acme"))[0] == "anna0.example"
    throw_away("acme", manifest)
    assert (await _search(one, "acme"))[0] == "anna0.changed-now"
    assert (await _search(two, "acme"))[0] == "anna0.changed-now"
