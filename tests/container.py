"""Run a command as in an ordinary container, where namespaces and mounts are forbidden.

    .venv/bin/python tests/container.py .venv/bin/python -m pytest

A seccomp filter (seccomp(2)) answers as the default profile of container engines does: unshare,
mount and setns with EPERM, clone with a new namespace too, clone3 with ENOSYS so that libraries
fall back to clone, whose flags a filter can read. What the command starts inherits it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from typing import Final

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06  # of linux/bpf_common.h
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_NEW_NAMESPACES: Final = 0x7E020080  # CLONE_NEWNS … CLONE_NEWNET, CLONE_NEWCGROUP, CLONE_NEWTIME
_CLONE3: Final = 435

FORBIDDEN: Final = {  # unshare, mount, umount2, setns, pivot_root
    "x86_64": (0xC000003E, 56, (272, 165, 166, 308, 155)),
    "aarch64": (0xC00000B7, 220, (97, 40, 39, 268, 41)),
}
"""By machine: its AUDIT_ARCH, the number of clone, and what is refused whatever its arguments."""
_NEWER: Final = (428, 429, 430, 431, 432, 442)
"""open_tree, move_mount, fsopen, fsconfig, fsmount, mount_setattr: the same number everywhere."""


def rules(machine: str) -> bytes:
    """The filter as a struct sock_filter array. Raises KeyError for a machine not in the table."""
    architecture, clone, refused = FORBIDDEN[machine]
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in (*refused, *_NEWER):
        lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ERRNO | errno.EPERM)]
    lines += [
        (_EQUAL, 0, 1, _CLONE3),
        (_RETURN, 0, 0, _ERRNO | errno.ENOSYS),
        (_EQUAL, 0, 3, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, _NEW_NAMESPACES),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def supported() -> bool:
    """Whether this system has such filters and this file knows its numbers."""
    return sys.platform == "linux" and platform.machine() in FORBIDDEN


def confine() -> None:
    """From now on this process, and what it starts, lives as in a container.

    Raises:
        OSError: prctl(2) refused it.
    """

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    lines = rules(platform.machine())
    program = Program(len(lines) // 8, lines)
    library = ctypes.CDLL(None, use_errno=True)
    for arguments in (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _MODE_FILTER, ctypes.byref(program), 0, 0),
    ):
        if library.prctl(*arguments):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    confine()
    os.execvp(sys.argv[1], sys.argv[1:])
