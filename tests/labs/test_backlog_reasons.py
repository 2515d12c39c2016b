"""Sentences that more than one mode gives: each only with its evidence."""

from __future__ import annotations

import pytest

from tests.labs.test_backlog_compare import result
from workbench.labs import backlog_reasons as why
from workbench.texts import LANGUAGES, set_language


def keys(reasons: object) -> list[str]:
    return [one.key for one in reasons]  # type: ignore[attr-defined]


def test_a_local_connect_waits_whatever_else_is_known() -> None:
    cause = why.reason("why_dropped", count=1, drops=1)
    assert keys(why.silence(result(family="unix"), cause))[0] == "why_unix_waits"
    assert keys(why.silence(result(), cause))[0] == "why_dropped"
    assert keys(why.silence(result(), None))[0] == "why_silent_unknown"
    assert keys(why.silence(result(timed_out=0), cause)) == []


def test_dropped_is_said_with_the_counter_alone() -> None:
    assert why.dropped(result(drops=0)) is None
    assert why.dropped(result(drops=None)) is None
    said = why.dropped(result(drops=7))
    assert said is not None
    assert dict(said.values) == {"count": 3, "drops": 7}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_reason_follows_the_language(language: str) -> None:
    said = why.reason("why_again", count=3)
    set_language(language)
    assert "EAGAIN" in said.text
    assert ("read full" in said.text) is (language == "en")


def test_what_could_not_be_read_is_a_dash() -> None:
    assert [why.shown(value) for value in (None, 0, 5)] == ["–", 0, 5]
