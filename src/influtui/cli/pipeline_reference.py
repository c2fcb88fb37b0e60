"""The page `docs/reference/pipeline.md`, made from the table of states.

`python -m influtui.cli.pipeline_reference > docs/reference/pipeline.md` writes it; a test fails when it is stale.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from influtui.model.pipeline import Side, Standing, State, allowed, pipeline

PREFACE: Final = """\
# The pipeline

Made from `model/data/pipeline.toml` by `python -m influtui.cli.pipeline_reference`; do not edit by hand.

A collaboration is one person in one campaign. Its state is not set: it follows from what happened, so that the board cannot
disagree with the facts. A message that went, a term that was noted, a parcel, a post each move it by themselves, and undoing
any of them moves it back. `influtui collab move` is for what the program cannot see, and only along the table below.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([PREFACE, *_states(), *_sides(), *_events()]) + "\n"


def _states() -> Iterator[str]:
    yield "## States, in the order of the work\n"
    yield "| # | state | means that | before it goes on | days | set by hand | from here by hand to |"
    yield "|---|---|---|---|---|---|---|"
    for number, state in enumerate(pipeline().state, 1):
        onward = [name for name in allowed(Standing(state.name)) if pipeline().order(name) is not None]
        days = str(state.days) if state.days else ""
        yield (
            f"| {number} | `{state.name}` | {state.entered} | {state.guard or ''} | {days} | {_by_hand(state)}"
            f" | {_names(onward)} |"
        )
    yield "\n`days` is how long a collaboration may stay before somebody should look.\n"
    yield "Moves that skip states or go back:\n"
    for move in pipeline().move:
        yield f"- `{move.start}` → `{move.to}`: {move.why}"
    yield ""


def _by_hand(state: State) -> str:
    return f"no: `{state.how}`" if state.how else "yes"


def _sides() -> Iterator[str]:
    yield "## Beside the order\n"
    yield "| state | means that | from | on to by hand |"
    yield "|---|---|---|---|"
    for side in pipeline().side:
        yield f"| `{side.name}` | {side.entered} | `{side.first}` to `{side.last}` | {_onward(side)} |"
    yield "\nMoving there, and going back, needs a reason (`--reason`)."
    for side in pipeline().side:
        if side.reason:
            yield f"That of `{side.name}` begins with one of: {', '.join(side.reason)}."
    yield ""


def _onward(side: Side) -> str:
    return "where it was" if side.name == "paused" else _names(side.back) or "an end"


def _events() -> Iterator[str]:
    yield "## What moves a collaboration by itself\n"
    yield "| event | when | to | which |"
    yield "|---|---|---|---|"
    for cause in pipeline().event:
        which = f"from {_names(cause.of)}" if cause.of else "any that is not as far"
        if cause.wakes:
            which += f"; also {_names(cause.wakes)}"
        yield f"| `{cause.name}` | {cause.says} | `{cause.to}` | {which} |"


def _names(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    print(page(), end="")
