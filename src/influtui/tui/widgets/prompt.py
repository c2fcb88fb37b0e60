"""The prompt: one reserved line that pane keys feed. Focus never moves, so opening it costs a line and not a screen.

It serves the search (`/`), the command line (`:`), short questions (a reason, a tag, a tracking number) and yes-or-no
confirmations. It keeps a history by kind. Above that it knows nothing: who asks says what happens with the answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from influtui.model.text import safe, written
from influtui.tui.render.spans import Line, Look, Role, Span, cell, clip, width_of

HISTORY: Final = 200


class Ways(NamedTuple):
    """How a line can go on: each of `words` takes the place of what stands from `start` to the caret."""

    start: int
    words: Sequence[str] = ()


_NONE: Final = Ways(0)


class Question(msgspec.Struct):
    """What is asked, and what to do with the answer."""

    label: str
    accept: Callable[[str], None]
    text: str = ""
    kind: str | None = None
    """Answers of one kind share a history; None keeps none (a confirmation, a secret)."""
    changed: Callable[[str], None] = lambda text: None
    cancelled: Callable[[], object] = lambda: None
    hint: str = ""
    choices: Sequence[str] = ()
    """What `tab` goes through: those that begin with what was typed."""
    complete: Callable[[str, int], Awaitable[Ways]] | None = None
    """Looks up what `tab` goes through, from the text and where the caret is in it."""
    matching: Callable[[str], Sequence[str]] | None = None
    """What fits the text, shown while it is typed: `tab` goes through it, and `enter` answers with the one in front."""
    instant: Mapping[str, str] = msgspec.field(default_factory=dict)
    """Characters that answer at once while nothing is typed, each with its answer: one key in place of a word."""
    keys: Mapping[str, Callable[[str], object]] = msgspec.field(default_factory=dict)
    """Other keys that end the question, each with what it does with the text."""
    stale: Callable[[], Awaitable[str | None]] | None = None
    """Says what somebody else has done meanwhile to what is asked about."""
    hidden: bool = False
    """A secret: its letters are not shown, and it joins no history."""


class Confirmation(msgspec.Struct):
    """A yes-or-no question. Only `y` is yes."""

    label: str
    accept: Callable[[], None]
    cancelled: Callable[[], None] = lambda: None


class Prompt(msgspec.Struct):
    """The state of the prompt line; `line` says how it looks."""

    asked: Question | Confirmation | None = None
    text: str = ""
    caret: int = 0
    history: dict[str, list[str]] = msgspec.field(default_factory=dict)
    _place: int | None = None
    _draft: str = ""
    _typed: str | None = None
    """What was typed before `tab` began to go through the choices."""
    _ways: Ways = _NONE
    _way: int | None = None
    """Which of the ways stands in the line, or is in front of those that fit."""
    typed: Callable[[str, str], None] = lambda label, text: None
    """Told of each change of an answer that has a kind, with the question."""
    closed: Callable[[], None] = lambda: None
    """Told when a question is answered or given up."""
    warning: str = ""
    """What somebody else has done meanwhile: stands in the line in the place of hints, until it is answered."""
    remembered: Callable[[str, str], None] = lambda kind, text: None
    """Told of each answer that joins a history."""

    @property
    def open(self) -> bool:
        """Whether keys belong to the prompt."""
        return self.asked is not None

    def ask(self, asked: Question | Confirmation) -> None:
        """Open the prompt."""
        self.asked = asked
        self.text = asked.text if isinstance(asked, Question) else ""
        self.caret = len(self.text)
        self.warning = ""
        self._place = self._typed = None
        self._fit(asked)

    def _fit(self, asked: Question | Confirmation) -> None:
        matching = asked.matching if isinstance(asked, Question) else None
        self._ways = Ways(0, matching(self.text) if matching else ())
        self._way = 0 if self._ways.words and matching else None

    def key(self, key: str, character: str | None) -> None:
        """One key. Everything is taken; what means nothing here does nothing."""
        asked = self.asked
        if isinstance(asked, Confirmation):
            self.asked = None
            (asked.accept if character in ("y", "Y") else asked.cancelled)()
        elif asked is not None and not self.text and (character or "") in asked.instant:
            self.asked = None
            asked.accept(asked.instant[character or ""])
        elif asked is not None:
            self._edit(asked, key, character)
        if self.asked is not asked:
            self.closed()

    def insert(self, text: str) -> None:
        """Put text in at the caret (a paste): line ends become blanks, and nothing in it acts."""
        if isinstance(self.asked, Question):
            clean = safe(" ".join(text.split()))
            self._set(self.asked, self.text[: self.caret] + clean + self.text[self.caret :], self.caret + len(clean))

    @property
    def looks_up(self) -> bool:
        """Whether `tab` has to ask somebody how the line can go on."""
        return isinstance(self.asked, Question) and self.asked.complete is not None

    async def look_again(self) -> None:
        """Something changed in the workspace: is it what is asked about?"""
        asked = self.asked
        said = await asked.stale() if isinstance(asked, Question) and asked.stale is not None else None
        if said is not None and asked is self.asked:
            self.warning = said

    async def look_up(self, step: int) -> None:
        """Go through the ways on, which are looked up with the first `tab`. The only one is taken with the blank after it."""
        asked = self.asked
        if not isinstance(asked, Question) or asked.complete is None:
            return
        if self._way is None:
            self._ways = await asked.complete(self.text, self.caret)
        words = self._ways.words
        if not words:
            return
        self._way = (0 if step > 0 else len(words) - 1) if self._way is None else (self._way + step) % len(words)
        word = words[self._way]
        end = self.caret
        if len(words) == 1:
            word += "" if word[-1:] in _GOES_ON else " "
        self._set(asked, self.text[: self._ways.start] + word + self.text[end:], self._ways.start + len(word))
        if len(words) == 1:
            self._ways, self._way = Ways(0), None

    def _complete(self, asked: Question) -> None:
        if asked.matching is not None:
            if self._way is not None:
                self._way = (self._way + 1) % len(self._ways.words)
            return
        typed = self._typed if self._typed is not None else self.text
        fitting = [choice for choice in asked.choices if choice.casefold().startswith(typed.casefold())]
        if fitting:
            here = fitting.index(self.text) + 1 if self.text in fitting else 0
            chosen = fitting[here % len(fitting)]
            self._set(asked, chosen, len(chosen))
            self._typed = typed

    def _edit(self, asked: Question, key: str, character: str | None) -> None:
        if key != "tab":
            self._typed = None
            if asked.matching is None:
                self._ways, self._way = Ways(0), None
        if key in asked.keys:
            self.asked = None
            self._remember(asked)
            asked.keys[key](self.text.strip())
            return
        text, caret = self.text, self.caret
        match key:
            case "enter":
                self.asked = None
                self._remember(asked)
                asked.accept(text.strip() if asked.matching is None else self._front())
            case "escape" | "ctrl+c":
                self.asked = None
                asked.cancelled()
            case "backspace" if not text and asked.kind in ("search", "command"):
                self.asked = None
                asked.cancelled()
            case "backspace" | "ctrl+h":
                self._set(asked, text[: max(0, caret - 1)] + text[caret:], max(0, caret - 1))
            case "delete":
                self._set(asked, text[:caret] + text[caret + 1 :], caret)
            case "ctrl+u":
                self._set(asked, text[caret:], 0)
            case "ctrl+k":
                self._set(asked, text[:caret], caret)
            case "ctrl+w" | "alt+backspace":
                head = text[:caret].rstrip()
                start = head.rfind(" ") + 1
                self._set(asked, text[:start] + text[caret:], start)
            case "left":
                self.caret = max(0, caret - 1)
            case "right":
                self.caret = min(len(text), caret + 1)
            case "home" | "ctrl+a":
                self.caret = 0
            case "end" | "ctrl+e":
                self.caret = len(text)
            case "up" | "ctrl+p":
                self._recall(asked, -1)
            case "down" | "ctrl+n":
                self._recall(asked, +1)
            case "tab":
                self._complete(asked)
                return
            case _ if character is not None and character.isprintable():
                self._set(asked, text[:caret] + character + text[caret:], caret + len(character))

    def _set(self, asked: Question, text: str, caret: int) -> None:
        changed = text != self.text
        self.text, self.caret = text, caret
        if changed:
            if asked.matching is not None:
                self._fit(asked)
            asked.changed(text)
            if asked.kind:
                self.typed(asked.label, text)

    def _front(self) -> str:
        return self._ways.words[self._way] if self._way is not None else ""

    def _remember(self, asked: Question) -> None:
        if asked.kind and self.text.strip():
            past = self.history.setdefault(asked.kind, [])
            if self.text in past:
                past.remove(self.text)
            past.append(self.text)
            del past[:-HISTORY]
            self.remembered(asked.kind, self.text)

    def _recall(self, asked: Question, step: int) -> None:
        past = self.history.get(asked.kind or "", [])
        if not past:
            return
        if self._place is None:
            if step > 0:
                return
            self._draft, self._place = self.text, len(past)
        self._place = max(0, self._place + step)
        if self._place >= len(past):
            self._place = None
            self._set(asked, self._draft, len(self._draft))
        else:
            self._set(asked, past[self._place], len(past[self._place]))

    def line(self, width: int, look: Look) -> Line:
        """How the prompt looks: the question, the text around the caret, a hint where there is room."""
        asked = self.asked
        if asked is None:
            return ()
        if isinstance(asked, Confirmation):
            answers: Line = (Span("y", "key"), Span(" yes  any other key: no", "dim"))
            asks = clip((Span(f" {written(asked.label)} ", "warn"),), width - width_of(answers))
            return (*asks, *answers)
        label: Line = (Span(f" {written(asked.label)}", "key"),)
        room = max(4, width - width_of(label) - 2)
        start = max(0, self.caret - room + 1)
        text = "*" * len(self.text) if asked.hidden else self.text
        shown = text[start : start + room]
        caret = self.caret - start
        under = shown[caret : caret + 1] or " "
        role: Role = "text"
        line: Line = (
            *label, Span(written(shown[:caret]), role), Span(written(under), "chip"), Span(written(shown[caret + 1 :]), role),
        )  # fmt: skip
        if self.warning:
            return clip((*line, Span(f"  {cell(self.warning)}", "warn")), width)
        if asked.instant and not self.text:
            room = width - width_of(line)
            return clip((*line, *_answers(asked.instant, room - len(asked.hint)), Span(asked.hint, "dim")), width)
        if self._ways.words:
            return clip((*line, *_offered(self._ways.words, self._way or 0)), width)
        if asked.matching is not None and self.text:
            return (*line, Span("  nothing fits", "dim"))
        if asked.hint and not self.text and width_of(line) + len(asked.hint) + 2 < width:
            line = (*line, Span(f" {asked.hint}", "dim"))
        return line


def _answers(instant: Mapping[str, str], room: int) -> Line:
    """The keys that answer at once, `1 price  2 timing`: in fewer letters where there is no room for all."""
    line: Line = ()
    for letters in range(_LETTERS, 2, -1):
        blank = " " if letters == _LETTERS else ""
        pairs = [(f" {key}", f" {said[:letters].rstrip()}{blank}") for key, said in instant.items()]
        line = tuple(span for key, said in pairs for span in (Span(key, "key"), Span(said, "dim")))
        if width_of(line) <= room:
            break
    return line


def settle(answer: asyncio.Future[Any], value: Any) -> None:
    """Give a question's answer to who waits for it, unless that is over."""
    if not answer.done():
        answer.set_result(value)


_LETTERS: Final = 20
"""Letters of an answer at most."""


_GOES_ON: Final = frozenset({":", "=", "/", ".", " "})
"""What a completed word ends with when more of it is to come."""
_AROUND: Final = 12
"""How many ways are shown at once."""


def _offered(words: Sequence[str], at: int) -> Line:
    """The ways there are, from the one that is taken on; it stands out."""
    first = max(0, min(at - 1, len(words) - _AROUND))
    shown: list[Span] = [Span("  ")]
    for number, word in enumerate(words[first : first + _AROUND], first):
        shown.append(Span(f" {cell(word)} ", "accent" if number == at else "dim"))
    if (more := len(words) - first - _AROUND) > 0:
        shown.append(Span(f" +{more}", "dim"))
    return tuple(shown)
