#!/usr/bin/env python3
"""Start Socket Workbench: makes its environment first where that is missing.

    python3 scripts/run.py [arguments of socket-workbench]
"""

from __future__ import annotations

import os
import sys

import bootstrap

HEADLESS = {"run", "lab", "listen", "connect", "export", "--help", "-h", "--version"}
NO_DISPLAY = """\
There is no display here, so the window cannot open.
Ways on: xvfb-run python3 scripts/run.py · ssh -X to this machine · or without a window: \
python3 scripts/run.py run SCENARIO, python3 scripts/run.py lab --list"""


def main() -> int:
    args = sys.argv[1:]
    window = not any(arg in HEADLESS for arg in args[:3])
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    shown = shown or os.environ.get("QT_QPA_PLATFORM") in {"offscreen", "minimal"}
    if window and sys.platform == "linux" and not shown:
        print(NO_DISPLAY, file=sys.stderr)
        return 2
    try:
        bootstrap.prepare(window=window, tests=False)
    except bootstrap.Stop as stop:
        print(stop, file=sys.stderr)
        return 2
    python = str(bootstrap.main_python())
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(
        filter(None, [str(bootstrap.ROOT), os.environ.get("PYTHONPATH")]))}
    command = [python, "-m", "workbench", *args]
    if os.name == "nt":
        import subprocess

        return subprocess.run(command, env=environment, check=False).returncode
    os.execve(python, command, environment)


if __name__ == "__main__":
    sys.exit(main())
