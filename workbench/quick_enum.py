"""Makes Qt's enumerations in a third of the time.

PySide makes the enumerations of a class when that class is first touched: 260 with 3 500 members
until the window is painted, a sixth of a start. Most of it is what `enum` looks for in the body of
a class that a person wrote. For its own enumerations it has `_simple_enum`, which leaves that out.
"""

from __future__ import annotations

import enum
import sys
from typing import Any, Final

_USUAL: Final[Any] = getattr(enum.EnumType, "_create_", None)
_SIMPLE: Final[Any] = getattr(enum, "_simple_enum", None)


def make_qt_enums_quickly() -> None:
    """Have all of Qt's enumerations that are still to be made be made quickly.

    Both functions of `enum` have been there since Python 3.11, but are its own: where one is
    missing, enumerations are made as usual. Those that Python code asks for always are.
    """
    if _USUAL is not None and _SIMPLE is not None:
        enum.EnumType._create_ = _create  # type: ignore[attr-defined]  # no stub knows it


def _create(cls: Any, class_name: str, names: Any, **asked: Any) -> Any:
    if not (_is_of_pyside(asked) and isinstance(names, list)):
        if asked.get("module") is None:  # `enum` takes that of the code two frames up, as here
            asked["module"] = sys._getframe(2).f_globals.get("__name__")
        return _USUAL(cls, class_name, names, **asked)
    boundary = asked["boundary"]
    simple = _SIMPLE(cls, boundary=boundary if issubclass(cls, enum.Flag) else None)
    made = simple(type(class_name, (), dict(names)))
    made.__doc__ = None  # as the usual ones have it
    return made


def _is_of_pyside(asked: dict[str, Any]) -> bool:
    """Whether PySide asked: for a boundary even where it means nothing, and for nothing else
    (sbkenum.cpp); it names the module afterwards.
    """
    return asked.get("boundary") is enum.KEEP and not any(
        asked.get(key) for key in ("module", "qualname", "type")
    )
