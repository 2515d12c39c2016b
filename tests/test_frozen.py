"""Dataclasses that are made faster are in every respect what `dataclasses` makes."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import math
import pickle
import sys
import typing
from dataclasses import FrozenInstanceError, asdict, astuple, field, fields, replace
from types import ModuleType

import pytest

from workbench import frozen

SOURCE = '''
"""Each kind of class that a dataclass can be, made once by each decorator."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Nothing:
    """It has no field."""


@dataclass(frozen=True, slots=True)
class Single:
    """One field."""

    only: object


@dataclass(frozen=True, slots=True)
class Base:
    """Defaults of all sorts."""

    number: int
    text: str = "x"
    many: list[int] = field(default_factory=list)
    kind: ClassVar[str] = "base"


@dataclass(frozen=True, slots=True)
class Derived(Base):
    """A field that is told otherwise, and one more."""

    text: str = "y"
    more: float = 1.5

    def both(self) -> str:
        return f"{self.text}{self.more}"


@dataclass(frozen=True, slots=True)
class Said:
    """What fields can be told."""

    first: int
    named: int = field(kw_only=True)
    other: str = field(default="o", kw_only=True)
    hidden: int = field(default=1, repr=False)
    aside: list[int] = field(default_factory=list, compare=False)
    unhashed: int = field(default=0, hash=False)
    made: int = field(default=7, init=False)
    made_list: list[int] = field(default_factory=list, init=False, compare=False)


@dataclass(frozen=True, slots=True)
class Checked:
    """It looks at what it is given."""

    least: int
    most: int = 10

    def __post_init__(self) -> None:
        if self.least > self.most:
            raise ValueError("least is more than most")


@dataclass(frozen=True, slots=True)
class Own:
    """It has methods of its own where a dataclass would make some."""

    value: int

    def __repr__(self) -> str:
        return "own"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.value % 2 == other.value % 2

    def __hash__(self) -> int:
        return self.value % 2


@dataclass(frozen=True, slots=True)
class OwnEquality:
    """Equal to none; hashed by its fields all the same."""

    value: int

    def __eq__(self, other: object) -> bool:
        return False


class Loose(Base):
    """A subclass that is no dataclass."""


@dataclass(slots=True)
class Open:
    """It is not frozen."""

    value: int = 1
'''


def made_by(name: str, decorator: object) -> typing.Any:
    module = ModuleType(name)
    vars(module)["dataclass"] = decorator
    sys.modules[name] = module
    exec(SOURCE, vars(module))
    return module


OURS = made_by("frozen_ours", frozen.dataclass)
USUAL = made_by("frozen_usual", dataclasses.dataclass)
ARGS: dict[str, list[tuple[tuple[object, ...], dict[str, object]]]] = {
    "Nothing": [((), {}), ((1,), {})],
    "Single": [((1,), {}), ((math.nan,), {}), (([],), {}), ((), {}), ((1, 2), {})],
    "Base": [((1,), {}), ((1, "t"), {}), ((1, "t", [3]), {}), ((), {}), ((1,), {"none": 2})],
    "Derived": [((1,), {}), ((1, "t", [3], 2.5), {}), ((), {"number": 1, "more": 3.0})],
    "Said": [
        ((1,), {"named": 2}),
        ((1, 9, [4]), {"named": 2, "other": "p"}),
        ((1,), {}),
        ((1, 2, 3, 4, 5), {"named": 2}),
        ((1,), {"named": 2, "made": 3}),
    ],
    "Checked": [((1,), {}), ((11,), {}), ((1, 0), {})],
    "Own": [((1,), {}), ((3,), {})],
    "OwnEquality": [((1,), {})],
    "Loose": [((1,), {}), ((1, "t", [3]), {})],
    "Open": [((), {}), ((3,), {})],
}


def outcome(does: typing.Callable[[], object]) -> tuple[str, object]:
    """What comes of it, or which error with which words."""
    try:
        return "", does()
    except (TypeError, ValueError, AttributeError) as error:
        return type(error).__name__, str(error)


def objects(module: typing.Any, name: str) -> list[typing.Any]:
    made = (outcome(lambda a=a, k=k: getattr(module, name)(*a, **k)) for a, k in ARGS[name])  # type: ignore[misc]
    return [value for error, value in made if not error]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("name", ARGS)
def test_a_class_takes_and_refuses_what_it_would(name: str, compiled: bool) -> None:
    """The first objects of a class, and those that its compiled `__init__` fills in."""
    ours, usual = getattr(made_by("frozen_new", frozen.dataclass), name), getattr(USUAL, name)
    if compiled:
        inspect.signature(ours)
    for args, named in ARGS[name]:
        assert outcome(lambda a=args, k=named: repr(ours(*a, **k))) == outcome(  # type: ignore[misc]
            lambda a=args, k=named: repr(usual(*a, **k))  # type: ignore[misc]
        )


@pytest.mark.parametrize("name", ARGS)
def test_a_class_tells_of_itself_what_it_would(name: str) -> None:
    ours, usual = getattr(OURS, name), getattr(USUAL, name)
    assert str(inspect.signature(ours)) == str(inspect.signature(usual))
    assert typing.get_type_hints(ours.__init__) == typing.get_type_hints(usual.__init__)
    assert ours.__doc__ == usual.__doc__
    assert ours.__match_args__ == usual.__match_args__
    assert getattr(ours, "__slots__", None) == getattr(usual, "__slots__", None)


def test_a_class_of_which_there_are_many_has_an_init_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Not before: to compile one for each class takes longer than the few objects of a start."""
    compiled: list[str] = []
    usual = frozen._init

    def noted(cls: type, parts: tuple[dataclasses.Field[typing.Any], ...]) -> object:
        compiled.append(cls.__name__)
        return usual(cls, parts)

    monkeypatch.setattr(frozen, "_init", noted)
    module = made_by("frozen_many", frozen.dataclass)
    assert [module.Base(number).number for number in range(5)] == list(range(5))
    assert compiled == []
    assert [module.Base(number).number for number in range(200)] == list(range(200))
    assert compiled == ["Base"]
    assert module.Derived(1) == module.Derived(1)
    assert compiled == ["Base"]


@pytest.mark.parametrize("name", ARGS)
def test_its_objects_are_compared_hashed_copied_and_shown_alike(name: str) -> None:
    ours, usual = objects(OURS, name), objects(USUAL, name)
    assert ours
    for one, other in zip(ours, usual, strict=True):
        for does in (repr, hash, asdict, astuple, replace, copy.copy, copy.deepcopy):
            found = outcome(lambda does=does, one=one: repr(does(one)))  # type: ignore[misc]
            wanted = outcome(lambda does=does, other=other: repr(does(other)))  # type: ignore[misc]
            assert found == wanted, does
        again = pickle.loads(pickle.dumps(one))
        assert repr(again) == repr(one)
        assert [part.name for part in fields(one)] == [part.name for part in fields(other)]
        assert [one == each for each in ours] == [other == each for each in usual]
        assert one != other
        assert one != asdict(one)


@pytest.mark.parametrize("name", [name for name in ARGS if name != "Open"])
def test_its_objects_stay_what_they_are(name: str) -> None:
    """Where the usual ones have a TypeError of a fault in their `super()`, these say what it is."""
    for one in objects(OURS, name):
        shown = repr(one)
        for part in (*(part.name for part in fields(one)), *(["beside"] * (name != "Loose"))):
            with pytest.raises(FrozenInstanceError, match=f"field '{part}'"):
                setattr(one, part, 2)
            with pytest.raises(FrozenInstanceError, match=f"field '{part}'"):
                delattr(one, part)
        assert repr(one) == shown


def test_a_subclass_has_what_is_its_own() -> None:
    made = OURS.Loose(1)
    made.beside = 2
    assert made.beside == 2
    del made.beside
    assert not hasattr(made, "beside")


def test_a_frozen_object_says_so() -> None:
    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'number'"):
        OURS.Base(1).number = 2


def test_defaults_are_one_for_each_object() -> None:
    assert OURS.Base(1).many is not OURS.Base(1).many
    assert OURS.Said(1, named=2).made_list is not OURS.Said(1, named=2).made_list


def test_what_stands_in_a_match() -> None:
    match OURS.Derived(1, "t"):
        case OURS.Derived(number, text, _, more):
            assert (number, text, more) == (1, "t", 1.5)
        case _:
            pytest.fail("no match")


def test_an_object_that_is_given_to_nobody_is_equal_to_itself_alone() -> None:
    value = math.nan
    assert OURS.Single(value) == OURS.Single(value)  # one object: as in a tuple
    assert OURS.Single(math.nan) != OURS.Single(float("nan"))
    assert field is dataclasses.field
