"""Records that somebody has changed on their way: said, ended, and nothing raises or is made up."""

from __future__ import annotations

import random
import tracemalloc
from typing import Final

import pytest

from tests.engine.protocol.tls.both_ends import Tls, maker
from workbench.engine.model.ending import Ending
from workbench.engine.model.settings import Role
from workbench.engine.model.tls_settings import AskClient, TlsVersion
from workbench.literals import parse_expression

SHORT, LONG = 60, 5_000
"""Handshakes of each kind of talk."""
WORDS: Final = b"hello over there " * 20


@pytest.fixture
def rounds(request: pytest.FixtureRequest) -> int:
    return LONG if request.config.getoption("--long") else SHORT


def mutated(dice: random.Random, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(dice.randint(1, 3)):
        at = dice.randrange(len(made) + 1)
        match dice.randrange(6):
            case 0 if at < len(made):
                made[at] ^= 1 << dice.randrange(8)
            case 1:
                made[at:at] = dice.randbytes(dice.randint(1, 40))
            case 2:
                del made[at : at + dice.randint(1, 40)]
            case 3:
                made[at:at] = made[at : at + dice.randint(1, 200)]
            case 4:
                del made[at:]
            case _:  # of the first record's header: type, version, length
                made[dice.randrange(5) % max(1, len(made)) : 1] = bytes((dice.randrange(256),))
    return bytes(made)


class Carrier:
    """Carries what two ends say, and changes one of the flights."""

    def __init__(self, client: Tls, server: Tls, dice: random.Random) -> None:
        self._ends = (client, server)
        self._dice = dice
        self._flight = 0
        self._wrong = dice.randrange(6)
        self.changed = False

    def carry(self) -> None:
        while any(end.wire for end in self._ends):
            for one, other in (self._ends, self._ends[::-1]):
                wire, one.wire = one.wire, b""
                if not wire:
                    continue
                if self._flight == self._wrong:
                    before, wire = wire, mutated(self._dice, wire)
                    self.changed = before != wire
                self._flight += 1
                step = self._dice.choice((1, 7, 1000, 1 << 16))
                for place in range(0, len(wire), step):
                    other.do(other.layer.receive(wire[place : place + step], 0.0))


@pytest.mark.parametrize("version", [TlsVersion.V1_2, TlsVersion.V1_3])
@pytest.mark.parametrize("ask", [AskClient.NO, AskClient.REQUIRED])
def test_changed_records(version: TlsVersion, ask: AskClient, rounds: int) -> None:
    shown = {"cert": "test:client"} if ask is AskClient.REQUIRED else {}
    clients = maker(Role.STREAM, ca="test:root", maximum=version, **shown)
    servers = maker(
        Role.LISTENER, cert="test:good", maximum=version, ask_client=ask, ca="test:root"
    )
    for seed in range(rounds):
        dice = random.Random(seed)
        client, server = Tls(clients()), Tls(servers())
        carrier = Carrier(client, server, dice)
        try:
            client.do(client.layer.start(0.0))
            server.do(server.layer.start(0.0))
            carrier.carry()
            for one in (client, server):
                if one.opened and one.end is None:
                    one.send(WORDS)
                carrier.carry()
            for one in (client, server):
                if one.end is None and not one.finished:
                    one.do(one.layer.receive_end(0.0))
                one.do(one.layer.close(0.0))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error
        for one in (client, server):
            assert WORDS.startswith(one.came)  # what was changed is never given for what was said
            faults = [row for row in one.rows if row.errno is not None]
            assert len(faults) <= 1 + one.opened, faults
            if one.end is not None:
                assert one.end.ending is Ending.POLITE
                assert one.end.word == faults[0].errno
            for row in one.rows:
                parse_expression(f"f({row.args})")


@pytest.mark.parametrize(
    "first", [b"\x16\x03\x01\xff\xff", b"\x16\x03\x01\x3f\xff\x01" + b"\xff" * 3]
)
def test_what_never_becomes_a_handshake_fills_no_memory(first: bytes) -> None:
    """A record or a message that announces more than it may have, and goes on."""
    server = Tls(maker(Role.LISTENER, cert="test:good")())
    tracemalloc.start()
    try:
        server.do(server.layer.receive(first, 0.0))
        record = b"\x16\x03\x01\x3f\xff" + bytes(0x3FFF)
        for _ in range(2000):
            server.do(server.layer.receive(record, 0.0))
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()
    assert server.end is not None


def test_a_byte_at_a_time_keeps_no_more_than_a_record() -> None:
    server = Tls(maker(Role.LISTENER, cert="test:good")())
    for byte in b"\x16\x03\x01\x3f\xff\x01\x00\x3f\xfb\x03\x03" + bytes(8000):
        server.do(server.layer.receive(bytes((byte,)), 0.0))
    assert server.end is None
    assert not server.opened
    assert server.rows == []


def test_empty_records_without_end_are_no_endless_loop() -> None:
    """Of TLS 1.2, in the clear, before anything was said: OpenSSL itself counts them."""
    server = Tls(maker(Role.LISTENER, cert="test:good")())
    server.do(server.layer.receive(b"\x16\x03\x01\x00\x00" * 100_000, 0.0))
    server.do(server.layer.receive_end(0.0))
    assert server.end is not None
