"""Foreign text commands no terminal and breaks no line."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from workbench.printable import escape, escape_lines
from workbench.texts import LANGUAGES, Problem, catalogue, set_language, tr

ANY = st.text(
    st.characters()
    | st.sampled_from(
        "\x00\x07\x08\t\n\r\x1b\x7f\x9b\xad\u200b\u200d"
        "\u2028\u202e\u2066\ufeff\ufffe\udcff\U000e0001"
    )
)


@given(ANY)
def test_what_is_shown_is_printable_and_what_was_printable_stays(text: str) -> None:
    shown = escape(text)
    assert shown.isprintable()
    if "\\" not in text:
        kept = re.sub(r"\\(x..|u....|U.{8}|[nrt0])", "", shown)
        assert kept == "".join(filter(str.isprintable, text))
    assert escape(shown) == shown
    shown.encode("utf-8")


@given(ANY)
def test_lines_of_our_own_stay_lines(text: str) -> None:
    assert escape_lines(text).split("\n") == [escape(line) for line in text.split("\n")]


def test_escapes_are_those_that_can_be_typed() -> None:
    assert escape("\x1b]0;x\x07\r\n\t\0\x7f\x9b\u202e\udc80\U000e0001\\n") == (
        r"\x1b]0;x\x07\r\n\t\0\x7f\x9b\u202e\udc80\U000e0001\n"
    )


@given(ANY)
def test_a_sentence_stays_one_line_whatever_fills_it_in(text: str) -> None:
    for language in LANGUAGES:
        set_language(language)
        inner = Problem("scenario.came", what=text, seq=1)
        for said in (
            tr("scenario.came", what=text, seq=1),
            inner.text,
            Problem("scenario.at", source=text, line=3, reason=inner).text,
        ):
            assert said.isprintable()


def test_our_own_texts_need_no_escape() -> None:
    for language in LANGUAGES:
        for key, text in catalogue(language).items():
            assert escape_lines(text) == text, key
