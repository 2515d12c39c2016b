"""Make the environment: a venv inside the checkout, locked dependencies, system libraries.

Standard library of a bare Debian python3 only (which has no ensurepip). A stamp makes the second
run start at once.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "scripts" / "requirements.lock"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

QT_PACKAGES = (
    "libegl1", "libgl1", "libxkbcommon0", "libxkbcommon-x11-0", "libdbus-1-3", "libfontconfig1",
    "libglib2.0-0", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
    "libxcb-randr0", "libxcb-render-util0", "libxcb-shape0", "libxcb-xinerama0",
    "libxcb-xkb1", "fonts-dejavu-core", "fonts-noto-cjk",
)  # fmt: skip
TEST_PACKAGES = ("xvfb", "xdotool", "strace", "x11-utils")


class Stop(Exception):
    """The environment cannot be made; the text says what to do."""


def main_python() -> Path:
    """The interpreter of the environment."""
    return PYTHON


def prepare(*, window: bool, tests: bool) -> None:
    """Make or complete the environment.

    Raises:
        Stop: with the exact line to run.
    """
    if sys.version_info < (3, 11):
        raise Stop(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    wanted = [*(QT_PACKAGES if window or tests else ()), *(TEST_PACKAGES if tests else ())]
    if wanted and sys.platform == "linux" and shutil.which("dpkg-query"):
        _system_packages(wanted)
    digest = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / "stamp"
    if stamp.exists() and stamp.read_text() == digest and PYTHON.exists():
        return
    _make_venv()
    _run([str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
          "--require-hashes", "--only-binary", ":all:", "-r", str(LOCK)],
         "The dependencies could not be installed (the lines above say why).")
    stamp.write_text(digest)


def _system_packages(wanted: list[str]) -> None:
    stamp = VENV / "system-packages"
    if stamp.exists() and set(wanted) <= set(stamp.read_text().split()):
        return
    missing = _not_installed(wanted)
    if missing:
        _apt(missing)
    VENV.mkdir(exist_ok=True)
    known = set(stamp.read_text().split()) if stamp.exists() else set()
    stamp.write_text("\n".join(sorted(known | set(wanted))))


def _not_installed(wanted: list[str]) -> list[str]:
    found = subprocess.run(
        ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Status}\n"],
        capture_output=True, text=True, check=False,
    ).stdout.splitlines()
    present = {line.split()[0].split(":")[0] for line in found if line.endswith(" installed")}
    return [name for name in wanted
            if name not in present and f"{name}t64" not in present]


def _apt(missing: list[str]) -> None:
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(
            ["sudo", "-n", "true"], capture_output=True, check=False
        ).returncode:
            raise Stop("Some system packages are missing. Run this, then start again:\n"
                       f"  sudo apt-get install -y {' '.join(missing)}")
        prefix = ["sudo", "-n"]
    print(f"Installing system packages: {' '.join(missing)}", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    failed = (f"System packages could not be installed. Run this, then start again:\n"
              f"  apt-get update && apt-get install -y {' '.join(missing)}")
    _run([*prefix, "apt-get", "update", "-qq"], failed, environment)
    _run([*prefix, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
         failed, environment)


def _make_venv() -> None:
    """A venv with pip; Debian's python3 lacks ensurepip, which python3-venv brings."""
    if PYTHON.exists() and _has_pip():
        return
    print("Making the environment in .venv …", file=sys.stderr)
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        if not shutil.which("dpkg-query"):
            raise Stop("This Python has no ensurepip, so no environment can be made.") from None
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        missing = _not_installed([f"python{version}-venv"])
        if missing:
            _apt(missing)
    _run([sys.executable, "-m", "venv", "--clear", str(VENV)],
         "The environment could not be made.")


def _has_pip() -> bool:
    return subprocess.run([str(PYTHON), "-m", "pip", "--version"], capture_output=True,
                          check=False).returncode == 0


def _run(command: list[str], failed: str, environment: dict[str, str] | None = None) -> None:
    # what these print belongs to stderr: stdout is the program's own
    if subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode:
        raise Stop(failed)
