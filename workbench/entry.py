"""How the program begins as a process: what its command calls, what `python -m workbench` imports.

Python's own KeyboardInterrupt would be a traceback out of the middle of an import. So to import
this takes the signals, before anything that takes long: only a process of its own may do that.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # built in: `signal` imports enum, which takes long
import os


def _leave(_number: int, _frame: object) -> None:
    os._exit(130)


for _name in ("SIGINT", "SIGTERM", "SIGHUP"):
    _number = getattr(_signal, _name, None)
    if _number is not None and _signal.getsignal(_number) != _signal.SIG_IGN:  # nohup(1)
        _signal.signal(_number, _leave)


def main() -> int:
    """Go on in `start`, which asks the system for more; the exit status."""
    from workbench.start import main as run

    return run()
