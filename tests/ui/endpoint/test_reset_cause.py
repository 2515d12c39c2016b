"""A reset whose cause is a listener of ours that was closed with the connection in its queue."""

from __future__ import annotations

import sys

import pytest

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.viewmodel.reset_cause import ResetCauses

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="others reset at another time")


def reset_one(hand: Hand) -> ConnectionSnapshot:
    """The client's connection, once its recv() has said ECONNRESET."""
    controller = hand.window.controller
    hand.wait(
        lambda: any(
            item.errno == "ECONNRESET" for item in controller.snapshot("client-1").connections
        )
    )
    controller.session.journal.flush()
    return controller.snapshot("client-1").connections[-1]


def cause(hand: Hand, item: ConnectionSnapshot) -> str | None:
    controller = hand.window.controller
    return ResetCauses().of(item, controller.reader, controller.session.journal.committed)


def test_who_waited_in_the_queue_was_reset_by_the_closed_listener(hand: Hand) -> None:
    hand.choose("server.accept_gate", "paused")
    hand.connect()
    hand.window.controller.perform(c.Close("server-1"))
    item = reset_one(hand)
    hand.wait(lambda: cause(hand, item) is not None)
    assert cause(hand, item) == "server-1"


def test_who_was_aborted_was_not(hand: Hand) -> None:
    hand.connect()
    hand.wait(lambda: hand.window.controller.snapshot("server-1").open_count == 1)
    hand.window.controller.perform(c.Abort("server-1", c.ALL))
    item = reset_one(hand)
    assert cause(hand, item) is None
