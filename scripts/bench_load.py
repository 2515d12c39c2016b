"""The load on the record's bench: echoes, pings, datagrams; each in a process of its own."""

from __future__ import annotations

import selectors
import socket
import time

from bench_servers import BOUND


def load(port: int, seconds: float, size: int, connections: int) -> int:
    """Ping-pong on so many connections; echoes that came back whole."""
    poll = selectors.DefaultSelector()
    payload = b"x" * size
    left: dict[socket.socket, int] = {}
    for _ in range(connections):
        sock = socket.create_connection(("127.0.0.1", port), 20)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        poll.register(sock, selectors.EVENT_READ, sock)
        left[sock] = size
        sock.sendall(payload)
    done = 0
    until = time.perf_counter() + seconds
    while left:
        for key, _ in poll.select(1.0):
            sock = key.data
            left[sock] -= len(sock.recv(left[sock]))
            if left[sock]:
                continue
            done += 1
            if time.perf_counter() >= until:
                poll.unregister(sock)
                del left[sock]
                sock.close()
            else:
                left[sock] = size
                sock.sendall(payload)
        if time.perf_counter() > until + BOUND:
            raise SystemExit("the load hangs")
    return done


def ping(port: int, seconds: float) -> dict[str, float]:
    """Round trips of 64 B one after the other, in microseconds."""
    trips = []
    with socket.create_connection(("127.0.0.1", port), 20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        until = time.perf_counter() + seconds
        while (begun := time.perf_counter()) < until:
            sock.sendall(b"x" * 64)
            left = 64
            while left:
                left -= len(sock.recv(left))
            trips.append(time.perf_counter() - begun)
    trips.sort()
    places = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    return {name: trips[int(len(trips) * place)] * 1e6 for name, place in places.items()}


def datagrams(port: int, seconds: float, rate: int) -> int:
    """So many datagrams of 64 B a second; how many were sent."""
    sent = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(("127.0.0.1", port))
        begun = time.perf_counter()
        while (now := time.perf_counter() - begun) < seconds:
            while sent < now * rate:
                sock.send(b"x" * 64)
                sent += 1
            time.sleep(0.001)
    return sent
