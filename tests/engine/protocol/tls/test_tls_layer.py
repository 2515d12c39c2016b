"""A TLS layer as a transcript: each message a row, plain bytes whole, each failure one word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.protocol.tls.both_ends import Talk, Tls, maker
from workbench.engine.model.commands import CloseTls
from workbench.engine.model.ending import Ending
from workbench.engine.model.layer_fault import TRUNCATED
from workbench.engine.model.settings import Role
from workbench.engine.model.tls_settings import AskClient, TlsVersion
from workbench.engine.protocol.layer import Data, Layer
from workbench.engine.protocol.tls.tls_layer import TlsMaker

GOOD: dict[str, Any] = {"cert": "test:good"}
ROOT: dict[str, Any] = {"ca": "test:root"}
ALERT = "'alert', {!r}, fatal=True"


def client(**tls: Any) -> TlsMaker:
    return maker(Role.STREAM, **(ROOT | tls))


def server(**tls: Any) -> TlsMaker:
    return maker(Role.LISTENER, **(GOOD | tls))


@pytest.mark.parametrize("cut", [0, 1, 7, 100])
def test_both_come_to_terms_however_it_is_cut(cut: int) -> None:
    talk = Talk(client(alpn=("h2", "http/1.1")), server(alpn=("http/1.1",)), cut=cut)
    assert talk.client.opened
    assert talk.server.opened
    facts = talk.client.facts("tls.handshake")
    assert (facts["0"], facts["alpn"], facts["sni"]) == ("1.3", "http/1.1", "localhost")
    assert facts["trust"] == "test:root"
    assert facts["1"] == talk.server.facts("tls.handshake")["1"]
    assert talk.server.facts("tls.handshake")["sni"] == "localhost"
    talk.client.send(b"hello")
    talk.server.send(b"welcome")
    talk.pump()
    assert (talk.client.came, talk.server.came) == (b"welcome", b"hello")
    sent = {row.payload for row in talk.client.rows if row.args == "'data'" and row.sent}
    assert sent == {b"hello"}


def test_the_messages_of_1_3_and_1_2_are_rows_in_their_order() -> None:
    new = Talk(client(), server())
    assert [args for call, args in new.client.told if call != "tls.handshake"] == [
        "'client_hello'",
        "'server_hello'",
        "'change_cipher_spec'",
        "'encrypted_extensions'",
        "'certificate'",
        "'certificate_verify'",
        "'finished'",
        "'change_cipher_spec'",
        "'finished'",
        "'new_session_ticket'",
        "'new_session_ticket'",
    ]
    old = Talk(client(maximum=TlsVersion.V1_2), server())
    assert old.client.facts("tls.handshake")["0"] == "1.2"
    assert [args for call, args in old.server.told if call == "tls.send"] == [
        "'server_hello'",
        "'certificate'",
        "'server_key_exchange'",
        "'server_hello_done'",
        "'new_session_ticket'",
        "'change_cipher_spec'",
        "'finished'",
    ]


def test_what_a_row_says_it_took_adds_up_to_what_went_over_the_wire() -> None:
    seen = {"client": 0, "server": 0}

    class Counting(Talk):
        def pump(self) -> None:
            while self.client.wire or self.server.wire:
                for name, one, other in (
                    ("client", self.client, self.server),
                    ("server", self.server, self.client),
                ):
                    wire, one.wire = one.wire, b""
                    seen[name] += len(wire)
                    if wire:
                        other.do(other.layer.receive(wire, 0.0))

    talk = Counting(client(), server())
    talk.client.send(b"x" * 100_000)
    talk.server.send(b"y")
    talk.pump()
    talk.client.do(talk.client.layer.ask(CloseTls("it"), 0.0))
    talk.pump()
    assert talk.client.taken == {True: seen["client"], False: seen["server"]}
    assert talk.server.taken == {True: seen["server"], False: seen["client"]}


@dataclass
class Failing:
    """What each end says of a handshake that fails."""

    client: dict[str, Any]
    server: dict[str, Any]
    word: str
    verify: int | None
    alert: str
    server_word: str
    trusts: dict[str, Any] = field(default_factory=dict)


VERIFY = "CERTIFICATE_VERIFY_FAILED"
FAILING = {
    "expired": Failing(
        {}, {"cert": "test:expired"}, VERIFY, 10, "certificate_expired",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED",
    ),
    "future": Failing(
        {}, {"cert": "test:future"}, VERIFY, 9, "bad_certificate", "SSLV3_ALERT_BAD_CERTIFICATE"
    ),
    "wronghost": Failing(
        {}, {"cert": "test:wronghost"}, VERIFY, 62, "bad_certificate",
        "SSLV3_ALERT_BAD_CERTIFICATE",
    ),
    "nosan": Failing(
        {}, {"cert": "test:nosan"}, VERIFY, 62, "bad_certificate", "SSLV3_ALERT_BAD_CERTIFICATE"
    ),
    "self": Failing(
        {}, {"cert": "test:self"}, VERIFY, 18, "unknown_ca", "TLSV1_ALERT_UNKNOWN_CA"
    ),
    "untrusted": Failing(
        {}, {"cert": "test:untrusted"}, VERIFY, 20, "unknown_ca", "TLSV1_ALERT_UNKNOWN_CA"
    ),
    "gap": Failing({}, {"cert": "test:gap"}, VERIFY, 20, "unknown_ca", "TLSV1_ALERT_UNKNOWN_CA"),
    "clientonly": Failing(
        {}, {"cert": "test:clientonly"}, VERIFY, 26, "unsupported_certificate",
        "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE",
    ),
    "weak": Failing(
        {}, {"cert": "test:weak"}, VERIFY, 66, "bad_certificate", "SSLV3_ALERT_BAD_CERTIFICATE"
    ),
    "name": Failing(
        {"server_name": "other.example"}, {}, VERIFY, 62, "bad_certificate",
        "SSLV3_ALERT_BAD_CERTIFICATE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", FAILING)
@pytest.mark.parametrize("maximum", [None, TlsVersion.V1_2], ids=["1.3", "1.2"])
def test_a_certificate_that_is_not_taken(kind: str, maximum: TlsVersion | None) -> None:
    case = FAILING[kind]
    talk = Talk(client(**case.client, maximum=maximum), server(**case.server))
    row = talk.client.row("tls.handshake")
    assert (row.errno, row.error) == (case.word, "SSLCertVerificationError")
    facts = talk.client.facts("tls.handshake")
    assert facts["verify"] == case.verify
    assert facts["reason"]
    assert facts["trust"] == "test:root"
    sent = [row.args for row in talk.client.rows if "alert" in row.args and row.call == "tls.send"]
    assert sent == [ALERT.format(case.alert)]
    assert talk.client.end is not None
    assert (talk.client.end.ending, talk.client.end.word) == (Ending.POLITE, case.word)
    chain = next(row for row in talk.client.rows if row.args == "'certificate'")
    assert chain.payload is not None
    assert chain.whole
    assert chain.payload[0] == 11
    assert talk.server.end is not None
    assert talk.server.end.word == case.server_word
    assert talk.server.facts("tls.handshake")["alert"] == case.alert


def test_nothing_in_common() -> None:
    talk = Talk(client(maximum=TlsVersion.V1_2), server(minimum=TlsVersion.V1_3))
    assert talk.server.row("tls.handshake").errno == "UNSUPPORTED_PROTOCOL"
    assert talk.client.row("tls.handshake").errno == "TLSV1_ALERT_PROTOCOL_VERSION"
    assert talk.client.facts("tls.handshake")["alert"] == "protocol_version"
    both = {"maximum": TlsVersion.V1_2}
    talk = Talk(client(ciphers="AES128-SHA", **both), server(ciphers="AES256-SHA", **both))
    assert talk.server.row("tls.handshake").errno == "NO_SHARED_CIPHER"
    assert talk.client.row("tls.handshake").errno == "SSLV3_ALERT_HANDSHAKE_FAILURE"


def test_no_common_protocol_is_no_error() -> None:
    talk = Talk(client(alpn=("h2",)), server(alpn=("http/1.1",)))
    assert talk.client.opened
    assert talk.client.facts("tls.handshake")["alpn"] is None  # neither chose one


def test_a_client_certificate_and_who_shows_none() -> None:
    asking = {"ask_client": AskClient.REQUIRED, "ca": "test:root"}
    talk = Talk(client(cert="test:client"), server(**asking))
    facts = talk.server.facts("tls.handshake")
    assert facts["client"]
    assert facts["trust"] == "test:root"
    none = Talk(client(), server(**asking))
    assert none.client.opened  # TLS 1.3: it is told only when it reads
    assert none.client.row("tls.end").errno == "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert none.client.facts("tls.end") == {"0": "fault", "alert": "certificate_required"}
    assert none.server.row("tls.handshake").errno == "PEER_DID_NOT_RETURN_A_CERTIFICATE"
    old = Talk(client(maximum=TlsVersion.V1_2), server(**asking))
    assert not old.client.opened
    assert old.client.row("tls.handshake").errno == "SSLV3_ALERT_HANDSHAKE_FAILURE"
    bad = Talk(client(cert="test:client-bad"), server(**asking))
    assert bad.server.row("tls.handshake").errno == VERIFY
    optional = Talk(client(), server(ask_client=AskClient.OPTIONAL, ca="test:root"))
    assert optional.server.opened
    assert "client" not in optional.server.facts("tls.handshake")


def test_the_name_that_is_asked_for_chooses_the_certificate() -> None:
    by_name = server(sni=(("a.test", "test:chained"), ("B.test", "test:wronghost")))
    for name, chain in (("a.test", 2), ("localhost", 1)):
        talk = Talk(client(server_name=name, check_name=False), by_name)
        assert talk.server.facts("tls.handshake")["sni"] == name
        shown = next(row for row in talk.client.rows if row.args == "'certificate'")
        assert (shown.payload or b"").count(b"\x30\x82") >= chain
    talk = Talk(client(server_name="b.test"), by_name)
    assert talk.client.facts("tls.handshake")["verify"] == 62
    none = Talk(client(server_name="", check_name=False), by_name)
    assert "sni" not in none.server.facts("tls.handshake")


def test_an_address_is_checked_and_not_asked_for() -> None:
    talk = Talk(client(server_name="127.0.0.1"), server())
    assert talk.client.opened
    assert "sni" not in talk.server.facts("tls.handshake")
    talk = Talk(client(server_name="127.0.0.99"), server())
    assert talk.client.facts("tls.handshake")["verify"] == 64


def test_whoever_checks_nothing_says_so() -> None:
    talk = Talk(client(ca=None, verify=False), server(cert="test:expired"))
    assert talk.client.opened
    assert talk.client.facts("tls.handshake")["verified"] is False


def test_resumption() -> None:
    resuming, serving = client(resume=True), server()
    first, second = Talk(resuming, serving), Talk(resuming, serving)
    assert "resumed" not in first.client.facts("tls.handshake")
    assert second.client.facts("tls.handshake")["resumed"] is True
    assert second.server.facts("tls.handshake")["resumed"] is True
    assert not any(row.args == "'certificate'" for row in second.client.rows)
    plain = client()
    assert Talk(plain, serving).client.opened
    assert "resumed" not in Talk(plain, serving).client.facts("tls.handshake")
    old = client(resume=True, maximum=TlsVersion.V1_2)
    assert Talk(old, serving).client.opened
    assert Talk(old, serving).client.facts("tls.handshake")["resumed"] is True


def test_close_notify_and_what_follows() -> None:
    talk = Talk(client(), server())
    talk.client.do(talk.client.layer.ask(CloseTls("it"), 0.0))
    assert talk.client.layer.refuses() is not None
    talk.pump()
    assert talk.server.finished
    assert talk.server.row("tls.end").args == "'close_notify'"
    assert talk.server.row("tls.end").errno is None
    talk.server.send(b"last words")  # half closed: this way is open
    talk.pump()
    assert talk.client.came == b"last words"
    talk.server.do(talk.server.layer.receive_end(0.0))
    assert talk.server.row("tls.end")  # said, so the FIN is nothing new
    talk.client.send(b"more")
    assert talk.client.rows[-1].errno == "PROTOCOL_IS_SHUTDOWN"
    assert not talk.client.wire
    talk.client.do(talk.client.layer.ask(CloseTls("it"), 0.0))
    assert not talk.client.wire  # once


def test_truncation() -> None:
    talk = Talk(client(), server())
    talk.client.send(b"half")
    wire, talk.client.wire = talk.client.wire, b""
    talk.server.do(talk.server.layer.receive(wire[:-1], 0.0))
    talk.server.do(talk.server.layer.receive_end(0.0))
    row = talk.server.row("tls.end")
    assert (row.args, row.errno, row.error) == ("'truncated'", TRUNCATED, "SSLEOFError")
    assert talk.server.finished
    assert talk.server.came == b""


def test_an_end_in_the_handshake() -> None:
    one = Tls(client()())
    one.do(one.layer.start(0.0))
    one.do(one.layer.receive_end(0.0))
    assert one.row("tls.handshake").errno == TRUNCATED
    assert one.end is not None
    assert one.end.word == TRUNCATED


def test_the_end_is_said_unless_it_is_not_to_be() -> None:
    talk = Talk(client(), server(close_notify=False))
    talk.client.do(talk.client.layer.close(0.0))
    assert talk.client.wire
    talk.server.do(talk.server.layer.close(0.0))
    assert not talk.server.wire
    talk.server.do(talk.server.layer.ask(CloseTls("it"), 0.0))  # asked for it is said
    assert talk.server.wire


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP_REQUEST"),
        (b"EHLO example.org\r\n", "WRONG_VERSION_NUMBER"),
    ],
)
def test_plain_text_into_a_server(said: bytes, word: str) -> None:
    one = Tls(server()())
    one.do(one.layer.start(0.0))
    one.do(one.layer.receive(said, 0.0))
    assert one.row("tls.handshake").errno == word
    assert one.end is not None
    one.do(one.layer.receive(said, 0.0))  # is read and dropped
    one.do(one.layer.receive_end(0.0))


def test_plain_text_into_a_client() -> None:
    one = Tls(client()())
    one.do(one.layer.start(0.0))
    one.do(one.layer.receive(b"220 mail.example.org ESMTP\r\n", 0.0))
    assert one.row("tls.handshake").errno == "WRONG_VERSION_NUMBER"


def test_a_bit_that_flips() -> None:
    talk = Talk(client(), server())
    talk.client.send(b"hello")
    wire = bytearray(talk.client.wire)
    talk.client.wire = b""
    wire[-1] ^= 1
    talk.server.do(talk.server.layer.receive(bytes(wire), 0.0))
    assert talk.server.row("tls.end").errno == "DECRYPTION_FAILED_OR_BAD_RECORD_MAC"
    assert ("tls.send", ALERT.format("bad_record_mac")) in talk.server.told
    talk.pump()
    assert talk.client.facts("tls.end") == {"0": "fault", "alert": "bad_record_mac"}


class Logs(Layer):
    logs_bytes = True


def test_a_layer_above_that_logs_the_bytes_spares_these_rows() -> None:
    talk = Talk(client(), server())
    talk.client.layer.placed((), (Logs(),))
    talk.client.send(b"hello")
    talk.server.send(b"hello")
    talk.pump()
    assert talk.client.came == b"hello"
    assert not any(row.args == "'data'" for row in talk.client.rows)


def test_long_data_comes_whole() -> None:
    talk = Talk(client(), server())
    data = bytes(range(256)) * 4000
    talk.client.send(data)
    talk.client.send(b"")
    talk.pump()
    assert talk.server.came == data


def test_a_view_can_be_sent_and_its_buffer_used_again() -> None:
    buffer = bytearray(b"hello")
    talk = Talk(client(), server())
    view: Data = memoryview(buffer)
    talk.client.send(view)  # type: ignore[arg-type]
    buffer[:] = b"XXXXX"
    talk.pump()
    assert talk.server.came == b"hello"
    assert [row.payload for row in talk.client.rows if row.args == "'data'"] == [b"hello"]


CLIENT, SERVER = client(), server()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=5), st.booleans())
def test_garbage_ends_in_a_row_and_never_raises(pieces: list[bytes], serves: bool) -> None:
    one = Tls((SERVER if serves else CLIENT)())
    one.do(one.layer.start(0.0))
    for piece in pieces:
        one.do(one.layer.receive(piece, 0.0))
    one.do(one.layer.receive_end(0.0))
    assert not one.opened
    assert one.row("tls.handshake").errno
    assert one.end is not None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_bits_that_flip_anywhere_end_in_a_row_and_never_raise(data: st.DataObject) -> None:
    """In the handshake too: also a name that is none, in what the client asks for."""
    talk = Talk.__new__(Talk)
    talk.client, talk.server = Tls(CLIENT()), Tls(SERVER())
    talk._cut = 0
    talk.client.do(talk.client.layer.start(0.0))
    if data.draw(st.booleans()):
        talk.pump()
        talk.client.send(b"hello" * 10)
    wire = bytearray(talk.client.wire)
    for _ in range(data.draw(st.integers(1, 4))):
        wire[data.draw(st.integers(0, len(wire) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    talk.client.wire = bytes(wire)
    talk.pump()
    for one in (talk.client, talk.server):
        one.do(one.layer.receive_end(0.0))
        assert one.finished or one.end is not None or one.opened


def test_a_name_that_is_none_is_no_fault_of_ours(capfd: pytest.CaptureFixture[str]) -> None:
    talk = Talk.__new__(Talk)
    talk.client, talk.server = Tls(CLIENT()), Tls(SERVER())
    talk._cut = 0
    talk.client.do(talk.client.layer.start(0.0))
    talk.client.wire = talk.client.wire.replace(b"localhost", b"a..\xff\x00host")
    talk.pump()
    assert talk.server.end is not None or talk.server.opened
    assert not capfd.readouterr().err


@pytest.mark.parametrize("version", [TlsVersion.V1_2, TlsVersion.V1_3])
def test_what_came_in_one_read_is_told_in_its_order(version: TlsVersion) -> None:
    talk = Talk(
        maker(Role.STREAM, ca="test:root", maximum=version),
        maker(Role.LISTENER, cert="test:good", maximum=version),
    )
    talk.server.rows.clear()
    talk.client.send(b"first")
    talk.client.send(b"second")
    talk.client.do(talk.client.layer.close(0.0))
    size = len(talk.client.wire)
    talk.pump()
    told = [(row.call, row.args, row.payload) for row in talk.server.rows]
    assert told == [
        ("tls.recv", "'data'", b"firstsecond"),
        ("tls.recv", "'alert', 'close_notify'", b"\x01\x00"),
        ("tls.end", "'close_notify'", None),
    ]
    assert sum(row.result or 0 for row in talk.server.rows) == size
    assert all(row.result for row in talk.server.rows[:2])
