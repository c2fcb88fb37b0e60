from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.mail.attachments import BYTES, file_name, warning


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/cron.d/evil", "evil"),
        ("C:\\Windows\\evil.txt", "evil.txt"),
        ("..\\..\\evil.txt", "evil.txt"),
        (".bashrc", "bashrc"),
        ("...", "attachment"),
        ("..", "attachment"),
        ("evil.txt. .", "evil.txt"),
        ("a\x1b[2Jb.pdf", "a[2Jb.pdf"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("a\u200bb\r\n.pdf", "ab.pdf"),
        ('a<b>:"c"|?*.txt', "a_b___c____.txt"),
        ("CON.txt", "_CON.txt"),
        ("nul", "_nul"),
        ("lpt1.pdf", "_lpt1.pdf"),
        ("console.txt", "console.txt"),
        ("\x00", "attachment"),
        ("", "attachment"),
    ],
)
def test_an_attachment_is_saved_under_a_harmless_name(name: str, saved: str) -> None:
    """Defences: paths, hidden files, controls, bidi, signs of shells and file systems, devices, names that are nothing."""
    assert file_name(name) == saved


@given(st.text(max_size=400), st.sets(st.text(max_size=20), max_size=3))
def test_no_name_leaves_its_folder_or_grows_too_long(name: str, taken: set[str]) -> None:
    saved = file_name(name, taken=taken)
    assert saved
    assert saved.isprintable()
    assert not set(saved) & set('/\\<>:"|?*')
    assert saved[0] != "."
    assert saved.casefold() not in taken
    assert len(saved.encode()) <= BYTES


def test_a_name_of_any_length_is_cut_between_characters_and_keeps_its_ending() -> None:
    """Defence: a name that is too long for a file system would be no file."""
    saved = file_name("é" * 500 + ".pdf")
    assert len(saved.encode()) <= BYTES
    assert saved.endswith("é.pdf")


def test_a_name_that_is_taken_gets_a_number() -> None:
    """Defence: of two attachments of one name none hides the other."""
    assert file_name("a.pdf", taken={"a.pdf"}) == "a-2.pdf"
    assert file_name("A.PDF", taken={"a.pdf", "a-2.pdf"}) == "A-3.PDF"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("photo\u202egnp.exe", "read backwards"),
        ("invoice.pdf.exe", "calls itself .pdf but is a .exe"),
        ("run.bat ", "can run as a program"),
        ("page.html", "can run as a program"),
        ("brief.docm", "can run as a program"),
        ("brief.pdf", None),
        ("my.photo.png", None),
    ],
)
def test_a_dangerous_file_is_pointed_out(name: str, said: str | None) -> None:
    """Defences: names that read backwards, programs that call themselves documents, programs."""
    found = warning(name)
    assert found is None if said is None else said in (found or "")
