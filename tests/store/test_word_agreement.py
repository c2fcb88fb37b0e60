"""Words are cut and folded alike by the text index and by the code that checks phrases."""

from __future__ import annotations

import sqlite3
from importlib.resources import files

import pytest

from influtui.model.query_words import plain, words
from influtui.store.migrations import statements

SAMPLES = (
    "Vegan Baking",
    "anna.bakes_2024",
    "Crème brûlée",
    "cafe\u0301 noir",
    "İstanbul ISPARTA ığdır",
    "Straße STRASSE",
    "Đặng Thị Hồng",
    "ąęłńóśźż ŻÓŁĆ",
    "ΑΘΗΝΑ Αθήνα ὀδός",
    "Ёлка ЙОД",
    "हिन्दी रेसिपी",
    "รีวิวเครื่องสำอาง",
    "護膚品 スキンケア 스킨케어",
    "مرحبا بالعالم",
    "שלום עולם",
    "vegan🥑baking🤎tea",
    "love❤️you 🏽skin 👩‍🍳cook",
    "5₺ 10₿ 3€",
    "C++ & c# 50% x²",
    "ﬁt Ⅷ ｆｕｌｌ",
    "𝓐𝓷𝓷𝓪 𝔹𝕒𝕜𝕖𝕤 ⓣⓔⓐ ᴠᴇɢᴀɴ",
    "ｽｷﾝｹｱ ｶﾞｰﾃﾞﾝ",
    "مُحَمَّد مـرحباً أحمد",
    "שָׁלוֹם",
    "5µg Łódź Øystein Þór",
    "ㅋㅋ ㊀ ㈱ ½",
    "zero\u200bwidth soft\u00adhyphen non\u00a0breaking",
)


def indexed_words(text: str) -> set[str]:
    """The words that the text index takes of a bio."""
    schema = files("influtui.store").joinpath("schema/0018_plain_words.sqlite.sql").read_text("utf-8")
    (made,) = [each for each in statements(schema) if "creator_text USING" in each]
    connection = sqlite3.connect(":memory:")
    try:
        # Without its content table it stores nothing that this test would need.
        connection.execute(made.replace("content = 'creator_words', content_rowid = 'id',", "content = '',"))
        connection.execute("INSERT INTO creator_text (rowid, handle, name, bio) VALUES (1, '', '', ?)", (plain(text),))
        connection.execute("CREATE VIRTUAL TABLE terms USING fts5vocab (creator_text, row)")
        return {row[0] for row in connection.execute("SELECT term FROM terms")}
    finally:
        connection.close()


@pytest.mark.parametrize("text", SAMPLES)
def test_the_index_and_the_phrase_check_see_the_same_words(text: str) -> None:
    assert set(words(text)) == indexed_words(text)


def test_every_styled_letter_is_cut_alike() -> None:
    styled = [chr(code) for code in range(0x80, 0x20000) if plain(chr(code)) != chr(code)]
    assert len(styled) > 2_500
    assert [char for char in styled if plain(plain(char)) != plain(char)] == []
    assert [char for char in styled if words(" ".join(words(char))) != words(char)] == []
    text = " ".join(f"a{char}b" for char in styled)
    assert set(words(text)) == indexed_words(text)
