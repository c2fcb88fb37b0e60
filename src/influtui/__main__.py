"""The composition root: looks at the command line and the terminal, then wires one face.

Without a command the app opens. Its skeleton is on the screen before anything heavy is imported, so this module imports
nothing of influtui at the top, and reads the few options of the app itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # The module `typing` alone would cost a third of the time until the skeleton.
if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import click

    from influtui.tui.command_lines import Attendant
    from influtui.tui.hearing import Ran

USAGE = 2
FAILED = 1


class AppLine:
    """A command line that opens the app. A plain class: what would write it for us takes long to import."""

    def __init__(self, workspace: str | None = None) -> None:
        self.workspace = workspace
        self.read_only = False
        self.ascii = False
        self.mouse = True
        self.theme: str | None = None
        self.safe_mode = False
        self.without: tuple[str, ...] = ()
        """Plugins that this run does without."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run influtui and return its exit code."""
    words = sys.argv[1:] if argv is None else list(argv)
    # A shell that asks for completions hands over the line in its environment, and no words.
    line = None if "_INFLUTUI_COMPLETE" in os.environ else app_line(words)
    if line is not None:
        return open_app(line)
    if _opens_demo(words):
        return open_demo(words)
    from influtui.cli.main import main as command_line

    return command_line(words)


def app_line(words: Sequence[str]) -> AppLine | None:
    """The options of the app, when the line holds nothing else; None when it is for the command line."""
    line = AppLine()
    rest = iter(words)
    for word in rest:
        name, has_value, value = word.partition("=")
        if name in ("--workspace", "--theme", "--no-plugin"):
            given = value if has_value else next(rest, None)
            if not given:
                return None
            if name == "--no-plugin":
                line.without = (*line.without, given)
            elif name == "--workspace":
                line.workspace = given
            else:
                line.theme = given
        elif word == "--safe-mode":
            line.safe_mode = True
        elif word == "--read-only":
            line.read_only = True
        elif word == "--ascii":
            line.ascii = True
        elif word == "--no-mouse":
            line.mouse = False
        else:
            return None
    return line


def _opens_demo(words: Sequence[str]) -> bool:
    """Whether this is `demo` as a person at a terminal means it: make the world, then look around in it."""
    asks_only = {"--no-ui", "--help", "-h", "--json"}
    return bool(words) and words[0] == "demo" and not asks_only & set(words) and refusal() is None


def refusal() -> tuple[str, str] | None:
    """Why there can be no app here, and what to do instead; None when there can."""
    pointer = "The command line does everything the app does: `influtui --help`."
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return "the app needs a terminal, and this is a pipe or a file", pointer
    if os.environ.get("TERM", "") in ("", "dumb"):
        return f"the app cannot draw on this terminal (TERM={os.environ.get('TERM') or 'unset'})", pointer
    return None


def open_app(line: AppLine) -> int:
    """Show the skeleton, import the app, run it."""
    refused = refusal()
    if refused is not None:
        sys.stderr.write(f"influtui: {refused[0]}\n  {refused[1]}\n")
        return USAGE
    from influtui.tui import opening

    opening.begin()
    try:
        exit_code, opens_demo = _run_app(line)
    except BaseException as error:
        opening.end()
        return _explained(error)
    opening.end()
    return open_demo(["demo"]) if opens_demo else exit_code


def _run_app(line: AppLine) -> tuple[int, bool]:
    """Import the app, which takes most of the time of a start, and run it. Its exit code, and whether the demo was chosen."""
    import gc
    from functools import partial

    # The first frame makes nothing that is garbage soon; the app turns the collector on again after it.
    gc.disable()
    # A lone escape is answered after this many milliseconds; Textual's own default is felt.
    os.environ.setdefault("ESCDELAY", "30")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    from pathlib import Path

    from influtui.services.workspace import PluginChoice, default_folder
    from influtui.tui.lighter import textual_without_palette

    with textual_without_palette():
        from influtui.tui.app import InflutuiApp
        from influtui.tui.options import Options

    folder = Path(line.workspace) if line.workspace else default_folder()
    plugins = PluginChoice(line.safe_mode, frozenset(line.without))
    options = Options(folder, line.read_only, line.ascii, line.mouse, line.theme, plugins)
    said = [*(["--safe-mode"] if line.safe_mode else []), *(f"--no-plugin={id_}" for id_ in line.without)]
    app = InflutuiApp(options, run_line=partial(run_line, said=said), commands=commands)
    app.run(mouse=line.mouse)
    return app.return_code or 0, app.opens_demo


def open_demo(words: Sequence[str]) -> int:
    """Make the demo world as the command line does, then open the app on it."""
    import itertools
    import signal

    from influtui.cli.main import main as command_line

    signal.signal(signal.SIGINT, signal.default_int_handler)  # After an app it would end the process without a word.
    code = command_line([*words, "--no-ui"])
    if code != 0:
        return code
    folder = next((after for word, after in itertools.pairwise(words) if word == "--dir"), None)
    folder = folder or next((word.partition("=")[2] for word in words if word.startswith("--dir=")), None)
    return open_app(AppLine(workspace=folder or _demo_folder()))


def _demo_folder() -> str:
    from influtui.demo import default_folder

    return str(default_folder())


def _explained(error: BaseException) -> int:
    """Say why the app did not start. What nobody foresaw goes on as it is."""
    from influtui.model.failures import Failure

    if not isinstance(error, Failure):
        raise error
    sys.stderr.write(f"influtui: {error.message}\n" + (f"  {error.hint}\n" if error.hint else ""))
    return error.exit_code


def commands() -> click.Group:
    """The tree of commands, for what completes a line in the app."""
    from influtui.cli.main import influtui

    return influtui


def run_line(
    words: Sequence[str], folder: Path, read_only: bool, attendant: Attendant, *, said: Sequence[str] = ()
) -> Ran:
    """Run a command line inside this process, for the app, and return what it wrote. `said` is what the app was told too.

    It is handed over from here since the app may not import the command line. Standard input is empty; what must be
    confirmed is asked through the attendant.
    """
    import contextlib
    import io

    from influtui.cli.attending import ATTENDANT
    from influtui.cli.main import main as command_line
    from influtui.tui.hearing import Heard, Ran

    given = ["--workspace", str(folder), *(["--read-only"] if read_only else []), *said, *words]
    out, err, stdin = io.StringIO(), Heard(attendant.says), sys.stdin
    sys.stdin = io.StringIO()
    attendant.written = out.getvalue
    attended = ATTENDANT.set(attendant)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = command_line(given)
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else FAILED
    finally:
        ATTENDANT.reset(attended)
        sys.stdin = stdin
    return Ran(code, out.getvalue(), err.text)


if __name__ == "__main__":
    sys.exit(main())
