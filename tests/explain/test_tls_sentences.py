"""Explain says what each word of TLS means, from the rows that real handshakes leave."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.engine.protocol.tls.both_ends import Talk, Tls, maker
from tests.engine.protocol.tls.test_tls_layer import FAILING, client, server
from workbench.engine.model.commands import CloseTls
from workbench.engine.model.errors import LayerError, describe
from workbench.engine.model.events import LAYER
from workbench.engine.model.family import TCP
from workbench.engine.model.layer_fault import LayerFault
from workbench.engine.model.settings import Role
from workbench.engine.model.ticket import failed
from workbench.engine.model.tls_settings import AskClient, TlsVersion
from workbench.engine.protocol.layer import LayerRow
from workbench.engine.protocol.tls.tls_words import alert_name
from workbench.explain.explain import explain, what_failed
from workbench.journal.reader import Row
from workbench.scenario.outcome import failure_text
from workbench.texts import set_language, tr
from workbench.viewmodel.command_outcome import failure_sentence

LANGUAGES = ("en", "zh_CN")


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    set_language(request.param)
    yield request.param
    set_language("en")


def as_row(row: LayerRow) -> Row:
    made = dict.fromkeys(Row._fields)
    made |= {
        "seq": 1,
        "t_ns": 0,
        "duration_ns": 0,
        "kind": LAYER,
        "endpoint": "it",
        "call": row.call,
    }
    made |= {"connection": 1, "number": 1, "args": row.args, "result": row.result}
    made |= {"errno": row.errno, "error": row.error, "payload": row.payload}
    return Row(**made)  # type: ignore[arg-type]


def said(row: LayerRow) -> str:
    """All that Explain says of it."""
    found = explain(as_row(row), title="it")
    return "\n".join(line for section in found.sections for line in section.paragraphs)


@pytest.mark.parametrize("kind", FAILING)
def test_each_certificate_that_is_not_taken(kind: str, language: str) -> None:
    case = FAILING[kind]
    talk = Talk(client(**case.client), server(**case.server))
    row = talk.client.row("tls.handshake")
    told = said(row)
    fault = LayerFault(row.errno or "", row.call, row.args)
    assert tr(f"tls.verify_{case.verify}.what", **fault.values) in told
    assert tr(f"tls.verify_{case.verify}.try") in told
    assert str(talk.client.facts("tls.handshake")["reason"]) in told
    assert tr("tls.message.believed", trust="test:root") in told
    what = tr(f"tls.verify_{case.verify}.what", **fault.values)
    assert what_failed(as_row(row)) == what
    outcome = failed(LayerError(row.errno or "", fault))  # the ticket says the same
    assert what in failure_text(outcome).text
    assert what in failure_sentence(outcome, "connect", TCP).show()
    got = talk.server.row("tls.handshake")
    assert tr(f"errors.{case.server_word}.what") in said(got)
    assert describe(LayerError(got.errno or "")).key == f"errors.{got.errno}"


def fed(role: Role, came: bytes) -> LayerRow:
    one = Tls(maker(role, **({"cert": "test:good"} if role is Role.LISTENER else {}))())
    one.do(one.layer.start(0.0))
    one.do(one.layer.receive(came, 0.0))
    return one.row("tls.handshake")


def test_a_name_that_is_no_ascii(language: str) -> None:
    """Python prints a traceback on stderr for it; pytest fails where one is."""
    asks = Tls(maker(Role.STREAM)())
    asks.do(asks.layer.start(0.0))
    row = fed(Role.LISTENER, asks.wire.replace(b"localhost", b"l\xefcalhost"))
    assert row.errno == "CALLBACK_FAILED"
    assert tr("errors.CALLBACK_FAILED.what") in said(row)


def alert(number: int, *, level: int = 2) -> bytes:
    """As it comes before anything is encrypted; the level 2 is fatal."""
    return bytes((21, 3, 3, 0, 2, level, number))


def cut_off(came: bytes = b"") -> LayerRow:
    one = Tls(maker(Role.STREAM)())
    one.do(one.layer.start(0.0))
    if came:
        one.do(one.layer.receive(came, 0.0))
    one.do(one.layer.receive_end(0.0))
    return one.row("tls.handshake")


def reset() -> LayerRow:
    """As the connection logs it."""
    one = Tls(maker(Role.STREAM)())
    one.do(one.layer.start(0.0))
    (row,) = one.layer.reset()
    return row._replace(errno="ECONNRESET", error="ConnectionResetError")


def test_what_has_no_text_of_its_own_is_named_in_openssls_words(language: str) -> None:
    row = fed(Role.LISTENER, b"\x16\x03\x01\xff\xff" + bytes(9))
    assert row.errno == "PACKET_LENGTH_TOO_LONG"
    assert "packet length too long" in what_failed(as_row(row))
    assert what_failed(as_row(row)) in said(row)


def last(talk: Talk, *, serves: bool) -> LayerRow:
    rows = (talk.server if serves else talk.client).rows
    return next(row for row in rows if row.errno is not None)


ASKING = {"ask_client": AskClient.REQUIRED, "ca": "test:root"}
OLD = {"maximum": TlsVersion.V1_2}
STEMS = {
    "UNEXPECTED_EOF_WHILE_READING": "tls.handshake_UNEXPECTED_EOF_WHILE_READING",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "tls.no_certificate",
    "TLSV1_ALERT_USER_CANCELED": "tls.alert_user_canceled",
    "TLSV1_ALERT_ALERT_200": "tls.alert_other",
    "ECONNRESET": "tls.handshake_reset",
}
"""Of those that mean something else in a handshake, or have no text by their word."""
FAULTS: dict[str, Callable[[], LayerRow]] = {
    "HTTP_REQUEST": lambda: fed(Role.LISTENER, b"GET / HTTP/1.1\r\n\r\n"),
    "WRONG_VERSION_NUMBER": lambda: fed(Role.STREAM, b"220 mail.example ESMTP\r\n"),
    "HTTPS_PROXY_REQUEST": lambda: fed(Role.LISTENER, b"CONNECT a:1 HTTP/1.1\r\n\r\n"),
    "UNEXPECTED_EOF_WHILE_READING": lambda: cut_off(),
    "UNSUPPORTED_PROTOCOL": lambda: last(
        Talk(client(**OLD), server(minimum=TlsVersion.V1_3)), serves=True
    ),
    "TLSV1_ALERT_PROTOCOL_VERSION": lambda: last(
        Talk(client(**OLD), server(minimum=TlsVersion.V1_3)), serves=False
    ),
    "NO_SHARED_CIPHER": lambda: last(
        Talk(client(ciphers="AES128-SHA", **OLD), server(ciphers="AES256-SHA", **OLD)), serves=True
    ),
    "SSLV3_ALERT_HANDSHAKE_FAILURE": lambda: last(
        Talk(client(**OLD), server(**ASKING)), serves=False
    ),
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": lambda: last(
        Talk(client(), server(**ASKING)), serves=True
    ),
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": lambda: last(
        Talk(client(), server(**ASKING)), serves=False
    ),
    "TLS_CLOSED": lambda: fed(Role.STREAM, alert(0, level=1)),
    "TLSV1_ALERT_USER_CANCELED": lambda: cut_off(alert(90, level=1)),
    "TLSV1_ALERT_ALERT_200": lambda: fed(Role.STREAM, alert(200)),
    "ECONNRESET": lambda: reset(),
}


@pytest.mark.parametrize("word", FAULTS)
def test_each_way_to_fail(word: str, language: str) -> None:
    row = FAULTS[word]()
    assert row.errno == word
    what = what_failed(as_row(row))
    assert what in said(row)
    stem = STEMS.get(word, f"errors.{word}")
    fault = LayerFault(word, row.call, row.args)
    assert what == tr(f"{stem}.what", **fault.values)
    assert ". " not in what
    assert "。" not in what[:-1]
    outcome = failed(LayerError(word, fault))
    assert what in failure_text(outcome).text
    assert what in failure_sentence(outcome, "connect", TCP).show()
    assert tr(f"{stem}.try") in said(row)


def test_a_bit_that_flips_a_cut_and_what_is_sent_too_late(language: str) -> None:
    talk = Talk(client(), server())
    talk.client.do(talk.client.layer.ask(CloseTls("it"), 0.0))
    talk.client.send(b"late")
    assert tr("errors.PROTOCOL_IS_SHUTDOWN.what") in said(talk.client.rows[-1])
    talk.pump()
    assert tr("tls.message.ended") in said(talk.server.row("tls.end"))
    talk.client.do(talk.client.layer.receive_end(0.0))
    assert tr("errors.UNEXPECTED_EOF_WHILE_READING.what") in said(talk.client.row("tls.end"))
    talk = Talk(client(), server())
    talk.client.send(b"hello")
    *whole, last = talk.client.wire
    talk.server.do(talk.server.layer.receive(bytes([*whole, last ^ 1]), 0.0))
    assert tr("errors.DECRYPTION_FAILED_OR_BAD_RECORD_MAC.what") in said(talk.server.row("tls.end"))


ALERTS = {
    10: "SSLV3_ALERT_UNEXPECTED_MESSAGE", 20: "SSLV3_ALERT_BAD_RECORD_MAC",
    40: "SSLV3_ALERT_HANDSHAKE_FAILURE", 42: "SSLV3_ALERT_BAD_CERTIFICATE",
    43: "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", 44: "SSLV3_ALERT_CERTIFICATE_REVOKED",
    45: "SSLV3_ALERT_CERTIFICATE_EXPIRED", 46: "SSLV3_ALERT_CERTIFICATE_UNKNOWN",
    47: "SSLV3_ALERT_ILLEGAL_PARAMETER", 48: "TLSV1_ALERT_UNKNOWN_CA",
    49: "TLSV1_ALERT_ACCESS_DENIED", 50: "TLSV1_ALERT_DECODE_ERROR",
    51: "TLSV1_ALERT_DECRYPT_ERROR", 70: "TLSV1_ALERT_PROTOCOL_VERSION",
    71: "TLSV1_ALERT_INSUFFICIENT_SECURITY", 80: "TLSV1_ALERT_INTERNAL_ERROR",
    112: "TLSV1_UNRECOGNIZED_NAME", 116: "TLSV13_ALERT_CERTIFICATE_REQUIRED",
    120: "TLSV1_ALERT_NO_APPLICATION_PROTOCOL",
}  # fmt: skip


@pytest.mark.parametrize("number", [*ALERTS, 22, 86, 90, 100, 109, 110, 113, 115])
def test_each_alert_that_may_come(number: int, language: str) -> None:
    one = Tls(client()())
    one.do(one.layer.start(0.0))
    one.do(one.layer.receive(alert(number), 0.0))
    row = one.row("tls.handshake")
    told = next(row for row in one.rows if "alert" in row.args and row.call == "tls.recv")
    key = f"errors.{ALERTS[number]}" if number in ALERTS else f"tls.alert_{alert_name(number)}"
    assert row.errno == ALERTS.get(number, row.errno)
    assert what_failed(as_row(row)) == tr(f"{key}.what")
    assert tr(f"{key}.what") in said(row)
    assert tr(f"{key}.what") in said(told)


def test_an_alert_is_told_from_the_end_that_has_its_row(language: str) -> None:
    """The words are those of who receives it: of one that was sent they are not our own."""
    what = tr("errors.SSLV3_ALERT_CERTIFICATE_EXPIRED.what")
    sent, came = (
        said(LayerRow(call, "'alert', 'certificate_expired', fatal=True"))
        for call in ("tls.send", "tls.recv")
    )
    assert what in came
    assert tr("tls.message.alert_there", what=what) in sent
    assert tr("tls.message.alert_sent") in sent
    assert tr("tls.message.alert") in came


def test_each_message_of_a_handshake(language: str) -> None:
    talk = Talk(client(resume=True), server())
    old = Talk(client(**OLD), server())
    talk.client.send(b"hello")
    for row in (*talk.client.rows, *old.client.rows):
        if row.call != "tls.handshake":
            assert tr("tls.message.other") not in said(row), row.args
    told = said(talk.client.row("tls.handshake"))
    assert "TLS 1.3" in told
    assert "test:root" in told
    assert tr("tls.message.no_alpn") not in told
    other = Talk(client(alpn=("h2",)), server(alpn=("mqtt",)))
    for end in (other.client, other.server):
        assert tr("tls.message.no_alpn") in said(end.row("tls.handshake"))


def test_a_strangers_row_is_no_fault_of_ours() -> None:
    for call in ("tls.send", "tls.handshake", "tls.nonsense"):
        for args in ("", "(", "'nonsense'", "1, 2, x=3", "'alert', 'nonsense'", "'a.b {c}'"):
            assert said(LayerRow(call, args))
    assert said(LayerRow("tls.handshake", "verify=(", errno="CERTIFICATE_VERIFY_FAILED", error="x"))
