from __future__ import annotations

import io
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

import pytest

from influtui.secrets import redaction

CANARY = "s3cr/et+ca nary\"%é'"


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    redaction.learn(CANARY)
    yield
    logging.setLogRecordFactory(before)
    redaction._guards_logs = False


@pytest.mark.parametrize("form", [
    CANARY, quote(CANARY, safe=""), quote_plus(CANARY), json.dumps(CANARY), json.dumps(CANARY, ensure_ascii=False), repr(CANARY),
    b64encode(CANARY.encode()).decode(), f"https://x.example/?key={quote(CANARY)}&a=1",
])  # fmt: skip
def test_a_secret_is_struck_out_in_every_form_it_travels_in(form: str) -> None:
    clean = redaction.redacted(f"before {form} after")
    assert "[redacted]" in clean
    assert clean.startswith("before ")
    assert clean.endswith(" after")
    assert form not in clean
    assert form.encode() not in redaction.redacted_bytes(form.encode())


def test_plain_data_keeps_its_shape() -> None:
    tree = {"a": [CANARY, 3, None, {"b": f"x{CANARY}"}], "c": True}
    assert redaction.redacted_tree(tree) == {"a": ["[redacted]", 3, None, {"b": "x[redacted]"}], "c": True}


def test_no_log_record_holds_it_neither_in_words_nor_in_a_traceback() -> None:
    written = io.StringIO()
    logger = logging.getLogger("a.plugin")
    handler = logging.StreamHandler(written)
    logger.addHandler(handler)
    try:
        logger.warning("asking %s", f"https://x.example/?key={quote(CANARY)}")
        logger.warning("asking %(it)s", {"it": CANARY})
        try:
            try:
                raise ValueError(CANARY)
            except ValueError as error:
                raise RuntimeError("outer") from error
        except RuntimeError:
            logger.exception("it failed")
        logger.warning("nothing %s here", "secret")
    finally:
        logger.removeHandler(handler)
    told = written.getvalue()
    assert told.count("[redacted]") >= 3
    assert "nothing secret here" in told
    assert "RuntimeError: outer" in told
    assert "s3cr" not in told
