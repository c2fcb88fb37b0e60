"""A shell can complete the words of the command line."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from influtui.cli.main import main


def completed(words: str) -> list[str]:
    """What the real program offers after `words`, asked as bash asks it."""
    asked = {"_INFLUTUI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    done = subprocess.run(
        [sys.executable, "-m", "influtui"], capture_output=True, text=True, check=True, env={**os.environ, **asked}
    )
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "_INFLUTUI_COMPLETE" in capsys.readouterr().out


def test_nouns_and_verbs_are_completed() -> None:
    assert "creators" in completed("influtui cr")
    assert "search" in completed("influtui creators se")


def test_a_mistyped_command_is_answered_with_the_one_meant(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["creators", "imprt"]) == 2
    assert "Did you mean `import`?" in capsys.readouterr().err
    assert main(["campain", "list"]) == 2
    assert "Did you mean `campaign`?" in capsys.readouterr().err
