"""Names from /proc are those of real connections that nobody has accepted."""

from __future__ import annotations

import socket
import sys

import pytest

from workbench.labs.listen_queue import counters, unaccepted

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_who_waits(family: int, host: str) -> None:
    shown = f"[{host}]" if ":" in host else host
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        listener.listen(5)
        address = listener.getsockname()
        local = f"{shown}:{address[1]}"
        with socket.create_connection(address[:2]) as first:
            second = socket.create_connection(address[:2])
            names = {f"{shown}:{sock.getsockname()[1]}" for sock in (first, second)}
            found = unaccepted(local)
            assert found is not None
            assert {peer.address for peer in found} == names
            gone = f"{shown}:{second.getsockname()[1]}"
            second.close()
            found = unaccepted(local)
            assert found is not None
            assert {peer.address for peer in found if peer.gone} == {gone}
            for _ in range(2):
                listener.accept()[0].close()
            assert unaccepted(local) == ()


def test_a_full_queue_shows_in_the_counters() -> None:
    before = counters()
    assert before is not None
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        first.connect(listener.getsockname())
        second.settimeout(0.05)
        with pytest.raises(TimeoutError):
            second.connect(listener.getsockname())
    after = counters()
    assert after is not None
    assert after.overflows > before.overflows
    assert after.drops > before.drops
