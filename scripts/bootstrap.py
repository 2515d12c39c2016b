"""Make the environment: a venv inside the checkout, locked dependencies, system libraries.

Standard library of a bare Debian python3 only (it has venv, but neither ensurepip nor pip).
Everything said goes to stderr: stdout belongs to the program that is started afterwards.
A stamp in the venv makes the next run start at once.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "scripts" / "requirements.lock"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

# Alternatives are separated by |: any of them will do, the first is installed.
# What QtGui, QtWidgets and the xcb and wayland plugins of PySide6-Essentials link to (ldd).
WINDOW_PACKAGES = (
    "libdbus-1-3", "libegl1", "libfontconfig1", "libgl1", "libglib2.0-0", "libwayland-cursor0",
    "libwayland-egl1", "libx11-xcb1", "libxcb-cursor0", "libxcb-glx0", "libxcb-icccm4",
    "libxcb-image0", "libxcb-keysyms1", "libxcb-randr0", "libxcb-render-util0",
    "libxcb-render0", "libxcb-shape0", "libxcb-shm0", "libxcb-sync1", "libxcb-xfixes0",
    "libxcb-xkb1", "libxkbcommon-x11-0", "libxkbcommon0",
)  # fmt: skip
# Text is legible without these, except Chinese: missing, they are asked for, not insisted on.
FONT_PACKAGES = (
    "fonts-dejavu-core",
    "fonts-noto-cjk|fonts-wqy-microhei|fonts-wqy-zenhei|fonts-arphic-uming|fonts-droid-fallback",
)
# strace: the log is compared with it. xvfb, xdotool: a real display with real clicks.
TEST_PACKAGES = ("strace", "xvfb", "xdotool", "iproute2", "nftables")
# Real programs that the models of real talks meet, and their service where they have one.
PEER_PACKAGES = {
    "bind9-dnsutils|dnsutils": "",
    "curl": "",
    "dnsmasq-base": "",
    "haproxy": "haproxy",
    "mbpoll": "",
    "memcached": "memcached",
    "microsocks": "",
    "mosquitto": "mosquitto",
    "mosquitto-clients": "",
    "nginx": "nginx",
    "node-ws": "",  # the npm package ws, and node
    "postgresql": "postgresql",
    "python3-aiosmtpd": "",
    "python3-ntplib": "",
    "redis-server": "redis-server",
    "rsyslog": "rsyslog",
    "sip-tester": "",
    "snmp": "",
    "snmpd": "snmpd",
    "tftpd-hpa": "tftpd-hpa",
    "tinyproxy": "tinyproxy",
    "vsftpd": "vsftpd",
}
# While packages are installed no service is started (invoke-rc.d(8), policy-rc.d). A file that is
# there is somebody else's and stays; ours forbids nothing once this shell has ended, however.
QUIETLY = """
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
    printf '#!/bin/sh\\nkill -0 %d 2>/dev/null && exit 101\\nexit 0\\n' $$ > "$policy"
    chmod 755 "$policy"
fi
"$@"
"""


class Stop(Exception):
    """The environment cannot be made; the text says what to do."""


def say(text: str) -> None:
    """A line about the progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def prepare(*, window: bool, tests: bool) -> None:
    """Make or complete the environment; at once when it is complete already.

    Args:
        window: the libraries of the window are needed as well.
        tests: the tools of the tests are needed as well.

    Raises:
        Stop: with the exact line to run.
    """
    if sys.version_info < (3, 11):  # noqa: UP036 - the very thing to tell someone with an old one
        raise Stop(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    needed = [
        *(WINDOW_PACKAGES if window else ()),
        *((*TEST_PACKAGES, *PEER_PACKAGES) if tests else ()),
    ]
    wished = [*FONT_PACKAGES] if window else []
    if _fresh(needed):
        return
    with _one_at_a_time():
        if sys.platform == "linux" and shutil.which("dpkg-query"):
            _system_packages(needed, wished)
        if _stamp("python") != _digest():
            _make_venv()
            _install()
            (VENV / "stamp-python").write_text(_digest())
        (VENV / "stamp-system").write_text("\n".join(needed or _stamp("system").split("\n")))


def _fresh(needed: Sequence[str]) -> bool:
    return _stamp("python") == _digest() and set(needed) <= set(_stamp("system").split())


def _stamp(name: str) -> str:
    try:
        return (VENV / f"stamp-{name}").read_text()
    except OSError:
        return ""


def _digest() -> str:
    """What the venv depends on: the lock, the interpreter behind it, and where it stands."""
    try:
        interpreter = str(PYTHON.resolve(strict=True))
    except OSError:
        interpreter = "none"
    return hashlib.sha256(
        b"\0".join([LOCK.read_bytes(), interpreter.encode(), str(ROOT).encode()])
    ).hexdigest()


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two runs at once must not make the same venv: the second waits for the first."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    VENV.mkdir(exist_ok=True)
    with (VENV / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- system packages ------------------------------------------------------------------------


def _system_packages(needed: Sequence[str], wished: Sequence[str]) -> None:
    missing = _not_installed(needed)
    wanted = _not_installed(wished)
    if not missing and not wanted:
        return
    prefix = _root_prefix()
    line = f"apt-get install -y --no-install-recommends {' '.join([*missing, *wanted])}"
    if prefix is None:
        if missing:
            raise Stop(f"System packages are missing. Run this, then start again:\n  sudo {line}")
        say(f"For legible Chinese text: sudo {line}")
        return
    failed = _apt(prefix, [*missing, *wanted])
    if failed and missing:
        raise Stop(
            "System packages could not be installed (the lines above say why). Run this, "
            f"then start again:\n  {' '.join([*prefix[:1], 'apt-get update'])} && "
            f"{' '.join([*prefix[:1], line])}"
        )
    _leave_off(prefix, missing)


def _not_installed(specs: Sequence[str]) -> list[str]:
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${binary:Package} ${db:Status-Status}\n"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()
    present = {line.split()[0].split(":")[0] for line in listing if line.endswith(" installed")}
    # since Debian 13 and Ubuntu 24.04 some libraries carry t64 (64-bit time_t) in their name
    present |= {name.removesuffix("t64") for name in present}
    return [spec.split("|")[0] for spec in specs if present.isdisjoint(spec.split("|"))]


def _root_prefix() -> list[str] | None:
    """What to put before a command that needs root; None where that takes a password."""
    if sys.platform == "win32":
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _leave_off(prefix: Sequence[str], installed: Iterable[str]) -> None:
    """Services that came with their programs do not start with the machine either."""
    services = [service for spec, service in PEER_PACKAGES.items()
                if service and spec.split("|")[0] in installed]  # fmt: skip
    if services and shutil.which("systemctl"):
        command = [*prefix, "systemctl", "disable", "--quiet", *services]
        subprocess.run(command, capture_output=True, check=False)


def _apt(prefix: Sequence[str], packages: Sequence[str]) -> bool:
    """Install; True if it failed. The lists are fetched only where they do not suffice.

    Programs come, but no service of theirs is started.
    """
    say(f"Installing system packages: {' '.join(packages)}")
    quiet = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        "DPkg::Lock::Timeout=300",
        "-o",
        "Dpkg::Use-Pty=0",
    ]
    install = [*quiet, "install", "-y", "--no-install-recommends", *packages]
    plan = subprocess.run([*install, "--download-only"], capture_output=True, check=False)
    if plan.returncode:  # no lists yet, or lists that name files which are gone
        _run([*quiet, "update"])
    return _run([*prefix, "sh", "-c", QUIETLY, "sh", *install[len(prefix) :]]) != 0


# -- venv and dependencies ------------------------------------------------------------------


def _make_venv() -> None:
    """A venv that can be installed into; one that can already is kept."""
    if _runs(PYTHON, "import pip"):  # not so after the system went to the next Python
        return
    say("Making the environment in .venv …")
    without = importlib.util.find_spec("ensurepip") is None
    if without and not _outer_pip() and shutil.which("dpkg-query"):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        _system_packages([f"python{version}-venv"], [])
        without = False
    VENV.mkdir(exist_ok=True)
    for path in VENV.iterdir():  # venv --clear would take our lock away
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != "lock":
            path.unlink()
    command = [sys.executable, "-m", "venv", *(["--without-pip"] if without else []), str(VENV)]
    if _run(command):
        raise Stop("The environment in .venv could not be made (the lines above say why).")


def _install() -> None:
    say("Installing the locked dependencies into .venv; the first time takes a minute or two …")
    pip = [str(PYTHON), "-m", "pip"]
    if not _runs(PYTHON, "import pip"):
        if not _outer_pip():
            raise Stop(
                "This Python has neither ensurepip nor pip. Install pip for it, then start again."
            )
        pip = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    # indexes, proxies and certificates are the user's own pip configuration
    if _run(
        [
            *pip,
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "-r",
            str(LOCK),
        ]
    ):
        raise Stop(
            "The dependencies could not be installed (the lines above say why).\n"
            "pip asks the package index that your pip configuration names "
            f"(`{PYTHON} -m pip config list`)."
        )


def _outer_pip() -> bool:
    """Whether the pip of this Python can install into another one (22.3 and later can)."""
    return (
        subprocess.run(
            [sys.executable, "-m", "pip", "--python", sys.executable, "--version"],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )


def _runs(python: Path, statement: str) -> bool:
    return (
        python.exists()
        and subprocess.run(
            [str(python), "-c", statement], capture_output=True, check=False
        ).returncode
        == 0
    )


def _run(command: Sequence[str]) -> int:
    return subprocess.run(
        list(command), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False
    ).returncode
