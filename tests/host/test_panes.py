"""Panes of plugins: whatever one does in place of a view, a person reads whose fault it is, and nothing else is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mastodon_stand_in import MastodonStandIn
from plugin_makers import MANIFEST, MakePlugin, pane_maker

from influtui.cli.main import main
from influtui.model.failures import Failure
from influtui.services.plugin import plugin_panes
from influtui.services.workspace import Workspace

GOOD = "return View(columns=('what', 'how many'), rows=(Row(cells=('bread', '3'), detail='[bold]more'),))"

FAULTS = {
    "at import": ({"top": "raise SystemExit(3)"}, "being imported"),
    "in the hook": ({"panes": "raise KeyError('x')"}, "influtui_panes"),
    "in the constructor": ({"made": "raise BaseException('out')"}, "making"),
    "in the view": ({"view": "raise KeyError('title')"}, "KeyError"),
    "exits": ({"view": "sys.exit(3)"}, "SystemExit"),
    "hangs": ({"view": "await asyncio.sleep(60)"}, "no answer"),
    "blocks": ({"view": "time.sleep(1.5)"}, "blocked in"),
    "floods": ({"view": "return View(columns=('a',), rows=tuple(Row(cells=('x',)) for _ in range(5000)))"}, "more rows"),
    "is too much": ({"view": "return View(columns=('a',), rows=(Row(cells=('x',), detail='y' * 99_000),) * 99)"}, "more text"),
    "is no view": ({"view": "return '<b>hello</b>'"}, "instead of a view"),
    "has no columns": ({"view": "return View(columns=())"}, "not a View"),
    "leaves a task that fails": (
        {"view": "async def later():\n    sys.exit()\nasyncio.ensure_future(later())\nawait asyncio.sleep(0)\nraise OSError"},
        "OSError",
    ),
}  # fmt: skip


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    return pane_maker(tmp_path / "site", monkeypatch)


@pytest.mark.parametrize("how", FAULTS)
async def test_whatever_a_pane_does_wrong_is_said_and_the_others_show(
    make: MakePlugin, workspace: Workspace, how: str
) -> None:
    more, said = FAULTS[how]
    make("good", view=GOOD)
    make("bad", **({"view": GOOD} | more))
    with pytest.raises(Failure) as failure:
        await plugin_panes.view(workspace, "bad-pane")
    assert said in failure.value.message
    assert "bad" in failure.value.message
    assert [row.cells for row in (await plugin_panes.view(workspace, "good-pane")).rows] == [("bread", "3")]


async def test_a_row_that_is_none_is_left_out_and_counted(make: MakePlugin, workspace: Workspace) -> None:
    make(
        "odd",
        view="return View(columns=('a', 'b'), rows=(Row(cells=('x',)), object(), Row(cells=('x', 3)), Row(cells=('x', 'y'))))",
    )
    found = await plugin_panes.view(workspace, "odd-pane")
    assert ([row.cells for row in found.rows], found.left_out) == ([("x", "y")], 3)


def test_a_pane_is_a_command_too(
    make: MakePlugin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    make("good", view=GOOD)
    assert main(["--json", "plugin", "show", "good-pane"]) == 0
    assert json.loads(capsys.readouterr().out)["cells"] == {"what": "bread", "how many": "3"}
    assert main(["--json", "plugin", "show"]) == 0
    assert {each["id"] for each in map(json.loads, capsys.readouterr().out.splitlines())} == {
        "good-pane",
        "mastodon-trends",
    }
    assert main(["plugin", "show", "good-pain"]) == 2
    assert "Did you mean good-pane?" in capsys.readouterr().err


def test_trends_of_a_mastodon_server_are_a_pane(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = MastodonStandIn([], {})
    server.trends = [
        {
            "name": "bread",
            "url": "https://this.example/tags/bread",
            "history": [{"day": "2", "uses": "7", "accounts": "5"}] * 7,
        },
        {"name": "new", "url": None, "history": []},
    ]
    server.start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_MASTODON_BASE_URL", server.base_url)
    try:
        assert main(["--json", "plugin", "show", "mastodon-trends"]) == 0
        rows = [json.loads(line)["cells"] for line in capsys.readouterr().out.splitlines()]
        assert list(rows[0].values()) == ["#bread", "10", "14", "35"]
        assert list(rows[1].values()) == ["#new", "-", "-", "-"], "unknown is not none"
        assert main(["--json", "plugin", "show", "mastodon-trends", "bre"]) == 0
        assert len(capsys.readouterr().out.splitlines()) == 1
    finally:
        server.stop()


def test_a_pane_that_asks_through_no_source_is_refused() -> None:
    from influtui.host import manifests

    text = MANIFEST.format(id="acme", timeout=1) + '[[pane]]\nid = "acme-pane"\nname = "Acme"\nsource = "other"\n'
    with pytest.raises(manifests.ManifestError, match="not announced"):
        manifests.read(text)
