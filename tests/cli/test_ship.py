"""`ship` on the command line: the contract of DESIGN section 4 that scripts rely on."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest

from influtui.cli.main import main

UPS = "1Z5R89390357567127"


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["--json", *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))


def test_detect_answers_a_line_each_in_order_and_says_that_one_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = _run(
        capsys, "ship", "detect", UPS, "nonsense", "https://www.fedex.com/fedextrack/?trknbr=986578788855"
    )
    assert code == 3
    assert [line["input"] for line in lines] == [
        UPS,
        "nonsense",
        "https://www.fedex.com/fedextrack/?trknbr=986578788855",
    ]
    assert [line["valid"] for line in lines] == [True, False, True]
    assert lines[0] == {
        "schema": "influtui.detection/1", "input": UPS, "number": UPS, "valid": True,
        "candidates": [{"carrier": "ups", "service": "UPS Ground", "confidence": 0.98}], "near": [],
    }  # fmt: skip
    assert lines[2]["candidates"][0]["carrier"] == "fedex"


def test_detect_reads_standard_input_and_is_content_when_all_are_right(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _typed(monkeypatch, f"\ufeff{UPS}\r\n\r\nRB123456785GB\r\n")
    code, lines = _run(capsys, "ship", "detect", "-")
    assert code == 0
    assert [line["candidates"][0]["carrier"] for line in lines] == ["ups", "s10"]


def test_detect_finds_numbers_in_prose(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _typed(monkeypatch, f"Sent today with UPS: 1Z 5R8 939 03 5756 7127.\nCall 555 0100 200.\nAlso {UPS}.")
    code, lines = _run(capsys, "ship", "detect", "-", "--text")
    assert code == 0
    assert [line["number"] for line in lines] == [UPS]


def test_prose_without_a_number_is_an_empty_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "ship", "detect", "nothing to see here", "--text") == (0, [])


def test_detect_needs_no_workspace(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUTUI_WORKSPACE", "/proc/nowhere")
    assert _run(capsys, "ship", "detect", UPS)[0] == 0


def test_hostile_input_comes_out_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    main(["ship", "detect", "\x1b]52;c;aGk=\x07\u202e123"])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_a_parcel_goes_its_way_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, added = _run(capsys, "ship", "add", UPS, "--declared", "120", "--currency", "EUR")
    assert code == 0
    shipment = added[0]["shipment"]
    assert (added[0]["status"], shipment["state"], shipment["declared"]) == (
        "added", "label_created", {"amount": "120.00", "currency": "EUR"}
    )  # fmt: skip
    assert shipment["url"] == f"https://www.ups.com/track?tracknum={UPS}"
    assert _run(capsys, "ship", "mark", UPS, "delivered")[1][0]["state"] == "delivered"
    _, rows = _run(capsys, "ship", "list", "-state:lost")
    assert [(row["schema"], row["number"], row["stage"]) for row in rows] == [("influtui.shipment/1", UPS, "ended")]
    _, shown = _run(capsys, "ship", "show", "#1")
    assert [event["state"] for event in shown[0]["events"]] == ["label_created", "delivered"]


def test_people_are_told_a_parcels_state_in_words_and_scripts_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    main(["ship", "add", UPS])
    main(["ship", "mark", UPS, "departed"])
    main(["ship", "list"])
    main(["ship", "show", "#1"])
    shown = capsys.readouterr().out
    assert "on its way" in shown
    assert "in_transit" not in shown
    assert "label_created" not in shown
    assert _run(capsys, "ship", "list", "state:in_transit")[1][0]["state"] == "in_transit"


def test_a_list_with_a_bad_line_is_done_in_part(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["creators", "add", "instagram:anna_invented"]) == 0
    capsys.readouterr()
    _typed(monkeypatch, f"anna_invented {UPS}\nanna_invented 1Z5R89390357567128\n")
    code, lines = _run(capsys, "ship", "add", "-")
    assert code == 3
    assert [line["status"] for line in lines] == ["added", "rejected"]
    assert lines[0]["shipment"]["ref"] == "instagram:anna_invented"


def test_a_dry_run_records_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(capsys, "ship", "add", UPS, "--dry-run")[1][0]["status"] == "added"
    assert _run(capsys, "ship", "list")[1] == []


@pytest.mark.parametrize(("words", "code"), [
    (["ship", "add", "1Z5R89390357567128"], 2), (["ship", "add", "EITHER?"], 2), (["ship", "mark", "#7", "delivered"], 2),
    (["ship", "add", "-", "--declared", "3"], 2), (["ship", "detect"], 2), (["--read-only", "ship", "add", UPS], 1),
])  # fmt: skip
def test_what_cannot_be_done_says_so_without_a_traceback(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int
) -> None:
    assert main(words) == code
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert said.err.strip()
