"""Which row of a connection tells why it stands still, and the sentence for it."""

from __future__ import annotations

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.viewmodel.stall_reason import stall_reason, telling_row


def test_the_end_of_the_stream_tells_more_than_what_came_after_it(talk: Talk) -> None:
    talk.until("client", lambda snapshot: bool(snapshot.bytes_in))
    talk.do(c.Shutdown("server"))
    item = talk.until("client", lambda x: x.connections[-1].peer_finished).connections[-1]
    talk.do(c.Send("client", text="more"))
    rows = talk.reader.before(item.id, talk.committed + 1)
    seq = telling_row(rows)
    told = next(row for row in rows if row.seq == seq)
    assert told.ends_stream
    assert rows[-1].seq != seq
    reason = stall_reason(
        item, talk.session.settings("client"), talk.session.journal.clock.now() + 5_000_000_000
    )
    assert reason is not None
    assert reason.key == "silence.peer_finished"


def test_without_an_end_or_a_failure_it_is_the_newest(talk: Talk) -> None:
    item = talk.until("client", lambda snapshot: bool(snapshot.bytes_in)).connections[-1]
    rows = talk.reader.before(item.id, talk.committed + 1)
    assert telling_row(rows) == max(row.seq for row in rows)
    assert telling_row(()) is None
    assert stall_reason(item, talk.session.settings("client"), item.opened_ns) is None
