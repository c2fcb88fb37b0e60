"""Commands, run in this process."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from ran import Ran

from influtui.cli.main import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command: `run("outbox", "list", "--json").rows`."""

    def command(*words: str) -> Ran:
        code = main(list(words))
        told = capsys.readouterr()
        rows = [msgspec.json.decode(line) for line in told.out.splitlines() if line.startswith("{")]
        return Ran(code, rows, told.out, told.err)

    return command
