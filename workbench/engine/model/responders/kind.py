"""ResponderKind: what each kind of responder is, and what it is given to make itself ready.

A kind is a file beside this one: a class whose fields are its keys in a scenario and in the record,
and which says in `ready` what it answers. `table.py` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

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


class Greetings(NamedTuple):
    """What new connections get.

    Attributes:
        first: the bytes, where they are known before there is a connection; else none.
        make: makes those of each; raises Problem.
    """

    first: bytes
    make: Callable[[], bytes]


class ByRules(Protocol):
    """Rules, and what they begin with; as in `Rules`."""

    @property
    def all(self) -> tuple[Rule, ...]: ...
    @property
    def keep(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def store(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def kept(self) -> tuple[str, ...]: ...


class Making(Protocol):
    """What turns the texts of a responder into bytes, for one endpoint; all raise Problem."""

    def echo(self) -> Answer:
        """Sends back what came; a message with its ending."""

    def greeting(self, said: Greeting) -> Greetings:
        """What makes the bytes of each greeting."""

    def by_rules(self, rules: ByRules) -> Begin:
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

    def reads_files(self) -> bool:
        """Whether it is made ready of files, too, which may be others by then."""
        return False

    def puts_in(self, layer: str) -> bool:
        """Whether it may put in this layer."""
        return False
