"""What is known of the handshakes of a connection, from the rows of its layers."""

from __future__ import annotations

import pytest

from workbench.engine.model.events import LAYER
from workbench.journal.reader import Row
from workbench.scenario.handshakes import TLS_HANDSHAKE, WS_OPEN, Handshakes

HELLO = "tls.send", "'client_hello'"
AGREED = TLS_HANDSHAKE, "'1.3'"
REQUEST = "ws.request", "'GET', '/'"
OPEN = WS_OPEN, ""


def told(handshakes: Handshakes, *rows: tuple[str, ...]) -> Handshakes:
    for call, args, *errno in rows:
        failed = errno[0] if errno else None
        handshakes.note(Row(seq=1, t_ns=0, duration_ns=0, kind=LAYER, endpoint="c", connection=1,
                            call=call, args=args, result=None, errno=failed, error=failed,
                            local=None, peer=None, payload=None, size=None, cause=None,
                            ))  # fmt: skip
    return handshakes


def test_each_is_awaited_until_its_row_has_come() -> None:
    both = Handshakes((TLS_HANDSHAKE, WS_OPEN))
    assert told(both, HELLO).awaits(head=True)
    assert told(both, AGREED, REQUEST).awaits()
    assert not both.awaits(head=True)
    assert not told(both, OPEN).awaits()
    assert not both.failed
    assert not both.later


def test_without_layers_nothing_is_awaited() -> None:
    assert not Handshakes().awaits()


def test_a_fault_counts_as_long_as_one_is_awaited() -> None:
    fault = ("ws.fault", "'status'", "HTTP_401")
    assert told(Handshakes((WS_OPEN,)), REQUEST, fault).failed
    assert not told(Handshakes((WS_OPEN,)), REQUEST, OPEN, fault).failed
    lenient = told(Handshakes((WS_OPEN,)), REQUEST, fault, OPEN)
    assert not lenient.awaits()


def test_tls_that_begins_later_is_awaited_from_then_on() -> None:
    later = Handshakes()
    assert told(later, HELLO).awaits()
    assert later.later
    assert not told(later, AGREED).awaits()


@pytest.mark.parametrize(("answers", "connected"), [
    ([("proxy.response", "200")], True),
    ([("proxy.response", "100")], False),
    ([("proxy.response", "'method', 0")], False),
    ([("proxy.response", "'method', 0"), ("proxy.response", "'connect', 0, '1.2.3.4:5'")], True),
    ([("proxy.response", "403", "PROXY_403")], False),
])  # fmt: skip
def test_a_proxy_is_awaited_once_it_was_asked(
    answers: list[tuple[str, ...]], connected: bool
) -> None:
    proxied = told(Handshakes(), ("proxy.request", "'CONNECT'"), *answers)
    assert proxied.awaits() is not connected
    assert proxied.failed is (len(answers[-1]) == 3)
