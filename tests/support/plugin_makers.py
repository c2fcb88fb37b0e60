"""Makes installed plugins for tests: a package with a manifest and the metadata that a wheel would leave, on `sys.path`."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

MANIFEST = """
manifest = 1
id = "{id}"
name = "{id}"
api = ">=1.0,<2"
python = "influtui_{id}:ThePlugin"

[[source]]
id = "{id}"
name = "{id}"
platform = "bluesky"
base_url = "https://{id}.example/api/"
hosts = ["{id}.example"]
timeout_s = {timeout}
page = 10
"""

CODE = """
from datetime import UTC, datetime
from typing_extensions import override
from influtui.api import *
import asyncio, sys, time

class TheSource(Source):
    id = "{id}"
    @override
    async def search(self, query, *, cursor, limit):
{search}

class ThePlugin(Plugin):
    @hookimpl
    @override
    def influtui_sources(self, ctx):
{hook}
"""

GOOD = """
return Page(profiles=tuple(Profile(platform="bluesky", handle=f"{query}{n}.example", followers=n, as_of=self.ctx.clock())
                           for n in range(min(3, limit))))
"""

MakePlugin = Callable[..., str]


def maker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    """A function that installs a plugin: `make("acme", search="raise KeyError")`. Returns its id."""
    monkeypatch.syspath_prepend(str(folder))

    def make(
        id_: str,
        *,
        search: str = GOOD,
        hook: str = "return [TheSource]",
        top: str = "",
        manifest: str | None = None,
        timeout: float = 60,
        package: str | None = None,
    ) -> str:
        package = package or f"influtui_{id_}"
        (folder / package).mkdir(parents=True, exist_ok=True)
        code = CODE.format(
            id=id_, search=textwrap.indent(textwrap.dedent(search), " " * 8), hook=textwrap.indent(hook, " " * 8)
        )
        (folder / package / "__init__.py").write_text(top + "\n" + code)
        (folder / package / "influtui.toml").write_text(manifest or MANIFEST.format(id=id_, timeout=timeout))
        info = folder / f"acme_{package}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: acme-{package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[influtui.manifest]\n{id_} = {package}:influtui.toml\n")
        monkeypatch.delitem(sys.modules, package, raising=False)
        return id_

    return make


PANE = """
class ThePane(Pane):
    id = "{id}-pane"
    def __init__(self, ctx):
        super().__init__(ctx)
{made}
    async def view(self, query):
{view}

class ThePlugin(ThePlugin):
    @hookimpl
    def influtui_panes(self, ctx):
{panes}
"""


def pane_maker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    """Likewise, of plugins that have a pane: `make("acme", view="return View(…)")`."""
    make = maker(folder, monkeypatch)

    def make_pane(id_: str, *, view: str, made: str = "pass", panes: str = "return [ThePane]", top: str = "") -> str:
        manifest = MANIFEST.format(id=id_, timeout=0.4)
        manifest += f'[[pane]]\nid = "{id_}-pane"\nname = "{id_.title()}"\nsource = "{id_}"\n'
        make(id_, manifest=manifest, top=top)
        parts = {"made": textwrap.indent(made, " " * 8), "view": textwrap.indent(view, " " * 8)}
        code = PANE.format(id=id_, panes=textwrap.indent(panes, " " * 8), **parts)
        with (folder / f"influtui_{id_}" / "__init__.py").open("a") as file:
            file.write(code)
        return id_

    return make_pane
