"""Addresses of endpoints in what is answered."""

from __future__ import annotations

import pytest

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.protocol.end_words import EndWords
from workbench.engine.protocol.responder import compile_responder
from workbench.payload.templates import Value
from workbench.texts import Problem

ADDRESSES = {"my-server": "127.0.0.1:4711", "six": "[::1]:80", "unix": "/tmp/a:b"}


def link(name: str) -> str:
    if name == "late":
        raise Problem("engine.no_address_yet", name=name)
    try:
        return ADDRESSES[name]
    except KeyError:
        raise Problem("engine.unknown_endpoint", name=name) from None


def test_words_are_those_of_endpoints_that_there_are() -> None:
    ends = EndWords(link)
    said = "{my-server.port} {six.address} {late.port} {no.port} {six.ports} {six.port.x}"
    assert set(ends.of(said)) == {"my-server.port", "six.address", "late.port"}
    assert set(EndWords().of("{no.port}")) == {"no.port"}
    assert ends.of("{port}") == ()


def test_they_are_filled_in_as_of_now() -> None:
    ends = EndWords(link)
    made = ends.filled({"my-server.port", "six.address", "unix.address", "x"}, {"x": Value(b"1")})
    assert {name: value.data for name, value in made.items()} == {
        "my-server.port": b"4711",
        "six.address": b"::1",
        "unix.address": b"/tmp/a:b",
        "x": b"1",
    }
    for word, key in (
        ("late.port", "engine.no_address_yet"),
        ("unix.port", "address.none_of_unix"),
    ):
        with pytest.raises(Problem) as caught:
            ends.filled({word}, {})
        assert caught.value.key == key


def test_a_reply_and_a_greeting_have_them_where_placeholders_are_on() -> None:
    rules = Rules(
        (
            Rule(reply="{my-server.port} {no.port}", placeholders=True),
            Rule(reply_hex="u16(my-server.port+1)"),
        ),
        greet="on {my-server.port}",
        placeholders=True,
    )
    notes: list[str] = []
    one = compile_responder(rules, link=link).for_connection(
        stream=True, tell=lambda name, _: notes.append(name)
    )
    assert one.greeting is not None
    assert one.greeting.data == b"on 4711"
    assert one.answer is not None
    reply = one.answer(b"?")
    assert reply is not None
    assert reply.data == b"4711 {no.port}"
    in_hex = compile_responder(Rules(rules.rules[1:]), link=link).for_connection(
        stream=True, tell=lambda *_: None
    )
    assert in_hex.answer is not None
    reply = in_hex.answer(b"?")
    assert reply is not None
    assert reply.data == (4712).to_bytes(2, "big")
    plain = compile_responder(Rules((Rule(reply="{my-server.port}"),)), link=link).for_connection(
        stream=True, tell=lambda *_: None
    )
    assert plain.answer is not None
    reply = plain.answer(b"?")
    assert reply is not None
    assert reply.data == b"{my-server.port}"


def test_a_greeting_that_cannot_be_made_is_said() -> None:
    notes: list[tuple[str, str]] = []
    made = compile_responder(Greet("on {late.port}", placeholders=True), link=link)
    one = made.for_connection(stream=True, tell=lambda *note: notes.append(note))
    assert one.greeting is None
    assert notes == [("greeting_failed", "'engine.no_address_yet', {'name': 'late'}")]
