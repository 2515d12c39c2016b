"""An `absent` holds where something could have come and did not; not where nothing could."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.free_port import free_port
from tests.scenario.conftest import PAIR, Play, reasons, steps
from workbench.engine.model.settings import Role
from workbench.journal.reader import Row
from workbench.scenario.connections import RunConnection
from workbench.scenario.judged import could_not_come
from workbench.scenario.report import Report
from workbench.scenario.steps import Expect
from workbench.texts import LANGUAGES, set_language

START = 'do = "start"; endpoint = "server"'
CONNECT = 'do = "connect"; endpoint = "client"'
ACCEPTED = 'do = "expect"; endpoint = "server"; call = "accept"'


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    yield
    set_language("en")


def absent(what: str, endpoint: str = "client") -> str:
    return f'do = "expect"; endpoint = "{endpoint}"; {what}; absent = true; within = 0.1'


@pytest.mark.parametrize("what", [
    "contains = 'x'", "text = 'x'", "regex = '.'", "hex = 'ff'", "call = 'recv'", "closed = true",
    "closed = 'reset'", "connection = 3; text = 'x'", "connection = -1; call = 'send'",
    "connection = 'any'; contains = 'x'", "errno = 'ECONNRESET'", "error = '*'",
])  # fmt: skip
def test_on_a_connection_that_never_was_nothing_could_come(play: Play, what: str) -> None:
    """The client was never connected: whatever the peer would send, it could not come."""
    report = play(PAIR + steps(START, absent(what)))
    assert not report.ok
    assert "client" in reasons(report)[0]


def test_the_connection_that_is_named_has_to_be_there(play: Play) -> None:
    begin = steps(START, CONNECT, ACCEPTED)
    for endpoint in ("client", "server"):
        assert play(PAIR + begin + steps(absent("connection = 1; text = 'x'", endpoint))).ok
        report = play(PAIR + begin + steps(absent("connection = 2; text = 'x'", endpoint)))
        assert "no connection 2" in reasons(report)[0]


def test_a_connect_that_failed_made_no_connection(play: Play) -> None:
    refused = PAIR.replace("@server", f"127.0.0.1:{free_port()}")
    failing = steps(f'{CONNECT}; error = "ECONNREFUSED"')
    assert not play(refused + failing + steps(absent("contains = 'x'"))).ok
    assert not play(refused + failing + steps(absent("closed = true"))).ok
    assert play(refused + failing + steps(absent("errno = 'ECONNRESET'"))).ok  # a call was made


def test_a_connect_that_still_waits_may_become_one(play: Play) -> None:
    """Its queue is full: that nothing comes is what one wants to see."""
    full = PAIR.replace('"listener"', '"listener"\nbacklog = 0\naccept = "paused"')
    late = full.replace("[endpoint.client]", '[endpoint.late]\nrole = "stream"\n'
                        'address = "@server"\n[endpoint.client]')  # fmt: skip
    waiting = 'do = "connect"; endpoint = "late"; wait = false'
    assert play(late + steps(START, CONNECT, waiting, absent("regex = '.'", "late"))).ok


def test_nobody_came_to_a_listener(play: Play) -> None:
    report = play(PAIR + steps(START, absent("contains = 'x'", "server")))
    assert 'call = "accept"' in reasons(report)[0]
    assert play(PAIR + steps(START, absent("call = 'accept'", "server"))).ok
    assert play(PAIR + steps(START, absent("call = 'send'", "server"))).ok  # its own doing
    report = play(PAIR + steps(absent("call = 'accept'", "server")))
    assert "no listening socket" in reasons(report)[0]


def test_a_connection_that_a_step_closed_is_not_meant(play: Play) -> None:
    said = steps(START, CONNECT, ACCEPTED, 'do = "close"; endpoint = "server"; connection = 1')
    assert not play(PAIR + said + steps(absent("contains = 'x'", "server"))).ok
    assert play(PAIR + said + steps(absent("connection = 'any'; contains = 'x'", "server"))).ok


def test_a_datagram_socket_has_to_be_open(play: Play) -> None:
    head = PAIR.replace('"listener"', '"datagram"')
    assert play(head + steps(START, absent("contains = 'x'", "server"))).ok
    assert not play(head + steps(absent("contains = 'x'", "server"))).ok


@pytest.mark.parametrize("what", [
    "kind = 'command'; call = 'connect'", "kind = 'note'; call = 'reconnect_over'",
    "call = 'connect'",
])  # fmt: skip
def test_what_was_not_asked_for_needs_no_socket(play: Play, what: str) -> None:
    assert play(PAIR + steps(START, absent(what))).ok


PLAIN_TO_TLS = """
[endpoint.server]
role = "listener"
address = "tls://127.0.0.1:0"
tls = { cert = "test:good" }
[endpoint.client]
address = "@server"
"""
TLS = PLAIN_TO_TLS.replace("@", "tls://@") + 'tls = { ca = "test:root" }\n'


def remarks(report: Report) -> list[str]:
    assert report.ok, reasons(report)
    return [step.said.text for step in report.steps if step.warns and step.said is not None]


def test_where_the_handshake_failed_nothing_could_come(play: Play) -> None:
    failing = steps(START, CONNECT, 'do = "send"; endpoint = "client"; text = "HELO there"',
                    'do = "expect"; endpoint = "server"; call = "tls.handshake"; errno = "*"',
                    'do = "expect"; endpoint = "client"; closed = true')  # fmt: skip
    report = play(PLAIN_TO_TLS + failing + steps(absent("contains = 'x'", "server")))
    assert "No handshake at server" in reasons(report)[0]
    assert play(
        PLAIN_TO_TLS + failing + steps(absent("call = 'recv'; contains = 'x'", "server"))
    ).ok
    assert play(PLAIN_TO_TLS + failing + steps(absent("closed = 'reset'", "server"))).ok


def test_where_a_handshake_waits_an_absent_says_so(play: Play) -> None:
    """A peer that says nothing is what one may want to see; what it shows has to be known."""
    report = play(
        PLAIN_TO_TLS + steps(START, CONNECT, ACCEPTED, absent("contains = 'x'", "server"))
    )
    assert ["#1: the handshake has not ended" in text for text in remarks(report)] == [True]
    done = 'do = "expect"; endpoint = "server"; call = "tls.handshake"'
    report = play(TLS + steps(START, CONNECT, done, absent("contains = 'x'", "server")))
    assert remarks(report) == []


WEB = """
[endpoint.server]
role = "listener"
address = "ws://127.0.0.1:0"
websocket = { status = 401 }
[endpoint.client]
address = "ws://@server/"
"""
REFUSED = f'{CONNECT}; error = "HTTP_401"'


@pytest.mark.parametrize("what", [
    "contains = 'x'", "json = '{}'", "opcode = 'pong'", "fin = false", "code = 1000",
    "call = 'ws.recv'", "call = 'ws.message'",
])  # fmt: skip
def test_where_the_opening_was_refused_no_frame_could_come(play: Play, what: str) -> None:
    report = play(WEB + steps(START, REFUSED, absent(what)))
    assert "No handshake at client" in reasons(report)[0]


def test_the_answer_that_refuses_could_have_been_another(play: Play) -> None:
    assert play(WEB + steps(START, REFUSED, absent("status = 500"))).ok
    secure = WEB.replace("ws:", "wss:").replace("websocket =", 'tls = { cert = "test:good" }\n#')
    distrusted = f'{CONNECT}; error = "CERTIFICATE_VERIFY_FAILED"'
    report = play(secure + steps(START, distrusted, absent("status = 500")))
    assert "No handshake at client" in reasons(report)[0]


def test_where_a_proxy_refused_nothing_could_come(play: Play) -> None:
    proxied = PAIR.replace(
        '"@server"', f'"127.0.0.1:{free_port()}"\nproxy = "http://127.0.0.1:{free_port()}"'
    )
    proxy = proxied.split('"http://')[1].split('"')[0]
    answer = 'responder = { kind = "rules", rules = [{ reply = "HTTP/1.1 403 No\\r\\n\\r\\n" }] }'
    told = proxied.replace("127.0.0.1:0", proxy).replace('"listener"', f'"listener"\n{answer}')
    refused = f'{CONNECT}; error = "PROXY_403"'
    report = play(told + steps(START, refused, absent("contains = 'x'")))
    assert "No handshake at client" in reasons(report)[0]


def test_where_some_handshakes_failed_an_absent_says_which(play: Play) -> None:
    both = TLS.replace("[endpoint.client]", '[endpoint.other]\naddress = "@server"\n'
                       "[endpoint.client]")  # fmt: skip
    other = ('do = "connect"; endpoint = "other"',
             'do = "send"; endpoint = "other"; text = "HELO there"',
             'do = "expect"; endpoint = "server"; call = "tls.handshake"; errno = "*"')  # fmt: skip
    report = play(both + steps(START, CONNECT, *other, absent("contains = 'x'", "server")))
    assert ["#2: the handshake failed" in text for text in remarks(report)] == [True]


def test_where_tls_began_later_and_failed_an_absent_says_so(play: Play) -> None:
    """What came in the clear was looked at."""
    greeting = 'responder = { kind = "greet", text = "220", then = "tls" }'
    later = PLAIN_TO_TLS.replace("tls://", "").replace('"listener"', f'"listener"\n{greeting}')
    begun = ('do = "expect"; endpoint = "client"; text = "220"',
             'do = "start_layer"; endpoint = "client"; error = "*"')  # fmt: skip
    report = play(later + steps(START, CONNECT, *begun, absent("contains = 'x'")))
    assert ["#1: TLS was begun" in text for text in remarks(report)] == [True]
    hello = absent("hex = '16 03'")  # what its records begin with is not what came
    assert play(later + steps(START, CONNECT, *begun, hello)).ok


def test_where_the_peer_is_ours_and_has_not_accepted_an_absent_says_so(play: Play) -> None:
    queued = PAIR.replace('"listener"', '"listener"\naccept = "paused"')
    report = play(queued + steps(START, CONNECT, absent("contains = 'x'")))
    assert ["Accept is paused at server" in text for text in remarks(report)] == [True]
    taken = 'do = "accept"; endpoint = "server"'
    assert remarks(play(queued + steps(START, CONNECT, taken, absent("contains = 'x'")))) == []


@pytest.mark.parametrize("what", ["contains = 'x'", "closed = true"])
def test_where_receive_is_paused_an_absent_says_so(play: Play, what: str) -> None:
    """What came, be it the end of the stream, waits unread."""
    begin = steps(START, 'do = "pause"; endpoint = "client"; gate = "receive"', CONNECT)
    report = play(PAIR + begin + steps(absent(what)))
    assert ["receive is paused here" in text for text in remarks(report)] == [True]
    resumed = 'do = "resume"; endpoint = "client"; gate = "receive"'
    assert remarks(play(PAIR + begin + steps(resumed, absent("contains = 'x'")))) == []
    assert remarks(play(PAIR + begin + steps(absent("call = 'recv'")))) == []  # our own doing


def test_where_the_peer_is_ours_and_may_not_send_an_absent_says_so(play: Play) -> None:
    held = PAIR.replace('"listener"', '"listener"\nsend = "paused"')
    report = play(held + steps(START, CONNECT, absent("contains = 'x'")))
    assert ["Send is paused at server" in text for text in remarks(report)] == [True]


def test_each_reason_is_a_sentence_in_every_language() -> None:
    made = RunConnection("c", None, 0, stream=False)
    asked = [
        (Expect("c", text="x", absent=True), Role.STREAM),
        (Expect("c", text="x", absent=True), Role.LISTENER),
        (Expect("c", text="x", connection=2, absent=True), Role.STREAM),
        (Expect("c", call="accept", absent=True), Role.LISTENER),
        (Expect("c", errno="*", absent=True), Role.STREAM),
    ]
    for language in LANGUAGES:
        set_language(language)
        said = {problem.text for expect, role in asked if (
            problem := could_not_come(expect, [made], role)) is not None}  # fmt: skip
        assert len(said) == len(asked)
        assert not any("{" in text for text in said)


# -- an end that is none -------------------------------------------------------------------------


def test_what_recv_reads_after_a_reset_is_no_fin(play: Play, rows: Callable[[], list[Row]]) -> None:
    """The kernel gives the error once, and b"" from then on (tcp_recvmsg): nobody sent a FIN."""
    report = play(
        PAIR
        + steps(
            START,
            CONNECT,
            ACCEPTED,
            'do = "abort"; endpoint = "server"',
            'do = "expect"; endpoint = "client"; errno = "ECONNRESET"; keep = true',
            'do = "recv"; endpoint = "client"',
            'do = "expect"; endpoint = "client"; closed = "fin"; by = "peer"; within = 0.1',
        )
    )
    assert [row.errno for row in rows() if row.call == "recv" and row.endpoint == "client"
            and row.kind == "call"] == ["ECONNRESET", None]  # fmt: skip
    assert [step.reason is None for step in report.steps] == [True] * 6 + [False]
    assert "had reset it" in reasons(report)[0]


@pytest.mark.parametrize(("ends", "said"), [
    ('do = "shutdown"; endpoint = "client"', "our side had closed it, or finished sending"),
    ('do = "abort"; endpoint = "server"', "the other side had reset it"),
])  # fmt: skip
def test_only_the_end_that_was_wanted_is_said_to_be_used(play: Play, ends: str, said: str) -> None:
    """Another one was used up by the step before: it is told as what it was."""
    keeps = PAIR.replace(
        'address = "127.0.0.1:0"',
        'address = "127.0.0.1:0"\nresponder = { kind = "nothing", on_peer_close = "keep" }',
    )
    used = 'do = "expect"; endpoint = "client"; closed = true'
    wanted = 'do = "expect"; endpoint = "client"; closed = "fin"; by = "peer"; within = 0.1'
    report = play(keeps + steps(START, CONNECT, ACCEPTED, ends, used, wanted))
    assert said in reasons(report)[0]
    again = 'do = "expect"; endpoint = "client"; closed = true; within = 0.1'
    report = play(keeps + steps(START, CONNECT, ACCEPTED, ends, used, again))
    assert "which an earlier step has used" in reasons(report)[0]


DIVIDED = PAIR.replace('"listener"', '"listener"\nmessages = { ends = ";", max = 4 }', 1)


def sent(text: str) -> str:
    return f'do = "send"; endpoint = "client"; text = "{text}"'


@pytest.mark.parametrize(
    ("text", "undivided"), [("12345678;ERR;", True), ("12345678", True), ("12;", False)]
)
def test_of_what_could_not_be_divided_nobody_can_tell(
    play: Play, text: str, *, undivided: bool
) -> None:
    begin = steps(START, CONNECT, ACCEPTED, sent(text))
    report = play(DIVIDED + begin + steps(absent("contains = 'ERR'", "server")))
    assert report.ok is not undivided
    assert not undivided or "divided" in reasons(report)[0]
    assert play(DIVIDED + begin + steps(absent("call = 'send'", "server"))).ok


def test_what_has_no_end_at_the_end_of_the_stream_is_no_message(play: Play) -> None:
    begin = steps(START, CONNECT, ACCEPTED, sent("ERR"), 'do = "shutdown"; endpoint = "client"')
    ended = 'do = "expect"; endpoint = "server"; closed = "fin"; by = "peer"; keep = true'
    assert play(DIVIDED + begin + steps(ended, absent("contains = 'ERR'", "server"))).ok
