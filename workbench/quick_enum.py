"""Makes Qt's enumerations as `enum` makes them, in a quarter of the time.

PySide makes the enumerations of a class when that is first touched, by `Enum("Key", [("Key_A", 65),
…], boundary=KEEP)`, and `enum` works 15 µs for each member: 260 with 3 500 members until the window
is painted, a sixth of a start. (With its own `_simple_enum` it is 9 µs.) All of them are of one
plain kind, names for numbers. Those are put together here, and everything else is left to `enum`.
Before the first one of a kind is, a sample made here is compared with what `enum` of this Python
makes of it: should anything differ, that kind is left to `enum` too.
"""

from __future__ import annotations

import sys
from enum import KEEP, Enum, EnumType, Flag, IntEnum, IntFlag
from functools import cache
from typing import Any, Final

__all__ = ("make_qt_enums_quickly",)

_PLAIN: Final = frozenset({Enum, IntEnum, Flag, IntFlag})
_SAMPLE: Final = {"four": 4, "one": 1, "none": 0, "both": 6, "again": 1}
"""Not in order, with a name for nothing, for two bits, and for a value that has a name."""
_usual: Final[Any] = getattr(EnumType, "_create_", None)


def make_qt_enums_quickly() -> None:
    """Have all of Qt's enumerations that are still to be made be made quickly."""
    if _usual is not None:  # it is one of `enum`'s own, though there since Python 3.11
        EnumType._create_ = _create  # type: ignore[attr-defined]  # no stub knows it


def _create(
    kind: type[Enum],
    class_name: str,
    names: Any,
    *,
    module: str | None = None,
    boundary: Any = None,
    **more: Any,
) -> Any:
    if module is None:  # `enum` takes that of the code two frames up, as here
        module = sys._getframe(2).f_globals.get("__name__")
    rare = more.get("type") or more.get("qualname") or more.get("start", 1) != 1
    if kind in _PLAIN and boundary is KEEP and module is not None and not rare:
        values = _plain_values(names, least=0 if issubclass(kind, Flag) else None)
        known = _known(kind)
        if values and known and known[1].isdisjoint(values):
            return _made(kind, class_name, values, {**known[0], "__module__": module})
    return _usual(kind, class_name, names, module=module, boundary=boundary, **more)


def _plain_values(names: object, least: int | None) -> dict[str, int] | None:
    """Values by name, if these are different names for numbers, none of them below `least`."""
    if type(names) is not list:
        return None
    for pair in names:
        if type(pair) is not tuple or len(pair) != 2:
            return None
        name, value = pair
        if type(name) is not str or name[:1] in {"_", ""} or type(value) is not int:
            return None
        if least is not None and value < least:
            return None
    values = dict(names)
    return values if len(values) == len(names) else None


@cache
def _known(kind: type[Enum]) -> tuple[dict[str, Any], frozenset[str]] | None:
    """What the namespace of each class of a kind holds, its members aside, and the names that mean
    something else than a member there; None: on this Python it is not made as here.
    """
    usual = _usual(kind, "Sample", list(_SAMPLE.items()), module=__name__, boundary=KEEP)
    space = {name: value for name, value in vars(usual).items() if name not in _SAMPLE}
    space.pop("_iter_member_", None)
    if _told(_made(kind, "Sample", _SAMPLE, space)) != _told(usual):
        return None
    bases = [*kind.mro(), EnumType, type]
    return space, frozenset(name for base in bases for name in vars(base))


def _told(made: Any) -> list[object]:
    """Everything that there is in an enum and in its members."""
    members = [
        {name: str(value) for name, value in vars(member).items()}
        for member in made.__members__.values()
    ]
    return [made.__mro__[1:], {name: str(value) for name, value in vars(made).items()}, members]


def _made(kind: type[Enum], class_name: str, values: dict[str, int], space: dict[str, Any]) -> Any:
    """The class.

    Args:
        space: its namespace; what lists or maps members there is replaced.
    """
    space = {
        name: type(value)() if type(value) in {list, dict} else value
        for name, value in space.items()
    }
    made: Any = type.__new__(EnumType, class_name, (kind,), space)
    made.__new__ = space["__new__"]  # as it is: in a namespace it would become a static method
    new = space["_new_member_"]
    takes_value = space["_use_args_"]
    in_order, by_name = space["_member_names_"], space["_member_map_"]
    by_value = space["_value2member_map_"]
    flags = issubclass(kind, Flag)
    put = type.__setattr__  # that of EnumType asks whether a member is replaced
    for name, value in values.items():
        member = by_value.get(value)
        if member is None:
            member = new(made, value) if takes_value else new(made)
            member._value_ = value
            member._name_ = name
            member.__objclass__ = made
            member._sort_order_ = len(in_order)
            by_value[value] = member
            if not flags or value.bit_count() == 1:
                in_order.append(name)
        by_name[name] = member
        put(made, name, member)
    if "_hashable_values_" in space:  # of later Pythons
        space["_hashable_values_"].extend(by_value)
    if flags:
        _tell_bits(made)
    return made


def _tell_bits(made: Any) -> None:
    """Of an enum of flags: which bits there are, and whether its members are in their order."""
    mask = 0
    for value in made._value2member_map_:
        mask |= value
    values = [made._member_map_[name]._value_ for name in made._member_names_]
    made._flag_mask_ = mask
    made._singles_mask_ = sum(values)
    made._all_bits_ = 2 ** mask.bit_length() - 1
    if values != sorted(values):
        made._iter_member_ = made._iter_member_by_def_
