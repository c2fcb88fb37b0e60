"""`plugin record`: what a platform answered, without keys, plays again in the contract."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from bluesky_stand_in import BlueskyStandIn, Person
from plugin_makers import MANIFEST, maker

from influtui.cli.main import main
from influtui.secrets import redaction
from influtui.testing import SourceContract
from influtui.testing.platforms import FAULTS

CANARY = "canary/7f31+c0de=="

FIELD = '[[source.field]]\nkey = "api_key"\nkind = "secret"\nlabel = "API key"\nenv = "ACME_API_KEY"\nrequired = true\n'

ASKS = """
key = self.ctx.secrets['api_key']
asked = {"q": query, "limit": limit, **({"cursor": cursor} if cursor else {})}
reply = await self.ctx.http.get("xrpc/app.bsky.actor.searchActors", asked, headers={"x": key})
body = reply.json()
people = body.get("actors") if isinstance(body, dict) else None
if reply.status != 200 or not isinstance(people, list):
    raise UpstreamChanged("odd")
return Page(profiles=tuple(Profile(platform="bluesky", handle=p["handle"], as_of=self.ctx.clock()) for p in people
                           if p.get("handle")), next=body.get("cursor"))
"""


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Iterator[BlueskyStandIn]:
    server = BlueskyStandIn([Person(f"baker{n}.example", f"Baker {CANARY}", "vegan") for n in range(5)]).start()
    monkeypatch.setenv("INFLUTUI_PLUGIN_ACME_BASE_URL", server.base_url)
    monkeypatch.setenv("ACME_API_KEY", CANARY)
    before = logging.getLogRecordFactory()
    yield server
    server.stop()
    logging.setLogRecordFactory(before)
    redaction._guards_logs = False


def test_a_recording_holds_no_key_and_plays_again_in_the_contract(
    platform: BlueskyStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    maker(tmp_path / "site", monkeypatch)("acme", search=ASKS, manifest=MANIFEST.format(id="acme", timeout=60) + FIELD)
    path = tmp_path / "made" / "acme.json"
    assert main(["--json", "plugin", "record", "acme", "vegan", "--into", str(path)]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["source"], done["accounts"]) == ("acme", 5)
    body = path.read_text("utf-8")
    assert CANARY not in body
    assert "[redacted]" in body, "the platform gave the key back, and it was struck out"

    class Played(SourceContract):
        package = "influtui_acme"
        source = "acme"
        recording = str(path)

    contract = Played()
    assert (contract.query, contract.limit) == ("vegan", 3)
    contract.test_somebody_is_found_and_the_host_lets_everybody_in()
    contract.test_pages_end_and_nobody_comes_twice()
    contract.test_one_account_is_one_account()
    contract.test_a_key_that_is_missing_is_unknown_and_never_an_error_of_ours()
    for fault in FAULTS:
        contract.test_a_bad_day_is_a_typed_error_or_less_and_never_an_invention(fault)


def test_what_is_no_recording_is_not_overwritten(
    platform: BlueskyStandIn, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "notes.json"
    path.write_text("{}")
    assert main(["plugin", "record", "bluesky", "vegan", "--into", str(path)]) == 2
    assert path.read_text() == "{}"
    assert platform.requests == [], "nothing was asked for nothing"
    assert main(["plugin", "record", "manual", "vegan"]) == 2
