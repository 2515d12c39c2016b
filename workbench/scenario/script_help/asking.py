"""What reaches beyond this script and this machine needs a switch that allows it."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def may(asked: Sequence[tuple[str, str]]) -> None:
    """Refuse what nobody has allowed; each kind has its switch."""
    refused = [f"  {what}: {switch}" for switch, what in asked if switch not in sys.argv[1:]]
    if refused:
        told = "This asks for more than sockets of this machine. Read it, and allow each:"
        sys.stderr.write("\n".join([told, *refused]) + "\n")
        sys.exit(2)
