"""Textual without what the app never shows: a seventh of its import goes into the widgets of its command palette.

`textual.app` imports `textual.command` at its top and uses it only where a palette opens; ours is a line of our own. While
`textual.app` is imported the module is an empty one with the names it asks for. Afterwards the real one can be imported
as ever. `tests/tui/test_private.py` breaks when Textual begins to use more of it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final

COMMAND: Final = "textual.command"
NAMES: Final = ("CommandListItem", "CommandPalette", "DiscoveryHit", "Hit", "Hits", "Provider", "SimpleProvider")
"""What `textual.app` and `textual.theme` take from it."""


class _NotHere:
    """Stands for a class that nothing makes an object of."""


@contextmanager
def textual_without_palette() -> Iterator[None]:
    """Inside, `textual.app` is imported without its palette; nothing happens where it has been imported already."""
    if "textual.app" in sys.modules or COMMAND in sys.modules:
        yield
        return
    module = ModuleType(COMMAND)
    vars(module).update(dict.fromkeys(NAMES, _NotHere))
    sys.modules[COMMAND] = module
    try:
        yield
    finally:
        del sys.modules[COMMAND]
