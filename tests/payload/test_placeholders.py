"""Placeholders are filled in; every other brace stays as it is."""

from __future__ import annotations

import datetime

from workbench.payload.placeholders import expand, has_placeholders


def test_counter_and_random() -> None:
    text = expand("n={counter} r={random:6}.", 7)
    head, _, tail = text.partition(" r=")
    assert head == "n=7"
    assert len(tail) == 7
    assert tail[:6].isalnum()


def test_time_is_a_moment_with_zone() -> None:
    moment = datetime.datetime.fromisoformat(expand("{time}", 1))
    assert moment.tzinfo is not None


def test_other_braces_stay() -> None:
    for text in ('{"a": {"b": 1}}', "{counter", "{random:}", "{random:99999}", "{}"):
        assert expand(text, 1) == text
        assert not has_placeholders(text)
