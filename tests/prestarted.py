"""A process that has imported the command line already and forks itself for each call of it.

    socket-workbench ARGUMENTS, without the half second of imports: `tests.cli_process.both` asks
    it where a test is about what one of hundreds of calls says, and not about how one begins.

Each call is a process of its own all the same, with arguments, environment, folder, descriptors
and an end like any other. A request on stdin (a Unix socket) is JSON with three descriptors: for
stdout, for stderr, and where the status is written once it has ended.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import signal
import socket
import sys
from typing import Final

READY: Final = ("main", "runs", "lab", "quick", "export_command")
"""Modules of workbench.cli: what each imports is there when a call begins."""
REQUEST_BYTES: Final = 1 << 20
_STREAMS: Final = (("r", "strict"), ("w", "strict"), ("w", "backslashreplace"))
"""Mode and errors of stdin, stdout and stderr, as Python opens them."""


def _prepare() -> None:
    importlib.import_module("workbench.start")
    for name in READY:
        importlib.import_module(f"workbench.cli.{name}")


def _become(request: bytes, descriptors: list[int]) -> None:
    """From here on this process is one call: its streams, folder, environment and arguments."""
    asked = json.loads(request)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(descriptors[0], 1)
    os.dup2(descriptors[1], 2)
    os.closerange(3, max(descriptors) + 1)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["folder"])
    sys.argv[1:] = asked["arguments"]
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # noqa: SIM115 - its own
        for number, (mode, errors) in enumerate(_STREAMS)
    )


def serve() -> None:
    """Fork for each request; returns in the processes that are calls, ends with the socket."""
    with socket.socket(fileno=0) as requests:
        while True:
            request, descriptors, _, _ = socket.recv_fds(requests, REQUEST_BYTES, 3)
            if not request:
                os._exit(0)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait
            if not os.fork():
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                call = os.fork()
                if not call:
                    requests.detach()
                    break
                code = os.waitstatus_to_exitcode(os.waitpid(call, 0)[1])
                with contextlib.suppress(BrokenPipeError):
                    os.write(descriptors[2], str(code).encode())
                os._exit(0)
            for descriptor in descriptors:
                os.close(descriptor)
    _become(request, descriptors)


if __name__ == "__main__":
    _prepare()
    serve()
    from workbench.entry import main

    sys.exit(main())
