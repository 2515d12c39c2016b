"""Entry point of the process, for the command `socket-workbench` and `python -m workbench`.

Python's own KeyboardInterrupt would be a traceback out of the middle of an import. So importing
this module takes over the signals, before anything that takes long: only a process of its own may
do that.
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
    """Hand over to `start`, which is imported only once signals are handled; returns the exit
    status.
    """
    from workbench.start import main as run

    return run()
