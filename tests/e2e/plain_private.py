"""What a plain script sees in a private network: run inside `unshare --user --net`, as its root.

Arguments: firewall|abort inet|inet6 BACKLOG CLIENTS. Prints the outcomes as JSON. Nothing here
comes from the program under test; the last client connects after the others, as in the lab.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

PATIENCE = 0.3


def outcome(client: socket.socket, address: tuple[str, int]) -> str:
    client.settimeout(PATIENCE)
    try:
        client.connect(address)
    except TimeoutError:
        return "timed_out"
    except ConnectionRefusedError:
        return "refused"
    return "connected"


def fate(client: socket.socket) -> str:
    """Of a connected one: reset by now, or not."""
    client.setblocking(False)
    try:
        client.recv(1)
    except BlockingIOError:
        return "connected"
    except ConnectionResetError:
        return "reset"
    return "eof"


def firewall(listener: socket.socket, backlog: int, clients: list[socket.socket]) -> Counter[str]:
    listener.listen(backlog)
    rule = (
        f"table inet t {{\nchain c {{\ntype filter hook input priority 0\n"
        f"tcp dport {listener.getsockname()[1]} tcp flags & (syn | ack) == syn "
        f"ct count over {backlog} reject with tcp reset\n}}\n}}\n"
    )
    subprocess.run(["nft", "-f", "-"], input=rule, text=True, check=True)
    return Counter(outcome(client, listener.getsockname()) for client in clients)


def abort(listener: socket.socket, backlog: int, clients: list[socket.socket]) -> Counter[str]:
    Path("/proc/sys/net/ipv4/tcp_abort_on_overflow").write_text("1")
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
    listener.listen(len(clients) + backlog)
    *early, late = clients
    for client in early:
        assert outcome(client, listener.getsockname()) == "connected"
    listener.listen(backlog)
    for client in early:
        client.send(b"x")
    found = Counter([outcome(late, listener.getsockname())])
    return found + Counter(map(fate, early))


def main() -> None:
    mode, family, backlog, clients = sys.argv[1:]
    kind, host = (socket.AF_INET, "127.0.0.1") if family == "inet" else (socket.AF_INET6, "::1")
    with socket.socket(kind) as listener:
        listener.bind((host, 0))
        sockets = [socket.socket(kind) for _ in range(int(clients))]
        act = firewall if mode == "firewall" else abort
        print(json.dumps(act(listener, int(backlog), sockets)))
        for client in sockets:
            client.close()


if __name__ == "__main__":
    main()
