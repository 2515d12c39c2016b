"""A responder made ready for its endpoint: texts encoded, patterns compiled; bytes, no sockets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.engine.model.message_ends import Delimiter, Http, Messages
from workbench.engine.model.responders.kind import Greeting
from workbench.engine.model.responders.lookup import ReadRows
from workbench.engine.model.responders.reply import Answer, Begin, Reply, ResponderRuntime
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.table import Responder
from workbench.engine.protocol.framing import as_given, wrapper_of
from workbench.engine.protocol.rule_answers import by_rules
from workbench.engine.protocol.rule_values import RuleSurroundings
from workbench.engine.protocol.with_tail import with_tail
from workbench.payload.templates import PLACEHOLDERS, hex_template, text_template
from workbench.texts import Problem


def compile_responder(
    responder: Responder,
    encoding: str = "utf-8",
    messages: Messages | None = None,
    rows: ReadRows | None = None,
) -> ResponderRuntime:
    """A responder made ready; `encoding`: of its endpoint, where a text names none.

    `messages`: what is one there. An echo of a message is one again, with the ending that is no
    part of it. `rows`: reads the files that rules look something up in; None: they are left alone,
    for whoever only wants to know what is wrong.

    Raises:
        Problem: a text that its encoding cannot express, malformed hex, a broken pattern, a file
            that cannot be read.
    """
    return responder.ready(_Making(encoding, messages, rows))


class _Making:
    """As `kind.Making`, by what an endpoint's settings say."""

    def __init__(self, encoding: str, messages: Messages | None, rows: ReadRows | None) -> None:
        self._encoding = encoding
        self._around = RuleSurroundings(encoding, isinstance(messages, Http), rows)
        self._wrap = as_given if messages is None else wrapper_of(messages, encoding)
        self._whole = self._wrap if isinstance(messages, Delimiter) else as_given

    def echo(self) -> Answer:
        """Where nothing is to be added, nothing is copied either."""
        whole = self._whole
        return Reply if whole is as_given else lambda data: Reply(whole(bytes(data)))

    def by_rules(self, rules: Sequence[Rule]) -> Begin:
        return by_rules(rules, self._around, self._wrap, self._whole)

    def greeting(self, said: Greeting) -> Callable[[], bytes]:
        if said.text and said.hex:
            raise Problem("engine.two_greetings")
        encoding = said.encoding or self._encoding
        if said.hex:
            template = hex_template(said.hex, (), encoding)
        else:
            known = PLACEHOLDERS if said.placeholders else ()
            template = text_template(said.text, known, encoding)
        after = hex_template(said.append_hex, (), encoding)
        wrap = self._wrap if said.wrap else as_given

        def made() -> bytes:
            return wrap(with_tail(template.fill({}), said, after.fill({})))

        if template.fixed is not None and after.fixed is not None:
            fixed = made()
            return lambda: fixed
        return made
