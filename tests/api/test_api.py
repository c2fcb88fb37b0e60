"""The one surface that plugin authors import: light, typed, documented, and no hook without a test."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pluggy
import pytest

import influtui.api
from influtui.api import API_VERSION, Plugin, PluginError
from influtui.api.hooks import PROJECT

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "plugin-api.md"
HOOKS = sorted(name for name in vars(Plugin) if name.startswith("influtui_"))


def test_importing_the_api_brings_neither_the_screen_nor_the_network() -> None:
    heavy = ("textual", "rich", "httpx", "aiosqlite", "click")
    code = f"import sys, influtui.api; print(sorted(m for m in sys.modules if m.split('.')[0] in {heavy}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"


def test_everything_that_is_exported_exists_and_is_documented() -> None:
    page = PAGE.read_text("utf-8")
    for name in influtui.api.__all__:
        thing = getattr(influtui.api, name)
        assert f"`{name}" in page, f"{name} is not in {PAGE.name}"
        if inspect.isclass(thing):
            assert inspect.getdoc(thing), name


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented_with_its_context_and_has_a_test(hook: str) -> None:
    signature = inspect.signature(getattr(Plugin, hook))
    (_, context) = signature.parameters.values()
    assert re.fullmatch(r"\w+Context", str(context.annotation)), "exactly one frozen context"
    assert context.default is inspect.Parameter.empty
    page = PAGE.read_text("utf-8")
    assert f"### `{hook}(ctx: {context.annotation}) -> {signature.return_annotation}`" in page
    assert inspect.getdoc(getattr(Plugin, hook))
    tests = [path.read_text("utf-8") for folder in ("tests", "plugins") for path in (ROOT / folder).rglob("test_*.py")]
    assert any(hook in text or f"supplies {hook}" in text for text in tests)


def test_contexts_are_frozen_so_that_no_plugin_changes_what_another_sees() -> None:
    from influtui.api import CarriersContext, SourcesContext

    for context in (SourcesContext("acme", API_VERSION), CarriersContext("acme", API_VERSION)):
        with pytest.raises(AttributeError):
            context.plugin = "other"  # type: ignore[misc]


def test_the_hooks_are_ones_that_pluggy_knows_and_a_plugin_without_any_registers_none() -> None:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(Plugin)
    manager.register(Plugin(), "empty")
    assert all(not getattr(manager.hook, hook).get_hookimpls() for hook in HOOKS)


def test_carriers_come_from_influtui_carriers_and_sources_from_influtui_sources() -> None:
    from influtui_bluesky import Bluesky, BlueskySource
    from influtui_manual import Manual, ManualCarrier

    from influtui.api import CarriersContext, SourcesContext

    assert list(Bluesky().influtui_sources(SourcesContext("bluesky", API_VERSION))) == [BlueskySource]
    assert list(Manual().influtui_carriers(CarriersContext("manual", API_VERSION))) == [ManualCarrier]


def _errors(kind: type[PluginError]) -> list[type[PluginError]]:
    return [each for below in kind.__subclasses__() for each in (below, *_errors(below))]


def test_every_error_has_a_kind_of_its_own_and_says_what_the_host_does() -> None:
    errors = [each for each in _errors(PluginError) if each.__module__ == "influtui.api.errors"]
    kinds = [each.kind for each in errors]
    assert len(set(kinds)) == len(kinds)
    page = PAGE.read_text("utf-8")
    for each in errors:
        assert "ost:" in (each.__doc__ or "") or "by the host" in (each.__doc__ or ""), each
        assert f"`{each.__name__}`" in page


WRONG = """
from collections.abc import Iterable
from typing_extensions import override
from influtui.api import Carrier, Plugin, Source, SourcesContext, hookimpl

class Acme(Plugin):
    @hookimpl
    @override
    def influtui_sauces(self, ctx: SourcesContext) -> Iterable[type[Source]]:
        return []

    @hookimpl
    @override
    def influtui_carriers(self, ctx: SourcesContext) -> Iterable[type[Carrier]]:
        return []
"""


def test_mypy_finds_a_misspelt_hook_and_a_wrong_result(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    wrong = tmp_path / "acme.py"
    wrong.write_text(WRONG)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(wrong)],
        capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert "influtui_sauces" in done.stdout
    assert "influtui_carriers" in done.stdout
