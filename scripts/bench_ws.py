"""Measure the layers: `bench.py ws [--rounds N] [--seconds S] [--only ws|wss]`.

Echo of 64 B, 16 connections with 32 in flight each: this program's server with its record on disk
against the asyncio server of `websockets`, which keeps no log; over TLS both with the same
certificate. They take turns, in both orders, in one run; what counts is the processor time for
each message, the writing of the record included. The load is the same for both, in a process of
its own. Prints one JSON object for ws and one for wss: the medians, and their ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import selectors
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

from bench_servers import BOUND, ROOT, environment  # noqa: E402

CONNECTIONS = 16
IN_FLIGHT = 32
SIZE = 64
KEY = b"\x37\xfa\x21\x3d"
REQUEST = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
FRAME = (
    bytes((0x81, 0x80 | SIZE))
    + KEY
    + bytes(byte ^ KEY[at & 3] for at, byte in enumerate(b"x" * SIZE))
)
"""A text message, masked."""
BYE = bytes((0x88, 0x80)) + KEY
BACK = 2 + SIZE
"""Bytes of its echo."""
LEAST = {"ws": 1.0, "wss": 0.85}
"""Of the messages that the other server echoes in the same processor time."""


# -- servers, each in a process of its own; they print their port -----------------------------


def serve_ours(scheme: str) -> None:
    from workbench.engine.model import commands as c
    from workbench.engine.model.responders.echo import Echo
    from workbench.engine.model.settings import EndpointSettings, Role
    from workbench.engine.model.tls_settings import TlsSettings
    from workbench.session import Session

    tls = scheme == "wss"
    with tempfile.TemporaryDirectory() as folder:
        session = Session(Path(folder) / "r.swb")
        session.add(
            EndpointSettings(
                "server",
                Role.LISTENER,
                address="127.0.0.1:0",
                responder=Echo(),
                layers=("tls", "websocket") if tls else ("websocket",),
                tls=TlsSettings(cert="test:good") if tls else None,
            )
        )
        session.perform(c.Start("server")).wait()
        print(session.link("server").rpartition(":")[2], flush=True)
        sys.stdin.readline()
        spent = time.process_time()  # of a warm server: what came before was the warm-up
        print("measured", flush=True)
        sys.stdin.readline()
        session.stop_all_and_wait()
        session.journal.flush()
        used = time.process_time() - spent
        reader = session.journal.reader()
        rows = dict(
            reader._db.execute(
                f"SELECT call, count(*) FROM {reader._event} e WHERE payload = ? GROUP BY call",
                (b"x" * SIZE,),
            )
        )
        counted = {
            "cpu_us": round(used * 1e6),
            "came": rows.get("ws.recv", 0),
            "went": rows.get("ws.send", 0),
            "not_recorded": session.journal.not_recorded,
        }
        reader.close()
        print(json.dumps(counted), flush=True)
        session.close()


def serve_websockets(scheme: str) -> None:
    from websockets.asyncio.server import ServerConnection, serve

    async def echo(ws: ServerConnection) -> None:
        async for message in ws:
            await ws.send(message)

    async def main() -> None:
        context = None
        if scheme == "wss":
            from workbench.certificates import resolve

            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            with resolve.to_show("test:good") as found:
                context.load_cert_chain(found.chain, found.key)
        async with serve(echo, "127.0.0.1", 0, ssl=context, compression=None) as server:
            print(next(iter(server.sockets)).getsockname()[1], flush=True)
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, sys.stdin.readline)
            spent = time.process_time()
            print("measured", flush=True)
            await loop.run_in_executor(None, sys.stdin.readline)
            used = time.process_time() - spent
            print(json.dumps({"cpu_us": round(used * 1e6)}), flush=True)

    asyncio.run(main())


# -- the load ---------------------------------------------------------------------------------


def load(scheme: str, port: int, seconds: float) -> int:
    """Echoes that came back whole, all that were sent."""
    poll = selectors.DefaultSelector()
    sock: socket.socket
    for _ in range(CONNECTIONS):
        sock = _opened(scheme, port)
        state = [0, IN_FLIGHT]  # bytes that came; messages on their way
        poll.register(sock, selectors.EVENT_READ, (sock, state))
        sock.send(FRAME * IN_FLIGHT)
    done, left = 0, CONNECTIONS
    until = time.perf_counter() + seconds
    while left:
        for key, _ in poll.select(BOUND):
            sock, state = key.data
            whole, state[0] = divmod(state[0] + _read(sock), BACK)
            done += whole
            state[1] -= whole
            if time.perf_counter() < until:
                sock.send(FRAME * whole)
                state[1] += whole
            elif not state[1]:
                poll.unregister(sock)
                sock.send(BYE)
                sock.setblocking(True)
                while sock.recv(65536):  # its Close frame, and its end
                    pass
                sock.close()
                left -= 1
    return done


def _opened(scheme: str, port: int) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if scheme == "wss":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        sock = context.wrap_socket(sock)
    sock.sendall(REQUEST)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += sock.recv(1)
    sock.setblocking(False)
    return sock


def _read(sock: socket.socket) -> int:
    """How many bytes there are: of TLS all, since no poll tells of what OpenSSL has decrypted."""
    came = 0
    try:
        while data := sock.recv(65536):
            came += len(data)
            if not isinstance(sock, ssl.SSLSocket):
                return came
    except ssl.SSLWantReadError:
        return came
    raise SystemExit("the server has ended")


# -- turns ------------------------------------------------------------------------------------


def one_round(server: str, scheme: str, seconds: float) -> tuple[float, int]:
    """Processor time in microseconds for each message, and how many the record lacks."""
    command = [sys.executable, "-P", __file__, "--serve", server, scheme]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(ROOT),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            warm = _loaded(scheme, port, 0.3)
            process.stdin.write("\n")
            process.stdin.flush()
            process.stdout.readline()
            echoes = _loaded(scheme, port, seconds)
            process.stdin.write("\n")
            process.stdin.flush()
            found = json.loads(process.stdout.readline())
        finally:
            process.kill()
    lost = 0
    if server == "ours":
        whole = warm + echoes
        lost = abs(whole - found["came"]) + abs(whole - found["went"]) + found["not_recorded"]
    return found["cpu_us"] / max(1, echoes), lost


def _loaded(scheme: str, port: str, seconds: float) -> int:
    ran = subprocess.run(
        [sys.executable, "-P", __file__, "--load", scheme, port, str(seconds)],
        capture_output=True,
        text=True,
        timeout=seconds + BOUND,
        check=True,
        env=environment(ROOT),
    )
    return int(ran.stdout)


def compare(scheme: str, rounds: int, seconds: float) -> dict[str, object]:
    """Both servers by turns; medians, and the median of the ratios of neighbours."""
    costs: dict[str, list[float]] = {"ours": [], "websockets": []}
    lost = 0
    for number in range(rounds):
        for server in sorted(costs, reverse=bool(number % 2)):
            cost, missing = one_round(server, scheme, seconds)
            costs[server].append(cost)
            lost += missing
    pairs = zip(costs["websockets"], costs["ours"], strict=True)
    return {
        "bench": scheme,
        "messages_per_processor_time": round(statistics.median(a / b for a, b in pairs), 3),
        "at_least": LEAST[scheme],
        "us_ours": round(statistics.median(costs["ours"]), 2),
        "us_websockets": round(statistics.median(costs["websockets"]), 2),
        "rounds": rounds,
        "messages_lost": lost,
    }


SERVERS = {"ours": serve_ours, "websockets": serve_websockets}


def main(words: list[str]) -> int:
    """1 where it is slower than it may be, or the record lacks a message."""
    parser = argparse.ArgumentParser(prog="bench.py ws", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, metavar="N")
    parser.add_argument("--seconds", type=float, default=1.5, metavar="S")
    parser.add_argument("--only", choices=tuple(LEAST))
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--load", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    if args.serve:
        SERVERS[args.serve[0]](args.serve[1])
        return 0
    if args.load:
        print(load(args.load[0], int(args.load[1]), float(args.load[2])))
        return 0
    good = True
    for scheme in (args.only,) if args.only else tuple(LEAST):
        found = compare(scheme, args.rounds, args.seconds)
        good &= not found["messages_lost"]
        good &= float(str(found["messages_per_processor_time"])) >= LEAST[scheme]
        print(json.dumps(found), flush=True)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
