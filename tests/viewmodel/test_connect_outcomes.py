"""What became of a connect, from what a snapshot knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.test_connection_rows import ITEM
from workbench.engine.model.snapshot import CloseCause, ConnectionSnapshot
from workbench.texts import LANGUAGES, set_language
from workbench.viewmodel.connect_outcomes import ORDER, outcome_of, outcome_text

CLOSED = replace(ITEM, closed_ns=9)
WAITS = replace(ITEM, connected_ns=None)


@pytest.mark.parametrize(
    ("item", "outcome"),
    [
        (ITEM, "connected"),
        (WAITS, "waiting"),
        (replace(ITEM, peer_finished=True), "finished"),
        (replace(ITEM, peer_finished=True, deaf=True), "connected"),
        (replace(ITEM, errno="ECONNRESET"), "reset"),
        (replace(ITEM, errno="WS_1002"), "failed"),  # a layer's, and no reset
        (replace(ITEM, errno="EPIPE"), "failed"),
        (replace(WAITS, errno="EACCES"), "failed"),
        (replace(CLOSED, close_cause=CloseCause.PEER), "peer"),
        (CLOSED, "local"),
        (replace(CLOSED, close_cause=CloseCause.ABORTED), "aborted"),
        (replace(CLOSED, close_cause=CloseCause.TIMED_OUT), "timed_out"),
        (replace(CLOSED, close_cause=CloseCause.FAILED, errno="ECONNREFUSED"), "refused"),
        (replace(CLOSED, close_cause=CloseCause.FAILED, errno="ETIMEDOUT"), "timed_out"),
        (replace(CLOSED, close_cause=CloseCause.FAILED, errno="EACCES"), "failed"),
        (replace(CLOSED, close_cause=CloseCause.LOCAL, errno="ECONNREFUSED"), "local"),
    ],
)
def test_each_outcome(item: ConnectionSnapshot, outcome: str) -> None:
    assert outcome in ORDER
    assert outcome_of(item) == outcome
    for language in LANGUAGES:
        set_language(language)
        assert outcome_text(item)
        assert (item.errno or "") in outcome_text(item)
