"""Values of a window: what is one, and what sends make of them."""

from __future__ import annotations

from workbench.engine.model.commands import Send
from workbench.viewmodel.known_values import TypedValue, fault, known_values
from workbench.viewmodel.payload_form import PayloadForm, compose, unknown_names
from workbench.viewmodel.rule_form import TypedRule, rules_of

ROWS = (TypedValue("token", "abc123", secret=True), TypedValue("n", "7"))
KNOWN = known_values(ROWS)


def test_what_is_no_value_says_why() -> None:
    assert fault(TypedValue("a b", "")) is not None
    assert fault(TypedValue("counter", "")) is not None
    twice = fault(TypedValue("n", "8"), ROWS)
    assert twice is not None
    assert "n" in twice.text
    short = fault(TypedValue("pin", "123", secret=True))
    assert short is not None
    assert "4" in short.text
    assert fault(ROWS[0]) is None
    assert known_values((*ROWS, TypedValue("n", "8"))).values["n"].data == b"7"


def test_they_are_filled_in_and_what_is_built_in_is_left_to_the_send() -> None:
    draft = PayloadForm("{token} {n} {counter}\\n", placeholders=True)
    made = compose(draft, 3, KNOWN)
    command = made.send
    assert isinstance(command, Send)
    assert command.text == "abc123 7 {counter}\n"
    assert made.size == 11
    assert command.placeholders
    plain = compose(PayloadForm("{n} and {{n}}", placeholders=True), 1, KNOWN).send
    assert (getattr(plain, "text", None), getattr(plain, "placeholders", None)) == (
        "7 and {n}",
        False,
    )


def test_what_a_value_holds_is_no_gap() -> None:
    known = known_values([TypedValue("v", "{counter}")])
    made = compose(PayloadForm("{v}-{counter}", placeholders=True), 5, known)
    assert getattr(made.send, "text", None) == "{{counter}}-{counter}"
    assert made.size == len("{counter}-5")


def test_in_hex_they_stand_and_are_counted_too() -> None:
    made = compose(PayloadForm('u8[{token}] u16(n*2) "x"', "hex"), 1, KNOWN)
    assert made.size == 1 + 6 + 2 + 1
    assert getattr(made.send, "hex", None) == b"\x06abc123\x00\x0ex".hex()


def test_a_secret_is_masked_in_what_is_shown() -> None:
    made = compose(PayloadForm("t={token}", placeholders=True), 1, KNOWN)
    assert getattr(made.send, "text", None) == "t=abc123"
    assert b"abc".hex(" ") not in made.head
    assert made.head.startswith(b"t=".hex(" "))


def test_a_name_that_is_none_is_told() -> None:
    draft = PayloadForm("{tokn} {n}", placeholders=True)
    assert [gap.near for gap in unknown_names(draft, KNOWN)] == ["token"]
    assert unknown_names(PayloadForm("{tokn}"), KNOWN) == ()


def test_rules_name_them_as_their_match_wants_it() -> None:
    known = known_values([TypedValue("dot", "a.b"), TypedValue("id", "x"), TypedValue("n", "1\n")])
    regex, hexed, exact, own = rules_of(
        [
            TypedRule("regex", "^{dot}$", "{dot} {other}"),
            TypedRule("hex", "00 {dot}", ""),
            TypedRule("exact", "{dot}", "{n}\\n"),
            TypedRule("regex", r"(?P<id>\d)", "{id}"),
        ],
        known,
    )
    assert (regex.value, regex.reply) == (r"^a\.b$", "a.b {other}")
    assert hexed.value == "00 612e62"
    assert (exact.value, exact.reply) == ("a.b", "1\n\n")
    assert own.reply == "{id}"


def test_while_nothing_is_filled_in_what_is_of_the_language_is_marked() -> None:
    draft = PayloadForm('{"a": {}} {len:x} {counter} {word} {n}', placeholders=False)
    assert [(gap.word, gap.unfilled) for gap in unknown_names(draft, KNOWN)] == [
        ("len:x", True),
        ("counter", True),
        ("n", True),
    ]


def test_between_the_quotes_of_hex_a_name_is_marked() -> None:
    (gap,) = unknown_names(PayloadForm('00 "a {n}" {n} "{x}"', "hex"), KNOWN)
    assert (gap.begin, gap.end, gap.word, gap.quoted) == (6, 9, "n", True)
