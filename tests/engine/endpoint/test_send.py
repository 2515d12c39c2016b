"""What a Send sends: tails, placeholders, repetition and its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.endpoint.send import AHEAD
from workbench.engine.model import commands as c
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append, ByteOrder
from workbench.session import Session


@pytest.fixture
def talk(session: Session, do: Do) -> Session:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Sink()))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    return session


def sent(rows: Rows) -> list[bytes | None]:
    return [row.payload for row in rows("client") if row.call == "send"]


def test_a_checksum_follows_what_it_covers(talk: Session, do: Do, rows: Rows) -> None:
    request = "01030000000a"
    assert do(c.Send("client", hex=request, append=Append.CRC16_MODBUS)).ok
    assert do(
        c.Send("client", hex=request, append=Append.CRC16_MODBUS, checksum_order=ByteOrder.BIG)
    ).ok
    assert do(c.Send("client", text="$GPGLL", append=Append.XOR8, checksum_from=1)).ok
    assert sent(rows) == [
        bytes.fromhex(request + "c5cd"),
        bytes.fromhex(request + "cdc5"),
        b"$GPGLL" + bytes([0x50]),
    ]


def test_a_checksum_of_a_part(talk: Session, do: Do, rows: Rows) -> None:
    """NMEA 0183: between the $ and the *."""
    assert do(
        c.Send("client", text="$GPGLL*", append=Append.XOR8, checksum_from=1, checksum_to=5)
    ).ok
    assert sent(rows) == [b"$GPGLL*" + bytes([0x50])]


def test_what_follows_even_a_checksum(talk: Session, do: Do, rows: Rows, tmp_path: Path) -> None:
    file = tmp_path / "body"
    file.write_bytes(b"f")
    tail = '"*" 0d 0a'
    assert do(c.Send("client", hex="01 03", append=Append.LRC, append_hex="0d 0a")).ok
    assert do(c.Send("client", text="a", append_hex=tail)).ok
    assert do(c.Send("client", file=str(file), append=Append.NUL, append_hex=tail)).ok
    assert do(c.Send("client", text="n", append_hex="u8({counter})", repeat=2)).problem is not None
    assert do(c.Send("client", text="n", append_hex="u8(counter)", repeat=2)).ok
    assert sent(rows) == [b"\x01\x03\xfc\r\n", b"a*\r\n", b"f\0*\r\n", b"n\x01", b"n\x02"]


@pytest.mark.parametrize("interval", [0.0, 0.001])
def test_messages_go_in_pieces(talk: Session, do: Do, rows: Rows, interval: float) -> None:
    assert do(
        c.Send("client", text="ab{counter}cd", placeholders=True, pieces=2, repeat=2,
               interval=interval)
    ).ok  # fmt: skip
    assert sent(rows) == [b"ab", b"1c", b"d", b"ab", b"2c", b"d"]


def test_pieces_go_to_all_connections_alike(talk: Session, do: Do, rows: Rows) -> None:
    assert do(c.Close("client")).ok
    assert do(c.Connect("client", count=3)).ok
    assert do(c.Send("client", text="abc", pieces=2, connection=c.ALL)).ok
    assert sent(rows) == [b"ab"] * 3 + [b"c"] * 3


def test_what_is_left_of_pieces_is_given_up_with_the_connection(
    talk: Session, do: Do, until: Until, rows: Rows
) -> None:
    ticket = talk.perform(c.Send("client", text="x" * 100, pieces=1, interval=0.05))
    until("client", call="send")
    assert do(c.Close("client")).ok
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert not ticket.outcome.ok
    assert [row.args for row in rows("client", "note") if row.call == "repeats_dropped"] == ["1"]


def test_datagrams_do_not_go_in_pieces(session: Session, do: Do) -> None:
    session.add(EndpointSettings("udp", Role.DATAGRAM, address="127.0.0.1:0"))
    outcome = do(c.Send("udp", text="abc", pieces=1, to="127.0.0.1:9"))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.pieces_no_stream"


def test_the_counter_goes_on_from_send_to_send(talk: Session, do: Do, rows: Rows) -> None:
    assert do(c.Send("client", text="n{counter}", placeholders=True)).ok
    assert do(c.Send("client", text="n{counter}", placeholders=True)).ok
    assert do(c.Send("client", text="n{counter}")).ok
    assert sent(rows) == [b"n1", b"n2", b"n{counter}"]


def test_each_repeated_send_counts_from_one(talk: Session, do: Do, rows: Rows) -> None:
    assert do(c.Send("client", text="n{counter}", placeholders=True)).ok
    assert do(c.Send("client", text="n{counter}", placeholders=True, repeat=3)).ok
    assert do(c.Send("client", text="{counter}", placeholders=True, repeat=2, pieces=1)).ok
    assert do(c.Send("client", text="n{counter}", placeholders=True)).ok
    assert sent(rows) == [b"n1", b"n1", b"n2", b"n3", b"1", b"2", b"n2"]


def test_the_counter_is_the_same_on_all_connections_of_a_send(
    session: Session, do: Do, rows: Rows
) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Sink()))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", count=3))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="n{counter}", placeholders=True, repeat=2)).ok
    assert do(c.Send("client", text="n{counter}", placeholders=True)).ok
    assert do(c.Send("client", text="n{counter}", placeholders=True, connection=1)).ok
    assert sent(rows) == [b"n1"] * 3 + [b"n2"] * 3 + [b"n1"] * 3 + [b"n2"]


def test_a_repeated_send_can_be_given_up(talk: Session, do: Do, rows: Rows, until: Until) -> None:
    ticket = talk.perform(c.Send("client", text="x", repeat=1_000_000, interval=0.001))
    until("client", call="send")
    assert do(c.Cancel("client")).ok
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert ticket.outcome.made == len(sent(rows))
    assert not do(c.Cancel("client")).ok


def test_a_repeated_send_ends_with_its_connection(talk: Session, do: Do, until: Until) -> None:
    ticket = talk.perform(c.Send("client", text="x", repeat=1_000_000, interval=0.001))
    until("client", call="send")
    assert do(c.Close("client")).ok
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert not ticket.outcome.ok
    assert 0 < (ticket.outcome.made or 0) < 1_000_000


def test_a_send_without_end_goes_on_until_it_is_cancelled(
    talk: Session, do: Do, rows: Rows, until: Until
) -> None:
    ticket = talk.perform(
        c.Send("client", text="n{counter}", placeholders=True, repeat=0, interval=0.001)
    )
    until("client", call="send", payload=b"n3")
    made, of = fresh(talk, "client").repeated or (0, -1)
    assert made >= 3
    assert of == 0
    assert do(c.Cancel("client")).ok
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert ticket.outcome.ok
    assert fresh(talk, "client").repeated is None


def test_what_has_no_end_leaves_nothing_unmade(
    talk: Session, do: Do, rows: Rows, until: Until
) -> None:
    ticket = talk.perform(c.Send("client", text="x", repeat=0, interval=0.001))
    until("client", call="send")
    assert do(c.Close("client")).ok
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert not ticket.outcome.ok
    assert not [row for row in rows("client", "note") if row.call == "repeats_dropped"]


def test_a_repeated_send_waits_for_a_peer_that_does_not_read(talk: Session, do: Do) -> None:
    """The queue does not grow with what is repeated: as in a loop round sendall()."""
    assert do(c.Pause("server", c.Gate.RECEIVE)).ok
    ticket = talk.perform(c.Send("client", text="x" * 65_536, repeat=100_000))
    for _turn in range(200):  # in each of which one more could be made
        assert do(c.GetOption("client", "TCP_NODELAY")).ok
    [client] = fresh(talk, "client").connections
    assert 0 < client.queued <= AHEAD + 65_536
    assert do(c.Cancel("client")).ok
    assert ticket.wait(60)


def test_a_file_is_sent_whole(talk: Session, do: Do, rows: Rows, tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(bytes(range(256)))
    assert do(c.Send("client", file=str(path))).ok
    assert sent(rows) == [bytes(range(256))]
    outcome = do(c.Send("client", file=str(tmp_path / "none")))
    assert outcome.problem is not None
    assert str(tmp_path / "none") in outcome.problem.text
