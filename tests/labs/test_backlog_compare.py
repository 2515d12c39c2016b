"""The comparison claims what was read, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.labs.backlog_compare import (
    ELSEWHERE,
    Prediction,
    compare,
    readings,
)
from workbench.labs.backlog_data import Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.modes.mode_table import WAYS
from workbench.texts import LANGUAGES, set_language


def result(**more: Any) -> Result:
    values: dict[str, Any] = {
        "lab": "backlog", "family": "inet", "mode": "kernel", "backlog": 2, "clients": 6,
        "connected": 3, "pending": 0, "timed_out": 3, "refused": 0, "reset": 0, "again": 0,
        "error": 0, "queue_limit": 2, "queue_peak": 3, "drops": 6, "claim": 2, "os": "Linux 6.18",
        "accepted": 0, "timed_out_kernel": 0, "queue_full": True, "listen_overflows": 6,
        "listen_drops": 6, "somaxconn": 4096, "seconds": 6.0,
    }  # fmt: skip
    return Result(**{**values, **more})


def keys(**more: Any) -> list[str]:
    return [reason.key for reason in compare(result(**more)).reasons]


def test_the_three_columns() -> None:
    rows = compare(result(), Prediction(2, 4)).rows
    assert [(row.outcome, row.said, row.article, row.observed) for row in rows] == [
        ("connected", 2, 2, 3),
        ("refused", 4, 4, 0),
        ("silent", 0, 0, 3),
    ]
    assert {row.said for row in compare(result()).rows} == {None}


def test_the_article_never_admits_more_than_there_are() -> None:
    rows = compare(result(clients=1, connected=1, timed_out=0)).rows
    assert [(row.article, row.observed) for row in rows] == [(1, 1), (0, 0), (0, 0)]


def test_what_else_came_up_has_a_row() -> None:
    rows = compare(result(connected=2, timed_out=0, reset=1, again=2, error=1)).rows
    assert [row.outcome for row in rows][3:] == ["reset", "again", "error"]


def test_a_full_queue_and_dropped_syns() -> None:
    assert keys() == ["why_one_more", "why_dropped", "why_our_timeout"]


def test_without_the_drop_counter_nobody_says_dropped() -> None:
    for drops in (None, 0):
        assert keys(drops=drops) == ["why_one_more", "why_silent_unknown", "why_our_timeout"]


def test_without_a_reading_nobody_says_full() -> None:
    assert keys(queue_limit=None, queue_peak=None, queue_full=None)[0] == "why_no_reading"
    assert "why_one_more" not in keys(queue_peak=2)


@pytest.mark.parametrize(
    ("more", "expected"),
    [({"backlog": -1, "queue_limit": 0, "queue_peak": 1}, "why_negative"),
     ({"backlog": 128, "queue_limit": 3, "somaxconn": 3}, "why_capped"),
     ({"backlog": 128, "queue_limit": 3, "somaxconn": 4096}, "why_other_limit"),
     ({"connected": 6, "timed_out": 0, "queue_peak": 6, "queue_limit": 9}, "why_never_full"),
     ({"family": "unix", "pending": 3, "timed_out": 0, "drops": None}, "why_unix_waits"),
     ({"pending": 3, "timed_out": 0}, "why_pending"),
     ({"timed_out_kernel": 3}, "why_kernel_timeout"),
     ({"again": 3, "timed_out": 0}, "why_again"),
     ({"again": 3, "timed_out": 0, "queue_full": None}, "why_again_unknown"),
     ({"mode": "gate", "refused": 3, "timed_out": 0}, "why_refused_gate"),
     ({"mode": "closed", "refused": 3, "timed_out": 0}, "why_refused_closed"),
     ({"mode": "bound", "refused": 3, "timed_out": 0}, "why_refused_bound"),
     ({"refused": 3, "timed_out": 0}, "why_refused_kernel"),
     ({"mode": "gate", "reset": 3, "timed_out": 0}, "why_reset_gate"),
     ({"reset": 3, "timed_out": 0}, "why_reset"),
     ({"accepted": 3}, "why_accepted"),
     ({"error": 3, "timed_out": 0}, "why_error")],
)  # fmt: skip
def test_each_reason_has_its_evidence(more: dict[str, Any], expected: str) -> None:
    assert expected in keys(**more)


def test_what_fits_nothing_is_said_to_fit_nothing() -> None:
    assert keys(mode="gate", connected=6, timed_out=0) == ["why_unknown"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_can_be_worded(language: str) -> None:
    set_language(language)
    seen: list[Reason] = []
    for mode in ("kernel", "gate", "closed", "bound"):
        found = compare(
            result(
                mode=mode,
                refused=1,
                reset=1,
                again=1,
                error=1,
                accepted=1,
                pending=1,
                timed_out_kernel=1,
            )
        )
        seen += [*found.reasons, *found.elsewhere, *found.ways]
        assert all(row.label for row in found.rows)
    assert all(reason.text and "{" not in reason.text for reason in seen)
    assert len({reason.key for reason in seen if reason.key.startswith("elsewhere")}) == len(
        ELSEWHERE
    )
    assert len({reason.key for reason in seen if reason.key.startswith("way")}) == len(WAYS)


FIREWALL = {
    "mode": "firewall",
    "connected": 2,
    "refused": 4,
    "timed_out": 0,
    "queue_peak": 2,
    "queue_full": False,
    "drops": 0,
    "listen_overflows": 0,
}
ABORT = {
    "mode": "abort",
    "connected": 3,
    "reset": 2,
    "reset_outside": 2,
    "timed_out": 1,
    "listen_overflows": 3,
}


def test_a_firewall_refused_what_its_rule_counted_and_no_more() -> None:
    assert keys(**FIREWALL, rejected=4) == ["why_refused_firewall"]
    assert keys(**FIREWALL, rejected=3) == ["why_refused_firewall", "why_refused_kernel"]
    assert keys(**FIREWALL, rejected=None) == ["why_refused_kernel"]


def test_a_reset_on_overflow_needs_a_full_queue_and_the_counter() -> None:
    reset = "why_reset_abort"
    silence = ["why_silent_abort", "why_our_timeout"]
    assert keys(**ABORT) == ["why_one_more", reset, *silence]
    assert keys(**{**ABORT, "reset": 3}) == ["why_one_more", reset, "why_reset", *silence]
    assert keys(**{**ABORT, "listen_overflows": 2})[2:] == ["why_silent_unknown", silence[1]]
    assert reset not in keys(**{**ABORT, "listen_overflows": 1})
    assert reset not in keys(**{**ABORT, "queue_full": False})


@pytest.mark.parametrize("language", LANGUAGES)
def test_whose_counters_they_are_is_said(language: str) -> None:
    set_language(language)
    own, private = readings(result()), readings(result(**ABORT))
    assert ("whole network namespace" in own, "private" in private) == (
        (True, True) if language == "en" else (False, False)
    )
    assert own != private != readings(result(**FIREWALL, rejected=4))
    assert not readings(result(queue_limit=None))
