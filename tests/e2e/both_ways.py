"""Runs the app, and writes each frame a second time, as Textual itself would have written it, into the file of `BOTH_WAYS`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from textual._compositor import CompositorUpdate

from influtui.__main__ import main
from influtui.tui.private import PaintsDifferences

_take = PaintsDifferences._take


def _take_both(self: Any, update: CompositorUpdate) -> None:
    with Path(os.environ["BOTH_WAYS"]).open("ab") as file:
        file.write(update.render_segments(self.console).replace("\n", "\r\n").encode())
    _take(self, update)  # type: ignore[arg-type]


PaintsDifferences._take = _take_both  # type: ignore[method-assign, assignment]
sys.exit(main(sys.argv[1:]))
