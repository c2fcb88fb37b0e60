"""The prompt: one reserved line that pane keys feed. Focus never moves, so opening it costs a line and not a screen.

It serves the search (`/`), the command line (`:`), short questions (a reason, a tag, a tracking number) and yes-or-no
confirmations. It keeps a history by kind. Above that it knows nothing: who asks says what happens with the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from influtui.tui.render.spans import Line, Look, Role, Span, clip, width_of

HISTORY: Final = 200


@dataclass
class Question:
    """What is asked, and what to do with the answer."""

    label: str
    accept: Callable[[str], None]
    text: str = ""
    kind: str | None = None
    """Answers of one kind share a history; None keeps none (a confirmation, a secret)."""
    changed: Callable[[str], None] = lambda text: None
    cancelled: Callable[[], None] = lambda: None
    hint: str = ""
    choices: Sequence[str] = ()
    """What `tab` goes through: those that begin with what was typed."""
    instant: Mapping[str, str] = field(default_factory=dict)
    """Characters that answer at once while nothing is typed, each with its answer: one key in place of a word."""


@dataclass
class Confirmation:
    """A yes-or-no question. Only `y` is yes."""

    label: str
    accept: Callable[[], None]
    cancelled: Callable[[], None] = lambda: None


@dataclass
class Prompt:
    """The state of the prompt line; `line` says how it looks."""

    asked: Question | Confirmation | None = None
    text: str = ""
    caret: int = 0
    history: dict[str, list[str]] = field(default_factory=dict)
    _place: int | None = None
    _draft: str = ""
    _typed: str | None = None
    """What was typed before `tab` began to go through the choices."""

    @property
    def open(self) -> bool:
        """Whether keys belong to the prompt."""
        return self.asked is not None

    def ask(self, asked: Question | Confirmation) -> None:
        """Open the prompt."""
        self.asked = asked
        self.text = asked.text if isinstance(asked, Question) else ""
        self.caret = len(self.text)
        self._place = self._typed = None

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

    def insert(self, text: str) -> None:
        """Put text in at the caret (a paste): line ends become blanks, and nothing in it acts."""
        if isinstance(self.asked, Question):
            clean = " ".join(text.split())
            self._set(self.asked, self.text[: self.caret] + clean + self.text[self.caret :], self.caret + len(clean))

    def _complete(self, asked: Question) -> None:
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
        text, caret = self.text, self.caret
        match key:
            case "enter":
                self.asked = None
                self._remember(asked)
                asked.accept(text.strip())
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
            asked.changed(text)

    def _remember(self, asked: Question) -> None:
        if asked.kind and self.text.strip():
            past = self.history.setdefault(asked.kind, [])
            if self.text in past:
                past.remove(self.text)
            past.append(self.text)
            del past[:-HISTORY]

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
            return (Span(f" {asked.label} ", "warn"), Span("y", "key"), Span(" yes  any other key: no", "dim"))
        label: Line = (Span(f" {asked.label}", "key"),)
        room = max(4, width - width_of(label) - 2)
        start = max(0, self.caret - room + 1)
        shown = self.text[start : start + room]
        caret = self.caret - start
        under = shown[caret : caret + 1] or " "
        role: Role = "text"
        line: Line = (*label, Span(shown[:caret], role), Span(under, "chip"), Span(shown[caret + 1 :], role))
        if asked.instant and not self.text:
            return clip((*line, *_answers(asked.instant), Span(asked.hint, "dim")), width)
        if asked.hint and not self.text and width_of(line) + len(asked.hint) + 2 < width:
            line = (*line, Span(f" {asked.hint}", "dim"))
        return line


def _answers(instant: Mapping[str, str]) -> Line:
    """The keys that answer at once: `1 price  2 timing`."""
    return tuple(span for key, said in instant.items() for span in (Span(f" {key}", "key"), Span(f" {said} ", "dim")))
