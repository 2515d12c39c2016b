"""An enumeration of Qt that is made quickly is what it is when made as usual."""

from __future__ import annotations

import copy
import enum
import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from workbench import quick_enum

Items = list[tuple[str, int]]


def all_of(space: Any, seen: set[type]) -> Iterator[type[enum.Enum]]:
    """Qt's enumerations in a module or class, and in the classes in it."""
    for name in dir(space):
        found = getattr(space, name, None)
        if not isinstance(found, type) or found in seen:
            continue
        seen.add(found)
        if issubclass(found, enum.Enum):
            yield found
        elif found.__module__.startswith("PySide6"):
            yield from all_of(found, seen)


def said(what: Callable[[], object]) -> str:
    try:
        return repr(what())
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        return f"{type(error).__name__}: {error}"


def all_about(kind: Any) -> list[object]:
    """Everything that one can see of an enumeration, and what its members do with each other."""
    found: list[object] = [
        [base.__name__ for base in kind.__mro__],
        (kind.__name__, kind.__doc__, len(kind), [member.name for member in kind], dir(kind)),
        sorted(name for name in vars(kind) if not name.startswith("__")),
        [
            (name, getattr(kind, name, None))
            for name in ("_boundary_", "_flag_mask_", "_all_bits_", "_singles_mask_")
        ],
        [said(lambda value=value: kind(value)) for value in (-12345, 0, 3, "x")],
    ]
    members = list(kind.__members__.items())
    for name, member in members:
        again = (kind[name], getattr(kind, name), kind(member.value), copy.deepcopy(member))
        found.append(
            [name, member.name, member.value, repr(member), str(member), f"{member}"]
            + [member._sort_order_, isinstance(member, int), member in kind]
            + [each is member for each in again]
        )
        found.append(said(lambda name=name: setattr(kind, name, 1)))
    for _, one in members[:5]:
        found.append([said(lambda one=one: ~one), bool(one), said(lambda one=one: one | 1)])
        for _, other in members[:5]:
            found.append(
                [
                    said(lambda one=one, other=other: list(one | other)),
                    said(lambda one=one, other=other: (one & other, one ^ other)),
                    said(lambda one=one, other=other: one < other),
                    one == other,
                ]
            )
    return found


@pytest.mark.parametrize("module", ["QtCore", "QtGui", "QtNetwork", "QtSvg", "QtWidgets"])
def test_all_of_qt_are_the_same(module: str) -> None:
    space = importlib.import_module(f"PySide6.{module}")
    kinds = list(all_of(space, set()))
    assert kinds
    for kind in kinds:
        items: Items = [(name, member.value) for name, member in kind.__members__.items()]
        base = kind.__mro__[1]
        usual = quick_enum._USUAL(base, kind.__name__, items, boundary=enum.KEEP)
        made = quick_enum._create(base, kind.__name__, items, boundary=enum.KEEP)
        assert all_about(made) == all_about(usual), kind


COUNTED = """
from workbench import quick_enum, start
quick, usual = [], []
simple, all_else = quick_enum._SIMPLE, quick_enum._USUAL
quick_enum._SIMPLE = lambda *a, **k: quick.append(a) or simple(*a, **k)
quick_enum._USUAL = lambda *a, **k: usual.append(a) or all_else(*a, **k)
start.import_qt()
from PySide6.QtCore import Qt
import enum
own = enum.Enum("Own", "A B")
assert (own.__module__, list(own.__members__)) == ("__main__", ["A", "B"]), own
print(len(quick) > 100, [each[1] for each in usual], Qt.Key.Key_A.value, Qt.Key.__module__)
"""


def test_those_that_pyside_asks_for_are_made_quickly_and_others_as_usual() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "True ['Own'] 65 PySide6.QtCore\n", done.stderr


def test_without_what_enum_has_of_its_own_all_is_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enum.EnumType, "_create_", quick_enum._USUAL)
    monkeypatch.setattr(quick_enum, "_SIMPLE", None)
    quick_enum.make_qt_enums_quickly()
    assert enum.EnumType._create_ is quick_enum._USUAL  # type: ignore[attr-defined]
