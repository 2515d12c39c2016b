"""Counters of bytes and calls, and their rates."""

from __future__ import annotations

import pytest

from tests.viewmodel.conftest import Talk
from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.viewmodel.traffic import (
    SPAN,
    Meter,
    Traffic,
    TrafficState,
    size_text,
    traffic_of,
    traffic_text,
    traffic_tip,
)


@pytest.mark.parametrize(("count", "text"), [
    (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (9994, "9.99 kB"), (9996, "10.0 kB"),
    (99_960, "100 kB"), (999_499, "999 kB"), (999_600, "1.00 MB"), (12_345_678, "12.3 MB"),
    (5_000_000_000_000_000, "5000 TB"),
])  # fmt: skip
def test_sizes_have_three_digits(count: int, text: str) -> None:
    assert size_text(count) == text


def test_a_rate_is_of_the_last_moments_and_falls_to_nothing() -> None:
    meter = Meter()
    assert not meter.look(Traffic(), 10.0).moving
    state = meter.look(Traffic(3000, 2, 600, 1), 11.5)
    assert (state.rate_in, state.rate_out) == (2000, 400)
    meter.look(Traffic(3000, 2, 600, 1), 12.0)
    assert not meter.look(Traffic(3000, 2, 600, 1), 12.0 + 2 * SPAN).moving


def test_it_counts_from_zero_of_what_is_looked_at_alone() -> None:
    meter = Meter()
    meter.look(Traffic(100, 1, 50, 1), 1.0)
    meter.look(Traffic(10, 1, 5, 1), 2.0, 7)
    meter.reset()
    assert meter.look(Traffic(12, 2, 5, 1), 3.0, 7).counted == Traffic(2, 1, 0, 0)
    assert meter.look(Traffic(102, 2, 50, 1), 4.0).counted == Traffic(102, 2, 50, 1)


def test_of_another_record_it_counts_anew() -> None:
    meter = Meter()
    meter.look(Traffic(100, 1, 50, 1), 1.0)
    meter.reset()
    state = meter.look(Traffic(3, 1, 0, 0), 2.0)
    assert state.counted == Traffic(3, 1, 0, 0)
    assert not state.moving


def test_another_subject_has_no_rate_of_the_one_before() -> None:
    meter = Meter()
    meter.look(Traffic(0, 0, 0, 0), 1.0)
    assert meter.look(Traffic(9000, 1, 0, 0), 1.1, 3).rate_in == 0


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_it_says_rates_while_something_moves(language: str) -> None:
    texts.set_language(language)
    still = TrafficState(Traffic(1500, 3, 20, 1))
    assert "1.50 kB" in traffic_text(still)
    assert "/s" not in traffic_text(still)
    moving = TrafficState(Traffic(1500, 3, 20, 1), 700, 0, 2)
    assert "700 B/s" in traffic_text(moving)
    assert "#2" in traffic_tip(moving)
    assert "1,500" in traffic_tip(still)


def test_calls_that_moved_bytes_are_counted_and_what_has_closed_stays(talk: Talk) -> None:
    """Of the hot path of an echo, and of a socket with a responder; the end of a stream is none."""
    talk.session.add(
        EndpointSettings("echo", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
    )
    talk.session.add(EndpointSettings("asks", Role.STREAM, address="@echo"))
    talk.do(c.Start("echo"))
    talk.do(c.Connect("asks"))
    for count in range(1, 4):
        talk.do(c.Send("asks", text="ping"))
        talk.until("asks", lambda x, count=count: x.bytes_in == 4 * count)
    talk.do(c.Close("asks"))
    expected = Traffic(12, 3, 12, 3)
    closed = talk.until("echo", lambda x: not x.open_count)
    assert traffic_of(closed) == expected
    assert traffic_of(talk.until("asks", lambda x: not x.open_count)) == expected
    greeted = talk.until("client", lambda x: bool(x.bytes_in))
    assert traffic_of(greeted.connections[-1]) == Traffic(5, 1, 0, 0)


def test_datagrams_are_counted_one_by_one(talk: Talk) -> None:
    for name in ("left", "right"):
        talk.session.add(
            EndpointSettings(
                name,
                Role.DATAGRAM,
                type="SOCK_DGRAM",
                address="127.0.0.1:0" if name == "left" else "@left",
            )
        )
    talk.do(c.Start("left"))
    for _ in range(3):
        talk.do(c.Send("right", text="one", to="@left"))
    assert traffic_of(talk.until("left", lambda x: x.reads == 3)) == Traffic(9, 3, 0, 0)
    assert traffic_of(talk.until("right", lambda x: x.sends == 3)).bytes_out == 9


def test_another_record_makes_no_rate_below_nothing() -> None:
    meter = Meter()
    meter.look(Traffic(5_000, 3, 700, 2), 0.0)
    meter.look(Traffic(9_000, 4, 700, 2), 1.0)
    fresh = meter.look(Traffic(), 1.5)
    assert (fresh.rate_in, fresh.rate_out) == (0, 0)
    assert fresh.counted == Traffic()
