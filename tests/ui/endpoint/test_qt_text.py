"""Places of a text as Qt counts them, and which texts are too long to be laid out."""

from __future__ import annotations

from workbench.ui.endpoint import qt_text


def test_characters_beyond_the_first_plane_are_two_units() -> None:
    text = "a𝄞b𝄞c"
    assert qt_text.units(text) == 7
    assert list(qt_text.places_in(text, [0, 1, 2, 4])) == [0, 1, 3, 6]
    assert qt_text.first_units(text, 3) == "a𝄞"
    assert qt_text.between_units(text, 3, 6) == "b𝄞"


def test_only_a_line_s_end_is_another_character_for_qt() -> None:
    assert qt_text.plain("a\u2029b\u00a0c\u2028d") == "a\nb\u00a0c\u2028d"
    assert qt_text.lines_of("a\r\nb\rc\nd\u2029e") == ["a", "b", "c", "d", "e"]


def test_a_text_is_too_long_by_a_line_or_by_its_lines() -> None:
    assert not qt_text.too_long("x" * qt_text.LONGEST_LINE)
    assert qt_text.too_long("x" * (qt_text.LONGEST_LINE + 1))
    assert not qt_text.too_long("xxxxxxxx\n" * 5000)
    assert qt_text.too_long("\n" * qt_text.MOST_LINES)
