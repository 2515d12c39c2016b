"""ResponderKind: the interface of all kinds of responders, and what they are compiled with.

A kind is a file beside this one: a class whose fields are its keys in a scenario and in the record,
and whose `ready` says what it answers. `table.py` names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from workbench.engine.model.responders.reply import Answer, Begin, ResponderRuntime
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.tail import Tailed
from workbench.named_tuple import NamedTuple


class Greeting(Tailed, Protocol):
    """What a new connection is sent first; the fields are those of `Greet`."""

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
    """Makes the greeting of each new connection.

    Attributes:
        first: the bytes, if they are known before there is a connection; else none.
        make: makes those of each connection; raises Problem.
    """

    first: bytes
    make: Callable[[], bytes]


class ByRules(Protocol):
    """Rules and their greeting; the fields are those of `Rules`."""

    @property
    def all(self) -> tuple[Rule, ...]: ...
    @property
    def keep(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def store(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def kept(self) -> tuple[str, ...]: ...


class Making(Protocol):
    """Turns a responder's texts into bytes for one endpoint. All methods raise Problem."""

    def echo(self) -> Answer:
        """A responder that sends back what came; a message with its delimiter."""

    def greeting(self, said: Greeting) -> Greetings:
        """What makes the bytes of each greeting."""

    def by_rules(self, rules: ByRules) -> Begin:
        """A responder that answers by the first rule that fits."""


class ResponderKind:
    """The base class of every kind's settings."""

    __slots__ = ()

    @classmethod
    def name(cls) -> str:
        """The kind's name in a scenario."""
        return cls.__name__.lower()

    def ready(self, making: Making) -> ResponderRuntime:
        """Compile the settings: what the responder says first, and how it answers.

        Raises:
            Problem: a text that its encoding cannot express, malformed hex, a broken pattern.
        """
        raise NotImplementedError

    def wraps(self) -> bool:
        """Whether it wraps what it sends into messages."""
        return False

    def reads_files(self) -> bool:
        """Whether it reads files, and so has to be compiled anew when they may have changed."""
        return False

    def puts_in(self, layer: str) -> bool:
        """Whether it may insert this layer (STARTTLS)."""
        return False
