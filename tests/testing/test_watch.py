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
        monkeypatch.setenv("SAMPLE_REGION", "EU")
    with pytest.raises(AssertionError, match="environment or a file"), watched("influtui_bluesky", ["canary-1"]):
        (tmp_path / "kept").write_text("token=canary-1", "utf-8")
    with pytest.raises(AssertionError, match="environment or a file"), watched("influtui_bluesky", ["canary-1"]):
        os.environ["SAMPLE_TOKEN"] = "canary-1"
    monkeypatch.delenv("SAMPLE_TOKEN")


def _asks_and_hides_that_it_failed() -> None:
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
