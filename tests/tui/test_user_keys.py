"""`keymap.toml`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from influtui.tui.keymap import Keymap
from influtui.tui.user_keys import Customised, read


def _read(tmp_path: Path, text: str) -> Customised:
    path = tmp_path / "keymap.toml"
    path.write_text(text, "utf-8")
    return read([tmp_path / "absent.toml", path])


def _name(made: Customised, place: str, key: str) -> str | None:
    found = Keymap(made.actions, made.commands).action(place, key, key if len(key) == 1 else None)  # type: ignore[arg-type]
    return found.name if found else None


def test_a_key_gets_another_action_and_another_key_none(tmp_path: Path) -> None:
    made = _read(tmp_path, '[discover]\nX = "reject"\nz = ""\n[list]\n"ctrl+t" = "mark-all"\n')
    assert made.problems == []
    assert _name(made, "discover", "X") == "reject"
    assert _name(made, "discover", "x") == "reject", "it keeps the key it had"
    assert _name(made, "discover", "z") is None
    assert _name(made, "inbox", "ctrl+t") == "mark_all"


def test_a_key_gets_a_line_or_a_program(tmp_path: Path) -> None:
    made = _read(tmp_path, '[discover]\n"f5" = ":creators score %"\n"f6" = "| jq ."\n')
    name = _name(made, "discover", "f5")
    assert name is not None
    assert made.commands[name].line == "creators score %"
    other = _name(made, "discover", "f6")
    assert other is not None
    assert made.commands[other].line == "| jq ."


def test_a_command_of_ones_own_has_a_key_a_pane_and_ways_to_run(tmp_path: Path) -> None:
    text = '[[command]]\nkey = "M"\npane = "inbox"\nname = "Met"\nline = ":creators note {ref} met"\nconfirm = true\n'
    made = _read(tmp_path, text)
    assert made.problems == []
    name = _name(made, "inbox", "M")
    assert name is not None
    assert made.commands[name].line == "creators note {ref} met"
    assert made.commands[name].confirm
    assert not made.commands[name].background
    assert _name(made, "discover", "M") is None
    listed = Keymap(made.actions, made.commands).of("inbox")
    assert "Met." in [action.help for action in listed], "? shows it"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[discover]\n\nx = "rejekt"\n', 3, "did you mean reject"),
        ('[discovr]\nx = "reject"\n', 1, "did you mean discover"),
        ('[discover]\n"x y" = "reject"\n', 2, "is no key"),
        ('[everywhere]\n\n"?" = "undo"\n', 3, "stays as it is"),
        ("[discover]\nx = 5\n", 2, "needs the word of an action"),
        ('[list]\na = "mark"\nb = "mark\n', 3, "no TOML"),
        ('# mine\n[[command]]\nkey = "s"\npane = "discover"\nline = "undo"\n', 2, 'write s = "" under [discover]'),
        ('[[command]]\nline = "undo"\nkeyy = "K"\n', 1, "did you mean key"),
        ('[[command]]\nkey = "K"\nline = "undo"\n[[command]]\nkey = "K"\nline = "redo"\n', 4, "from line 1"),
        ('[[command]]\nkey = "K"\n', 1, "needs a line"),
        ('[[command]]\nline = "undo"\npane = "nowhere"\n', 1, "no place"),
        ('[[command]]\nline = "undo"\nconfirm = "yes"\n', 1, "true or false"),
        ('command = "undo"\n', 1, "[[command]]"),
    ],
)
def test_what_cannot_be_is_said_with_file_and_line_and_costs_nothing_else(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    made = _read(tmp_path, text)
    assert len(made.problems) == 1
    assert f"keymap.toml:{line}: " in made.problems[0]
    assert said in made.problems[0]
    assert _name(made, "discover", "x") == "reject"


def test_a_key_of_the_app_can_be_freed_for_a_command(tmp_path: Path) -> None:
    made = _read(tmp_path, '[discover]\nz = ""\n[[command]]\nkey = "s"\npane = "inbox"\nline = "undo"\n')
    assert made.problems == []
    assert made.commands[str(_name(made, "inbox", "s"))].line == "undo"
    assert _name(made, "discover", "s") == "shortlist"


def test_the_workspaces_file_stands_over_the_persons(tmp_path: Path) -> None:
    for name, word in (("a", "undo"), ("b", "redo")):
        (tmp_path / name).mkdir()
        text = f'[everywhere]\n"f5" = "{word}"\n[[command]]\nkey = "K"\nline = "{word}"\n'
        (tmp_path / name / "keymap.toml").write_text(text)
    made = read([tmp_path / "a" / "keymap.toml", tmp_path / "b" / "keymap.toml"])
    assert made.problems == []
    assert _name(made, "inbox", "f5") == "redo"
    assert made.commands[str(_name(made, "inbox", "K"))].line == "redo"


_WORDS = st.sampled_from(
    ["[list]", "[discover]", "[[command]]", "[command]", 'key = "x"', 'key = "K"', "key = 3", 'line = "undo"', "line = []",
     'pane = "inbox"', "pane = 4", 'x = "mark"', 'x = ""', 'K = ":undo"', 'everywhere = "x"', 'name = "é\\u202e"', "\x00", "="]
)  # fmt: skip


@given(st.lists(_WORDS, max_size=8))
@settings(max_examples=150, deadline=None)
def test_no_file_breaks_the_keymap(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _read(Path(folder), "\n".join(lines))
    Keymap(made.actions, made.commands)
    assert all("keymap.toml" in problem for problem in made.problems)
