"""Notes are words in the reader's language, whatever stands in the record."""

from __future__ import annotations

import pytest

from tests.journal.conftest import Make, event
from workbench import texts
from workbench.engine.model.events import NOTE
from workbench.journal.notes import note_text


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize(("call", "args"), [
    ("record", "'2026-11-23T12:00:00+00:00', 1"), ("unsent_dropped", "17"),
    ("reading_held", ""), ("not_done", "('engine.closed_meanwhile', {})"),
])  # fmt: skip
def test_known_notes_have_words(make: Make, lang: str, call: str, args: str) -> None:
    texts.set_language(lang)
    row = make([event(kind=NOTE, call=call, args=args)]).row(2)
    assert row is not None
    shown = note_text(row)
    assert shown
    assert call not in shown


@pytest.mark.parametrize(
    ("call", "args"), [("from_the_future", "1"), ("not_done", "(broken"), ("unsent_dropped", "")]
)
def test_an_unknown_note_is_shown_as_it_stands(make: Make, call: str, args: str) -> None:
    row = make([event(kind=NOTE, call=call, args=args)]).row(2)
    assert row is not None
    assert call in note_text(row)


def test_a_persons_note_is_their_own_words(make: Make) -> None:
    row = make([event(kind=NOTE, call="note", args="it hangs {here}")]).row(2)
    assert row is not None
    assert note_text(row) == "it hangs {here}"


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("call", ["not_done", "record", "unsent_dropped", "reading_held"])
@pytest.mark.parametrize("args", [
    "('engine.closed_meanwhile', 5)", "('engine.closed_meanwhile', {1: 2})", "([], {})", "{[]: 1}",
    "(" * 500, "1", "'a', 'b', 'c', 'd'", "None", "(", "x", "__import__('os')", "-'a'",
    "('no.such.text', {})", "('engine.name_taken', {})", "\0", "1, **{}",
])  # fmt: skip
def test_a_record_may_be_written_by_anybody(make: Make, lang: str, call: str, args: str) -> None:
    texts.set_language(lang)
    row = make([event(kind=NOTE, call=call, args=args)]).row(2)
    assert row is not None
    assert isinstance(note_text(row), str)
