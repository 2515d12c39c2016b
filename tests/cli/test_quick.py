"""The quick forms against real sockets, and as the scenarios that they print."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli_process import BOUND, PROGRAM, end, run, start, start_command
from tests.free_port import free_port
from workbench.cli import quick
from workbench.scenario.model import parse
from workbench.texts import Problem


@contextmanager
def listening(*args: object) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`listen` as a process, and where it does."""
    server = start("listen", *args, "--json")
    try:
        assert server.stdout is not None
        for line in server.stdout:
            event = json.loads(line)
            if (event["kind"], event["call"]) == ("call", "bind" if "--udp" in args else "listen"):
                break
        else:
            raise AssertionError("it does not listen")
        yield server, event["local"]
    finally:
        if server.poll() is None:
            server.kill()
        server.communicate()


def peer(address: str) -> socket.socket:
    host, _, port = address.rpartition(":")
    made = socket.create_connection((host.strip("[]"), int(port)), BOUND)
    made.settimeout(BOUND)
    return made


def test_they_talk_to_each_other_and_an_interrupt_is_130() -> None:
    with listening("127.0.0.1:0", "--echo") as (server, address):
        status, out, _ = run("connect", address, "--send", "你好", "--expect", "你好")
        assert status == 0, out
        status, out, err = run(
            "connect", address, "--send", "a", "--expect", "b", "--timeout", "0.5", "--lang", "en"
        )
        assert (status, out) == (1, "a")
        assert '#1: "a" came.' in err
        server.send_signal(signal.SIGINT)
        status, _, err = end(server)
        assert status == 130
        assert err == ""
        with pytest.raises(ConnectionRefusedError):
            peer(address)


def test_greet_and_sink_answer_a_plain_socket() -> None:
    with listening("127.0.0.1:0", "--greet", "hi") as (_, address), peer(address) as client:
        assert client.recv(100) == b"hi"
    with (
        listening("[::1]:0", "--sink", "--backlog", "0") as (_, address),
        peer(address) as client,
    ):
        client.sendall(b"x" * 1000)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""


@pytest.mark.parametrize("ends", ["at once", "later"])
def test_a_file_reaches_whoever_finishes_first(tmp_path: Path, ends: str) -> None:
    """`listen < FILE`: the client's FIN is there before the file, as that of `nc HOST < /dev/null`,
    or comes after it; either way the connection ends.
    """
    file = tmp_path / "file"
    file.write_bytes(b"0123456789" * 30_000)
    with file.open("rb") as stdin:
        words = ("listen", "127.0.0.1:0", "--once", "--lang", "en")
        server = start_command(*PROGRAM, *words, stdin=stdin.fileno())
    assert server.stderr is not None
    address = server.stderr.readline().split()[2].rstrip(".")
    with peer(address) as client:
        if ends == "at once":
            client.shutdown(socket.SHUT_WR)
        got = b"".join(iter(lambda: client.recv(65536), b""))
    assert got == file.read_bytes()
    assert end(server)[0] == 0


def test_connect_reaches_a_plain_socket() -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(BOUND)

        def serve() -> None:
            conn, _ = server.accept()
            with conn:
                got.append(conn.recv(100))
                conn.sendall(b"pong")
                conn.recv(100)

        thread = threading.Thread(target=serve)
        thread.start()
        status, out, _ = run(
            "connect",
            f"127.0.0.1:{server.getsockname()[1]}",
            "--send",
            "ping",
            "--expect",
            "pong",
            "--json",
        )
        thread.join(BOUND)
    assert status == 0
    assert got == [b"ping"]
    assert [json.loads(line)["seq"] for line in out.splitlines()] == [
        *range(1, len(out.splitlines()) + 1)
    ]


def test_a_reset_of_a_talk_by_hand_is_a_failed_run_in_the_record_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            peer.send(b"some of it")
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        where = f"127.0.0.1:{server.getsockname()[1]}"
        status, out, err = run("connect", where, "--until-eof", "--json", "--lang", "en")
        thread.join(BOUND)
    assert status == 1
    assert "ECONNRESET" in err
    calls = [json.loads(line)["call"] for line in out.splitlines()]
    assert calls.count("run_failed") == 1
    assert "run_held" not in calls


def test_a_proxy_that_is_not_there_is_not_taken_for_the_target() -> None:
    proxy = f"http://ada:secret@127.0.0.1:{free_port()}"
    status, _, err = run("connect", "example.test:80", "--proxy", proxy, "--lang", "en")
    assert status == 1
    said = "The proxy http://127.0.0.1:"
    assert said in err
    assert "the target was not asked for" in err
    assert "secret" not in err


def test_datagrams_both_ways() -> None:
    with listening("127.0.0.1:0", "--udp", "--echo") as (_, address):
        status, out, _ = run("connect", address, "--udp", "--send", "x", "--expect", "x")
        assert status == 0, out


def test_a_datagram_that_is_refused_is_status_1_and_the_record_says_so() -> None:
    status, out, err = run("connect", f"127.0.0.1:{free_port()}", "--udp", "--send", "x", "--json")
    assert status == 1
    assert "No socket has that port" in err
    assert [json.loads(line)["call"] for line in out.splitlines()][-1] == "run_failed"


@pytest.mark.parametrize("more", [("--wait", "20"), ("--until-eof",), ()])
def test_a_reset_ends_what_waits_for_the_peer(more: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            peer, _ = server.accept()
            peer.recv(1)
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            peer.close()

        thread = threading.Thread(target=serve)
        thread.start()
        status, out, err = run(
            "connect", f"127.0.0.1:{server.getsockname()[1]}", "--send", "x", *more, "--json"
        )
        thread.join(BOUND)
    assert status == 1
    assert "reset" in err
    assert [json.loads(line)["call"] for line in out.splitlines()].count("run_failed") == 1


@pytest.mark.parametrize("switch", ["--half-close", "--until-eof"])
def test_datagrams_have_no_end(switch: str) -> None:
    status, _, err = run("connect", "127.0.0.1:9", "--udp", switch)
    assert status == 2
    assert switch in err


def test_unix_sockets_and_the_file_goes() -> None:
    with tempfile.TemporaryDirectory() as short:
        path = Path(short) / "s"
        with listening(path, "--echo") as (server, _):
            assert path.is_socket()
            status, out, _ = run("connect", path, "--send", "x", "--expect", "x")
            assert status == 0, out
            server.send_signal(signal.SIGTERM)
            assert end(server)[0] == 130
        assert not path.exists()


def test_a_path_from_here_is_an_address() -> None:
    with tempfile.TemporaryDirectory() as short:
        path = os.path.relpath(Path(short).resolve() / "s")
        assert path.startswith("../")
        with listening(path, "--echo"):
            status, out, _ = run("connect", path, "--send", "x", "--expect", "x")
            assert status == 0, out


def test_listen_ends_by_itself_after_timeout(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    status, out, err = run("listen", "127.0.0.1:0", "--timeout", "0.2", "--lang", "en")
    assert (status, out) == (0, "")
    assert "listen(128)" in err
    assert "Open at 127.0.0.1:" in err
    status, out, err = run("listen", "127.0.0.1:0", "--timeout", "0.2", "--record", record)
    assert (status, out) == (0, "")
    assert "listen(128)" not in err
    assert record.exists()


def test_listen_ends_when_nobody_reads_its_output_any_more() -> None:
    with listening("127.0.0.1:0") as (server, address):
        assert server.stdout is not None
        server.stdout.close()
        with peer(address) as client:
            client.sendall(b"news")
            assert server.wait(BOUND) == 0
        assert server.stderr is not None
        assert server.stderr.read() == ""


@pytest.mark.parametrize("args", [
    ("listen", "127.0.0.1:0", "--greet", "hi"),
    ("listen", "127.0.0.1:0", "--udp", "--echo"),
    ("listen", "temp:talk", "--sink", "--backlog", "0"),
])  # fmt: skip
def test_what_listen_prints_runs(tmp_path: Path, args: tuple[str, ...]) -> None:
    status, out, err = run(*args, "--scenario")
    assert (status, err) == (0, "")
    talk = tmp_path / "quick.toml"
    talk.write_text(out, encoding="utf-8")
    status, out, _ = run("run", talk)
    assert status == 0, out


def test_a_name_is_connected_to_by_either_family() -> None:
    with listening("127.0.0.1:0", "--echo") as (_, address):
        there = address.replace("127.0.0.1", "localhost")
        status, out, _ = run("connect", there, "--send", "x", "--expect", "x")
        assert status == 0, out
        status, out, _ = run("connect", there, "--scenario")
        assert parse(out).endpoints[0].family == "AF_UNSPEC"


def test_what_connect_prints_runs(tmp_path: Path) -> None:
    talk = tmp_path / "quick.toml"
    with listening("127.0.0.1:0", "--echo") as (_, address):
        text = 'x\\y "你"\n'
        status, out, _ = run("connect", address, "--send", text, "--expect", text, "--scenario")
        assert status == 0
        talk.write_text(out, encoding="utf-8")
        status, out, _ = run("run", talk)
        assert status == 0, out
    status, out, _ = run("run", talk)
    assert status == 1
    assert "ECONNREFUSED" in out


def test_the_printed_scenario_has_what_was_asked_for() -> None:
    out = run("listen", "[::1]:0", "--backlog", "7", "--echo", "--scenario")[1]
    made = parse(out).endpoints[0]
    assert (made.family, made.backlog, made.address) == ("AF_INET6", 7, "[::1]:0")


@pytest.mark.parametrize(("address", "family"), [
    ("127.0.0.1:1", "AF_INET"), ("localhost:1", "AF_INET"), ("[::1]:1", "AF_INET6"),
    ("../x.sock", "AF_UNIX"), ("./x:1", "AF_UNIX"), ("run/x.sock", "AF_UNIX"), ("~/x", "AF_UNIX"),
    ("/tmp/x", "AF_UNIX"), ("temp:x", "AF_UNIX"), ("hostname:1", "AF_INET"),
])  # fmt: skip
def test_the_address_tells_the_family(address: str, family: str) -> None:
    assert quick.family_of(address) == family


@pytest.mark.parametrize("address", ["@server", "::1:80", "fe80::1", "a:b:c", "", "127.0.0.1"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Problem):
        quick.family_of(address)


def test_a_port_alone_is_one_of_this_machine() -> None:
    parser = argparse.ArgumentParser()
    quick.add_listen_arguments(parser)
    assert parser.parse_args(["8080"]).address == "127.0.0.1:8080"
    assert parser.parse_args(["localhost", "8080"]).address == "localhost:8080"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_host_and_port_may_be_two_words(host: str) -> None:
    with listening(host, "0", "--echo") as (_, address):
        bound = address.rpartition(":")[2]
        status, out, err = run("connect", host, bound, "--send", "x", "--expect", "x")
        assert (status, out) == (0, "x"), err


@pytest.mark.parametrize("words", [("127.0.0.1", "x"), ("127.0.0.1:7", "8"), ("ws://[::1]:7", "8")])
def test_what_is_no_port_is_refused(words: tuple[str, str]) -> None:
    status, _, err = run("connect", *words, "--send", "x")
    assert status == 2
    assert words[1] in err
