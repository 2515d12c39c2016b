"""`@dataclass(frozen=True, slots=True)` as in `dataclasses`, in half the time at import.

`dataclasses` writes six functions for each such class as source and compiles each apart: up to a
millisecond a class, at every start, since they are not kept as bytecode. With two hundred classes
that was 40 % of the time that a command or the window takes to start. Here only `__init__`, which
runs for each object, is made for each class, before its first object and from code that all classes
with as many fields share; the others are the same for all classes and go by the names of the
fields. Whatever can be seen of such a class is the same as with `dataclasses`: a test compares the
two.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from dataclasses import dataclass as _dataclass
from functools import cache, partial
from inspect import get_annotations
from operator import attrgetter
from types import CellType, CodeType, FunctionType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # type checkers recognize that decorator by its name
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, **more: bool) -> Any:
        """Make a class a dataclass; any kind other than frozen with slots is left to
        `dataclasses`.
        """
        if frozen and slots and not more:
            return _frozen
        return _dataclass(frozen=frozen, slots=slots, **more)


__all__ = ("dataclass",)


class _Factory:
    """Marks a default in a signature that is made anew for each object."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY: Final = _Factory()
_FIRST: Final = 100
"""How many objects of a class are filled in before its `__init__` is compiled."""


def _frozen(cls: type) -> Any:
    hashed_by_itself = cls.__dict__.get("__hash__") is not None
    # reading them as written makes a start a millisecond faster
    kinds = cls.__dict__.get("__annotations__") or get_annotations(cls)  # noqa: RUF063 - see above
    if cls.__doc__:  # otherwise slots are made from them
        cls.__annotations__ = _unread(kinds)
    # everything about fields: those of bases, defaults, slots, match, fields(), replace()
    made: Any = _dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    parts = fields(made)
    for part in parts:
        part.type = kinds.get(part.name, part.type)
    made.__annotations__ = kinds
    compared = _values([part for part in parts if part.compare])
    names = frozenset(part.name for part in parts)
    if "__init__" not in made.__dict__:
        made.__init__ = _Init(made, parts)
    if "__repr__" not in made.__dict__:
        _set(made, "__repr__", _repr([part.name for part in parts if part.repr]))
    if "__eq__" not in made.__dict__:
        _set(made, "__eq__", _eq(compared))
    if "__getstate__" not in made.__dict__:
        made.__getstate__, made.__setstate__ = _getstate, _setstate
    if not hashed_by_itself:
        if all(part.hash is None for part in parts):
            hashed = compared
        else:
            hashed = _values([p for p in parts if (p.compare if p.hash is None else p.hash)])
        _set(made, "__hash__", lambda self: hash(hashed(self)))
    _set(made, "__setattr__", _refusing(made, names, "assign to"))
    _set(made, "__delattr__", _refusing(made, names, "delete"))
    return made


def _unread(kinds: dict[str, Any]) -> dict[str, Any]:
    """Annotations without those that are strings, unless one has a special type.

    `dataclasses` parses each three times to see whether it is one of its special types: a third of
    its time.
    """
    told = " ".join(kind for kind in kinds.values() if isinstance(kind, str))
    if any(word in told for word in ("ClassVar", "InitVar", "KW_ONLY")):
        return kinds
    return {name: None if isinstance(kind, str) else kind for name, kind in kinds.items()}


def _set(cls: type, name: str, function: Any) -> None:
    function.__name__ = name
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    setattr(cls, name, function)


class _Init:
    """Replaces `__init__` at first, and fills in the first objects of a class itself.

    A start makes a few objects each of eighty classes, and compiling an `__init__` takes as long as
    filling in a hundred objects without it.
    """

    __slots__ = ("_cls", "_left", "_parts")

    def __init__(self, cls: type, parts: tuple[Field[Any], ...]) -> None:
        self._cls, self._parts, self._left = cls, parts, _FIRST

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        # inspect.signature of Python 3.13 and later asks for it with the class as the instance
        if instance is None or not self._left or isinstance(instance, type):
            return self._compiled().__get__(instance, owner)
        self._left -= 1
        return partial(self._fill, instance)

    def _compiled(self) -> Any:
        made = _init(self._cls, self._parts)
        _set(self._cls, "__init__", made)  # two threads at once store the same function
        return made

    def _fill(self, instance: Any, /, *given: object, **named: object) -> None:
        """Do what the compiled one does; if something is wrong, that one reports it."""
        put = object.__setattr__
        by_place = by_name = 0
        wrong = False
        for part in self._parts:
            if part.init and not part.kw_only and by_place < len(given):
                put(instance, part.name, given[by_place])
                by_place += 1
            elif part.init and part.name in named:
                put(instance, part.name, named[part.name])
                by_name += 1
            elif part.default is not MISSING:
                put(instance, part.name, part.default)
            elif part.default_factory is not MISSING:
                put(instance, part.name, part.default_factory())
            else:
                wrong = wrong or part.init
        if wrong or by_place < len(given) or by_name < len(named):
            self._compiled()(instance, *given, **named)
        elif hasattr(self._cls, "__post_init__"):
            instance.__post_init__()


def _init(cls: type, parts: tuple[Field[Any], ...]) -> Any:
    """The `__init__` that `dataclasses` would compile from source.

    Here classes of one shape share code, and each gets it with its own names.
    """
    named = [part for part in parts if part.init and not part.kw_only]
    by_name = [part for part in parts if part.init and part.kw_only]
    fixed = [part for part in parts if not part.init and not _needed(part)]
    taken = [*named, *by_name]
    code = _code(
        len(named),
        len(by_name),
        tuple(place for place, part in enumerate(taken) if part.default_factory is not MISSING),
        tuple(part.default_factory is not MISSING for part in fixed),
        post=hasattr(cls, "__post_init__"),
    )
    names = {f"_{place}": part.name for place, part in enumerate([*taken, *fixed])}
    code = code.replace(
        co_varnames=tuple(names.get(name, name) for name in code.co_varnames),
        co_consts=tuple(names.get(value, value) for value in code.co_consts),
    )
    module = sys.modules.get(cls.__module__)
    given: dict[str, object] = {"set": object.__setattr__, "factory": _FACTORY}
    for place, part in enumerate([*taken, *fixed]):
        if part.default_factory is not MISSING:
            given[f"make_{place}"] = part.default_factory
        elif not part.init:
            given[f"make_{place}"] = part.default
    init: Any = FunctionType(
        code,
        {} if module is None else vars(module),
        "__init__",
        tuple(map(_default, filter(_has_default, named))),
        tuple(CellType(given[name]) for name in code.co_freevars),
    )
    init.__kwdefaults__ = {part.name: _default(part) for part in by_name if _has_default(part)}
    init.__annotations__ = {part.name: part.type for part in parts if part.init} | {"return": None}
    return init


@cache
def _code(
    named: int, by_name: int, made: tuple[int, ...], fixed: tuple[bool, ...], *, post: bool
) -> CodeType:
    """The code of an `__init__` with that many fields, named _0, _1 and so on.

    Args:
        named, by_name: how many are given by position, and by name only.
        made: positions of those that a factory makes if they are not given.
        fixed: for those that are never given, whether a factory makes them.
        post: `__post_init__` is called.
    """
    places = range(named + by_name)
    body = [
        f"  set(self, '_{place}', "
        + (
            f"make_{place}() if _{place} is factory else _{place})"
            if place in made
            else f"_{place})"
        )
        for place in places
    ]
    body += [
        f"  set(self, '_{place}', make_{place}{'()' if called else ''})"
        for place, called in enumerate(fixed, len(places))
    ]
    if post:
        body.append("  self.__post_init__()")
    taken = ["self", *(f"_{place}" for place in places[:named])]
    if by_name:
        taken += ["*", *(f"_{place}" for place in places[named:])]
    known = ["set", "factory", *(f"make_{place}" for place in range(len(places) + len(fixed)))]
    source = (
        f"def make({', '.join(known)}):\n"
        f" def __init__({', '.join(taken)}):\n" + "\n".join(body or ["  pass"]) + "\n"
        " return __init__"
    )
    found: dict[str, Any] = {}
    exec(source, found)  # noqa: S102 - numbers
    made_code = found["make"](*known).__code__
    assert isinstance(made_code, CodeType)
    return made_code


def _has_default(part: Field[Any]) -> bool:
    return part.default is not MISSING or part.default_factory is not MISSING


def _needed(part: Field[Any]) -> bool:
    return not _has_default(part)


def _default(part: Field[Any]) -> object:
    """The default of a field in the signature."""
    return part.default if part.default is not MISSING else _FACTORY


def _values(parts: list[Field[Any]]) -> Callable[[object], object]:
    """A function that returns the values of these fields as a tuple."""
    names = [part.name for part in parts]
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda _object: ()
    only = attrgetter(names[0])
    return lambda object_: (only(object_),)


def _repr(names: list[str]) -> Callable[[Any], str]:
    def show(self: Any) -> str:
        said = ", ".join([f"{name}={getattr(self, name)!r}" for name in names])
        return f"{self.__class__.__qualname__}({said})"

    return show


def _eq(values: Callable[[object], object]) -> Callable[[Any, object], object]:
    def equals(self: Any, other: object) -> object:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    return equals


def _refusing(cls: type, names: frozenset[str], what: str) -> Any:
    """A `__setattr__` or `__delattr__` that refuses fields; attributes of a subclass are its own
    affair.
    """

    def refuse(self: Any, name: str, *value: object) -> None:
        if type(self) is cls or name in names:
            raise FrozenInstanceError(f"cannot {what} field {name!r}")
        plain: Any = super(cls, self)
        (plain.__setattr__ if value else plain.__delattr__)(name, *value)

    return refuse


def _getstate(self: Any) -> list[object]:
    return [getattr(self, part.name) for part in fields(self)]


def _setstate(self: Any, state: list[object]) -> None:
    for part, value in zip(fields(self), state, strict=True):
        object.__setattr__(self, part.name, value)
