"""The one list: rows by position, a cursor that never waits, marks that outlive what has been seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from textual.app import App, ComposeResult

from influtui.tui import themes
from influtui.tui.render.columns import Cell, Column
from influtui.tui.render.spans import Look
from influtui.tui.widgets.list import PAGE, Fixed, VirtualList

COLUMNS = (Column("number", "number", lambda number, _: Cell(f"row {number}"), 12, align="left"),)


class Slow:
    """A million rows that come only when they are let through."""

    total = 1_000_000

    def __init__(self) -> None:
        self.asked: list[tuple[int, int]] = []
        self.gate = asyncio.Event()

    async def rows(self, start: int, stop: int) -> Sequence[int]:
        """Rows by position."""
        self.asked.append((start, stop))
        await self.gate.wait()
        return range(start, stop)


class Bench(App[None]):
    """A list and nothing else."""

    def __init__(self, failed: Callable[[Exception], None] = lambda error: None) -> None:
        super().__init__()
        self.table: VirtualList[int] = VirtualList(
            COLUMNS, key=lambda number: number, look=lambda: Look(0), palette=lambda: themes.load("dusk"), failed=failed
        )

    def compose(self) -> ComposeResult:
        """The list."""
        yield self.table

    def shown(self) -> list[str]:
        """What stands on the screen."""
        return [
            "".join(segment.text for segment in self.table.render_line(y)).rstrip()
            for y in range(self.table.size.height)
        ]


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never became so")


async def test_the_cursor_moves_before_the_rows_have_come() -> None:
    app, source = Bench(), Slow()
    async with app.run_test(size=(40, 12)):
        app.table.show(source)
        app.table.to(999_999)
        assert app.table.cursor == 999_999
        assert app.shown()[-1].startswith("›")
        assert "row" not in app.shown()[-1], "a placeholder"
        source.gate.set()
        await _until(lambda: "row 999999" in app.shown()[-1])


async def test_only_what_is_near_the_cursor_is_asked_for() -> None:
    app, source = Bench(), Slow()
    source.gate.set()
    async with app.run_test(size=(40, 12)):
        app.table.show(source)
        await _until(lambda: "row 0" in app.shown()[1])
        app.table.to(500_000)
        await _until(lambda: "row 500000" in "".join(app.shown()))
        app.table.to(0)
        await _until(lambda: "row 0" in app.shown()[1])
        assert len(source.asked) <= 6
        assert all(stop - start <= PAGE for start, stop in source.asked)


async def test_places_that_were_run_past_are_not_fetched() -> None:
    app, source = Bench(), Slow()
    async with app.run_test(size=(40, 12)):
        app.table.show(source)
        for place in range(0, 900_000, 10_000):
            app.table.to(place)
            await asyncio.sleep(0)
        source.gate.set()
        await _until(lambda: "row 890000" in "".join(app.shown()))
        assert len(source.asked) <= 8, "ninety places were passed"


async def test_the_edges_hold() -> None:
    app = Bench()
    async with app.run_test(size=(40, 12)):
        app.table.show(Fixed(range(5)))
        app.table.move(-3)
        assert app.table.cursor == 0
        app.table.move(99)
        assert app.table.cursor == 4
        app.table.show(Fixed(()))
        app.table.move(1)
        assert app.table.current is None
        assert app.table.marked == 0


async def test_all_marked_counts_rows_nobody_has_seen_and_one_can_be_taken_out() -> None:
    app, source = Bench(), Slow()
    source.gate.set()
    async with app.run_test(size=(40, 12)):
        app.table.show(source)
        await _until(lambda: app.table.current is not None)
        app.table.mark_all()
        assert app.table.marked == 1_000_000
        app.table.toggle([0])
        assert app.table.marked == 999_999
        assert not app.table.is_marked(0)
        assert app.table.is_marked(777_777)
        app.table.mark_all(False)
        assert app.table.marked == 0


async def test_a_refresh_keeps_the_old_rows_until_the_new_ones_come() -> None:
    app, source = Bench(), Slow()
    source.gate.set()
    async with app.run_test(size=(40, 12)):
        app.table.show(source)
        await _until(lambda: "row 0" in app.shown()[1])
        source.gate.clear()
        app.table.reload()
        await asyncio.sleep(0.02)
        assert "row 0" in app.shown()[1]
        source.gate.set()


async def test_a_failing_source_is_told_and_does_not_spin() -> None:
    told: list[Exception] = []
    app = Bench(told.append)

    class Broken:
        total = 10

        async def rows(self, start: int, stop: int) -> Sequence[int]:
            raise OSError("gone")

    async with app.run_test(size=(40, 12)):
        app.table.show(Broken())
        await _until(lambda: bool(told))
        await asyncio.sleep(0.05)
        assert len(told) == 1


class Shifting:
    """Rows that another source has elsewhere; they come one at a time."""

    def __init__(self, rows: Sequence[int], *, fails: bool = False) -> None:
        self.all, self.total, self._fails = rows, len(rows), fails

    async def rows(self, start: int, stop: int) -> Sequence[int]:
        """Rows by position."""
        await asyncio.sleep(0)
        if self._fails:
            raise RuntimeError("the store is gone")
        return self.all[start:stop]

    async def place(self, key: int, near: int) -> int | None:
        """Where a row is."""
        return self.all.index(key) if key in self.all else None

    async def held(self, keys: set[int]) -> set[int]:
        """Those that it has."""
        return keys & set(self.all)


async def test_the_cursor_goes_with_its_row_and_marks_go_with_theirs() -> None:
    app = Bench()
    async with app.run_test(size=(40, 12)):
        table = app.table
        await table.put(Shifting(range(100)), keep=False)
        table.to(50)
        table.toggle([3, 60])
        offset = table.cursor - table.top
        await table.put(Shifting([number for number in range(1, 100) if number != 60]), keep=True)
        assert (table.current, table.cursor, table.marks) == (50, 49, {3})
        assert table.cursor - table.top == offset, "the row stays where it is on the screen"
        await table.put(Shifting([number for number in range(100) if number != 50]), keep=True)
        assert table.current == 51, "the row that stood below it"
        await table.put(Shifting(range(20)), keep=True, to=7)
        assert table.current == 7


async def test_a_source_that_fails_changes_nothing() -> None:
    app = Bench()
    async with app.run_test(size=(40, 12)):
        table = app.table
        await table.put(Shifting(range(100)), keep=False)
        table.to(50)
        before = app.shown()
        with pytest.raises(RuntimeError):
            await table.put(Shifting(range(5), fails=True), keep=False)
        assert (table.cursor, table.total, app.shown()) == (50, 100, before)


async def test_a_step_draws_two_rows_and_other_colours_draw_all() -> None:
    app = Bench()
    drawn: list[int] = []
    app.table.render_line, draw = lambda y: (drawn.append(y), draw(y))[1], app.table.render_line  # type: ignore[method-assign]
    async with app.run_test(size=(40, 10)) as pilot:
        app.table.show(Fixed(range(100)))
        await pilot.pause()
        drawn.clear()
        app.table.move(1)
        await pilot.pause(0.05)
        assert sorted(drawn) == [1, 2]
        drawn.clear()
        app.table._palette = lambda: themes.load("paper")
        app.screen.refresh()
        await pilot.pause(0.05)
        assert sorted(drawn) == list(range(10))
