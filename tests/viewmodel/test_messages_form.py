"""Where a message ends, typed and shown again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.model.message_ends import (
    ByPattern,
    Delimiter,
    FixedSize,
    Http,
    Idle,
    LengthField,
    Messages,
)
from workbench.texts import Problem
from workbench.viewmodel.messages_form import EXAMPLES, KINDS, MessagesForm, show_messages


@pytest.mark.parametrize(
    ("form", "meant"),
    [
        (MessagesForm(), None),
        (MessagesForm("ends", "\\r\\n"), Delimiter("\r\n")),
        (MessagesForm("ends", "终"), Delimiter("终")),
        (MessagesForm("ends", "\\xff\\x00"), Delimiter(ends_hex="ff00")),
        (MessagesForm("length", "u16"), LengthField("u16")),
        (MessagesForm("length", "u32le at 4 add 6"), LengthField("u32le", 4, 6)),
        (MessagesForm("length", "var7 at 1"), LengthField("var7", 1)),
        (MessagesForm("length", "u8 add 0"), LengthField("u8", 0, 0)),
        (MessagesForm("size", "8"), FixedSize(8)),
        (MessagesForm("idle", "0.05"), Idle(0.05)),
        (MessagesForm("pattern", r"(?P<u16>..) "), ByPattern(r"(?P<u16>..) ")),
        (MessagesForm("http"), Http()),
    ],
)
def test_what_is_typed_is_meant_and_shown_again(form: MessagesForm, meant: Messages | None) -> None:
    assert form.read("utf-8", None) == meant
    assert show_messages(meant).read("utf-8", None) == meant
    assert show_messages(meant) == form


@pytest.mark.parametrize(
    "form",
    [
        MessagesForm("ends", ""),
        MessagesForm("ends", "\\q"),
        MessagesForm("length", ""),
        MessagesForm("length", "u7"),
        MessagesForm("length", "u16 to 4"),
        MessagesForm("size", "0"),
        MessagesForm("idle", "soon"),
        MessagesForm("idle", "0"),
        MessagesForm("pattern", ""),
        MessagesForm("pattern", "("),
    ],
)
def test_what_cannot_be_meant_is_a_fault(form: MessagesForm) -> None:
    assert isinstance(form.fault, Problem)


def test_what_no_field_shows_stays() -> None:
    known = Delimiter("\n", max=100)
    assert MessagesForm("ends", "\\r\\n").read("utf-8", known) == Delimiter("\r\n", max=100)
    pattern = ByPattern("a", add=-4, max=9)
    assert MessagesForm("pattern", "b").read("utf-8", pattern) == replace(pattern, pattern="b")


def test_each_kind_has_an_example_that_can_be_read() -> None:
    for kind in KINDS:
        assert MessagesForm(kind, EXAMPLES.get(kind, "")).fault is None
