"""Compiles an endpoint's responder: texts become bytes, patterns are compiled."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.model.message_ends import Delimiter, Http, Messages
from workbench.engine.model.responders.kind import ByRules, Greeting, Greetings
from workbench.engine.model.responders.lookup import ReadRows
from workbench.engine.model.responders.reply import Answer, Begin, Reply, ResponderRuntime
from workbench.engine.model.responders.table import Responder
from workbench.engine.protocol.end_words import EndWords
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
    link: Callable[[str], str] | None = None,
) -> ResponderRuntime:
    """The compiled responder; `encoding`: the endpoint's, for texts that name none.

    `messages`: what a message is there. The echo of a message is a message again, with the
    delimiter that is not part of it. `rows`: reads the files that rules look something up in; None:
    they are not opened, for a caller that only wants to know what is wrong. `link`: finds the
    address of an endpoint; None: likewise.

    Raises:
        Problem: a text that its encoding cannot express, malformed hex, a broken pattern, a file
            that cannot be read.
    """
    return responder.ready(_Making(encoding, messages, rows, link))


class _Making:
    """`kind.Making` with the settings of an endpoint."""

    def __init__(
        self,
        encoding: str,
        messages: Messages | None,
        rows: ReadRows | None,
        link: Callable[[str], str] | None,
    ) -> None:
        self._encoding = encoding
        self._around = RuleSurroundings(encoding, isinstance(messages, Http), rows, EndWords(link))
        self._messages = messages
        self._whole: Callable[[bytes], bytes] = as_given
        if isinstance(messages, Delimiter):
            self._whole = wrapper_of(messages, encoding)

    def echo(self) -> Answer:
        """An echo that has no delimiter to add copies nothing."""
        whole = self._whole
        return Reply if whole is as_given else lambda data: Reply(whole(bytes(data)))

    def _wrap(self, wrap: bool) -> Callable[[bytes], bytes]:
        """The wrapper for what is sent, if the settings ask for one."""
        if not wrap or self._messages is None:
            return as_given
        return wrapper_of(self._messages, self._encoding)

    def by_rules(self, rules: ByRules) -> Begin:
        wrap = self._wrap(any(rule.wrap for rule in rules.all))
        return by_rules(rules, self._around, wrap, self._whole)

    def greeting(self, said: Greeting) -> Greetings:
        if said.text and said.hex:
            raise Problem("engine.two_greetings")
        encoding = said.encoding or self._encoding
        ends = self._around.ends
        if said.hex:
            template = hex_template(said.hex, ends.of(said.hex), encoding)
        else:
            known = (*PLACEHOLDERS, *ends.of(said.text)) if said.placeholders else ()
            template = text_template(said.text, known, encoding)
        after = hex_template(said.append_hex, ends.of(said.append_hex), encoding)
        names = template.names | after.names
        wrap = self._wrap(said.wrap)

        def made() -> bytes:
            values = ends.filled(names, {})
            return wrap(with_tail(template.fill(values), said, after.fill(values)))

        first = b"" if names else made()  # an endpoint may have no address yet
        if template.fixed is not None and after.fixed is not None:
            return Greetings(first, lambda: first)
        return Greetings(first, made)
