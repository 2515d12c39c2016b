"""socket-workbench as a process: `python -m workbench`, and what its command calls."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # built in: `signal` imports enum, which takes long
import os
import sys


def _leave(_number: int, _frame: object) -> None:
    os._exit(130)


if __name__ == "__main__":
    # Python's own KeyboardInterrupt would be a traceback out of the middle of an import. So this
    # file is short: it is compiled before its first line can run. `start` goes on from here.
    for _name in ("SIGINT", "SIGTERM", "SIGHUP"):
        _number = getattr(_signal, _name, None)
        if _number is not None and _signal.getsignal(_number) != _signal.SIG_IGN:  # nohup(1)
            _signal.signal(_number, _leave)

from workbench.start import main, no_display, wants_window  # noqa: E402 - as above

__all__ = ["main", "no_display", "wants_window"]

if __name__ == "__main__":
    sys.exit(main())
