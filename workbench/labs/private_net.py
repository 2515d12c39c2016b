"""A private network: sockets from a helper process in a user and network namespace of its own.

Tried at run time and never required. What is set in there (a sysctl, a firewall rule) affects
nobody else, and needs no privilege if the system lets users make such namespaces.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from workbench.engine.model.errors import symbol
from workbench.engine.sockets.socket_factory import Maker
from workbench.labs import namespace_helper
from workbench.texts import Problem, has, reason_of

PATIENCE: Final = 20.0
"""Seconds for one answer; more means that the helper hangs."""
END_PATIENCE: Final = 2.0
_FD: Final = struct.Struct("=i")
ABORT: Final = "ipv4/tcp_abort_on_overflow"
"""In net.ipv4, for IPv6 too."""
SOMAXCONN: Final = "core/somaxconn"


class PrivateNet:
    """The helper process and the conversation with it. Any thread may call its methods.

    The namespace lives as long as the helper or a socket from it.
    """

    def __init__(self) -> None:
        """Does not start anything yet."""
        self._lock = threading.Lock()
        self._channel: socket.socket | None = None
        self._helper: subprocess.Popen[bytes] | None = None

    @property
    def maker(self) -> Maker:
        """Makes sockets in there; if it cannot be asked for one, that is a Problem, not a failed
        socket().
        """
        return Maker(self._make, "private_network")

    @property
    def proc(self) -> Path:
        """The namespace's own /proc/net, as seen from here; it disappears with the helper."""
        helper = self._helper
        return Path(f"/proc/{helper.pid}/net" if helper is not None else os.devnull)

    def start(self) -> None:
        """Start the helper and wait until it has its namespaces; calling it again does nothing.

        Raises:
            Problem: this system does not provide them, and why.
        """
        with self._lock:
            if self._helper is None:
                self._spawn()

    def _spawn(self) -> None:
        if sys.platform != "linux":
            raise Problem("namespace.not_linux")
        if not sys.executable or getattr(sys, "frozen", False):
            raise Problem("namespace.no_python")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(PATIENCE)
        command = [sys.executable, "-I", "-S", namespace_helper.__file__]
        try:
            # a session of its own: Ctrl-C and a closed terminal are meant for the program; the
            # helper goes when the program goes
            self._helper = subprocess.Popen(
                command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            ours.close()
            raise Problem("namespace.no_helper", reason=reason_of(error)) from error
        finally:
            theirs.close()
        self._channel = ours
        try:
            self._answer()
        except Problem:
            self._end()
            raise

    def give_up(self) -> None:
        """Break off the question that another thread is waiting in.

        The helper answers nothing afterwards.
        """
        channel = self._channel  # without the lock, which whoever waits for an answer holds
        if channel is not None:
            with suppress(OSError):
                channel.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the helper; sockets from it live on. Idempotent."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        channel, helper = self._channel, self._helper
        self._channel = self._helper = None
        if channel is not None:
            channel.close()  # the end of file ends it
        if helper is None:
            return
        try:
            helper.wait(END_PATIENCE)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()

    # -- what it does -------------------------------------------------------------------------

    def reset_on_overflow(self) -> None:
        """Set tcp_abort_on_overflow = 1 in there. Raises Problem if it cannot be set."""
        self._ask(f"sysctl {ABORT} 1")

    def somaxconn(self) -> int:
        """The cap on a backlog in there. Raises Problem."""
        return int(self._ask(f"sysctl {SOMAXCONN}"))

    def firewall(self, port: int, most: int) -> None:
        """Answer SYNs to `port` beyond `most` connections with a reset; replaces an earlier such
        rule.

        Raises:
            Problem: nft is missing, or refused it.
        """
        self._ask(f"firewall {port} {most}")

    def rejected(self) -> int:
        """How many SYNs that rule has refused, by its own counter. Raises Problem."""
        return int(self._ask("rejected"))

    def _make(self, family: int, type_: int, protocol: int) -> socket.socket:
        if sys.platform != "linux":
            raise Problem("namespace.not_linux")
        with self._lock:
            self._tell(f"socket {family} {type_} {protocol}")
            fds = self._answer()[1]
        return socket.socket(family, type_, protocol, fileno=fds[0])

    def _ask(self, request: str) -> str:
        with self._lock:
            self._tell(request)
            return self._answer()[0]

    def _tell(self, request: str) -> None:
        if self._channel is None:
            raise Problem("namespace.gone")
        try:
            self._channel.send(request.encode())
        except OSError as error:
            raise Problem("namespace.gone") from error

    def _answer(self) -> tuple[str, list[int]]:
        """Read the helper's answer: its text, and the descriptors that came with it.

        Raises Problem, and OSError for a socket() that failed over there.
        """
        if sys.platform != "linux" or self._channel is None:
            raise Problem("namespace.gone")
        try:
            # recv_fds of Python 3.11 does not hand its flags on
            raw, messages, _, _ = self._channel.recvmsg(
                namespace_helper.MESSAGE, socket.CMSG_LEN(_FD.size), socket.MSG_CMSG_CLOEXEC
            )
        except OSError as error:  # a later answer would be taken for that to the wrong question
            self._channel.close()
            self._channel = None
            raise Problem("namespace.gone") from error
        word, _, rest = raw.decode().partition(" ")
        if word == "ok":
            return rest, [_FD.unpack_from(data)[0] for _, _, data in messages]
        raise _refusal(rest)


def _refusal(said: str) -> Problem | OSError:
    """A helper's "STAGE ERRNO TEXT" as the error that a person, or a caller of socket(), should
    get.
    """
    stage, _, rest = said.partition(" ")
    number, _, text = rest.partition(" ")
    if stage == "socket":
        return OSError(int(number), os.strerror(int(number)))
    if stage == "no_nft":
        return Problem("namespace.no_nft")
    if stage == "nft":
        return Problem("namespace.nft", reason=text)
    if stage in {"unshare", "uid_map", "loopback", "sysctl"}:
        code = int(number)
        return Problem(f"namespace.{stage}", reason=_reason(code), name=text)
    return Problem("namespace.gone")


def _reason(code: int) -> Problem | str:
    """An errno of unshare(2) or of a file in /proc, in the user's language; else its symbol.
    strerror(3) would be English, and about disks: here ENOSPC is a limit of namespaces.
    """
    name = symbol(code)
    return Problem(f"namespace_reason.{name}") if has(f"namespace_reason.{name}") else name
