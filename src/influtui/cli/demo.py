"""`demo`: make the demo world. Opening the app on it is the program's entry's business."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
import msgspec

from influtui.cli.frame import Session
from influtui.cli.progress import progress_bar
from influtui.demo import default_folder, world
from influtui.model.failures import ReadOnly


@click.command("demo")
@click.option(
    "--dir",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where to make it. Default: beside your own data.",
)
@click.option(
    "--seed",
    metavar="N",
    help="Another world; the same one makes the same.",
    type=click.IntRange(min=0),
    default=world.DEFAULT_SEED,
    show_default=True,
)
@click.option(
    "--creators",
    metavar="N",
    help="How many people.",
    type=click.IntRange(min=1),
    default=world.DEFAULT_CREATORS,
    show_default=True,
)
@click.option("--no-ui", is_flag=True, help="Only make it, do not open the app.")
@click.pass_obj
def demo(session: Session, folder: Path | None, seed: int, creators: int, no_ui: bool) -> None:
    """Make a complete workspace with invented people and open it. No network, no keys.

    The same seed and size make the same world. Where it is there already it is only opened.
    """
    out = session.out
    if session.read_only:
        raise ReadOnly("nothing was made: this session is read-only", hint="Leave out --read-only.")
    with progress_bar("making people") as tell:
        made = asyncio.run(
            world.make(
                folder or default_folder(),
                seed=seed,
                creators=creators,
                listener=lambda progress: tell(progress.rows, creators),
            )
        )
    if out.json:
        out.data({"schema": "influtui.demo/1", **msgspec.to_builtins(made)})
        return
    said = "Made" if made.made else "Found"
    out.say(f"{said} a world of {made.creators:,} creators in {made.folder}")
    if no_ui:
        out.note(f"Look around: influtui --workspace {made.folder}")
