"""What a conversation says of each row of the record."""

from __future__ import annotations

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.message_ends import Delimiter
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.streams import Streams
from workbench.journal.topmost import Topmost
from workbench.viewmodel.conversation_rows import ConversationRows


def said(talk: Talk, show_as: str = "utf-8", name: str = "client") -> list[str]:
    """The lines of the client, or of another endpoint, without the times."""
    rows = ConversationRows(Streams(talk.reader), Topmost(talk.reader))
    found = [
        rows.line(row, "", show_as)
        for row in talk.reader.page(1, talk.committed)
        if row.endpoint == name
    ]
    return [line.strip() for line in found if line is not None]


def test_both_directions_in_order_and_what_was_cut(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Send("client", text="a" * 500))
    lines = said(talk)
    assert lines[0].startswith("-  connected 127.0.0.1:")
    assert lines[1].startswith("<")
    assert lines[1].endswith("hello")
    assert lines[2].startswith(">")
    assert "a" * 400 in lines[2]
    assert "a" * 401 not in lines[2]
    assert "100" in lines[2]
    assert said(talk, "hex")[1].endswith("68 65 6c 6c 6f")


def test_an_abort_is_called_one_and_its_close_is_not_told_twice(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Abort("client"))
    ends = said(talk)[2:]
    assert len(ends) == 1
    assert "aborted" in ends[0]


def test_messages_are_shown_and_not_reads(talk: Talk) -> None:
    """And where the stream cannot be divided any further, that and what is left of it."""
    lines = EndpointSettings(
        "lines", Role.LISTENER, address="127.0.0.1:0", messages=Delimiter(";", max=8)
    )
    talk.session.add(lines)
    talk.session.add(EndpointSettings("other", Role.STREAM, address="@lines"))
    talk.do(c.Start("lines"))
    talk.do(c.Connect("other"))
    talk.do(c.Send("other", text="one;two;thr"))
    talk.do(c.Send("other", text="ee;and too long"))
    talk.until("lines", lambda x: sum(item.bytes_in for item in x.connections) == 26)
    lines_said = [line for line in said(talk, name="lines") if line[0] in "<!"]
    assert [line.split()[-1] for line in lines_said[:3]] == ["one", "two", "three"]
    assert "MESSAGES_TOO_LONG" in lines_said[3]
    assert lines_said[3].endswith("and too long")
