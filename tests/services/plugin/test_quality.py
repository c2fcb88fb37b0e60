"""A plugin's tier follows from what was found, and says what was not looked at."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from plugin_makers import MANIFEST, MakePlugin, maker

from influtui.host import manifests
from influtui.host.discovery import Found
from influtui.model.times import Millis
from influtui.services.plugin import quality
from influtui.services.plugin.findings import Finding
from influtui.services.plugin.quality import ContractResult

NOON = Millis(1_795_348_800_000)
DAY = 86_400_000

WHOLE = MANIFEST.format(id="acme", timeout=1).replace(
    "[[source]]", 'docs = "https://acme.example/docs"\nissues = "https://acme.example/issues"\n\n[[source]]'
)
KEPT = (ContractResult("source", "acme", "test_pages_end", "passed"),)


def _tier(
    *,
    manifest: str = WHOLE,
    findings: tuple[Finding, ...] = (),
    tested: Any = KEPT,
    live_at: int | None = NOON,
) -> tuple[str | None, list[str]]:
    found = Found(id="acme", distribution="acme", version="1.0", manifest=manifests.read(manifest))
    judged = quality.judged(found, findings, tested, live_at=live_at, now=NOON)
    return judged.tier, [each.rule for each in judged.unmet]


def _finding(code: str, level: Any = "advice") -> Finding:
    return Finding(code, level, "here", "it is so", "mend it")


def test_what_keeps_every_rule_is_gold() -> None:
    assert _tier() == ("gold", [])


@pytest.mark.parametrize(("change", "tier", "unmet"), [
    ({"findings": (_finding("C1", "error"),)}, None, ["works"]),
    ({"findings": (_finding("M3"),)}, None, ["described"]),
    ({"findings": (_finding("M4"),)}, None, ["budgets"]),
    ({"findings": (_finding("C2"),)}, None, ["light"]),
    ({"tested": "its tests did not come"}, None, ["contract", "unskipped"]),
    ({"tested": ()}, None, ["contract"]),
    ({"tested": (*KEPT, ContractResult("source", "acme", "test_x", "failed"))}, None, ["contract"]),
    ({"tested": (*KEPT, ContractResult("source", "acme", "test_x", "skipped"))}, "bronze", ["unskipped"]),
    ({"manifest": WHOLE.replace("issues =", "license =")}, "bronze", ["reachable"]),
    ({"manifest": WHOLE + '\n[[source.field]]\nkey = "api_key"\nkind = "secret"\nlabel = "Key"\n'}, "bronze", ["helped"]),
    ({"live_at": None}, "silver", ["live"]),
    ({"live_at": NOON - 91 * DAY}, "silver", ["live"]),
])  # fmt: skip
def test_each_rule_keeps_from_its_tier(change: dict[str, Any], tier: str | None, unmet: list[str]) -> None:
    assert _tier(**change) == (tier, unmet)


def test_a_manifest_that_cannot_be_read_is_one_thing_that_is_wrong() -> None:
    found = Found(id="acme", distribution="acme", version="1.0", problem="torn")
    judged = quality.judged(found, (_finding("M1", "error"),), KEPT, live_at=None, now=NOON)
    assert [(each.rule, each.why) for each in judged.unmet] == [("works", "it is so")]


def test_a_kept_tier_is_of_one_version_and_of_half_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Found(id="acme", distribution="acme", version="1.0", manifest=manifests.read(WHOLE))
    quality.keep("acme", quality.judged(found, (), KEPT, live_at=None, now=NOON))
    assert quality.kept(NOON)["acme"].words == "silver, not run live"
    assert quality.kept(Millis(NOON + 181 * DAY)) == {}
    quality.keep("other", msgspec.structs.replace(quality.kept(NOON)["acme"], api="0.9"))
    assert quality.kept(NOON).keys() == {"acme"}


CONTRACT = """
from influtui.testing import SourceContract

class TestAcme(SourceContract):
    package = "influtui_acmeq"
    source = "acmeq"
    def answer(self, path, parameters):
        return 200, {}

def test_of_the_authors_own():
    raise SystemExit("no test of the kit")
"""


async def test_the_contract_tests_beside_a_plugin_are_run_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make: MakePlugin = maker(tmp_path / "acmeq", monkeypatch)
    make("acmeq", search="reply = await self.ctx.http.get('people')\nreturn Page()")
    (tmp_path / "acmeq" / "tests").mkdir()
    (tmp_path / "acmeq" / "tests" / "test_contract.py").write_text(CONTRACT)
    path = tmp_path / "acmeq" / "influtui_acmeq" / "influtui.toml"
    found = Found(id="acmeq", distribution="acmeq", version="1", path=str(path))
    tested = await quality.contract_results(found)
    assert not isinstance(tested, str)
    outcomes = {each.test.partition("[")[0]: each.outcome for each in tested}
    assert {(each.kind, each.id) for each in tested} == {("source", "acmeq")}
    assert "test_of_the_authors_own" not in outcomes
    assert outcomes["test_a_search_that_is_called_off_ends_at_once"] == "passed"
    assert outcomes["test_somebody_is_found_and_the_host_lets_everybody_in"] == "failed"
    assert "influtui_acmeq" not in sys.modules, "in a process of its own"
    by_test = {each.test.partition("[")[0]: each for each in tested}
    nobody = by_test["test_somebody_is_found_and_the_host_lets_everybody_in"]
    assert nobody.why.startswith("nobody is found: the answers hold nobody for “vegan baking”"), nobody
    assert nobody.place == "", "no line of the author's is wrong by itself"


def test_what_is_wrong_is_said_once_however_many_tests_fail_for_it() -> None:
    tested = [
        ContractResult("source", "acme", "test_a", "failed", "the cursor stands still"),
        ContractResult("source", "acme", "test_b", "failed", "NotImplementedError", "acme/__init__.py:7"),
        ContractResult("source", "acme", "test_c", "failed", "NotImplementedError", "acme/__init__.py:7"),
        ContractResult("source", "acme", "test_d", "passed"),
    ]
    assert [(each.why, each.place, each.tests) for each in quality.causes(tested)] == [
        ("NotImplementedError", "acme/__init__.py:7", ("test_b", "test_c")),
        ("the cursor stands still", "", ("test_a",)),
    ]


async def test_an_environments_own_tests_folder_is_nobodys(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "influtui_acme"
    package.mkdir(parents=True)
    (tmp_path / "site-packages" / "tests").mkdir()
    found = Found(id="acme", distribution="acme", version="1", path=str(package / "influtui.toml"))
    assert await quality.contract_results(found) == "its contract tests did not come with it"
