"""A word in braces that names nothing is found, with the name that is most like it."""

from __future__ import annotations

from workbench.payload.unknown_gaps import unknown_gaps


def test_it_is_found_with_its_place_and_the_nearest_name() -> None:
    (gap,) = unknown_gaps("a {tokn} b {token}", ("token", "id"))
    assert (gap.begin, gap.end, gap.word, gap.near) == (2, 8, "tokn", "token")


def test_what_is_like_no_name_has_none() -> None:
    (gap,) = unknown_gaps("{zzz}", ("a",))
    assert gap.near == ""


def test_braces_of_other_things_are_passed_over() -> None:
    text = '{"a": 1} {{word}} {} {1} {len:id} {id+1} {not-this-one} \\p{Lu}'
    assert list(unknown_gaps(text, ("id",))) == []
    assert [gap.word for gap in unknown_gaps("{id+x} {base64:y}", ("id",))] == ["x", "y"]
