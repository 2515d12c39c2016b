r"""A pytest plugin that breaks one module: none of its functions and methods works any more, or,
where it has none, its texts and sets are others.

    BROKEN_MODULE=workbench.ui.window.note_field python -m pytest -p tests.broken \
        tests/ui/looks/test_keyboard.py

A test file that is said to cover a module has to fail then. tests/test_layout.py asks that of
each (with --long).
"""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Callable
from types import FunctionType
from typing import NoReturn

NAME = os.environ.get("BROKEN_MODULE", "")


def _broken(name: str) -> Callable[..., NoReturn]:
    def fails(*_args: object, **_more: object) -> NoReturn:
        raise AssertionError(f"{NAME}.{name} is broken")

    return fails


def _break(holder: object, file: str) -> bool:
    """Only what stands in the module's own file: what it inherits or has generated still works.
    Whether there was anything.
    """
    some = False
    for name, found in list(vars(holder).items()):
        inner = (
            found.__func__
            if isinstance(found, staticmethod | classmethod)
            else (found.fget if isinstance(found, property) else found)
        )
        inner = inspect.unwrap(inner) if callable(inner) else inner
        if inspect.isclass(found) and found.__module__ == NAME:
            some |= _break(found, file)
        elif isinstance(inner, FunctionType) and inner.__code__.co_filename == file:
            some = True
            fails = _broken(name)
            setattr(
                holder,
                name,
                property(fails)
                if isinstance(found, property)
                else staticmethod(fails)
                if isinstance(found, staticmethod | classmethod)
                else fails,
            )
    return some


def _spoil(module: object) -> None:
    """Constants are imported by their names after this plugin, so as they are here."""
    for name, found in list(vars(module).items()):
        if name.isupper():
            setattr(module, name, f"broken {found}" if isinstance(found, str) else type(found)())


if NAME:
    _module = importlib.import_module(NAME)
    if not _break(_module, str(_module.__file__)):
        _spoil(_module)
