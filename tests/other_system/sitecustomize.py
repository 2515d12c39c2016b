"""Takes away from Python what another system's Python lacks; run by Python at its start.

Put this folder first on PYTHONPATH and name the system in LACKS_LIKE: win32 or darwin; LACKS_AFTER
names what is imported before (Qt and platformdirs, which need the system that really is below).
Gone are modules, constants and methods, and sys.platform says so. The kernel stays Linux's: what
such a system does with a call that both have cannot be seen here, what the program does without
the others can. The lists are those of the `Availability:` notes in Python's documentation, and of
Modules/socketmodule.c and Modules/signalmodule.c built with the headers of that system.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import os
import select
import selectors
import signal
import socket
import sys
import types
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

# used by the standard library below; what has been imported keeps its POSIX ways
import pathlib  # isort: skip
import shutil  # isort: skip
import sqlite3  # isort: skip
import ssl  # noqa: F401 # isort: skip
import subprocess  # isort: skip
import tempfile  # isort: skip
import threading  # isort: skip

_LINUX_ALONE = """
    AF_ALG AF_CAN AF_NETLINK AF_PACKET AF_QIPCRTR AF_TIPC AF_VSOCK AF_X25 AF_RDS AF_PPPOX
    SOCK_CLOEXEC SOCK_NONBLOCK MSG_CMSG_CLOEXEC MSG_CONFIRM MSG_ERRQUEUE MSG_MORE MSG_FASTOPEN
    SO_BINDTODEVICE SO_DOMAIN SO_INCOMING_CPU SO_MARK SO_PASSCRED SO_PASSSEC SO_PEERCRED
    SO_PEERSEC SO_PRIORITY SO_PROTOCOL TCP_CONGESTION TCP_CORK TCP_DEFER_ACCEPT TCP_INFO
    TCP_LINGER2 TCP_QUICKACK TCP_SYNCNT TCP_USER_TIMEOUT TCP_WINDOW_CLAMP
    IP_BIND_ADDRESS_NO_PORT IPPROTO_MPTCP IPPROTO_UDPLITE
"""
_NOT_ON_WINDOWS = """
    AF_UNIX CMSG_LEN CMSG_SPACE MSG_DONTWAIT MSG_EOF MSG_EOR MSG_NOSIGNAL SCM_RIGHTS SO_REUSEPORT
    SO_USELOOPBACK TCP_NOTSENT_LOWAT recv_fds send_fds sethostname
"""

LACKING: dict[str, dict[types.ModuleType, str]] = {
    "win32": {
        socket: _LINUX_ALONE + _NOT_ON_WINDOWS,
        select: "epoll poll kqueue devpoll PIPE_BUF EPOLLIN EPOLLOUT POLLIN POLLOUT",
        selectors: "EpollSelector PollSelector KqueueSelector DevpollSelector",
        signal: "SIGHUP SIGKILL SIGQUIT SIGALRM SIGUSR1 SIGUSR2 SIGPIPE SIGCHLD SIGTSTP SIGCONT"
        " SIGSTOP SIGXFSZ alarm pause setitimer getitimer siginterrupt pthread_kill"
        " pthread_sigmask sigpending sigwait sigwaitinfo sigtimedwait",
        os: "O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY O_TMPFILE fork forkpty getuid geteuid"
        " getgid getegid getpgid getsid setsid setuid setgid fchmod fchown chown"
        " lchown mkfifo mknod nice pidfd_open killpg statvfs fstatvfs sched_getaffinity"
        " sched_setaffinity uname getloadavg pread pwrite posix_spawn wait4 wait3 waitid",
    },
    "darwin": {
        socket: _LINUX_ALONE + "MSG_NOSIGNAL TCP_KEEPIDLE",
        select: "epoll EPOLLIN EPOLLOUT",
        selectors: "EpollSelector",
        signal: "SIGPWR SIGSTKFLT SIGPOLL sigtimedwait sigwaitinfo",
        os: "O_TMPFILE O_PATH pidfd_open sched_getaffinity sched_setaffinity unshare memfd_create"
        " eventfd",
    },
}
MODULES = {
    "win32": frozenset(
        {"fcntl", "resource", "pwd", "grp", "termios", "pty", "tty", "syslog", "curses", "readline"}
    ),
    "darwin": frozenset({"spwd"}),
}
SELECTOR = {"win32": "SelectSelector", "darwin": "PollSelector"}


class _Absent(importlib.abc.MetaPathFinder):
    """Finds nothing under these names, and lets nobody after it find them."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def _find_spec(real: object, absent: frozenset[str]) -> object:
    def find(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in absent else real(name, package)  # type: ignore[operator]

    return find


def _msvcrt() -> types.ModuleType:
    """locking() and what the standard library takes from there; the file lock is a real one."""
    import errno
    import fcntl

    made = types.ModuleType("msvcrt")
    made.LK_UNLCK, made.LK_LOCK, made.LK_NBLCK = 0, 1, 2  # type: ignore[attr-defined]

    def locking(descriptor: int, mode: int, _count: int) -> None:
        flags = {0: fcntl.LOCK_UN, 1: fcntl.LOCK_EX, 2: fcntl.LOCK_EX | fcntl.LOCK_NB}[mode]
        try:
            fcntl.flock(descriptor, flags)
        except BlockingIOError as error:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from error

    made.locking = locking  # type: ignore[attr-defined]
    return made


def _socketpair(
    family: int = socket.AF_INET, type: int = socket.SOCK_STREAM, proto: int = 0
) -> tuple[socket.socket, socket.socket]:
    """Two ends of a loopback connection: what Python's own socketpair() is on Windows."""
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
        one = socket.create_connection(listener.getsockname())
        return one, listener.accept()[0]


def become(system: str) -> None:
    """From now on this Python has no more than that system's."""
    keep_idle = getattr(socket, "TCP_KEEPIDLE", None)
    for module, names in LACKING[system].items():
        for name in names.split():
            vars(module).pop(name, None)
    absent = MODULES[system]
    if system == "win32":
        sys.modules["msvcrt"] = _msvcrt()
        socket.socketpair = _socketpair  # type: ignore[assignment]  # its family is no int there
        # what they found when they were imported, and use from Python 3.13 on though it is gone
        vars(shutil)["_use_fd_functions"] = False
        vars(subprocess)["_USE_POSIX_SPAWN"] = False
    if system == "darwin" and keep_idle is not None:
        socket.TCP_KEEPALIVE = keep_idle  # type: ignore[attr-defined]
    for name in absent:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, _Absent(absent))
    importlib.util.find_spec = _find_spec(importlib.util.find_spec, absent)  # type: ignore[assignment]
    selectors.DefaultSelector = getattr(selectors, SELECTOR[system])  # type: ignore[misc]
    sys.platform = system


if os.environ.get("LACKS_LIKE"):
    assert all((pathlib, shutil, sqlite3, subprocess, tempfile, threading))
    for wanted in os.environ.get("LACKS_AFTER", "").split():
        importlib.import_module(wanted)
    become(os.environ["LACKS_LIKE"])
