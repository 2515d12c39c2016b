"""An enum that is made in less time is the one that `enum` makes."""

from __future__ import annotations

import copy
import enum
import importlib
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from enum import KEEP, STRICT, Enum, EnumType, Flag, IntEnum, IntFlag
from typing import Any

import pytest

from workbench import quick_enum

KINDS = (Enum, IntEnum, Flag, IntFlag)
LISTS = {
    "plain": [("a", 1), ("b", 2), ("c", 4)],
    "one": [("only", 7)],
    "nothing": [("none", 0)],
    "with_another_name": [("a", 1), ("again", 1), ("b", 2)],
    "not_in_order": [("c", 4), ("a", 1), ("b", 2)],
    "of_several_bits": [("a", 1), ("mask", 0xF0), ("b", 16), ("zero", 0)],
    "large": [("a", 1 << 31), ("b", 1 << 40)],
}


def usual(kind: type[Enum], name: str, names: object, **more: Any) -> Any:
    return quick_enum._usual(kind, name, names, **more)


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The names of those that are left to `enum`."""
    for kind in KINDS:
        quick_enum._known(kind)
    names: list[str] = []

    def noted(kind: type[Enum], name: str, *given: Any, **more: Any) -> Any:
        names.append(name)
        return usual_one(kind, name, *given, **more)

    usual_one = quick_enum._usual
    monkeypatch.setattr(quick_enum, "_usual", noted)
    yield names
    quick_enum._known.cache_clear()


def said(what: Callable[..., object]) -> str:
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


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("names", LISTS)
def test_it_is_what_enum_makes(kind: type[Enum], names: str, left: list[str]) -> None:
    made = quick_enum._create(kind, "Made", LISTS[names], module=__name__, boundary=KEEP)
    assert left == []
    assert all_about(made) == all_about(
        usual(kind, "Made", LISTS[names], module=__name__, boundary=KEEP)
    )


def test_numbers_below_zero_are_numbers_and_no_flags(left: list[str]) -> None:
    names = [("less", -1), ("more", 1)]
    for kind in KINDS:
        made = quick_enum._create(kind, "Made", names, module=__name__, boundary=KEEP)
        assert all_about(made) == all_about(
            usual(kind, "Made", names, module=__name__, boundary=KEEP)
        )
    assert left.count("Made") == 2 + len(KINDS)  # two kinds of flags, and each to compare with


@pytest.mark.parametrize(
    "names",
    ["a b", {"a": 1}, [], ["a", "b"], [("a", "text")], [("a", True)], [("value", 1)], [("name", 1)],
     [["a", 1]], [("_missing_", 1)], [("__doc__", 1)], [("mro", 1)], [("", 1)],
     [("a", 1), ("a", 1)]],
)  # fmt: skip
def test_whatever_is_not_plain_is_left_to_enum(names: Any, left: list[str]) -> None:
    results: list[object] = []
    for create in (quick_enum._create, usual):
        try:
            made = create(Enum, "Made", names, module=__name__, boundary=KEEP)
            results.append((repr(made), list(map(repr, made))))
        except (TypeError, ValueError) as error:
            results.append((type(error), str(error)))
    assert left == ["Made", "Made"]
    assert results[0] == results[1]


def test_the_rarer_arguments_are_left_to_enum(left: list[str]) -> None:
    for more in ({"type": str}, {"start": 5}, {"qualname": "A.Made"}, {"boundary": STRICT}):
        given: dict[str, Any] = {"module": __name__, "boundary": KEEP, **more}
        quick_enum._create(Enum, "Made", "a b", **given)
    assert len(left) == 4
    with_start = quick_enum._create(Enum, "Made", "a b", module=__name__, start=5)
    assert [one.value for one in with_start] == [5, 6]


def test_its_module_is_that_of_whoever_made_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EnumType, "_create_", quick_enum._create)
    assert Enum("Made", [("a", 1)], boundary=KEEP).__module__ == __name__
    assert Enum("Made", "a b").__module__ == __name__


def test_a_member_can_be_kept_and_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    made = quick_enum._create(Enum, "Kept", [("a", 1)], module=__name__, boundary=KEEP)
    monkeypatch.setattr(sys.modules[__name__], "Kept", made, raising=False)
    assert pickle.loads(pickle.dumps(made.a)) is made.a


def test_where_enum_makes_something_else_of_the_sample_all_is_left_to_it(
    left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a Python that nobody has seen yet."""
    before = quick_enum._usual

    def newer(*given: Any, **more: Any) -> Any:
        made = before(*given, **more)
        made._of_its_members_ = list(made.__members__)
        return made

    monkeypatch.setattr(quick_enum, "_usual", newer)
    quick_enum._known.cache_clear()
    made = quick_enum._create(Enum, "Made", [("a", 1)], module=__name__, boundary=KEEP)
    assert left == ["Sample", "Made"]
    assert made._of_its_members_ == ["a"]


@pytest.mark.parametrize("module", ["QtCore", "QtGui", "QtNetwork", "QtSvg", "QtWidgets"])
def test_all_of_qt_are_the_same(module: str, left: list[str]) -> None:
    """Those of flags with a value below zero are left to `enum`, and those without a member."""
    space = importlib.import_module(f"PySide6.{module}")
    kinds = list(all_of(space, set()))
    assert kinds
    for kind in kinds:
        items = [(name, member.value) for name, member in kind.__members__.items()]
        base = kind.__mro__[1]
        made = quick_enum._create(base, kind.__name__, items, boundary=KEEP)
        assert all_about(made) == all_about(usual(base, kind.__name__, items, boundary=KEEP)), kind
        plain = items and not (issubclass(kind, Flag) and any(value < 0 for _, value in items))
        assert left.count(kind.__name__) == (1 if plain else 2), kind
        left.clear()


COUNTED = """
from workbench import quick_enum, start
quick, usual = [], []
made, all_else = quick_enum._made, quick_enum._usual
quick_enum._made = lambda *a, **k: quick.append(a) or made(*a, **k)
quick_enum._usual = lambda *a, **k: usual.append(a) or all_else(*a, **k)
start.import_qt()
from PySide6.QtCore import Qt
import enum
own = enum.Enum("Own", "A B")
assert (own.__module__, list(own.__members__)) == ("__main__", ["A", "B"]), own
plain = [each[1] for each in usual if each[2] and each[1] != "Sample"]
print(len(quick) > 100, plain, Qt.Key.Key_A.value, Qt.Key.__module__)
"""


def test_those_that_pyside_asks_for_are_made_quickly_and_others_as_usual() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COUNTED], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "True ['LanguageCodeType', 'Own'] 65 PySide6.QtCore\n", done.stderr


def test_without_what_enum_has_of_its_own_all_is_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EnumType, "_create_", quick_enum._usual)
    monkeypatch.setattr(quick_enum, "_usual", None)
    quick_enum.make_qt_enums_quickly()
    assert EnumType._create_ is not quick_enum._create  # type: ignore[attr-defined]
