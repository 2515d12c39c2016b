"""Named tuples that are made faster are in every respect what `typing` makes."""

from __future__ import annotations

import ast
import copy
import inspect
import pickle
import sys
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from workbench import named_tuple

ROOT = Path(__file__).resolve().parent.parent
SOURCE = '''
"""Each kind of class that a named tuple can be, made once by each base."""

from __future__ import annotations

from typing import Final


class Nothing(NamedTuple):
    """It has no field."""


class Single(NamedTuple):
    only: int


class Told(NamedTuple):
    """Defaults, a method, a property, and what it is called with.

    Attributes:
        first: of a kind that is known nowhere.
    """

    first: Unknown
    second: int | None = None
    third: tuple[str, ...] = ()

    def both(self, more: int) -> str:
        """Of both."""
        return f"{self.first}{self.second}{more}"

    @property
    def twice(self) -> int:
        return 2 * (self.second or 0)

    @classmethod
    def of(cls, word: str) -> Told:
        return cls(word, 1)

    def __str__(self) -> str:
        return "told"
'''


@pytest.fixture(scope="module", params=["usual", "quick"])
def made(request: pytest.FixtureRequest) -> ModuleType:
    """The module with the base of `typing`, and with ours."""
    module = ModuleType(f"tuples_{request.param}")
    usual = request.param == "usual"
    module.__dict__["NamedTuple"] = typing.NamedTuple if usual else named_tuple.NamedTuple
    sys.modules[module.__name__] = module
    exec(SOURCE, module.__dict__)
    return module


def test_what_it_is(made: ModuleType) -> None:
    told: Any = made.Told("a", 2)
    assert issubclass(made.Told, tuple)
    assert told == ("a", 2, ()) == made.Told(first="a", second=2)
    assert (told.first, told.second, told.third, told.twice) == ("a", 2, (), 4)
    assert (told.both(3), str(told), made.Told.of("x")) == ("a23", "told", ("x", 1, ()))
    assert repr(told) == "Told(first='a', second=2, third=())"
    assert told._replace(second=5) == ("a", 5, ())
    assert told._asdict() == {"first": "a", "second": 2, "third": ()}
    assert (made.Told._fields, made.Told._field_defaults) == (
        ("first", "second", "third"),
        {"second": None, "third": ()},
    )
    assert made.Nothing() == ()
    assert hash(made.Single(1)) == hash((1,))
    assert made.Told.__match_args__ == ("first", "second", "third")


def test_how_it_is_named_and_copied(made: ModuleType) -> None:
    told = made.Told("a", 2)
    assert pickle.loads(pickle.dumps(told)) == told
    assert copy.deepcopy(told) == told
    assert made.Told.__module__ == made.__name__
    assert made.Told.__qualname__ == "Told"
    assert (made.Told.__doc__ or "").startswith("Defaults, a method")
    assert (made.Single.__doc__ or "").startswith("Single(only")
    assert not hasattr(told, "__dict__")
    assert typing.get_type_hints(made.Single) == {"only": int}
    assert list(inspect.signature(made.Told).parameters) == ["first", "second", "third"]


def test_a_field_without_a_default_behind_one_that_has_one_is_refused(made: ModuleType) -> None:
    with pytest.raises(TypeError):
        exec("class Bad(NamedTuple):\n a: int = 1\n b: int\n", {**made.__dict__})


def test_a_field_may_not_begin_with_an_underscore(made: ModuleType) -> None:
    with pytest.raises(ValueError, match="underscore"):
        exec("class Bad(NamedTuple):\n _a: int\n", {**made.__dict__})


def test_all_of_the_program_uses_it() -> None:
    """But for what is text of exported scripts."""
    wrong = []
    for path in (ROOT / "workbench").rglob("*.py"):
        if path.name == "named_tuple.py" or "script_help" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "typing":
                wrong += [path.name for name in node.names if name.name == "NamedTuple"]
    assert wrong == []
