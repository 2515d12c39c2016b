"""A process that ends a scenario's programs if this program is killed before it could.

Standard input names process groups: "+GROUP" to watch one, "-GROUP" to stop. Its end means that the
process which began them has ended, in whatever way: SIGKILL (kill(2)) leaves it no time for
anything.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Read until the end of standard input, then kill what is left."""
    left: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        if line.startswith("+"):
            left.add(group)
        else:
            left.discard(group)
    if sys.platform != "win32":
        for group in left:
            with suppress(OSError):  # it has ended
                os.killpg(group, signal.SIGKILL)


if __name__ == "__main__":
    main()
