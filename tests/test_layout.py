"""The house itself: what is locked, what the wheel carries, which floor a module stands on."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "scripts" / "requirements.lock").read_text(encoding="utf-8")


def locked() -> dict[str, list[tuple[str, Requirement]]]:
    """The entries of the lock by name, each with its text."""
    entries: dict[str, list[tuple[str, Requirement]]] = {}
    text = "".join(line for line in LOCK.splitlines(keepends=True) if not line.startswith("#"))
    for entry in re.split(r"\n(?=\S)", text.strip()):
        requirement = Requirement(entry.split("\\\n")[0])
        entries.setdefault(requirement.name.lower(), []).append((entry, requirement))
    return entries


@pytest.mark.parametrize("python", ["3.11.2", "3.12.3", "3.13.5"])
@pytest.mark.parametrize(
    "wanted", [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
)
def test_the_lock_holds_what_the_project_asks_for(wanted: str, python: str) -> None:
    environment = {"python_version": python[:4], "python_full_version": python}
    requirement = Requirement(wanted)
    if requirement.marker and not requirement.marker.evaluate(environment):
        return
    chosen = [
        pin
        for _, pin in locked()[requirement.name.lower()]
        if not pin.marker or pin.marker.evaluate(environment)
    ]
    assert len(chosen) == 1
    (exact,) = chosen[0].specifier
    assert exact.operator == "=="
    assert requirement.specifier.contains(exact.version)


def test_every_locked_package_has_hashes_and_none_names_a_host() -> None:
    for entries in locked().values():
        for text, _ in entries:
            assert "--hash=sha256:" in text
    assert not re.search(r"https?://|file:|--(extra-)?index|--find-links|--trusted-host", LOCK)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "site")
    return folder / "site"


def test_the_wheel_carries_the_resources(unpacked: Path) -> None:
    """Everything but the pictures and the Chinese README, which are for readers of the files."""
    carried = unpacked / "workbench" / "_resources"
    there = {path.relative_to(carried) for path in carried.rglob("*") if path.is_file()}
    here = ROOT / "resources"
    wanted = {path.relative_to(here) for folder in ("icons", "scenarios", "texts")
              for path in (here / folder).rglob("*") if path.is_file()}
    assert there == wanted
    left_out = {path.name for path in here.iterdir()} - {"icons", "scenarios", "texts"}
    assert left_out == {"README.zh_CN.md", "screenshots"}


def test_the_wheel_works_from_any_folder(unpacked: Path, tmp_path: Path) -> None:
    probe = (
        "import workbench; from workbench.resources import resource; "
        "print(workbench.__file__, resource('texts').is_dir())"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", probe],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
        capture_output=True,
        text=True,
        check=True,
    )
    file, found = done.stdout.split()
    assert Path(file).is_relative_to(unpacked)
    assert found == "True"


def test_the_entry_point_is_the_module(unpacked: Path) -> None:
    (points,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "socket-workbench = workbench.__main__:main" in points.read_text()


COVERED_BY = {
    "app.py": "ui/test_main_window.py", "cli_output.py": "test_cli.py",
    "session.py": "e2e/test_nothing_left.py",
    "engine/address.py": "scenario/test_model.py", "engine/calls.py": "engine/test_stream.py",
    "engine/channel.py": "engine/test_stream.py", "engine/commands.py": "engine/test_wording.py",
    "engine/drawing.py": "test_silence.py",
    "engine/endpoint.py": "engine/test_stream.py", "engine/errors.py": "test_explain.py",
    "engine/events.py": "journal/test_schema.py", "engine/kernel.py": "labs/test_listen_queue.py",
    "engine/listener.py": "engine/test_stream.py", "engine/loop.py": "e2e/test_many_connections.py",
    "engine/making.py": "labs/test_private_net.py",
    "engine/naming.py": "e2e/test_nothing_left.py", "engine/opening.py": "engine/test_datagram.py",
    "engine/options.py": "labs/test_demos.py",
    "engine/pending.py": "engine/test_stream.py", "engine/performing.py": "engine/test_stream.py",
    "engine/settings.py": "engine/test_wording.py", "engine/setup.py": "engine/test_stream.py",
    "engine/snapshot.py": "test_silence.py", "engine/stream_channel.py": "engine/test_stream.py",
    "engine/ticket.py": "engine/test_stream.py",
    "engine/traced.py": "e2e/test_strace.py",
    "journal/opening.py": "journal/test_reader_media.py",
    "labs/backlog_endpoints.py": "labs/test_backlog.py",
    "labs/namespace_helper.py": "labs/test_private_net.py",
    "scenario/junit.py": "test_cli.py", "scenario/locate.py": "scenario/test_model.py",
    "scenario/numbers.py": "scenario/test_loops.py",
    "scenario/outcome.py": "scenario/test_runner.py",
    "scenario/recorded.py": "scenario/test_from_record.py",
    "scenario/report.py": "scenario/test_runner.py", "scenario/steps.py": "scenario/test_model.py",
    "scenario/connections.py": "scenario/test_search.py",
    "scenario/needle.py": "scenario/test_search.py", "scenario/unmet.py": "scenario/test_expect.py",
    "scenario/responder.py": "scenario/test_model.py",
    "scenario/runner.py": "scenario/test_runner_bytes.py",
    "scenario/syntax.py": "test_cli.py", "scenario/values.py": "scenario/test_model.py",
    "scenario/write.py": "scenario/test_model.py",
    "qt/": "ui/test_main_window.py", "ui/lab/": "ui/lab/test_backlog_window.py",
    "ui/panel_parts/": "ui/test_panels.py", "ui/": "ui/test_window_deeds.py",
}
"""Modules without a test file of their own name, and the file that fails when they break; a
folder stands for those of its modules that are not named."""


def test_every_module_has_a_test_file_of_its_name_or_is_named() -> None:
    missing = []
    for path in sorted((ROOT / "workbench").rglob("*.py")):
        part = path.relative_to(ROOT / "workbench")
        name = "main" if part.stem == "__main__" else part.stem
        if part.stem == "__init__" or "_resources" in part.parts:
            continue
        folders = [f"{folder}/" for folder in part.parents if str(folder) != "."]
        covering = next((COVERED_BY[key] for key in (str(part), *folders) if key in COVERED_BY),
                        None)
        own = ROOT / "tests" / part.parent / f"test_{name}.py"
        if not own.exists() and not (covering and (ROOT / "tests" / covering).exists()):
            missing.append(str(part))
    assert not missing
