"""The page says what each document of `--json` holds, in the records' own words."""

from __future__ import annotations

from influtui.cli.json_reference import section
from influtui.services.outgoing.forecast import Forecast


def test_every_field_of_a_document_has_a_row_and_its_sentence() -> None:
    text = "\n".join(section())
    table = text.partition("### `influtui.forecast/1`")[2].partition("###")[0]
    assert [line.split("`")[1] for line in table.splitlines() if line.startswith("| `")] == list(
        Forecast.__struct_fields__
    )
    assert "| `at` | `str \\| None` | When it goes; None where somebody must act first. |" in table
