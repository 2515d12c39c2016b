"""Log of the program itself on stderr, with --debug or SOCKET_WORKBENCH_DEBUG: a line for each turn
of a loop, batch of the recorder and repaint of a presenter.

Each module has the logger of its name; nothing is formatted while this is off.
"""

from __future__ import annotations

import os
import sys
from typing import Final

OPTION: Final = "--debug"
VARIABLE: Final = "SOCKET_WORKBENCH_DEBUG"
FORM: Final = "%(relativeCreated)7d ms [%(threadName)s] %(name)s: %(message)s"


def wanted(args: list[str]) -> bool:
    """Whether the program's arguments or its environment ask for the log."""
    return OPTION in args or bool(os.environ.get(VARIABLE))


def begin(args: list[str]) -> None:
    """Log to stderr from now on, if that was asked for."""
    if not wanted(args):
        return
    import logging  # `--help` on the command line does without it

    log = logging.getLogger("workbench")
    if log.isEnabledFor(logging.DEBUG):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(FORM))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = False
