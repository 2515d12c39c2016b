"""A process that ends a scenario's programs if this program is killed before it could.

Standard input names process groups: "+GROUP" to watch, "-GROUP" no more. Its end means that the
process that began them has ended, however: a kill (kill(2), SIGKILL) gives it no time for anything.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress


def main() -> None:
    """Read till the end of standard input, then kill what is left."""
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
