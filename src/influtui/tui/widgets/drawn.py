"""A widget that draws its lines itself, each once: Textual would put styles, padding and filters on all of them again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from influtui.tui.themes import Palette


class Drawn(Widget):
    """Keeps each line as it leaves the app, filtered, until `refresh` names it. Has no border, padding or styles of its own."""

    can_focus = False

    def __init__(self, *, palette: Callable[[], Palette], id: str | None = None) -> None:  # noqa: A002 - Textual's name
        self._drawn: dict[int, Strip] = {}
        self._drawn_for: object = None
        """Size, colours and filters with which the lines were drawn."""
        self._extent: Size | None = None
        super().__init__(id=id)
        self._palette = palette

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Have lines drawn again; without regions all."""
        if repaint and regions:
            for region in regions:
                for y in region.line_range:
                    self._drawn.pop(y, None)
        elif repaint:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def extent(self) -> Size:
        """The size; while lines are drawn it is not worked out anew for each."""
        return self._extent or self.size

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a part of the widget."""
        filters: list[Any] = list(self.app.get_line_filters())
        self._extent = size = self.size
        drawn_for = size, self._palette(), filters
        if drawn_for != self._drawn_for:
            self._drawn.clear()
            self._drawn_for = drawn_for
        if missing := [y for y in crop.line_range if y not in self._drawn]:
            ground = self.background_colors[1]
            for y in missing:
                line = self.render_line(y)
                for each in filters:
                    line = line.apply_filter(each, ground)
                self._drawn[y] = line
        self._extent = None
        lines = [self._drawn[y] for y in crop.line_range]
        if crop.column_span != (0, size.width):
            return [line.crop(*crop.column_span) for line in lines]
        return lines
