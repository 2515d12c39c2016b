"""The helper process of the private network: run by its path, with the standard library only.

It moves itself into a user and a network namespace (the kernel refuses that to a process with
threads), brings the loopback up, and then serves the other end of the socket on its standard input:
one message is one request, one message its answer. It ends when that end is gone, so a killed
program leaves neither a process nor a namespace behind. An answer is "ok VALUE" or "no STAGE ERRNO
TEXT"; a socket is passed along as a descriptor.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
from pathlib import Path

SYSCTLS = Path("/proc/sys/net")
TABLE = "socket_workbench"
MESSAGE = 4096
NFT_SECONDS = 8.0
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCSIFFLAGS, _IFF_UP, _IFF_RUNNING = 0x8914, 0x1, 0x40


class Refused(Exception):
    """A request that came to nothing.

    Attributes:
        stage: what was being done. code: errno, 0 where there is none. text: who said what.
    """

    def __init__(self, stage: str, code: int, text: str = "") -> None:
        super().__init__(stage)
        self.stage = stage
        self.code = code
        self.text = text


def isolate() -> None:
    """Move into namespaces of its own, as their root, with a loopback that works."""
    if sys.platform != "linux":
        raise Refused("unshare", errno.ENOSYS)
    user, group = os.geteuid(), os.getegid()
    _unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    except OSError as error:
        raise Refused("uid_map", error.errno or 0) from error
    _loopback_up()


def _unshare(flags: int) -> None:
    import ctypes  # os.unshare exists from Python 3.12 on

    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(flags):
        raise Refused("unshare", ctypes.get_errno())


def _loopback_up() -> None:
    if sys.platform != "linux":  # for the type checker: `isolate` has asked
        return
    import fcntl
    import struct

    request = struct.pack("16sH22x", b"lo", _IFF_UP | _IFF_RUNNING)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SIOCSIFFLAGS, request)
    except OSError as error:  # a namespace without privileges: AppArmor takes them away
        raise Refused("loopback", error.errno or 0) from error


# -- what can be asked for ----------------------------------------------------------------------


def answer(request: str) -> tuple[str, socket.socket | None]:
    """Carry out a request: a value, and a socket if one was asked for. Raises Refused."""
    match request.split():
        case ["socket", family, type_, protocol]:
            return "", _socket(int(family), int(type_), int(protocol))
        case ["sysctl", name, *value]:
            return _sysctl(name, value), None
        case ["firewall", port, most]:
            _nft(["-f", "-"], _rules(int(port), int(most)))
            return "", None
        case ["rejected"]:
            return _rejected(), None
    raise Refused("request", 0, request)


def _socket(family: int, type_: int, protocol: int) -> socket.socket:
    try:
        return socket.socket(family, type_, protocol)
    except OSError as error:
        raise Refused("socket", error.errno or 0) from error


def _sysctl(name: str, value: list[str]) -> str:
    path = SYSCTLS / name
    try:
        if value:
            path.write_text(value[0], encoding="ascii")
        return path.read_text(encoding="ascii").strip()
    except OSError as error:  # /proc/sys is read-only in many containers
        raise Refused("sysctl", error.errno or 0, "net." + name.replace("/", ".")) from error


def _rules(port: int, most: int) -> str:
    """SYNs to `port` are reset while more than `most` connections to it are known."""
    return (
        f"add table inet {TABLE}\ndelete table inet {TABLE}\n"
        f"table inet {TABLE} {{\n"
        "chain input {\ntype filter hook input priority 0; policy accept;\n"
        f"tcp dport {port} tcp flags & (syn | ack) == syn ct count over {most} "
        "counter reject with tcp reset\n}\n}\n"
    )


def _rejected() -> str:
    """How many SYNs the rule has answered with a reset, by its own counter."""
    words = _nft(["list", "table", "inet", TABLE]).split()
    return words[words.index("packets") + 1]


def _nft(arguments: list[str], rules: str = "") -> str:
    import shutil
    import subprocess

    found = shutil.which("nft") or shutil.which("nft", path="/usr/sbin:/sbin:/usr/local/sbin")
    if found is None:
        raise Refused("no_nft", 0)
    try:
        done = subprocess.run(
            [found, *arguments],
            input=rules,
            capture_output=True,
            text=True,
            timeout=NFT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise Refused("nft", 0, str(error)) from error
    if done.returncode:
        raise Refused("nft", 0, (done.stderr.strip().splitlines() or [str(done.returncode)])[0])
    return done.stdout


# -- the conversation ---------------------------------------------------------------------------


def serve(channel: socket.socket) -> None:
    """Answer requests until the other end is gone."""
    if sys.platform != "linux":
        return
    while request := channel.recv(MESSAGE).decode():
        try:
            value, made = answer(request)
        except Refused as refused:
            channel.send(_no(refused))
            continue
        if made is None:
            channel.send(f"ok {value}".encode())
        else:
            with made:
                socket.send_fds(channel, [b"ok "], [made.fileno()])


def _no(refused: Refused) -> bytes:
    return f"no {refused.stage} {refused.code} {refused.text}".encode()[:MESSAGE]


def main() -> int:
    """Enter the namespaces, then serve requests from standard input; prints "ok" when they may
    come.
    """
    with socket.socket(fileno=0) as channel:
        try:
            isolate()
            channel.send(b"ok ")
            serve(channel)
        except Refused as refused:
            channel.send(_no(refused))
            return 1
        except OSError:  # the other end is gone
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
