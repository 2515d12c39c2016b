"""Settings that can be run, the bound said beforehand, and the promised JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.labs.test_backlog_compare import result
from workbench.labs.backlog_data import (
    ClientState,
    ClientView,
    Family,
    Picture,
    Queue,
    QueueSource,
)
from workbench.labs.backlog_settings import KERNEL_GIVES_UP, BacklogSettings
from workbench.labs.modes import bound
from workbench.labs.modes.closed import CLOSED
from workbench.labs.modes.kernel import KERNEL
from workbench.texts import Problem

PROMISED = [
    "lab",
    "family",
    "mode",
    "backlog",
    "clients",
    "connected",
    "pending",
    "timed_out",
    "refused",
    "reset",
    "again",
    "error",
    "queue_limit",
    "queue_peak",
    "drops",
    "claim",
    "os",
]


def test_the_defaults() -> None:
    settings = BacklogSettings()
    assert (settings.backlog, settings.clients, settings.every, settings.timeout) == (2, 6, 0.2, 5)
    assert (settings.family, settings.mode) == (Family.INET, KERNEL)
    assert settings.accept_after is None
    settings.check()


@pytest.mark.parametrize(
    "wrong",
    [{"clients": 0}, {"clients": 10**8}, {"every": -1.0}, {"timeout": -0.1},
     {"timeout": float("inf")}, {"accept_after": float("nan")}, {"backlog": 2**31},
     {"mode": CLOSED, "accept_after": 1.0}, {"mode": bound.BOUND, "accept_after": 1.0}],
)  # fmt: skip
def test_what_cannot_be_run_is_said_before(wrong: dict[str, Any]) -> None:
    with pytest.raises(Problem):
        BacklogSettings(**wrong).check()


def test_the_bound_covers_the_last_timeout_and_the_accepting() -> None:
    assert BacklogSettings().bound > 5 * 0.2 + 5.0
    assert BacklogSettings(accept_after=60.0).bound > 60.0
    assert BacklogSettings(timeout=None).bound > KERNEL_GIVES_UP
    assert BacklogSettings(timeout=None, family=Family.UNIX).bound < KERNEL_GIVES_UP


@pytest.mark.parametrize(("backlog", "claim"), [(-1, 0), (0, 0), (2, 2), (5, 5), (128, 5)])
def test_the_article_knows_numbers_from_0_to_5(backlog: int, claim: int) -> None:
    assert BacklogSettings(backlog=backlog).claim == claim


def test_the_json_has_the_promised_keys_first() -> None:
    line = result().json()
    assert "\n" not in line
    assert list(json.loads(line))[: len(PROMISED)] == PROMISED


def test_a_port_is_read_from_an_address_that_has_one() -> None:
    def port(local: str | None) -> int | None:
        return ClientView(1, ClientState.SILENT, local=local).port

    assert (port("127.0.0.1:80"), port("[::1]:443")) == (80, 443)
    assert (port(None), port("/tmp/s"), port("abstract:00012")) == (None, None, None)


def test_only_the_kernels_numbers_are_measured() -> None:
    assert [Queue(1, 2, source).measured for source in QueueSource] == [True, False, False, False]


def test_a_picture_counts() -> None:
    views = tuple(ClientView(1, state) for state in (ClientState.QUEUED, ClientState.SILENT))
    picture = Picture(0.0, 1.0, True, True, False, None, views)
    assert picture.count(ClientState.QUEUED, ClientState.SILENT) == 2
    assert picture.count(ClientState.RESET) == 0
