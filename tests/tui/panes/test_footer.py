"""The footer of keys: it says what can be done with the rows that are here now."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path

from influtui.cli.main import main
from influtui.tui.app import InflutuiApp, Options


def _role(app: InflutuiApp, label: str) -> str:
    """How the key of an act is drawn in the footer."""
    make = app._bars["footer"]._make
    assert make is not None
    spans = [span for span in make(200) if span.text.strip()]
    return next(key.role for key, said in pairwise(spans) if said.text.strip() == label)


async def test_keys_are_lit_once_there_are_rows_and_dim_while_several_are_marked(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    for who in ("instagram:anna", "instagram:ben"):
        await asyncio.to_thread(main, ["--workspace", str(folder), "creators", "add", who])
        await asyncio.to_thread(main, ["--workspace", str(folder), "inbox", "log-dm", who, "--text", "Gladly!"])
    app = InflutuiApp(Options(folder))
    async with app.run_test(size=(120, 36)):
        await asyncio.wait_for(app.opened.wait(), 60)
        await app.keyboard.do_word("inbox")
        assert _role(app, "reply") == "key"
        await app.keyboard.do_word("mark-all")
        assert app.pane.table.marked == 2
        assert _role(app, "reply") == "dim"
        await app.keyboard.do_word("out")
        assert _role(app, "reply") == "key"
