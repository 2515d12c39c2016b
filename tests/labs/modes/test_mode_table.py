"""A mode is a file, a line in the table, and its texts; nobody else asks which mode it is."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

import workbench
from tests.labs.conftest import BOUND, Start
from workbench.cli import main
from workbench.engine.model.settings import EndpointSettings
from workbench.labs import modes
from workbench.labs.backlog_compare import compare
from workbench.labs.backlog_data import Result
from workbench.labs.backlog_reasons import Reason
from workbench.labs.modes.mode import LabMode
from workbench.labs.modes.mode_table import MODES, WAYS
from workbench.texts import LANGUAGES, has, set_language

FOLDER = Path(modes.__file__).parent
PROGRAM = Path(workbench.__file__).parent


def test_every_mode_that_has_a_file_stands_in_the_table() -> None:
    for path in FOLDER.glob("*.py"):
        module = import_module(f"workbench.labs.modes.{path.stem}")
        for name, value in vars(module).items():
            if isinstance(value, LabMode):
                assert MODES.get(value.name) is value, (
                    f"{name} of {path.name} does not stand in workbench/labs/modes/mode_table.py"
                )
                own = FOLDER / f"{value.name}.py"
                assert own.exists(), f"mode {value.name} belongs into {own.name}"


def missing_texts(mode: LabMode) -> list[str]:
    wanted = [f"backlog.mode_{mode.name}", f"lab.mode_{mode.name}"]
    if mode.way:
        wanted += [f"backlog.way_{mode.name}", f"lab.way_{mode.name}", f"lab.mode_{mode.name}_tip"]
    wanted.append(f"backlog.{mode.readings_text}")
    wanted += [mode.queued_text, mode.drops_text, mode.overflows_text]
    return [key for key in wanted if not has(key)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_every_mode_has_its_texts(mode: LabMode, language: str) -> None:
    set_language(language)
    missing = missing_texts(mode)
    assert not missing, f"resources/texts/*.{language}.toml lack {', '.join(missing)}"


def test_the_ways_to_a_real_refusal_stand_in_their_order() -> None:
    assert [mode.name for mode in WAYS] == ["closed", "bound", "gate", "firewall"]
    assert len({mode.way for mode in WAYS}) == len(WAYS)


def test_nobody_else_asks_which_mode_it_is() -> None:
    """Elsewhere a mode is asked what it does; KERNEL alone is named, as the default."""
    objects = {name.upper() for name in MODES}
    told = []
    for path in PROGRAM.rglob("*.py"):
        if path.is_relative_to(FOLDER):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "workbench.labs.modes"
            ):
                named = {item.name for item in node.names} & objects
                told += [f"{path.name}: {name}" for name in named]
    assert told == ["backlog_settings.py: KERNEL"]


class _Deaf(LabMode):
    """Nobody is let in by hand; the texts are borrowed."""

    name = "deaf"

    def listener(self, plain: EndpointSettings, clients: int, bound: float) -> EndpointSettings:
        return replace(plain, backlog=clients)

    def refusals(self, result: Result) -> Iterator[Reason]:
        yield Reason("why_refused_kernel", (("count", result.refused),))


def test_a_new_mode_is_an_object_and_a_line(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    deaf = _Deaf()
    monkeypatch.setitem(MODES, "deaf", deaf)
    assert main._parser().parse_args(["lab", "backlog", "--mode", "deaf"]).mode == "deaf"
    run = start(mode=deaf, backlog=0, clients=3, timeout=BOUND)
    assert run.wait(BOUND)
    result = run.result()
    assert (result.mode, result.connected) == ("deaf", 3)
    assert result.queue_limit in {3, None}  # where the kernel tells it
    assert compare(result).reasons[-1].key == "why_refused_kernel"
