"""The prompt line."""

from __future__ import annotations

from influtui.tui.render.spans import Look, width_of
from influtui.tui.widgets.prompt import Confirmation, Prompt, Question, Ways


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
    assert "2 timin" in "".join(span.text for span in prompt.line(22, Look(0)))
    prompt.key("2", "2")
    assert said == ["timing"]
    assert not prompt.open
    said = _asked(prompt, instant={"1": "price"})
    _type(prompt, "x1")
    prompt.key("enter", None)
    assert said == ["x1"]


async def _tab(prompt: Prompt, times: int = 1, step: int = 1) -> None:
    for _ in range(times):
        await prompt.look_up(step)


def _looking_up(prompt: Prompt, text: str, *ways: str) -> list[str]:
    async def complete(text: str, caret: int) -> Ways:
        start = text.rfind(" ", 0, caret) + 1
        return Ways(start, [way for way in ways if way.startswith(text[start:caret])])

    return _asked(prompt, text=text, kind="command", complete=complete)


async def test_tab_goes_round_the_ways_that_were_looked_up_and_back() -> None:
    prompt = Prompt()
    _looking_up(prompt, "campaign sh", "show", "shortlist")
    assert prompt.looks_up
    await _tab(prompt)
    assert prompt.text == "campaign show"
    await _tab(prompt)
    assert prompt.text == "campaign shortlist"
    await _tab(prompt)
    assert prompt.text == "campaign show"
    await _tab(prompt, step=-1)
    assert prompt.text == "campaign shortlist"
    shown = "".join(span.text for span in prompt.line(80, Look(0)))
    assert "show" in shown.removeprefix(" /campaign shortlist")


async def test_the_only_way_is_taken_with_its_blank_and_a_qualifier_without() -> None:
    prompt = Prompt()
    _looking_up(prompt, "camp", "campaign", "brand")
    await _tab(prompt)
    assert prompt.text == "campaign "
    _looking_up(prompt, "creators search ti", "tier:")
    await _tab(prompt)
    assert prompt.text == "creators search tier:"


async def test_typing_after_tab_begins_a_new_look_up() -> None:
    prompt = Prompt()
    _looking_up(prompt, "s", "show", "shortlist", "send")
    await _tab(prompt, 2)
    assert prompt.text == "shortlist"
    prompt.key("ctrl+u", None)
    _type(prompt, "se")
    await _tab(prompt)
    assert prompt.text == "send "


def test_what_fits_is_shown_while_typing_and_enter_takes_the_one_in_front() -> None:
    prompt = Prompt()
    said = _asked(prompt, matching=lambda text: [word for word in ("mark all", "mark", "sort") if text in word])
    _type(prompt, "ma")
    assert "mark all" in "".join(span.text for span in prompt.line(80, Look(0)))
    prompt.key("tab", None)
    prompt.key("enter", None)
    assert said == ["mark"]


def test_what_was_answered_is_told_to_who_keeps_it() -> None:
    prompt = Prompt()
    kept: list[tuple[str, str]] = []
    prompt.remembered = lambda kind, text: kept.append((kind, text))
    _asked(prompt, kind="search", text="vegan")
    prompt.key("enter", None)
    _asked(prompt, text="a secret")
    prompt.key("enter", None)
    assert kept == [("search", "vegan")]


def test_other_keys_can_end_a_question_with_what_was_typed() -> None:
    prompt = Prompt()
    saved: list[str] = []
    said = _asked(prompt, kind="search", keys={"ctrl+s": saved.append})
    _type(prompt, "tier:micro")
    prompt.key("ctrl+s", None)
    assert (said, saved, prompt.open) == ([], ["tier:micro"], False)
    assert prompt.history["search"] == ["tier:micro"]
