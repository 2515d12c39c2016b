"""`@dataclass(frozen=True, slots=True)`, as `dataclasses` has it, for half of its time at import.

`dataclasses` writes six functions for each such class as source and compiles each apart: up to a
millisecond a class, at each start anew, since no bytecode keeps them. With two hundred classes that
was 40 % of the time in which a command or the window begins. Here one is compiled, `__init__`,
which runs for each object, and only before the first; the others are the same code for all classes
and go by the names of the fields. All that can be seen of such a class is as there: a test
compares the two.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError, fields
from dataclasses import dataclass as _dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:  # type checkers know that decorator by its name
    from dataclasses import dataclass
else:

    def dataclass(*, frozen: bool = False, slots: bool = False, **more: bool) -> Any:
        """Make a class a dataclass; any other kind than the frozen with slots as usual."""
        if frozen and slots and not more:
            return _frozen
        return _dataclass(frozen=frozen, slots=slots, **more)


__all__ = ("dataclass",)


class _Factory:
    """Stands in a signature for what is made anew for each object."""

    def __repr__(self) -> str:
        return "<factory>"


_FACTORY: Final = _Factory()


def _frozen(cls: type) -> Any:
    hashed_by_itself = cls.__dict__.get("__hash__") is not None
    # all that has to do with fields: those of bases, defaults, slots, match, fields(), replace()
    made: Any = _dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    parts = fields(made)
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


def _set(cls: type, name: str, function: Any) -> None:
    function.__name__ = name
    function.__qualname__ = f"{cls.__qualname__}.{name}"
    setattr(cls, name, function)


class _Init:
    """`__init__` until it is asked for: more than half of the classes make no object at a start."""

    __slots__ = ("_cls", "_parts")

    def __init__(self, cls: type, parts: tuple[Field[Any], ...]) -> None:
        self._cls, self._parts = cls, parts

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        made = _init(self._cls, self._parts)
        _set(self._cls, "__init__", made)  # two threads at once put the same there
        return made.__get__(instance, owner)


def _init(cls: type, parts: tuple[Field[Any], ...]) -> Any:
    """The source that `dataclasses` makes, with its names in the module of the class."""
    known: dict[str, object] = {"_set": object.__setattr__, "_factory": _FACTORY}
    body = []
    for part in parts:
        name = part.name
        known[f"_default_{name}"] = part.default
        value = name if part.init else f"_default_{name}"
        if part.default_factory is not MISSING:
            known[f"_default_{name}"] = part.default_factory
            value = f"_default_{name}()"
            if part.init:
                value += f" if {name} is _factory else {name}"
        elif not part.init and part.default is MISSING:
            continue
        body.append(f"  _set(self, {name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        body.append("  self.__post_init__()")
    taken = ["self", *(_parameter(part) for part in parts if part.init and not part.kw_only)]
    by_name = [_parameter(part) for part in parts if part.init and part.kw_only]
    if by_name:
        taken += ["*", *by_name]
    source = (
        f"def make({', '.join(known)}):\n"
        f" def __init__({', '.join(taken)}):\n" + "\n".join(body or ["  pass"]) + "\n"
        " return __init__"
    )
    module = sys.modules.get(cls.__module__)
    found: dict[str, Any] = {}
    exec(source, {} if module is None else vars(module), found)  # noqa: S102 - names of fields
    init = found["make"](**known)
    init.__annotations__ = {part.name: part.type for part in parts if part.init} | {"return": None}
    return init


def _parameter(part: Field[Any]) -> str:
    if part.default is not MISSING:
        return f"{part.name}=_default_{part.name}"
    return part.name if part.default_factory is MISSING else f"{part.name}=_factory"


def _values(parts: list[Field[Any]]) -> Callable[[object], object]:
    """What gives the values of these fields of an object, as a tuple."""
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
    """`__setattr__` or `__delattr__`; what a subclass has beside the fields is its own."""

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
