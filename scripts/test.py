#!/usr/bin/env python3
"""Run every check, or with arguments pytest alone.

    python3 scripts/test.py [arguments of pytest]
"""

from __future__ import annotations

import os
import subprocess
import sys

import bootstrap

CHECKS = (
    ("ruff", ["-m", "ruff", "check", "."]),
    ("mypy", ["-m", "mypy"]),
    ("mypy for macOS", ["-m", "mypy", "--platform", "darwin"]),
    ("mypy for Windows", ["-m", "mypy", "--platform", "win32"]),
    ("imports", ["-c", "from importlinter.cli import lint_imports_command as run; run()"]),
)


def main() -> int:
    try:
        bootstrap.prepare(window=True, tests=True)
    except bootstrap.Stop as stop:
        print(stop, file=sys.stderr)
        return 2
    python = str(bootstrap.main_python())
    environment = {**os.environ, "PYTHONPATH": str(bootstrap.ROOT)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    args = sys.argv[1:]
    failed = []
    if not args:
        for name, command in CHECKS:
            print(f"== {name}", flush=True)
            if subprocess.run([python, *command], cwd=bootstrap.ROOT, env=environment,
                              check=False).returncode:
                failed.append(name)
    print("== pytest", flush=True)
    status = subprocess.run([python, "-m", "pytest", *args], cwd=bootstrap.ROOT,
                            env=environment, check=False).returncode
    if failed:
        print(f"failed before the tests: {', '.join(failed)}", file=sys.stderr)
    return status or bool(failed)


if __name__ == "__main__":
    sys.exit(main())
