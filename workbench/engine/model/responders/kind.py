"""ResponderKind: what each kind of responder is, and what it is given to make itself ready.

A kind is a file beside this one: a class whose fields are its keys in a scenario and in the record,
and which says in `ready` what it answers. `table.py` names it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from workbench.engine.model.responders.reply import Answer, Begin, ResponderRuntime
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.tail import Tailed


class Greeting(Tailed, Protocol):
    """What a new connection gets first; the fields as in `Greet`."""

    @property
    def text(self) -> str: ...
    @property
    def hex(self) -> str: ...
    @property
    def encoding(self) -> str | None: ...
    @property
    def wrap(self) -> bool: ...
    @property
    def placeholders(self) -> bool: ...


class Making(Protocol):
    """What turns the texts of a responder into bytes, for one endpoint; all raise Problem."""

    def echo(self) -> Answer:
        """Sends back what came; a message with its ending."""

    def greeting(self, said: Greeting) -> Callable[[], bytes]:
        """Makes the bytes of each greeting."""

    def by_rules(self, rules: Sequence[Rule]) -> Begin:
        """Answers by the first that fits."""


class ResponderKind:
    """Mixed into the settings of each kind."""

    __slots__ = ()

    @classmethod
    def name(cls) -> str:
        """What a scenario calls it."""
        return cls.__name__.lower()

    def ready(self, making: Making) -> ResponderRuntime:
        """What it says and answers.

        Raises:
            Problem: a text that its encoding cannot express, malformed hex, a broken pattern.
        """
        raise NotImplementedError

    def wraps(self) -> bool:
        """Whether it makes messages of what it sends."""
        return False

    def puts_in(self, layer: str) -> bool:
        """Whether it may put in this layer."""
        return False
