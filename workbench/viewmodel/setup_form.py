"""The set-up fields of a panel as typed, and the settings they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Self

from workbench.engine.model import address
from workbench.engine.model.commands import Gate
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import (
    EndpointSettings,
    GateMode,
    OptionValue,
    Pace,
    Reconnect,
    Role,
)
from workbench.frozen import dataclass
from workbench.texts import Problem
from workbench.viewmodel import parse_fields
from workbench.viewmodel.address_form import (
    DATAGRAM,
    Where,
    join_address,
    role_of,
    split_address,
)
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.layer_form import LayerForm, layer_form, over_of
from workbench.viewmodel.messages_form import MessagesForm, show_messages
from workbench.viewmodel.payload_form import PayloadForm, content
from workbench.viewmodel.reconnect_form import parse_reconnect, show_times
from workbench.viewmodel.responder_choices import CHOICES, choice_of
from workbench.viewmodel.rule_form import (
    RuleDraft,
    TypedRule,
    filled,
    rules_of,
    show_rule,
    typed,
)

Options = tuple[tuple[str, OptionValue], ...]


@dataclass(frozen=True, slots=True)
class SetUpForm:
    """The fields that servers and clients share.

    Attributes:
        options: what every new socket of the endpoint gets.
        messages: where a message ends in what comes.
    """

    where: Where
    timeout: str
    calls: Pace
    receive: GateMode
    send: GateMode
    options: Options
    messages: MessagesForm = field(default_factory=MessagesForm)
    layers: LayerForm = field(default_factory=LayerForm)

    @property
    def datagram(self) -> bool:
        return self.where.type == DATAGRAM

    def with_key_password(self, password: str) -> Self:
        """The form with this password of the private key."""
        tls = replace(self.layers.tls, key_password=password)
        return replace(self, layers=replace(self.layers, tls=tls))

    def read(self, known: EndpointSettings, *, server: bool) -> EndpointSettings:
        """`known`, with the contents of these fields applied.

        Raises:
            Problem: a field cannot be understood.
        """
        where = self.where
        stream = where.type == "SOCK_STREAM"
        if stream:
            known = self.layers.put_in(known)
        elif known.layers or known.tls or known.websocket or known.proxy:
            known = replace(known, layers=(), tls=None, websocket=None, proxy=None)
        return replace(
            known,
            role=role_of(where.type, server=server),
            family=where.family,
            type=where.type,
            address=join_address(where, bind=server),
            timeout=parse_fields.parse_timeout(self.timeout),
            receive=self.receive,
            send=self.send,
            calls=self.calls,
            options=self.options,
            messages=self.messages.read(known.encoding, known.messages) if stream else None,
        )

    def with_gates(self, modes: Mapping[Gate, GateMode]) -> Self:
        """The form with these gates, as far as it has them."""
        receive, send = modes[Gate.RECEIVE], modes[Gate.SEND]
        if (receive, send) == (self.receive, self.send):
            return self
        return replace(self, receive=receive, send=send)


def _set_up(settings: EndpointSettings) -> SetUpForm:
    host, port = split_address(settings.address)
    return SetUpForm(
        Where(settings.family, settings.type, host, port, over_of(settings)),
        parse_fields.show_timeout(settings.timeout),
        settings.calls,
        settings.receive,
        settings.send,
        settings.options,
        show_messages(settings.messages),
        layer_form(settings),
    )


@dataclass(frozen=True, slots=True)
class ReplyForm:
    """The fields that say how a server answers by itself.

    Attributes:
        kind: one of responder_choices.CHOICES.
        encoding: that of greeting and endpoint, which what is sent by hand uses too.
        at_end: what follows when a peer has finished sending.
        otherwise: the rule for when none fits, which has no field.
        values: what greeting and rules may name.
        draft: what is in the fields of a rule and not in force.
        keep, store: what rules begin with, which has no field either.
    """

    kind: str
    greeting: str
    encoding: str
    at_end: OnPeerClose
    rules: tuple[TypedRule, ...] = ()
    otherwise: Rule | None = None
    values: KnownValues = NO_VALUES
    draft: RuleDraft | None = None
    keep: tuple[tuple[str, str], ...] = ()
    store: tuple[tuple[str, str], ...] = ()

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of what connections may have, apart from what the typed rules keep."""
        return Rules(keep=self.keep, otherwise=self.otherwise).kept

    @property
    def greets(self) -> bool:
        return CHOICES[self.kind].greets

    @property
    def as_typed(self) -> Self:
        """The form with its draft in force."""
        if self.draft is None:
            return self
        return replace(self, rules=self.draft.put_in(self.rules), draft=None)

    def read(self, known: Responder) -> Responder:
        """The reply that the fields mean; `known` is the one in force.

        Raises:
            Problem: the greeting is no text in that encoding, or a rule cannot be understood.
        """
        greeting = ""
        if self.greets:
            text = content(
                PayloadForm(filled(self.greeting, self.values.values), encoding=self.encoding)
            ).text
            if text is None:
                raise Problem("problem.greeting_bytes")
            greeting = text
        has_rules = CHOICES[self.kind].has_rules
        rules = rules_of(self.rules, self.values, self.kept) if has_rules else ()
        # the endpoint's own encoding: texts in it need not name it
        rules = tuple(
            replace(rule, encoding=None) if rule.encoding == self.encoding else rule
            for rule in rules
        )
        made = _keeping(CHOICES[self.kind].make(greeting, rules), known)
        if self.at_end is (known.on_peer_close or OnPeerClose.CLOSE):
            return replace(made, on_peer_close=known.on_peer_close)
        return replace(made, on_peer_close=self.at_end)


def _keeping(made: Responder, known: Responder) -> Responder:
    """Keep what no field shows."""
    if isinstance(made, Rules) and isinstance(known, Rules):
        return replace(known, rules=made.rules)
    if isinstance(made, Greet) and isinstance(known, Greet):
        then = known.then if choice_of(made) == choice_of(known) else made.then
        return replace(known, text=made.text, then=then, encoding=made.encoding)
    return known if type(made) is type(known) else made


def reply_form(settings: EndpointSettings, before: ReplyForm | None = None) -> ReplyForm:
    """The form that shows a server's reply; what the reply leaves open stays as in `before`."""
    reply = settings.responder
    greeting = before.greeting if before is not None else ""
    rules = before.rules if before is not None else ()
    encoding = settings.encoding
    if isinstance(reply, Rules) and not _says(before, reply):
        rules = tuple(
            show_rule(replace(rule, encoding=rule.encoding or settings.encoding))
            for rule in reply.rules
        )
    if isinstance(reply, Greet):
        greeting = greeting if _says(before, reply) else typed(reply.text)
        encoding = reply.encoding or settings.encoding
    return ReplyForm(
        choice_of(reply),
        greeting,
        encoding,
        reply.on_peer_close or OnPeerClose.CLOSE,
        rules,
        reply.otherwise if isinstance(reply, Rules) else None,
        before.values if before is not None else NO_VALUES,
        before.draft if before is not None and before.rules == rules else None,
        reply.keep if isinstance(reply, Rules) else (),
        reply.store if isinstance(reply, Rules) else (),
    )


def _says(before: ReplyForm | None, reply: Greet | Rules) -> bool:
    """Whether what was typed means this reply: then it stays, with the names of values in it."""
    if before is None or not before.values.values:
        return False
    try:
        made = before.read(reply)
    except Problem:
        return False
    if isinstance(made, Rules) and isinstance(reply, Rules):
        return made.rules == reply.rules
    return isinstance(made, Greet) and isinstance(reply, Greet) and made.text == reply.text


@dataclass(frozen=True, slots=True)
class EndpointForm:
    """All set-up fields of an endpoint."""

    set_up: SetUpForm

    def read(self, known: EndpointSettings) -> EndpointSettings:
        """`known`, with the contents of the fields applied.

        Raises:
            Problem: a field cannot be understood.
        """
        raise NotImplementedError

    def with_gates(self, modes: Mapping[Gate, GateMode]) -> Self:
        """The form with these gates, as far as it has them."""
        set_up = self.set_up.with_gates(modes)
        return self if set_up is self.set_up else replace(self, set_up=set_up)


@dataclass(frozen=True, slots=True)
class ServerForm(EndpointForm):
    """All set-up fields of a server.

    Attributes:
        port_untouched: nobody has typed a port yet: the default may move.
    """

    backlog: str
    accept: GateMode
    reply: ReplyForm
    port_untouched: bool = True

    def read(self, known: EndpointSettings) -> EndpointSettings:
        return replace(
            self.set_up.read(known, server=True),
            backlog=parse_fields.parse_backlog(self.backlog),
            accept=self.accept,
            responder=self.reply.read(known.responder),
            encoding=self.reply.encoding,
            port_search=self.port_untouched,
        )

    def with_gates(self, modes: Mapping[Gate, GateMode]) -> Self:
        set_up, accept = self.set_up.with_gates(modes), modes[Gate.ACCEPT]
        if set_up is self.set_up and accept is self.accept:
            return self
        return replace(self, set_up=set_up, accept=accept)


def server_form(settings: EndpointSettings, before: ServerForm | None = None) -> ServerForm:
    """The form that shows a server's settings; what they leave open stays as in `before`."""
    return ServerForm(
        _set_up(settings),
        str(settings.backlog),
        settings.accept,
        reply_form(settings, before.reply if before is not None else None),
        before.port_untouched if before is not None else True,
    )


@dataclass(frozen=True, slots=True)
class ClientForm(EndpointForm):
    """All set-up fields of a client.

    Attributes:
        local: what the socket is bound to before connect; empty: the kernel chooses.
        again_times, again_after, again_most: how often to connect again by itself, after how many
            seconds, and the longest wait.
    """

    bufsize: str
    count: str
    local: str
    again_times: str = "0"
    again_after: str = "0.5"
    again_most: str = "30"

    @property
    def link(self) -> str | None:
        """The endpoint of ours that the host field names with an @; None: it names a host."""
        host = self.set_up.where.host.strip()
        return host[1:] if host.startswith("@") else None

    @property
    def reconnect(self) -> Reconnect | None:
        """How it connects again by itself; None: it does not. Raises Problem."""
        return parse_reconnect(self.again_times, self.again_after, self.again_most)

    def read(self, known: EndpointSettings) -> EndpointSettings:
        made = self.set_up.read(known, server=False)
        keep = made.responder
        if keep == Nothing() and made.role is Role.STREAM:
            keep = Nothing(OnPeerClose.KEEP)
        local = self.local.strip()
        if local:
            address.parse(local, made.family)
        return replace(
            made,
            bufsize=parse_fields.parse_bufsize(self.bufsize),
            count=parse_fields.parse_count(self.count),
            bind=local or None,
            responder=keep,
            reconnect=self.reconnect if made.role is Role.STREAM else None,
        )


def client_form(settings: EndpointSettings) -> ClientForm:
    """The form that shows a client's settings; without a reconnect, with the waits that it would
    have.
    """
    again = settings.reconnect or Reconnect()
    return ClientForm(
        _set_up(settings),
        str(settings.bufsize),
        str(settings.count),
        settings.bind or "",
        show_times(settings.reconnect),
        f"{again.first:g}",
        f"{again.most:g}",
    )
