"""What the contract kit sees of a plugin at work, and what it lets pass."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from pathlib import Path

import pytest

from influtui.testing.watch import watched


def test_a_sleep_on_the_loop_s_thread_is_held_against_it_and_does_not_happen() -> None:
    began = time.monotonic()
    with pytest.raises(AssertionError, match="blocks for 60 s"), watched("influtui_bluesky"):
        time.sleep(60)
    assert time.monotonic() - began < 30


def test_a_sleep_on_a_thread_of_its_own_is_let_pass() -> None:
    with watched("influtui_bluesky"):
        waiting = threading.Thread(target=time.sleep, args=(0.001,))
        waiting.start()
        waiting.join()


def test_a_connection_of_its_own_is_refused_and_told_though_the_plugin_hides_it() -> None:
    with pytest.raises(AssertionError, match="only the host's client"), watched("influtui_bluesky"):
        _asks_and_hides_that_it_failed()


def test_only_what_holds_a_secret_is_held_against_a_file_or_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with watched("influtui_bluesky", ["canary-1"]):
        (tmp_path / "kept").write_text("something else", "utf-8")
    with pytest.raises(AssertionError, match="environment or a file"), watched("influtui_bluesky", ["canary-1"]):
        (tmp_path / "kept").write_text("token=canary-1", "utf-8")
    with pytest.raises(AssertionError, match="changes the environment"), watched("influtui_bluesky", ["canary-1"]):
        os.environ["SAMPLE_TOKEN"] = "canary-1"
    monkeypatch.delenv("SAMPLE_TOKEN")


def test_a_plugin_that_prints_is_told_where_and_a_test_that_prints_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    with watched("influtui_acme"):
        print("the author's own")
    with pytest.raises(AssertionError, match="prints “half done”, over the screen"), watched("influtui_acme"):
        _as_a_plugin("print('half done')")
    assert capsys.readouterr().out == "the author's own\nhalf done\n"


def test_a_plugin_that_keeps_a_file_is_told_where(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match=r"acme\.py:1: it writes .*kept: a plugin keeps no files"):
        with watched("influtui_acme"):
            _as_a_plugin(f"open({str(tmp_path / 'kept')!r}, 'w').close()")


def test_a_plugin_that_burns_the_processor_is_ended_and_told_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("influtui.testing.watch.BURNS_S", 0.05)
    with pytest.raises(AssertionError, match=r"acme\.py:[12]: it holds the processor"), watched("influtui_acme"):
        _as_a_plugin("while True:\n    pass")


def test_a_folder_that_a_plugin_goes_to_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match="changes the folder that the process works in"), watched("influtui_acme"):
        os.chdir("/")


def _as_a_plugin(code: str) -> None:
    exec(compile(code, "acme.py", "exec"), {"__name__": "influtui_acme"})


def _asks_and_hides_that_it_failed() -> None:
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
