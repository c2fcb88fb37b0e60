"""What the app asks the person at the keys, and what it tells them: one line above the footer, and what was said before.

It knows nothing of the work: who asks waits for the answer, and what is done with it is theirs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from influtui.model.failures import Failure
from influtui.model.text import safe
from influtui.store import refusals
from influtui.tui.private import CrashesQuietly, say_after_exit
from influtui.tui.render import bars
from influtui.tui.widgets.prompt import Confirmation, Prompt, Question, settle

if TYPE_CHECKING:
    from influtui.tui.command_lines import CommandLines
    from influtui.tui.keyboard import Keyboard
    from influtui.tui.panes.base import Pane
    from influtui.tui.render.spans import Look
    from influtui.tui.unfinished import Unfinished
    from influtui.tui.widgets.lines import Bar


class Talks(CrashesQuietly):
    """An app that talks. It has what is declared here before anything is said."""

    keyboard: Keyboard
    lines: CommandLines
    unfinished: Unfinished
    opened: asyncio.Event
    """Set when the first pane shows what is in the workspace."""
    prompt_bar: Bar

    def __init__(self, *, ansi_color: bool) -> None:
        super().__init__(ansi_color=ansi_color)
        self.prompt = Prompt()
        self._notice: tuple[str, str] = ("", "text")
        self.notices: deque[tuple[int, str, str]] = deque(maxlen=200)
        """What was said, when and in which tone, the newest last."""

    @property
    def now(self) -> int:
        """The time."""
        raise NotImplementedError

    @property
    def pane(self) -> Pane:
        """The pane that is shown."""
        raise NotImplementedError

    def look(self) -> Look:
        """What render functions need to know."""
        raise NotImplementedError

    def background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside the message loop; a failure of it is shown."""
        raise NotImplementedError

    # Asking.

    def ask(self, asked: Question | Confirmation) -> None:
        """Open the prompt line. An editor that has the keys gives them up for the answer."""
        self.screen.set_focus(None)
        if isinstance(asked, Question) and asked.kind and not asked.text:
            asked.text = self.unfinished.begun(asked.label)
        self.prompt.ask(asked)
        self.keyboard.asked.set()
        self.draw_prompt()

    async def answer(
        self,
        label: str,
        *,
        text: str = "",
        kind: str | None = None,
        hint: str = "",
        choices: Sequence[str] = (),
        instant: Mapping[str, str] | None = None,
        stale: Callable[[], Awaitable[str | None]] | None = None,
        hidden: bool = False,
    ) -> str | None:
        """Ask for a line and wait for it; `tab` goes through the choices, a key of `instant` answers at once.

        `stale` says what somebody else has done to what is asked about. None when it was cancelled.
        """
        answered: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self.pane.catch_up()
        self.ask(
            Question(
                f"{label} ",
                lambda said: settle(answered, said),
                text=text,
                kind=kind,
                hint=hint,
                cancelled=lambda: settle(answered, None),
                choices=choices,
                instant=instant or {},
                stale=stale,
                hidden=hidden,
            )
        )
        if stale is not None:
            self.background(self.look_at_prompt())  # Something may have been done before the question stood there.
        return await answered

    async def agreed(self, question: str) -> bool:
        """Ask a yes-or-no question and wait for the answer."""
        answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.ask(Confirmation(question, lambda: settle(answered, True), lambda: settle(answered, False)))
        return await answered

    def go_on(self) -> None:
        """Let the next key act while the action that calls this works on."""
        self.keyboard.asked.set()

    # Telling.

    def copy(self, text: str, what: str) -> None:
        """Copy by OSC 52, which reaches the clipboard of the person's own machine through SSH."""
        text = safe(text, lines=True)  # It may be pasted into a shell.
        self.copy_to_clipboard(text)
        one_line = text if "\n" not in text else what
        self.notice(
            f"Copied {one_line}. (A terminal without OSC 52 ignores it: the text stands in the detail.)", "good"
        )

    def notice(self, text: str, kind: str = "text") -> None:
        """Say what happened, until the next key. It can be read again later."""
        self._notice = (text, kind)
        if text:
            self.notices.append((self.now, text, kind))
        self.draw_prompt()

    def clear_notice(self) -> None:
        """What happened has been seen."""
        self._notice = ("", "text")

    def failed(self, error: BaseException) -> None:
        """Say what went wrong. What nobody foresaw ends the app with a report."""
        if self.leaving:
            return  # Nobody is left to be told, and nothing to tell it with.
        if isinstance(error, Failure):
            said = f"{error.message.rstrip('.')}. {error.hint or ''}".strip()
            if len(said) > self.size.width - 2 and self.pane.cover is None:
                # A hint that is cut is none.
                self.pane.read("Not done", lambda width: bars.failure(error.message, error.hint, width))
                said = error.message
            self.notice(said, "bad")
        elif (refused := refusals.explained(error)) is not None:
            if self.opened.is_set():
                self.failed(refused)
            else:
                self.refuse(refused)
        elif isinstance(error, Exception):
            self.crashed(error)

    def refuse(self, failure: Failure) -> None:
        """End the app with the words of a failure."""
        self.exit(return_code=failure.exit_code)
        say_after_exit(self, [f"influtui: {failure.message}", *([f"  {failure.hint}"] if failure.hint else [])])

    def draw_prompt(self) -> None:
        """Show the prompt, or the last notice in its place."""
        if self.prompt.open:
            self.prompt_bar.show(lambda width: self.prompt.line(width, self.look()))
        else:
            text, kind = self._notice
            if not text and self.lines.attendant is not None:
                text = self.lines.attendant.told()
            self.prompt_bar.show(lambda width: bars.notice(text, kind, width, self.look()))

    async def look_at_prompt(self) -> None:
        """Something changed in the workspace: what is asked about may have."""
        await self.prompt.look_again()
        self.draw_prompt()
