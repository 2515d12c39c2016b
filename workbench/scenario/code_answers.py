"""Export: the class with which a script's endpoint greets and answers by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
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
from workbench.payload.characters import BYTES, MARK, codec, keeps_apart, marks_of, shifts
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
from workbench.scenario.code_help import DIVIDING, HTTP, SEARCHING
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
    divides, parts = _divides(item)
    if divides is not None:
        body.append(divides)
        needs |= parts
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


def _divides(item: EndpointSettings) -> tuple[str | None, frozenset[str]]:
    """The line that says where its messages end, and the parts that it needs: the framers of the
    program itself. A pattern is left out: the standard library does not tell whether a match could
    still grow.
    """
    asks, needs = "", DIVIDING
    match item.messages:
        case Delimiter() if not (item.messages.ends_hex or _is_plain(item.encoding)):
            return left_out("messages"), frozenset()  # may stand within other characters
        case Delimiter(max=most):
            end = wrapper_of(item.messages, item.encoding)(b"")
            made = f"EndsFramer({literal(end)}, {most:d})"
        case LengthField(length=field, at=at, add=add, max=most):
            made = f"LengthFramer({literal(field)}, {at:d}, {literal(add)}, {most:d})"
        case FixedSize(size=count):
            made = f"SizeFramer({count:d})"
        case Http():
            serves = item.role is Role.LISTENER
            made, needs = f"HttpFramer(requests={serves})", HTTP
            asks = "" if serves else ", HttpFramer(requests=True)"
        case ByPattern():
            return left_out("messages"), frozenset()
        case _:
            return None, frozenset()
    return f"divides = staticmethod(lambda: Divider({made}{asks}))", needs


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
    encodings = dict.fromkeys(
        literal(_encoding(item, rule)[0]) for rule in rules.all if rule.match in _OF_TEXT
    )
    if encodings:  # what a read has begun of a character is kept, once for all rules
        body.append(f"texts = {{{', '.join(f'{x}: sock.text(data, {x})' for x in encodings)}}}")
    for number, rule in enumerate(rules.all, 1):
        body += _rule(item, rule, number, needs, ends)
    return [*lines, *(INDENT + line for line in body)]


def _encoding(item: EndpointSettings, rule: Rule) -> tuple[str, bool]:
    """The encoding of the characters that a rule sees, and whether they are bytes."""
    used = rule.encoding or item.encoding
    bytewise = used == BYTES
    if rule.match is Match.REGEX:
        wanted = rule.encoding or (BYTES if bytewise else None)
        bytewise = compile_pattern(rule.value, wanted).bytewise
    return ("latin-1" if bytewise else codec(used)), bytewise


_OF_TEXT: Final = frozenset({Match.REGEX, Match.EXACT, Match.CONTAINS})
_KEPT_OUT: Final = (
    "in_turn", "counted", "json", "take", "lookup", "keep", "store", "recall", "forget",
)  # fmt: skip
"""Keys of rules that plain sockets have no counterpart of."""


def _rule(
    item: EndpointSettings, rule: Rule, number: int, needs: set[str], ends: EndWords
) -> list[str]:
    blank = Rule()
    beyond = [key for key in _KEPT_OUT if getattr(rule, key) != getattr(blank, key)]
    encoding, bytewise = _encoding(item, rule)
    source = f"(?as){as_bytes(rule.value)}" if bytewise else f"(?s){rule.value}"
    if rule.match is Match.REGEX and not in_standard_library(source):
        beyond.append("match")
    if rule.match in _OF_TEXT and (marks_of(encoding) or shifts(encoding)):
        beyond.append("encoding")
    if beyond:
        return [left_out(key) for key in beyond]
    fit = _fit(rule, source, f"texts[{literal(encoding)}]")
    also = [f"sock.word == {literal(rule.when)}"] if rule.when is not None else []
    if item.type == "SOCK_STREAM" and item.messages is None and fit.seen:
        also.append(fit.seen)  # not a read that has only begun a character
    if rule.times:
        also.append(f"sock.answered.get({number:d}, 0) < {rule.times:d}")
    needs |= {"filling", SEARCHING} if fit.pattern else set()
    lines = [f"if {' and '.join([*also, fit.code])}:"]
    used = codec(rule.encoding or item.encoding)
    place = CodePlace(used, "taken" if fit.names else None, frozenset(fit.hexed))
    coded = literal("latin-1" if fit.of_hex else encoding)
    more = f", {literal(fit.numbers)}" if fit.numbers else ""
    body = [f"taken = groups(found, {coded}{more})"] if fit.names else []
    body += _reply(item, rule, number, place, (*fit.names, *_ends_of(rule, ends)), needs)
    return [*lines, *(INDENT + line for line in [*body, "return"])]


class _Fit(NamedTuple):
    """How a script tells whether a rule fits.

    Attributes:
        code: the condition, as an expression.
        seen: what the rule looks at; "": it fits everything.
        pattern: it is one, whose match is `found`; `of_hex`: one of hex.
        names: of its groups; `hexed`: those that are big-endian numbers, `numbers`: the width of
            those that are fields.
    """

    code: str
    seen: str = "data"
    pattern: bool = False
    of_hex: bool = False
    names: tuple[str, ...] = ()
    hexed: Collection[str] = ()
    numbers: Mapping[str, str] | None = None


def _fit(rule: Rule, source: str, text: str) -> _Fit:
    """`source`: its pattern, as `re` reads it; `text`: the characters that came."""
    value = rule.value
    match rule.match:
        case Match.HEX | Match.EXACT_HEX if is_pattern(value):
            whole = rule.match is Match.EXACT_HEX
            made = compile_hex(value, Extent.WHOLE if whole else Extent.ANYWHERE)
            found = f"fits_rule({literal(f'(?s){made.source}')}, data.decode('latin-1'))"
            numbers = numbers_in(value)
            hexed = {*made.names} - numbers.keys()
            return _Fit(f"(found := {found})", "data", True, True, made.names, hexed, numbers)
        case Match.HEX:
            return _Fit(f"{literal(parse_hex(value))} in data")
        case Match.EXACT_HEX:
            return _Fit(f"data == {literal(parse_hex(value))}")
        case Match.REGEX:
            found = f"fits_rule({literal(source)}, {text})"
            names = compile_pattern(source).names
            return _Fit(f"(found := {found})", text, True, names=names)
        case Match.EXACT:
            return _Fit(f"{text}.removeprefix({literal(MARK)}) == {literal(value)}", text)
        case Match.CONTAINS:
            return _Fit(f"{literal(value)} in {text}", text)
    return _Fit("True", "")


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
    if made is not None and made.fixed is None:  # nothing changes if it cannot be made
        lines.insert(0, f"said = {text}")
        text = "said"
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
