"""The prompt line."""

from __future__ import annotations

from influtui.tui.render.spans import Look, width_of
from influtui.tui.widgets.prompt import Confirmation, Prompt, Question


def _type(prompt: Prompt, text: str) -> None:
    for character in text:
        prompt.key(character, character)


def _asked(prompt: Prompt, **more: object) -> list[str]:
    said: list[str] = []
    prompt.ask(Question("/ ", said.append, **more))  # type: ignore[arg-type]
    return said


def test_what_is_typed_is_what_is_answered() -> None:
    prompt = Prompt()
    said = _asked(prompt)
    _type(prompt, "tier:micro")
    prompt.key("enter", None)
    assert said == ["tier:micro"]
    assert not prompt.open


def test_the_line_can_be_edited_anywhere() -> None:
    prompt = Prompt()
    _asked(prompt, text="one two three")
    prompt.key("ctrl+w", None)
    prompt.key("home", None)
    _type(prompt, "x")
    prompt.key("right", None)
    prompt.key("backspace", None)
    prompt.key("delete", None)
    assert prompt.text == "xe two "
    prompt.key("ctrl+u", None)
    assert prompt.text == "e two "
    prompt.key("ctrl+k", None)
    assert prompt.text == ""


def test_pasted_lines_become_one_line_and_do_not_answer() -> None:
    prompt = Prompt()
    said = _asked(prompt)
    prompt.insert("anna\njonas\n")
    assert prompt.text == "anna jonas"
    assert said == []


def test_earlier_answers_come_back_and_so_does_what_was_begun() -> None:
    prompt = Prompt()
    for text in ("first", "second"):
        _asked(prompt, kind="search")
        _type(prompt, text)
        prompt.key("enter", None)
    _asked(prompt, kind="search")
    _type(prompt, "beg")
    prompt.key("up", None)
    assert prompt.text == "second"
    prompt.key("ctrl+p", None)
    assert prompt.text == "first"
    prompt.key("down", None)
    prompt.key("down", None)
    assert prompt.text == "beg"


def test_tab_goes_through_the_choices_that_fit() -> None:
    prompt = Prompt()
    _asked(prompt, choices=("gift", "paid", "gift-again"))
    _type(prompt, "g")
    prompt.key("tab", None)
    assert prompt.text == "gift"
    prompt.key("tab", None)
    assert prompt.text == "gift-again"
    prompt.key("tab", None)
    assert prompt.text == "gift"


def test_backspace_on_an_empty_search_leaves_it() -> None:
    prompt = Prompt()
    _asked(prompt, kind="search")
    prompt.key("backspace", None)
    assert not prompt.open


def test_only_y_is_yes() -> None:
    for key, expected in (("y", "yes"), ("n", "no"), ("enter", "no"), ("q", "no")):
        said: list[str] = []
        prompt = Prompt()
        prompt.ask(Confirmation("Send?", lambda said=said: said.append("yes"), lambda said=said: said.append("no")))  # type: ignore[misc]
        prompt.key(key, key if len(key) == 1 else None)
        assert said == [expected]


def test_the_caret_stays_in_sight_of_a_long_line() -> None:
    prompt = Prompt()
    _asked(prompt, text="word " * 40)
    line = prompt.line(40, Look(0))
    assert width_of(line) <= 40
    assert any(span.role == "chip" for span in line)


def test_one_key_answers_at_once_and_any_other_begins_words() -> None:
    prompt = Prompt()
    said = _asked(prompt, instant={"1": "price", "2": "timing"})
    shown = "".join(span.text for span in prompt.line(60, Look(0)))
    assert "1 price" in shown
    assert "2 timing" in shown
    assert width_of(prompt.line(20, Look(0))) <= 20
    prompt.key("2", "2")
    assert said == ["timing"]
    assert not prompt.open
    said = _asked(prompt, instant={"1": "price"})
    _type(prompt, "x1")
    prompt.key("enter", None)
    assert said == ["x1"]
