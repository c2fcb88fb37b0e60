"""Plugins are found by their manifests, read and never imported; a manifest that is wrong says so to its author."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from plugin_makers import MANIFEST, MakePlugin, maker

from influtui.host import discovery, manifests
from influtui.host.activation import Host
from influtui.host.discovery import installed
from influtui.host.manifests import ManifestError, read, serves


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakePlugin:
    return maker(tmp_path / "site", monkeypatch)


def _by_id(tmp_path: Path) -> dict[str, discovery.Found]:
    return {each.id: each for each in installed(tmp_path / "cache.json")}


def test_what_comes_with_influtui_is_found_like_anybody_elses(tmp_path: Path) -> None:
    found = _by_id(tmp_path)
    assert {"bluesky", "manual"} <= found.keys()
    assert all(found[id_].problem is None for id_ in ("bluesky", "manual"))


def test_a_plugin_is_found_without_being_imported(make: MakePlugin, tmp_path: Path) -> None:
    make("acme", top="raise SystemExit")
    found = _by_id(tmp_path)["acme"]
    assert found.manifest is not None
    assert (found.distribution, found.version) == ("acme-influtui_acme", "1.0")
    assert "influtui_acme" not in sys.modules


def test_a_manifest_that_changes_is_read_again_and_one_that_stays_is_not(
    make: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("acme")
    _by_id(tmp_path)
    scans = 0
    real = discovery._scan

    def counted() -> list[discovery.Found]:
        nonlocal scans
        scans += 1
        return real()

    monkeypatch.setattr(discovery, "_scan", counted)
    assert _by_id(tmp_path)["acme"].manifest is not None
    assert scans == 0
    path = tmp_path / "site" / "influtui_acme" / "influtui.toml"
    path.write_text(path.read_text().replace('name = "acme"', 'name = "Acme the second"'))
    found = _by_id(tmp_path)["acme"].manifest
    assert found is not None
    assert found.name == "Acme the second"
    make("another")
    assert "another" in _by_id(tmp_path)
    assert scans == 2


def test_a_cache_that_is_rubbish_is_no_obstacle(make: MakePlugin, tmp_path: Path) -> None:
    make("acme")
    (tmp_path / "cache.json").write_bytes(b"\xff\x00{")
    assert "acme" in _by_id(tmp_path)


def test_two_plugins_of_one_id_are_both_refused_and_named(make: MakePlugin, tmp_path: Path) -> None:
    make("acme")
    make("acme", package="influtui_acme_two")
    found = _by_id(tmp_path)["acme"]
    assert found.manifest is None
    assert "acme-influtui_acme 1.0 and acme-influtui_acme_two 1.0" in (found.problem or "")


@pytest.mark.parametrize(
    ("package", "problem"), [("influtui_acme.inner", "top-level"), ("not_there_at_all", "no package")]
)
def test_a_manifest_must_lie_in_a_package_that_exists(
    make: MakePlugin, tmp_path: Path, package: str, problem: str
) -> None:
    make("acme")
    entry = tmp_path / "site" / "acme_influtui_acme-1.0.dist-info" / "entry_points.txt"
    entry.write_text(f"[influtui.manifest]\nacme = {package}:influtui.toml\n")
    assert problem in (_by_id(tmp_path)["acme"].problem or "")
    assert "influtui_acme" not in sys.modules


GOOD = MANIFEST.format(id="acme", timeout=5)


@pytest.mark.parametrize(("change", "problem"), [
    (("manifest = 1", 'manifest = 2\nrequires = ["scorer"]'), r"format 2.*knows no \[\[scorer\]\]"),
    (('id = "acme"', 'id = "Acme!"'), "not right"),
    (('id = "acme"', 'id = "hand"'), "reserved"),
    (('name = "acme"', 'nmae = "acme"'), "not right"),
    (('api = ">=1.0,<2"', 'api = "latest"'), "range of versions"),
    (('python = "influtui_acme:ThePlugin"', 'python = "os.system(1)"'), "package:Class"),
    (('hosts = ["acme.example"]', 'hosts = ["acme.example", "127.0.0.1"]'), "public host"),
    (('hosts = ["acme.example"]', 'hosts = ["acme.example", "*.example"]'), "public host"),
    (('hosts = ["acme.example"]', 'hosts = ["other.example"]'), "one of its hosts"),
    (('base_url = "https://', 'base_url = "http://'), "must be https"),
    (("page = 10", "page = 0"), "not right"),
    (("[[source]]", "[[sauce]]"), "not right"),
    (("manifest = 1", "manifest = "), "not TOML"),
])  # fmt: skip
def test_a_manifest_that_is_wrong_says_what_is_wrong(change: tuple[str, str], problem: str) -> None:
    read(GOOD)
    with pytest.raises(ManifestError, match=problem):
        read(GOOD.replace(*change, 1))


@pytest.mark.parametrize(("wanted", "offered", "fits"), [
    (">=1.0,<2", "1.0", True), (">=1.0,<2", "1.9", True), (">=1.0,<2", "2.0", False), (">=1.1,<2", "1.0", False),
    ("==1.0", "1.0", True), (">=1,<=1.5", "1.10", False), (">0.9", "1.0", True),
])  # fmt: skip
def test_api_ranges_are_compared_as_numbers(wanted: str, offered: str, fits: bool) -> None:
    assert serves(wanted, offered) is fits


def test_local_names_are_known() -> None:
    for host in ("localhost", "a.localhost", "127.0.0.1", "10.0.0.1", "[::1]", "printer.local", "169.254.169.254"):
        assert manifests.is_local(host), host
    assert not manifests.is_local("public.api.bsky.app")


@pytest.mark.parametrize(("settings", "state", "words"), [
    ({}, "ready", "Ready"),
    ({"acme": {"tokn": "x"}}, "needs_config", "no setting tokn"),
    ({"acme": {"base_url": "ftp://x"}}, "needs_config", "must be an address"),
])  # fmt: skip
def test_a_state_is_a_sentence_with_the_next_step(
    make: MakePlugin, tmp_path: Path, settings: dict[str, dict[str, str]], state: str, words: str
) -> None:
    make("acme")
    host = Host(installed(tmp_path / "cache.json"), settings, lambda: 0)
    found = {each.id: each for each in host.plugins()}["acme"]
    assert found.state == state
    assert words in found.reason


def test_a_plugin_of_another_time_is_not_half_loaded(make: MakePlugin, tmp_path: Path) -> None:
    make("acme", manifest=GOOD.replace(">=1.0,<2", ">=7"))
    host = Host(installed(tmp_path / "cache.json"), {}, lambda: 0)
    found = {each.id: each for each in host.plugins()}["acme"]
    assert found.state == "incompatible"
    assert ">=7" in found.reason


def test_starting_imports_no_plugin_and_no_http_client() -> None:
    code = (
        "import sys; from influtui.cli.main import main; main(['plugin', 'list']); main(['ship', 'list']);"
        "print([m for m in sys.modules if m.startswith(('influtui_', 'httpx', 'textual'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_hundred_plugins_cost_a_start_little_once_they_are_known(
    make: MakePlugin, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        make(f"acme{number}")
    _by_id(tmp_path)
    monkeypatch.setattr(manifests, "read", lambda text: pytest.fail("a manifest that has not changed is read again"))
    assert len(_by_id(tmp_path)) >= 100


def test_a_manifest_of_a_later_format_is_read_as_far_as_it_is_known() -> None:
    later = GOOD.replace("manifest = 1", 'manifest = 2\nmood = "new"').replace("page = 10", "page = 10\nshade = 3")
    found = read(f'{later}\n[[scorer]]\nid = "acme.pane"\n')
    assert found.source[0].page == 10


@pytest.mark.parametrize(("change", "words"), [
    (('api = ">=1.0,<2"', 'api = ">=1.2,<2"'), "Update influtui"),
    (('api = ">=1.0,<2"', 'api = ">=0.1,<1"'), "it is too old. Update acme-influtui_acme"),
    (("page = 10", "page = 10\ncontract = 2"), "follows contract 2"),
    (("manifest = 1", 'manifest = 7\nrequires = ["scorer"]'), "Update influtui"),
])  # fmt: skip
def test_what_does_not_go_together_says_which_of_the_two_to_update(
    make: MakePlugin, tmp_path: Path, change: tuple[str, str], words: str
) -> None:
    make("acme", manifest=GOOD.replace(*change))
    host = Host(installed(tmp_path / "cache.json"), {}, lambda: 0)
    found = {each.id: each for each in host.plugins()}["acme"]
    assert found.state == "incompatible"
    assert words in found.reason
