"""The parts of the bootstrap that decide; that the whole works, a fresh machine shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace

import pytest

import bootstrap

LISTING = "libegl1:amd64 installed\nlibglib2.0-0t64:amd64 installed\nstrace config-files\n"


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A Debian with two packages installed, and nothing is ever run."""
    monkeypatch.setattr(
        subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=LISTING, returncode=1)
    )
    return monkeypatch


def test_a_removed_package_is_missing_and_a_renamed_one_is_not(debian: object) -> None:
    wanted = ["libegl1", "libglib2.0-0", "strace"]
    assert bootstrap._not_installed(wanted) == ["strace"]


def test_any_alternative_will_do_and_the_first_is_asked_for(debian: object) -> None:
    assert bootstrap._not_installed(["no-such|libegl1"]) == []
    assert bootstrap._not_installed(["no-such|neither"]) == ["no-such"]


def test_without_root_the_exact_line_is_given(debian: pytest.MonkeyPatch) -> None:
    debian.setattr(bootstrap, "_root_prefix", lambda: None)
    with pytest.raises(bootstrap.Stop) as stop:
        bootstrap._system_packages(["libegl1", "strace", "xvfb"], ["a-font"])
    assert str(stop.value).splitlines()[-1].strip() == (
        "sudo apt-get install -y --no-install-recommends strace xvfb a-font"
    )


def test_a_missing_font_alone_does_not_stop(
    debian: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    debian.setattr(bootstrap, "_root_prefix", lambda: None)
    bootstrap._system_packages(["libegl1"], ["a-font"])
    assert "a-font" in capsys.readouterr().err


def test_stamps_tell_what_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    assert not bootstrap._fresh([])
    (tmp_path / "stamp-python").write_text(bootstrap._digest())
    assert bootstrap._fresh([])
    assert not bootstrap._fresh(["xvfb"])
    (tmp_path / "stamp-system").write_text("xvfb\nstrace")
    assert bootstrap._fresh(["xvfb"])


def _packages_behind(names: Iterable[str]) -> set[str]:
    """These packages and all that they depend on, as installed."""
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package}\t${Depends}, ${Pre-Depends}\n"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    needs: dict[str, set[str]] = {}
    for line in listing.splitlines():
        name, _, depends = line.partition("\t")
        words = [
            part.split()[0].split(":")[0]
            for term in depends.split(",")
            for part in term.split("|")
            if part.strip()
        ]
        needs[name] = needs.get(name, set()) | set(words)
    found: set[str] = set()
    waiting = [installed for name in names for installed in (name, f"{name}t64")]
    while waiting:
        name = waiting.pop()
        if name in needs and name not in found:
            found.add(name)
            waiting.extend(needs[name])
    return found


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="Debian and Ubuntu only")
@pytest.mark.parametrize("plugin", ["libqxcb.so", "libqoffscreen.so", "libqwayland.so"])
def test_what_the_window_links_to_is_installed_by_name(plugin: str) -> None:
    """A library that is there by luck is missing on a fresh machine."""
    import PySide6

    library = Path(PySide6.__file__).parent / "Qt" / "plugins" / "platforms" / plugin
    if not library.exists() and plugin == "libqwayland.so":
        pytest.skip("this Qt has its Wayland plugin under another name")
    printed = subprocess.run(
        ["ldd", str(library)], capture_output=True, text=True, check=True
    ).stdout
    assert "not found" not in printed
    linked = {
        Path(line.split("=>")[1].split()[0]) for line in printed.splitlines() if "=> /" in line
    }
    outside = [
        path for path in linked if "PySide6" not in path.parts and "shiboken6" not in path.parts
    ]
    assert outside
    behind = _packages_behind(bootstrap.WINDOW_PACKAGES)
    # where /lib is a link to /usr/lib, the package may know the file by either name
    names = {
        path: {str(path), str(path.resolve()), str(path.resolve()).removeprefix("/usr")}
        for path in outside
    }
    answer = subprocess.run(
        ["dpkg-query", "-S", *set().union(*names.values())],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    owners = {
        file: package.split(":")[0]
        for package, _, file in (line.partition(": ") for line in answer.splitlines())
    }
    for path, known in names.items():
        assert {owners.get(name) for name in known} & behind, path


def test_a_real_display_is_among_the_tools_of_the_tests() -> None:
    assert {"xvfb", "xdotool", "strace"} <= set(bootstrap.TEST_PACKAGES)


QUIETLY = bootstrap.QUIETLY.replace("/usr/sbin/policy-rc.d", "$POLICY")


def _installed(policy: Path, command: str) -> subprocess.CompletedProcess[str]:
    """A command in the shell that installs, with its file at another place."""
    return subprocess.run(
        ["sh", "-c", QUIETLY, "sh", "sh", "-c", command],
        env={"POLICY": str(policy), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="Debian and Ubuntu only")
def test_no_service_starts_while_packages_are_installed(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    done = _installed(policy, '"$POLICY" redis-server start; echo $?')
    assert done.stdout.strip() == "101", done.stderr  # an action is not allowed
    assert not policy.exists()
    assert _installed(policy, "exit 7").returncode == 7
    assert not policy.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Debian and Ubuntu only")
def test_a_policy_that_is_there_stays_and_one_that_was_left_forbids_nothing(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    assert _installed(policy, 'cp "$POLICY" "$POLICY-left"').returncode == 0
    assert subprocess.run([f"{policy}-left"], check=False).returncode == 0
    policy.write_text("#!/bin/sh\nexit 0\n")
    assert _installed(policy, "true").returncode == 0
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_services_of_what_was_installed_are_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    bootstrap._leave_off(["sudo", "-n"], ["redis-server", "curl", "xvfb"])
    assert ran == [["sudo", "-n", "systemctl", "disable", "--quiet", "redis-server"]]
    bootstrap._leave_off([], ["curl"])
    assert len(ran) == 1


@pytest.mark.skipif(not shutil.which("dpkg-query"), reason="Debian and Ubuntu only")
def test_every_peer_of_the_tests_is_installed() -> None:
    assert bootstrap._not_installed([*bootstrap.PEER_PACKAGES]) == []
