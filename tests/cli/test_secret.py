"""`secret`: what is kept, where each comes from, and encrypted by a command or by this machine's key."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from influtui.cli.main import main
from influtui.secrets import vault

CANARY = "AIzacanary7f31c0de000000000000000000000"


class _Typed:
    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self._text


def test_a_secret_goes_from_a_file_into_the_encrypted_ones_and_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(vault, "ROUNDS", 2**14)
    monkeypatch.setattr("sys.stdin", _Typed(f"{CANARY}\n"))
    assert main(["secret", "set", "youtube.api_key"]) == 0
    assert "unencrypted" in capsys.readouterr().out
    assert main(["--json", "secret", "list"]) == 0
    found = {each["name"]: each for each in map(json.loads, capsys.readouterr().out.splitlines())}
    assert found["youtube.api_key"]["kept"] == "file"
    assert found["instagram.access_token"]["place"] is None
    says = f"{sys.executable} -c 'print(\"five words of no meaning\")'"
    assert main(["secret", "encrypt", "--passphrase-command", says]) == 0
    vault._keys.clear()
    assert main(["secret", "encrypt", "--host-key"]) == 0
    assert main(["doctor"]) == 0
    assert main(["secret", "list"]) == 0
    said = capsys.readouterr()
    assert "the encrypted secrets" in said.out
    assert CANARY not in said.out + said.err
    files = [path.read_bytes() for path in (tmp_path / "workspace").rglob("*") if path.is_file()]
    assert not any(CANARY.encode() in body for body in files)
    assert main(["secret", "remove", "youtube.api_key"]) == 2
    assert main(["secret", "remove", "youtube.api_key", "--yes"]) == 0
    assert main(["secret", "remove", "youtube.api_key", "--yes"]) == 2
    capsys.readouterr()
    assert main(["plugin", "info", "youtube"]) == 0
    assert "not there" in capsys.readouterr().out
