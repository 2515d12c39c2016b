"""Export: the class with which a script's endpoint greets and answers by itself."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from workbench.engine.model.message_ends import ByPattern, Delimiter, FixedSize, Http, LengthField
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol.end_words import EndWords
from workbench.engine.protocol.framing import wrapper_of
from workbench.literals import literal
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, codec, keeps_apart, marks_of
from workbench.payload.hex_patterns import Extent, compile_hex, is_pattern, numbers_in
from workbench.payload.notation import parse_hex
from workbench.payload.patterns import as_bytes, compile_pattern
from workbench.payload.templates import (
    PLACEHOLDERS,
    hex_template,
    text_template,
    words_of_reply,
)
from workbench.scenario.code_bytes import (
    Code,
    in_standard_library,
    of_template,
    plain_text,
    tailed,
    wrapped_in,
)
from workbench.scenario.code_sockets import INDENT, left_out
from workbench.scenario.code_until import block
from workbench.scenario.code_values import CodePlace
from workbench.texts import Problem

_ENDINGS: Final = {Then.CLOSE: "close", Then.HALF_CLOSE: "half-close", Then.RESET: "reset"}


class Class(NamedTuple):
    """The lines of a class, and the parts of the helper that they need."""

    lines: list[str]
    needs: frozenset[str]


def answers_class(
    item: EndpointSettings, name: str, begun: Collection[str], *, reads: bool, accepts: bool
) -> Class:
    """The class of an endpoint. `begun`: the endpoints that have an address in the script."""
    body = []
    needs: set[str] = set()
    if not reads:
        body.append("reads = False  # only when a step says so")
    if not accepts:
        body.append("accepts = False  # only when a step says so")
    if item.bufsize != 65536:
        body.append(f"size = {item.bufsize:d}")
    if _closes(item):
        body.append("closes = True  # when the peer has finished")
    cut = _cut(item)
    if cut is not None:
        body.append(cut)
        needs.add("dividing")
    try:
        methods = _methods(item, needs, _end_words(begun))
    except (Problem, UnicodeError, LookupError):  # a stranger's text that its encoding lacks
        methods = [left_out("responder")]
    body += methods
    lines = [
        f"class {name}(Answers):",
        *(f"{INDENT}{line}" if line else "" for line in block(body)),
        "",
        "",
    ]
    return Class(lines, frozenset(needs))


def _closes(item: EndpointSettings) -> bool:
    said = item.responder.on_peer_close
    if said is None:
        return item.role is Role.LISTENER
    return said is OnPeerClose.CLOSE


def _cut(item: EndpointSettings) -> str | None:
    match item.messages:
        case Delimiter() if not (item.messages.ends_hex or _is_plain(item.encoding)):
            return left_out("messages")  # its bytes may stand within other characters
        case Delimiter():
            end = wrapper_of(item.messages, item.encoding)(b"")
            return f"cut = staticmethod(ends({literal(end)}))"
        case LengthField(length=field, at=at, add=add):
            return f"cut = staticmethod(length({literal(field)}, {at:d}, {literal(add)}))"
        case FixedSize(size=count):
            return f"cut = staticmethod(size({count:d}))"
        case ByPattern(pattern=source, add=add):
            written = literal(as_bytes(source).encode("latin-1"))
            return f"cut = staticmethod(pattern({written}, {add:d}))"
        case Http():
            return "cut = staticmethod(http)"
    return None


def _is_plain(encoding: str) -> bool:
    """Whether the bytes of a text stand only where its characters do."""
    try:
        return keeps_apart(encoding) and not marks_of(encoding)
    except LookupError:  # a record may name an encoding that does not exist
        return False


def _end_words(begun: Collection[str]) -> EndWords:
    def link(name: str) -> str:
        if name not in begun:
            raise Problem("engine.unknown_endpoint", name=name)
        return ""

    return EndWords(link)


def _methods(item: EndpointSettings, needs: set[str], ends: EndWords) -> list[str]:
    responder: Responder = item.responder
    match responder:
        case Greet():
            encoding = codec(responder.encoding or item.encoding)
            after = ends.of(responder.append_hex)
            said = _said_first(responder, encoding, ends)
            made = tailed(said, responder, CodePlace(encoding), after)
            made = wrapped_in(made, item) if responder.wrap else made
            needs |= made.needs
            end = _ENDINGS.get(responder.then)
            then = f", then={literal(end)}" if end else ""
            lines = ["", "def greet(self, sock):", f"{INDENT}later(sock, {made.text}{then})"]
            if responder.then is Then.TLS:
                lines.append(INDENT + left_out('then = "tls"'))
            return [*lines, *(_echo(item) if responder.then is Then.ECHO else [])]
        case Echo():
            return _echo(item)
        case Rules():
            return _rules(item, responder, needs, ends)
        case Nothing() | Sink():
            return []
    return [left_out("responder")]


def _said_first(said: Greet, encoding: str, ends: EndWords) -> Code:
    """What a new connection gets first, without what follows it."""
    place = CodePlace(encoding)
    if said.hex:
        return of_template(hex_template(said.hex, ends.of(said.hex), encoding), place)
    if not said.placeholders:
        return plain_text(said.text, encoding)
    known = (*PLACEHOLDERS, *ends.of(said.text))
    return of_template(text_template(said.text, known, encoding), place)


def _whole(item: EndpointSettings) -> str:
    """How what came is sent back: a message gets its delimiter again."""
    if isinstance(item.messages, Delimiter):
        return f"data + {literal(wrapper_of(item.messages, item.encoding)(b''))}"
    return "data"


def _echo(item: EndpointSettings) -> list[str]:
    return [
        "",
        "def answer(self, sock, data, peer=None):",
        f"{INDENT}reply(sock, {_whole(item)}, peer)",
    ]


def _rules(item: EndpointSettings, rules: Rules, needs: set[str], ends: EndWords) -> list[str]:
    lines = [left_out(key) for key in ("keep", "store") if getattr(rules, key)]
    if rules.greet or rules.greet_hex:
        said = Greet(rules.greet, hex=rules.greet_hex, placeholders=rules.placeholders)
        made = _said_first(said, codec(item.encoding), ends)
        needs |= made.needs
        lines += ["", "def greet(self, sock):", f"{INDENT}later(sock, {made.text})"]
    lines += ["", "def answer(self, sock, data, peer=None):"]
    body = ["if sock.silent:", f"{INDENT}return"]
    for number, rule in enumerate(rules.all, 1):
        body += _rule(item, rule, number, needs, ends)
    return [*lines, *(INDENT + line for line in body)]


_KEPT_OUT: Final = (
    "in_turn", "counted", "json", "take", "lookup", "keep", "store", "recall", "forget",
)  # fmt: skip
"""Keys of rules that plain sockets have no counterpart of."""


def _rule(
    item: EndpointSettings, rule: Rule, number: int, needs: set[str], ends: EndWords
) -> list[str]:
    blank = Rule()
    beyond = [key for key in _KEPT_OUT if getattr(rule, key) != getattr(blank, key)]
    if rule.match is Match.REGEX and not in_standard_library(rule.value):
        beyond.append("match")
    if beyond:
        return [left_out(key) for key in beyond]
    used = rule.encoding or item.encoding
    bytewise = used == BYTES
    encoding = "latin-1" if bytewise else codec(used)
    text = f"data.decode({literal(encoding)}, 'replace')"
    names: tuple[str, ...] = ()
    hexed, pattern = frozenset[str](), None
    numbers: dict[str, str] = {}
    match rule.match:
        case Match.HEX | Match.EXACT_HEX if is_pattern(rule.value):
            whole = rule.match is Match.EXACT_HEX
            made = compile_hex(rule.value, Extent.WHOLE if whole else Extent.ANYWHERE)
            names, encoding, numbers = made.names, "latin-1", numbers_in(rule.value)
            hexed = frozenset(names) - numbers.keys()
            pattern = f"(?s){made.source}"
            fit = f"re.search({literal(pattern)}, data.decode('latin-1'))"
        case Match.HEX:
            fit = f"{literal(parse_hex(rule.value))} in data"
        case Match.EXACT_HEX:
            fit = f"data == {literal(parse_hex(rule.value))}"
        case Match.REGEX:
            names = compile_pattern(rule.value, BYTES if bytewise else None).names
            pattern = f"(?s){rule.value}"
            fit = f"re.search({literal(pattern)}, {text})"
        case Match.EXACT:
            fit = f"{text} == {literal(rule.value)}"
        case Match.CONTAINS:
            fit = f"{literal(rule.value)} in {text}"
        case Match.ANY:
            fit = "True"
    also = [f"sock.word == {literal(rule.when)}"] if rule.when is not None else []
    if rule.times:
        also.append(f"sock.answered.get({number:d}, 0) < {rule.times:d}")
    if pattern is None:
        lines = [f"if {' and '.join([*also, fit])}:"]
    else:
        needs.add("filling")
        lines = [f"found = {fit}", f"if {' and '.join([*also, 'found'])}:"]
    place = CodePlace(codec(used) if not bytewise else "latin-1", "taken" if names else None, hexed)
    more = f", {literal(numbers)}" if numbers else ""
    body = [f"taken = groups(found, {literal(encoding)}{more})"] if names else []
    body += _reply(item, rule, number, place, (*names, *_ends_of(rule, ends)), needs)
    return [*lines, *(INDENT + line for line in [*body, "return"])]


def _ends_of(rule: Rule, ends: EndWords) -> tuple[str, ...]:
    """The addresses that a rule's reply names."""
    said = rule.reply if rule.placeholders else None
    return ends.of(" ".join((rule.reply_hex, rule.append_hex, said or "")))


def _reply(
    item: EndpointSettings,
    rule: Rule,
    number: int,
    place: CodePlace,
    names: tuple[str, ...],
    needs: set[str],
) -> list[str]:
    lines = []
    if rule.times:
        lines.append(f"sock.answered[{number:d}] = sock.answered.get({number:d}, 0) + 1")
    if rule.to is not None:
        lines.append(f"sock.word = {literal(rule.to)}")
    if rule.then is Then.SILENT:
        lines.append("sock.silent = True")
    if rule.then is Then.TLS:
        lines.append(left_out('then = "tls"'))
    made: Code | None = None
    if rule.reply_hex:
        made = of_template(hex_template(rule.reply_hex, names, place.encoding), place)
    elif rule.reply is not None:
        known = (*names, *words_of_reply(placeholders=rule.placeholders))
        made = of_template(text_template(rule.reply, known, place.encoding), place)
    if made is not None:
        made = tailed(made, rule, place, names)
        made = wrapped_in(made, item) if rule.wrap else made
        needs |= made.needs
    text = "" if made is None else made.text
    if rule.then is Then.ECHO:
        text = f"{text} + {_whole(item)}" if text else _whole(item)
    end = _ENDINGS.get(rule.then)
    if text or end:
        more = f", then={literal(end)}" if end else ""
        more += f", delay={_delay(rule)}" if rule.delay or rule.delay_most else ""
        needs |= {"filling"} if rule.delay_most else set()
        lines.append(f"reply(sock, {text or 'b' + repr('')}, peer{more})")
    return lines


def _delay(rule: Rule) -> str:
    if not rule.delay_most:
        return literal(rule.delay)
    return f"random.uniform({literal(rule.delay)}, {literal(rule.delay_most)})"
