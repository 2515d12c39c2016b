"""A word in braces that names nothing is found, with the name that is most like it."""

from __future__ import annotations

from workbench.payload.unknown_gaps import unfilled_gaps, unknown_gaps


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


def test_where_nothing_is_filled_in_only_what_is_of_the_language_is_told() -> None:
    text = '{"a": 1} {len:x} {random:8} {{time}} {time} {word} {own} {random:x} {base64:c.port}'
    found = list(unfilled_gaps(text, ("own",)))
    assert [gap.word for gap in found] == ["len:x", "random:8", "time", "own", "base64:c.port"]
    assert all(gap.unfilled and text[gap.begin : gap.end] == f"{{{gap.word}}}" for gap in found)


def test_what_is_counted_with_the_port_of_an_endpoint_is_known() -> None:
    names = ("server.port", "my-server.port", "id")
    known = "{server.port+1} {my-server.port} {my-server.port*2+id} {server.port-1}"
    assert list(unknown_gaps(known, names)) == []
    found = [gap.word for gap in unknown_gaps("{servr.port+1} {server.prt}", names)]
    assert found == ["servr.port+1", "server.prt"]
