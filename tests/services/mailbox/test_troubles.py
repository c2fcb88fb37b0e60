from __future__ import annotations

from influtui.model.failures import Failure, NeedsConfiguration
from influtui.services.mailbox.troubles import Trouble, trouble_of


def test_a_failure_is_one_sentence_with_what_mends_it() -> None:
    refused = NeedsConfiguration("mx.test refused the password: Authentication failed.", hint="`influtui secret set`.")
    assert trouble_of(refused, "jo@brand.test was not read") == Trouble(
        "jo@brand.test was not read: mx.test refused the password: Authentication failed. `influtui secret set`.",
        needs_configuration=True,
    )
    assert trouble_of(Failure("the server hung up")) == Trouble("the server hung up.")
