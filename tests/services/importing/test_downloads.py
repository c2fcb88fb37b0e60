"""An account download is told by its keys, and never by what somebody is called."""

from __future__ import annotations

import pytest

from influtui.services.importing.downloads import is_download


@pytest.mark.parametrize("word", ["relationships_follow", "string_list_data", "FansList"])
def test_a_row_with_a_platforms_word_in_it_is_no_download(word: str) -> None:
    assert not is_download(f'{{"platform":"tiktok","handle":"{word}","name":"{word}"}}\n'.encode())
    assert is_download(f'{{ "{word}" : []}}'.encode())
