"""A canary for a key: it reaches the platform, and nothing else, whatever the plugin does with it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from bluesky_stand_in import BlueskyStandIn
from plugin_makers import MANIFEST, MakePlugin, maker

from influtui.cli.main import main
from influtui.secrets import redaction

CANARY = "canary/7f31+c0de=="

FIELDS = """
[[source.field]]
key = "api_key"
kind = "secret"
label = "API key"
env = "ACME_API_KEY"
pattern = "^canary.*$"
help = "Made at https://acme.example/keys"
required = true
"""

ASKS = """
reply = await self.ctx.http.get("xrpc/app.bsky.actor.searchActors", {"q": key}, headers={"X-Key": key}, method="search")
return Page()
"""

LEAKS = {
    "in a message": "raise UpstreamChanged(f'bad key {key}', detail=f'it was {key}', path=key)",
    "in another's error": "raise RuntimeError(f'https://x.example/?key={key}')",
    "in what led to an error": "try:\n    raise KeyError(key)\nexcept KeyError as e:\n    raise Transient('no') from e",
    "in an error that is no error": "raise SystemExit(key)",
    "in a setting's name": "raise ConfigError('wrong', field=key)",
    "in a record": (
        "return Page(profiles=(Profile(platform='bluesky', handle='anna', bio=key, as_of=self.ctx.clock()),))"
    ),
    "in what was left out": "return Page(skipped=(Skipped(key, key),))",
    "in junk": (
        "return Page(profiles=(Profile(platform='bluesky', handle=key, followers=-1, as_of=self.ctx.clock()),))"
    ),
    "in a page that is none": "return key",
    "in the log": "import logging\nlogging.getLogger('acme').error('asked with %s', key)\nreturn Page()",
    "in its own context": "raise RuntimeError(repr(self.ctx))",
}


@pytest.fixture
def acme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePlugin]:
    """A plugin that needs a key, and a platform on loopback that it asks."""
    server = BlueskyStandIn([]).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_ACME_BASE_URL", server.base_url)
    make = maker(tmp_path / "site", monkeypatch)
    before = logging.getLogRecordFactory()

    def made(search: str, **more: object) -> str:
        manifest = MANIFEST.format(id="acme", timeout=60) + FIELDS
        return make("acme", manifest=manifest, search="key = self.ctx.secrets['api_key']\n" + search, **more)

    yield made
    server.stop()
    logging.setLogRecordFactory(before)
    redaction._guards_logs = False


def _everything(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    said = capsys.readouterr()
    files = [path.read_bytes().decode("utf-8", "replace") for path in folder.rglob("*") if path.is_file()]
    return said.out + said.err + "".join(files)


@pytest.mark.parametrize("how", LEAKS)
def test_a_key_is_nowhere_to_be_read_after_a_run(
    how: str, acme: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    acme(LEAKS[how])
    monkeypatch.setenv("ACME_API_KEY", CANARY)
    main(["discover", "acme", "anna"])
    main(["--json", "discover", "acme", "anna"])
    recorded = ["plugin", "record", "acme", "anna", "--into", str(tmp_path / "workspace" / "recorded.json")]
    for words in (["plugin", "info", "acme"], ["plugin", "list"], ["doctor"], ["journal"], ["config", "get"],
                  ["secret", "list"], ["plugin", "answers", "bluesky:anna"], ["plugin", "reload", "acme"], recorded):  # fmt: skip
        main(words)
    told = _everything(tmp_path / "workspace", capsys) + caplog.text
    for form in (CANARY, "canary%2F7f31", "7f31+c0de"):
        assert form not in told
    unsaid = ("in what led to an error", "in a page that is none", "in its own context")
    assert "[redacted]" in told or how in unsaid


def test_a_missing_key_is_said_with_the_command_and_exit_4(
    acme: MakePlugin, capsys: pytest.CaptureFixture[str]
) -> None:
    acme("return Page()")
    assert main(["--json", "discover", "acme", "anna"]) == 4
    error = json.loads(capsys.readouterr().err)["error"]
    assert "influtui secret set acme.api_key" in error["message"]
    assert "https://acme.example/keys" in error["message"]
    assert main(["--json", "plugin", "info", "acme"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["state"] == "needs_config"
    assert found["fields"][0] == {
        "key": "api_key", "kind": "secret", "label": "API key", "required": True, "value": None, "place": None,
    }  # fmt: skip


def test_a_key_that_is_kept_is_used_and_a_wrong_one_is_not_kept(
    acme: MakePlugin, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    acme(ASKS)
    monkeypatch.setattr("sys.stdin", _Typed("nothing-like-it\n"))
    assert main(["secret", "set", "acme.api_key"]) == 2
    assert "does not look right" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", _Typed(CANARY + "\n"))
    assert main(["secret", "set", "acme.api_key"]) == 0
    assert CANARY not in capsys.readouterr().out
    assert main(["discover", "acme", "anna"]) == 0
    main(["plugin", "info", "acme"])
    assert "a private file" in capsys.readouterr().out
    assert main(["secret", "set", "acme.api_kye"]) == 2
    assert "Did you mean acme.api_key?" in capsys.readouterr().err


def test_a_key_in_the_settings_file_is_refused_with_what_to_do(
    acme: MakePlugin, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    acme("return Page()")
    (tmp_path / "workspace").mkdir()
    (tmp_path / "workspace" / "config.toml").write_text(f'[plugin.acme]\napi_key = "{CANARY}"\n')
    assert main(["discover", "acme", "anna"]) == 4
    said = capsys.readouterr().err
    assert "influtui secret set acme.api_key" in said
    assert CANARY not in said


class _Typed:
    def __init__(self, text: str) -> None:
        self._text = text

    def isatty(self) -> bool:
        return False

    def readline(self) -> str:
        return self._text
