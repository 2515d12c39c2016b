"""Names of calls and errors: those that the log has, and the nearest for one that it never has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.engine import protocol
from workbench.scenario import call_names
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.steps import Expect
from workbench.scenario.values import Wrong


@pytest.mark.parametrize(("read", "name", "near"), [
    (call_names.call, "sendall", "send"), (call_names.call, "recv_into", "recv"),
    (call_names.call, "acept", "accept"), (call_names.errno, "ECONNRESETT", "ECONNRESET"),
    (call_names.call, "ACCEPT", "accept"), (call_names.call, "ws.recieve", "ws.recv"),
    (call_names.call, "messages.recvd", "messages.recv"), (call_names.call, "tls.hello", "tls.end"),
    (call_names.errno, "econnreset", "ECONNRESET"), (call_names.error, "econnreset", "ECONNRESET"),
    (call_names.error, "ConnectonResetError", "ConnectionResetError"),
    (call_names.error, "IOError", "OSError"), (call_names.error, "timeout", "TimeoutError"),
])  # fmt: skip
def test_what_the_log_never_has_is_refused(read: object, name: str, near: str) -> None:
    assert callable(read)
    with pytest.raises(Wrong) as wrong:
        read({"it": name}, "it", ())
    assert wrong.value.problem.args_["near"] == near


@pytest.mark.parametrize(("read", "name"), [
    (call_names.call, "recv"), (call_names.call, "configure"), (call_names.call, "rule_too_slow"),
    (call_names.errno, "*"), (call_names.errno, "EAI_NONAME"), (call_names.errno, "EMFILE"),
    (call_names.error, "SSLError"), (call_names.error, "OSError"), (call_names.error, "*"),
    (call_names.error, "HTTP_401"), (call_names.error, "CERTIFICATE_VERIFY_FAILED"),
])  # fmt: skip
def test_what_it_has_is_taken(read: object, name: str) -> None:
    """Notes have names of their own, other systems other errors."""
    assert callable(read)
    assert read({"it": name}, "it", ()) == name


def test_every_word_that_a_layer_writes_is_known() -> None:
    folder = Path(protocol.__path__[0])
    written = {
        word
        for file in folder.rglob("*.py")
        for word in re.findall(
            r'"((?:tls|ws|proxy|messages)\.[a-z]+)"', file.read_text(encoding="utf-8")
        )
    }
    assert len(written) >= 20
    for word in {*written, "tls.fault", "ws.fault", "proxy.fault", "messages.fault"}:
        assert call_names.call({"it": word}, "it", ()) == word


# what could never come made `absent` hold
SAID = """
step = [{{ do = "expect", endpoint = "s", absent = true, {said} }}]
endpoint.s = {{ role = "listener", address = "127.0.0.1:0" }}
"""


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("peer = '127.0.0.1'", "the port is missing"),
        ("peer = 'localhost:80'", "has a name"),
        ("peer = '[::1]:80'", "IPv6"),
        ("error = 'ConnectonResetError'", "ConnectionResetError"),
        ("errno = 'econnreset'", "ECONNRESET"),
        ("call = 'accept', contains = 'x'", "accept has no bytes"),
        ("call = 'close', size = 3", "close has no bytes"),
        ("kind = 'note', regex = 'x'", "note has no bytes"),
        ("kind = 'command', text = 'x'", "command has no bytes"),
        ("call = 'recv', result = -1", "below 0"),
        ("call = 'recv', result = 0, errno = 'ECONNRESET'", "no result"),
        ("result = 3, error = 'OSError'", "no result"),
        ("kind = 'layer', call = 'recv'", "never of the kind layer"),
        ("kind = 'call', call = 'messages.recv'", "never of the kind call"),
        ("kind = 'note', call = 'accept'", "never of the kind note"),
    ],
)
def test_what_can_never_come_is_refused(said: str, why: str) -> None:
    with pytest.raises(ScenarioProblem, match=re.escape(why)):
        parse(SAID.format(said=said))


@pytest.mark.parametrize("said", ["127.0.0.1:80", "@s", "*", "{s.address}:{s.port}"])
def test_a_peer_is_an_address(said: str) -> None:
    made = parse(SAID.format(said=f"peer = '{said}'")).steps[0]
    assert isinstance(made, Expect)
    assert made.peer == said


def test_an_error_in_capitals_is_a_symbol() -> None:
    """As in a step, where either is taken."""

    def read(said: str) -> Expect:
        made = parse(f"endpoint.c = '127.0.0.1:1'\n[[step]]\ndo = 'expect'\n{said}\n").steps[0]
        assert isinstance(made, Expect)
        return made

    for name in ("ECONNREFUSED", "HTTP_401", "TLSV1_ALERT_UNKNOWN_CA"):
        made = read(f"error = '{name}'")
        assert (made.errno, made.error) == (name, None)
    assert read("error = 'TimeoutError'").error == "TimeoutError"
    assert read("error = '*'").error == "*"
    with pytest.raises(ScenarioProblem, match="ECONNREFUSED"):
        read("error = 'ECONNREFUSD'")


@pytest.mark.parametrize(
    "said",
    [
        "call = 'send', contains = 'x'",
        "call = 'getsockopt', result = -1",
        "call = 'getsockopt', size = 4",
        "kind = 'command', call = 'accept'",
        "kind = 'end', call = 'accept', errno = 'EMFILE'",
        "kind = 'call', call = 'recv', contains = 'x'",
        "result = 0",
    ],
)
def test_what_a_row_can_have_is_asked_for(said: str) -> None:
    assert parse(SAID.format(said=said))
