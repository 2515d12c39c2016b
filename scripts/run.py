#!/usr/bin/env python3
"""Start Socket Workbench; make its environment first where that is missing.

Usage: python3 scripts/run.py [arguments of socket-workbench]
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # built in: `signal` imports enum, which takes long

_interrupted = _signal.getsignal(_signal.SIGINT)
if __name__ == "__main__" and _interrupted is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # Ctrl-C among the imports: no traceback

import os  # noqa: E402 - as above
import signal  # noqa: E402 - as above
import subprocess  # noqa: E402 - as above
import sys  # noqa: E402 - as above

import bootstrap  # noqa: E402 - as above

sys.path.insert(0, str(bootstrap.ROOT))


def main() -> int:
    """Prepare what these arguments need, then become the program."""
    # these two need nothing but the standard library, so they run before anything is installed
    from workbench.start import no_display, wants_window

    args = sys.argv[1:]
    window = wants_window(args)
    if window and (words := no_display(args, "python3 scripts/run.py")):
        print(words, file=sys.stderr)
        return 2
    try:
        bootstrap.prepare(window=window, tests=False)
    except bootstrap.Stop as stop:
        print(stop, file=sys.stderr)
        return 2
    paths = [str(bootstrap.ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    # -P: a socket.py in the current folder must not take the place of the standard library's
    command = [str(bootstrap.PYTHON), "-P", "-m", "workbench", *args]
    if sys.platform != "win32":
        # held back while the interpreter starts; the program takes them with its first line
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGHUP, signal.SIGINT, signal.SIGTERM))
        os.execve(command[0], command, environment)
    return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        _signal.signal(_signal.SIGINT, _interrupted)
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
