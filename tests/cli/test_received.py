"""`connect` and `listen` between pipes, files, terminals and plain sockets: no byte is another."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli_process import BOUND, PROGRAM, environment
from workbench.cli.received import Received, _Terminal
from workbench.engine.model.events import EndpointAdded, Item, Transfer, event_of
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session

BIG = 10_000_000
Serve = Callable[[socket.socket], None]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


@contextmanager
def served(serve: Serve) -> Iterator[str]:
    """A plain socket's address; what it does with the one who comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(BOUND)

        def run() -> None:
            conn, _ = server.accept()
            conn.settimeout(BOUND)
            with conn:
                serve(conn)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join(BOUND)
        assert not thread.is_alive()


def echo(conn: socket.socket) -> None:
    while data := conn.recv(65536):
        conn.sendall(data)


@contextmanager
def program(
    *args: object, stdin: int | None = subprocess.PIPE, stderr: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*PROGRAM, *map(str, args)],
        env=environment(),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def talked(*args: object, typed: bytes | None) -> tuple[int, bytes]:
    with program(*args) as process:
        out, _ = process.communicate(typed, timeout=BOUND)
        return process.returncode, out


def test_a_file_goes_there_and_comes_back_whole(tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(noise(BIG))
    with served(echo) as address, there.open("rb") as source, back.open("wb") as sink:
        process = subprocess.Popen(
            [*PROGRAM, "connect", address], env=environment(), stdin=source, stdout=sink,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert process.wait(BOUND) == 0
    assert back.read_bytes() == there.read_bytes()


def test_a_reader_that_is_slow_gets_every_byte(tmp_path: Path) -> None:
    data = noise(BIG)
    record = tmp_path / "r.swb"
    with (
        served(lambda conn: conn.sendall(data)) as address,
        program("connect", address, "--record", record) as process,
    ):
        assert process.stdout is not None
        got = bytearray(os.read(process.stdout.fileno(), 1))
        while piece := os.read(process.stdout.fileno(), 10_000):
            got += piece
        assert process.wait(BOUND) == 0
    assert got == data


def test_both_ways_at_once_and_neither_waits_for_the_other() -> None:
    data, heard = noise(3_000_000), bytearray()

    def both(conn: socket.socket) -> None:
        sender = threading.Thread(target=conn.sendall, args=(data,))
        sender.start()
        while piece := conn.recv(65536):
            heard.extend(piece)
        sender.join(BOUND)

    with served(both) as address:
        status, out = talked("connect", address, typed=data[::-1])
    assert status == 0
    assert out == data
    assert heard == data[::-1]


def test_who_stops_reading_ends_it_quietly(tmp_path: Path) -> None:
    def flood(conn: socket.socket) -> None:
        try:
            while True:
                conn.sendall(b"x" * 65536)
        except OSError:
            return

    log = tmp_path / "log"
    with (
        log.open("wb") as said,
        served(flood) as address,
        program("connect", address, stderr=said.fileno()) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.read(5) == b"xxxxx"
        process.stdout.close()
        assert process.wait(BOUND) == 0
        process.stdout = None
    assert b"Traceback" not in log.read_bytes()


@pytest.mark.parametrize("stdin", [subprocess.DEVNULL, None])
def test_no_input_is_its_end(stdin: int | None) -> None:
    def answer(conn: socket.socket) -> None:
        assert conn.recv(10) == b""
        conn.sendall(b"late")

    with served(answer) as address:
        args = [*PROGRAM, "connect", address]
        if stdin is None:
            args = ["sh", "-c", 'exec "$@" <&-', "sh", *args]
        done = subprocess.run(
            args, env=environment(), stdin=stdin, capture_output=True, timeout=BOUND, check=False
        )
    assert (done.returncode, done.stdout) == (0, b"late")


def test_an_interrupt_while_it_waits_for_input_is_130() -> None:
    with served(echo) as address, program("connect", address) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"hello")
        process.stdin.flush()
        assert process.stdout.read(5) == b"hello"
        process.send_signal(signal.SIGINT)
        assert process.wait(BOUND) == 130


def test_a_reset_and_a_refusal_are_1() -> None:
    def reset(conn: socket.socket) -> None:
        conn.recv(1)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with served(reset) as address, program("connect", address, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(b"x")
        process.stdin.flush()
        assert process.wait(BOUND) == 1
        assert process.stderr is not None
        assert b"ECONNRESET" in process.stderr.read()
    assert talked("connect", address, typed=b"")[0] == 1


def test_what_is_said_runs_in_its_order(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"\0\1")
    heard = bytearray()

    def listen(conn: socket.socket) -> None:
        while piece := conn.recv(100):
            heard.extend(piece)
            conn.sendall(b"ok" if piece.endswith((b"\n", b"\1", b"\xff")) else b"")

    with served(listen) as address:
        status, out = talked(
            "connect", address, "--send", "a", "--expect", "ok", "--hex", "00 ff", "--expect", "ok",
            "--file", file, "--expect", "ok", "--crlf", "--half-close", "--until-eof", typed=None,
        )  # fmt: skip
    assert (status, out) == (0, b"okokok")
    assert heard == b"a\r\n\x00\xff\x00\x01"


def test_lines_get_their_returns_once() -> None:
    with served(echo) as address:
        status, out = talked("connect", address, "--crlf", typed=b"a\nb\r\nc\n")
    assert (status, out) == (0, b"a\r\nb\r\nc\r\n")


def test_several_clients_are_told_apart_and_all_hear_what_is_typed() -> None:
    with program("listen", "127.0.0.1:0", "--lang", "en", stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert process.stdin is not None
        assert process.stdout is not None
        line = next(line for line in process.stderr if line.startswith(b"Open at"))
        host, _, port = line.split()[2].decode().rstrip(".").rpartition(":")
        log: list[bytes] = []
        reader = threading.Thread(target=lambda: log.extend(process.stderr or ()))
        reader.start()
        with (
            socket.create_connection((host, int(port)), BOUND) as one,
            socket.create_connection((host, int(port)), BOUND) as two,
        ):
            one.sendall(b"first")
            assert process.stdout.read(5) == b"first"
            two.sendall(b"other")
            assert process.stdout.read(5) == b"other"
            process.stdin.write(b"to all")
            process.stdin.close()
            assert [_whole(one), _whole(two)] == [b"to all", b"to all"]
        process.send_signal(signal.SIGINT)
        assert process.wait(BOUND) == 130
        process.stdin = None
        reader.join(BOUND)
    told = b"".join(log)
    assert b"server #1" in told
    assert b"server #2" in told


def _whole(conn: socket.socket) -> bytes:
    found = bytearray()
    while piece := conn.recv(100):
        found += piece
    return bytes(found)


def test_listen_once_is_a_pipe_from_one_client() -> None:
    data = noise(1_000_000)
    with program(
        "listen", "127.0.0.1:0", "--once", "--lang", "en",
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        line = next(line for line in process.stderr if line.startswith(b"Open at"))
        host, _, port = line.split()[2].decode().rstrip(".").rpartition(":")
        threading.Thread(target=lambda: list(process.stderr or ()), daemon=True).start()
        with socket.create_connection((host, int(port)), BOUND) as client:
            client.sendall(data)
        assert process.stdout is not None
        assert process.stdout.read() == data
        assert process.wait(BOUND) == 0


def test_datagrams_come_out_and_silence_ends_it() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(BOUND)
        address = f"127.0.0.1:{peer.getsockname()[1]}"
        with program("connect", address, "--udp", "--wait", "1") as process:
            assert process.stdin is not None
            process.stdin.write(b"one")
            process.stdin.flush()
            data, whose = peer.recvfrom(100)
            assert data == b"one"
            peer.sendto(b"\0\xff", whose)
            assert process.stdout is not None
            assert process.stdout.read(2) == b"\0\xff"
            process.stdin.close()
            assert process.wait(BOUND) == 0
            process.stdin = None


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
@pytest.mark.parametrize("raw", [False, True])
def test_no_peer_commands_a_terminal_unless_that_is_asked_for(*, raw: bool) -> None:
    import pty

    def greet(conn: socket.socket) -> None:
        conn.sendall(b"\x1b[31mred\r\n\xe4\xbd")
        conn.sendall(b"\xa0\tend")

    wanted = "\\x1b[31mred\r\n你\tend\r\n".encode()
    if raw:
        wanted = "\x1b[31mred\r\r\n你\tend".encode()
    ours, theirs = pty.openpty()
    with served(greet) as address:
        process = subprocess.Popen(
            [*PROGRAM, "connect", address, *(["--raw"] if raw else [])],
            env=environment(), stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        got = bytearray()
        while len(got) < len(wanted):
            got += os.read(ours, 1000)
        assert process.wait(BOUND) == 0
    os.close(theirs)
    os.close(ours)
    assert got == wanted


def test_a_terminal_is_told_who_speaks() -> None:
    shown = _Terminal("utf-8")
    said = [shown.of(1, b"a\r\n"), shown.of(1, b"b"), shown.of(2, b"c\n"), shown.of(1, b"\xe4")]
    assert b"".join([*said, shown.end()]).decode().splitlines() == [
        "a", "b", "— #2 —", "c", "— #1 —", "\\xe4",
    ]  # fmt: skip


@pytest.mark.parametrize("read", ["recv", "recvfrom"])
@pytest.mark.parametrize("shown", [False, True])
def test_transfers_of_a_flood_are_what_their_events_are(
    tmp_path: Path, read: str, *, shown: bool
) -> None:
    """Those of another endpoint, and what is sent, are not received; 0 bytes are the end."""
    made = [
        ((endpoint, 7, call, "9", None), number, 1, size, bytes(size))
        for number, size in enumerate((3, 2, 0))
        for endpoint in (1, 2)
        for call in (read, "send")
    ]

    def taken(items: list[Item | Transfer]) -> tuple[object, ...]:
        received = Received(
            session, EndpointSettings("server", Role.LISTENER), shown=shown, raw=True, encoding=""
        )
        received.take(1, [EndpointAdded(1, "server", "listener", "", "", "{}")])
        received.take(1, items)
        return received.came, received.ended, received.lost, list(received._waiting)

    with Session(tmp_path / "r.swb") as session:
        of_transfers = taken([*made])
        assert of_transfers == taken([*map(event_of, made)])
    assert of_transfers == (5, True, None, [(7, bytes(3)), (7, bytes(2))] if shown else [])
