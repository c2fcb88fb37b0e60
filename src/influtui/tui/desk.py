"""The app's only screen: what no editor takes of keys and pastes goes to the app."""

from __future__ import annotations

from textual import events

from influtui.tui.private import Burst, DrawsOnce


class Desk(DrawsOnce, inherit_bindings=False):
    """The only screen. What no editor takes goes to the app's keymap."""

    AUTO_FOCUS = None
    BLANK = True

    def on_key(self, event: events.Key) -> None:
        """Hand a key to the app."""
        event.stop()
        event.prevent_default()
        self.app.key_pressed(event.key, event.character)  # type: ignore[attr-defined]

    def on_paste(self, event: events.Paste) -> None:
        """Hand pasted text to the app: it never acts as keys."""
        event.stop()
        self.app.pasted(event.text, is_burst=isinstance(event, Burst))  # type: ignore[attr-defined]
