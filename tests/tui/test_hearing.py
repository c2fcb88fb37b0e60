"""Standard error of a line inside the app."""

from __future__ import annotations

from influtui.tui.hearing import Heard


def test_what_is_drawn_over_is_progress_and_what_stays_is_text() -> None:
    said: list[str] = []
    heard = Heard(said.append)
    heard.write("reading people.csv\n")
    for done in (10, 20):
        heard.write(f"\rrows  {done} of 20\x1b[K   ")
    heard.write("\r                 \r")
    heard.write("done\n")
    assert said == ["rows 10 of 20", "rows 20 of 20", ""]
    assert heard.text == "reading people.csv\ndone\n"
    assert heard.isatty()
