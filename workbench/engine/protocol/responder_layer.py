"""ResponderLayer: the topmost layer of a connection, which answers what comes."""

from __future__ import annotations

from typing import Final

from workbench.engine.model.responders.reply import Reply, ResponderRuntime
from workbench.engine.protocol.delayed_replies import DelayedReplies
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Layer,
    PutIn,
    Text,
    ToPeer,
    Wake,
)

DUE: Final = "reply"
SILENT: Final = ResponderRuntime(None, None)
"""Reads, and answers nothing."""


class ResponderLayer(Layer):
    """A compiled responder at work on one connection.

    Attributes:
        runtime: what it answers by.
        delayed: its answers that are not due yet; they belong to the connection, since a responder
            that replaces another one goes on with them.
    """

    __slots__ = ("_echoes_empty", "delayed", "runtime")

    def __init__(
        self, runtime: ResponderRuntime, delayed: DelayedReplies, *, messages: bool
    ) -> None:
        """`messages`: it sees whole messages, whose echo is a message too, even an empty one."""
        self.runtime = runtime
        self.delayed = delayed
        self._echoes_empty = messages and runtime.answer is Reply

    @property
    def hears(self) -> bool:  # type: ignore[override]  # it changes with the responder
        return self.runtime.answer is not None

    def start(self, now: float) -> Actions:
        greeting = self.runtime.greeting
        return () if greeting is None else self._answer(_in_text(greeting), now)

    def receive(self, data: Data, now: float) -> Actions:
        answer = self.runtime.answer
        if answer is Reply and not self.delayed.waiting:  # an echo of what came
            return (ToPeer(data),) if len(data) or self._echoes_empty else ()
        reply = answer(data) if answer is not None else None
        if reply is None:
            return ()
        return self._answer(_in_text(reply) if type(data) is Text else reply, now)

    def wake(self, name: str, now: float) -> Actions:
        """Send what is due: the time of the next delayed reply has come."""
        actions: list[Action] = []
        while (item := self.delayed.take(now)) is not None:
            actions += self._say(item[0])
        return [*actions, *self._wait(now)]

    def _answer(self, reply: Reply, now: float) -> Actions:
        """Send a reply, behind all earlier ones."""
        if reply.delay or self.delayed.before(None):
            self.delayed.put(reply, None, now)
            return self._wait(now)
        return self._say(reply)

    def _wait(self, now: float) -> Actions:
        due_in = self.delayed.due_in(now)
        return () if due_in is None else (Wake(DUE, due_in),)

    def _say(self, reply: Reply) -> list[Action]:
        actions: list[Action] = []
        if reply.data is not None and (len(reply.data) or self._echoes_empty):
            actions.append(ToPeer(reply.data))
        if reply.put_in is not None:
            actions.append(PutIn(reply.put_in))
        if reply.ending is not None:
            actions.append(End(reply.ending))
        return actions


def _in_text(reply: Reply) -> Reply:
    """A reply to a text message as text, unless the reply declares itself binary."""
    return reply._replace(data=Text(reply.data)) if type(reply.data) is bytes else reply
