"""The frame cases, one table for servers and clients, since only masking differs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from workbench.checkup.case import ANSWER, Bench, CheckCase, Group, Wants, ends, no_more
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.websocket_settings import OPCODES, Deflate, WebSocketSettings
from workbench.scenario.steps import Expect, Loop, Perform, Step, Wait

CONTINUATION: Final = OPCODES["CONTINUATION"]
TEXT: Final = OPCODES["TEXT"]
BINARY: Final = OPCODES["BINARY"]
CLOSE: Final = OPCODES["CLOSE"]
PING: Final = OPCODES["PING"]
PONG: Final = OPCODES["PONG"]
MARK: Final = "check-up"
"""Contained in broken messages: it must not come back."""
_BEFORE: Final = "before"
_AFTER: Final = "after"
_WHILE: Final = 0.6
"""Seconds of watching what is done with something that need not be refused."""
_BIG: Final = 65_536
NO_CODE: Final = 0
"""Stands for a Close frame without a code."""
Part = Callable[[Bench], Step | tuple[Step, ...]]
"""One or several steps, once it is known on which bench."""


# -- parts ------------------------------------------------------------------------------------


def _aim(bench: Bench) -> c.Target:
    """The connection to send on: a listener accepts one client at a time."""
    return c.ALL if bench.listens else None


def _frame(opcode: int, text: str | None = None, **how: Any) -> Part:
    """One frame, right or wrong."""
    return lambda bench: Perform(
        c.SendFrame(bench.name, opcode, text, connection=_aim(bench), **how)
    )


def _foreign_mask(text: str) -> Part:
    """A frame masked the wrong way round: a client's not at all, a server's all the same (RFC 6455
    5.1).
    """

    def part(bench: Bench) -> Step:
        mask = "37 fa 21 3d" if bench.listens else "none"
        return Perform(c.SendFrame(bench.name, TEXT, text, mask=mask, connection=_aim(bench)))

    return part


def _raw(*frames: tuple[int, bytes], cut: int = 0) -> Part:
    """Correct frames in one piece, or in pieces of `cut` bytes, written below the layer.

    A client masks with zeros, which leaves the bytes unchanged.
    """

    def part(bench: Bench) -> tuple[Step, ...]:
        made = b""
        for first, payload in frames:
            mask, bit = (b"", 0) if bench.listens else (bytes(4), 0x80)
            made += bytes((first, bit | len(payload))) + mask + payload
        size = cut or len(made)
        return tuple(
            _written(bench, made[place : place + size]) for place in range(0, len(made), size)
        )

    return part


def _written(bench: Bench, data: bytes) -> Step:
    return Perform(c.Raw(bench.name, hex=data.hex(" "), below="websocket", connection=_aim(bench)))


def _ping(text: str) -> Part:
    return lambda bench: Perform(c.Ping(bench.name, text, connection=_aim(bench)))


def _ponged(text: str) -> Part:
    return lambda bench: Expect(bench.name, opcode=PONG, text=text, within=ANSWER)


def _alive(bench: Bench, word: str) -> tuple[Step, ...]:
    """Steps that see whether the other end still talks, if it answers pings at all."""
    if not bench.pongs:
        return ()
    ping = Perform(c.Ping(bench.name, word, connection=_aim(bench)))
    return (ping, Expect(bench.name, opcode=PONG, text=word, within=ANSWER))


def _opened(bench: Bench) -> tuple[Step, ...]:
    """Expectations once the opening is done: our client's connect waits for it, a listener's accept
    does not.
    """
    return (Expect(bench.name, call="ws.open", within=ANSWER),) if bench.listens else ()


def _all(bench: Bench, parts: Iterable[Part]) -> list[Step]:
    """All steps of the parts, after the opening."""
    made = [*_opened(bench)]
    for part in parts:
        steps = part(bench)
        made += steps if isinstance(steps, tuple) else (steps,)
    return made


# -- kinds of cases ---------------------------------------------------------------------------


def _goes_on(
    name: str,
    group: Group,
    rule: str,
    section: str,
    *parts: Part,
    back: str | None = None,
    back_hex: str | None = None,
    codes: tuple[int, ...] = (),
    deflate: bool = False,
) -> CheckCase:
    """Something that has to be accepted. `back`: the message that an echo server sends back."""

    def steps(bench: Bench) -> tuple[Step, ...]:
        made = _all(bench, parts)
        if bench.echoes and back is not None:
            made.append(Expect(bench.name, text=back, within=ANSWER))
        if bench.echoes and back_hex is not None:
            made.append(Expect(bench.name, hex=back_hex, within=ANSWER))
        if bench.pongs:
            made += _alive(bench, _AFTER)
        elif not (bench.echoes and (back is not None or back_hex is not None)):
            made.append(Wait(_WHILE))
        made.append(Perform(c.CloseWebSocket(bench.name, connection=_aim(bench))))
        return tuple(made)

    changed = _with_deflate if deflate else _as_they_are
    return CheckCase(name, group, Wants.GOES_ON, rule, section, steps, codes, settings=changed)


def _fails(
    name: str,
    group: Group,
    rule: str,
    section: str,
    *parts: Part,
    codes: tuple[int, ...] = (1002,),
    must: bool = True,
    deflate: bool = False,
) -> CheckCase:
    """Something that has to end the connection: the peer was seen to talk before, and no message
    results.
    """

    def steps(bench: Bench) -> tuple[Step, ...]:
        made = _all(bench, (lambda bench: _alive(bench, _BEFORE), *parts))
        if must:
            made += [ends(bench), no_more(bench, contains=MARK)]
        else:
            made.append(Wait(_WHILE))
        return tuple(made)

    changed = _with_deflate if deflate else _as_they_are
    return CheckCase(name, group, Wants.FAILS, rule, section, steps, codes, must, changed)


def _closes(name: str, rule: str, section: str, *parts: Part, codes: tuple[int, ...]) -> CheckCase:
    """A Close frame that has to be answered by one, and by the end of the connection."""

    def steps(bench: Bench) -> tuple[Step, ...]:
        made = _all(bench, (lambda bench: _alive(bench, _BEFORE), *parts))
        answered = Expect(bench.name, opcode=CLOSE, within=ANSWER, keep=True)
        return (*made, answered, ends(bench), no_more(bench, contains=MARK))

    return CheckCase(name, Group.CLOSE, Wants.CLOSES, rule, section, steps, codes)


def _as_they_are(settings: EndpointSettings) -> EndpointSettings:
    return settings


def _with_deflate(settings: EndpointSettings) -> EndpointSettings:
    usual = settings.websocket or WebSocketSettings()
    return replace(settings, websocket=replace(usual, deflate=Deflate()))


# -- the table --------------------------------------------------------------------------------


def _sized(size: int) -> CheckCase:
    text = "x" * size
    return _goes_on(f"text_{size}", Group.MESSAGES, "length", "5.2", _frame(TEXT, text), back=text)


def _utf8_wrong(name: str, payload: str) -> CheckCase:
    mark = MARK.encode().hex(" ")
    return _fails(
        name, Group.UTF8, "utf8", "8.1", _frame(TEXT, hex=f"{mark} {payload}"), codes=(1007,)
    )


def _close_code(code: int) -> CheckCase:
    return _fails(
        f"close_{code}", Group.CLOSE, "close_code", "7.4",
        _frame(CLOSE, hex=code.to_bytes(2, "big").hex(" ")),
    )  # fmt: skip


_HELLO: Final = "héllo, 世界 🎉"
_THREE: Final = (
    _frame(TEXT, "one ", fin=False),
    _frame(CONTINUATION, "two ", fin=False),
    _frame(CONTINUATION, "three"),
)


def _messages() -> Iterator[CheckCase]:
    group = Group.MESSAGES
    yield _goes_on("text", group, "message", "5.6", _frame(TEXT, "hello"), back="hello")
    yield _goes_on("utf8", group, "text", "5.6", _frame(TEXT, _HELLO), back=_HELLO)
    yield _goes_on(
        "binary", group, "message", "5.6", _frame(BINARY, hex="00 ff 80 0a c0"),
        back_hex="00 ff 80 0a c0",
    )  # fmt: skip
    for name, opcode in (("empty_text", TEXT), ("empty_binary", BINARY)):
        yield _goes_on(
            name, group, "length", "5.2", _frame(opcode, hex=""), _echoed(opcode=opcode, size=0)
        )
    for size in (125, 126, 127, 65_535, _BIG):
        yield _sized(size)
    yield _goes_on(
        "many_pieces", group, "stream", "5.2",
        _raw((0x80 | TEXT, b"byte by byte"), cut=1), back="byte by byte",
    )  # fmt: skip
    yield _goes_on(
        "two_in_one", group, "stream", "5.2",
        _raw((0x80 | TEXT, b"first"), (0x80 | TEXT, b"second")), _echoed(text="first"),
        back="second",
    )  # fmt: skip
    yield _goes_on(
        "mebibyte", group, "too_big", "7.4.1", _frame(BINARY, "x" * _BIG, fin=False), _repeated,
        _frame(CONTINUATION, "end"), _echoed(contains="x" * 100 + "end"), codes=(1009,),
    )  # fmt: skip


def _echoed(**what: Any) -> Part:
    """What comes back, if the other end is known to send messages back."""
    return lambda bench: (Expect(bench.name, within=ANSWER, **what),) if bench.echoes else ()


def _repeated(bench: Bench) -> Step:
    frame = c.SendFrame(bench.name, CONTINUATION, "x" * _BIG, fin=False, connection=_aim(bench))
    return Loop((Perform(frame),), times=15)


def _fragments() -> Iterator[CheckCase]:
    group = Group.FRAGMENTS
    yield _goes_on("fragments", group, "fragments", "5.4", *_THREE, back="one two three")
    yield _goes_on(
        "fragments_empty", group, "fragments", "5.4", _frame(TEXT, hex="", fin=False),
        _frame(CONTINUATION, "middle", fin=False), _frame(CONTINUATION, hex=""), back="middle",
    )  # fmt: skip
    yield _goes_on(
        "fragments_utf8", group, "utf8_cut", "5.6", _frame(TEXT, hex="e4 bd", fin=False),
        _frame(CONTINUATION, hex="a0"), back="你",
    )  # fmt: skip
    yield _goes_on(
        "fragments_ping", group, "ping_between", "5.4", _frame(TEXT, "one ", fin=False),
        _ping("between"), lambda bench: _pong_of(bench, "between"), _frame(CONTINUATION, "two"),
        back="one two",
    )  # fmt: skip
    yield _fails("continuation_alone", group, "continuation", "5.4", _frame(CONTINUATION, MARK))
    yield _fails(
        "continuation_alone_more", group, "continuation", "5.4",
        _raw((CONTINUATION, MARK.encode()), (0x80 | CONTINUATION, MARK.encode())),
    )  # fmt: skip
    yield _fails(
        "continuation_late", group, "continuation", "5.4", *_THREE, _frame(CONTINUATION, MARK)
    )
    yield _fails(
        "text_within", group, "interleaved", "5.4", _frame(TEXT, MARK, fin=False),
        _frame(TEXT, MARK),
    )  # fmt: skip
    yield _fails(
        "binary_within", group, "interleaved", "5.4", _frame(TEXT, MARK, fin=False),
        _frame(BINARY, MARK),
    )  # fmt: skip


def _pong_of(bench: Bench, text: str) -> tuple[Step, ...]:
    """Expect a pong, which is a must. Of a peer that never answers pings one case says so, rather
    than each.
    """
    return (Expect(bench.name, opcode=PONG, text=text, within=ANSWER),) if bench.pongs else ()


def _control() -> Iterator[CheckCase]:
    group = Group.CONTROL
    yield _goes_on(
        "ping", group, "ping", "5.5.2", _frame(PING, hex=""),
        lambda bench: Expect(bench.name, opcode=PONG, size=0, within=ANSWER),
    )  # fmt: skip
    yield _goes_on("ping_125", group, "ping", "5.5.2", _ping("p" * 125), _ponged("p" * 125))
    yield _goes_on(
        "ping_ten", group, "ping_last", "5.5.3", *(_ping(f"ping {n}") for n in range(10)),
        _ponged("ping 9"),
    )  # fmt: skip
    yield _goes_on("pong_unasked", group, "pong", "5.5.3", _frame(PONG, "nobody asked"))
    yield _fails("ping_126", group, "control_long", "5.5", _frame(PING, MARK + "p" * 118))
    yield _fails("ping_fragment", group, "control_whole", "5.5", _frame(PING, MARK, fin=False))
    yield _fails("pong_fragment", group, "control_whole", "5.5", _frame(PONG, MARK, fin=False))
    yield _fails("close_fragment", group, "control_whole", "5.5", _frame(CLOSE, fin=False))


def _header() -> Iterator[CheckCase]:
    group = Group.HEADER
    yield _fails("mask", group, "mask", "5.1", _foreign_mask(MARK))
    for bit, name in ((4, "rsv1"), (2, "rsv2"), (1, "rsv3")):
        yield _fails(name, group, "rsv", "5.2", _frame(TEXT, MARK, rsv=bit))
    yield _fails("rsv_ping", group, "rsv", "5.2", _frame(PING, MARK, rsv=4))
    for opcode in (3, 7, 11, 15):
        yield _fails(f"opcode_{opcode}", group, "opcode", "5.2", _frame(opcode, MARK))
    yield _fails("form_2", group, "form", "5.2", _frame(TEXT, MARK, form=2), must=False)
    yield _fails("form_8", group, "form", "5.2", _frame(TEXT, MARK, form=8), must=False)
    yield _fails(
        "top_bit", group, "top_bit", "5.2", _frame(BINARY, MARK, length=1 << 63), must=False,
        codes=(1002, 1009),
    )  # fmt: skip
    yield _goes_on(
        "deflate", group, "deflate", "RFC 7692 6",
        lambda bench: Perform(c.Send(bench.name, text="deflate " * 20, connection=_aim(bench))),
        back="deflate " * 20, deflate=True,
    )  # fmt: skip
    yield _fails(
        "deflate_broken", group, "deflate_broken", "RFC 7692 7.2.2",
        _frame(TEXT, hex="ff ff ff ff", rsv=4), codes=(1007, 1002), deflate=True,
    )  # fmt: skip
    yield _fails(
        "deflate_within", group, "deflate_within", "RFC 7692 6", _frame(TEXT, MARK, fin=False),
        _frame(CONTINUATION, MARK, rsv=4), deflate=True,
    )  # fmt: skip


def _utf8() -> Iterator[CheckCase]:
    group = Group.UTF8
    yield _utf8_wrong("utf8_byte", "ff")
    yield _utf8_wrong("utf8_overlong", "c0 af")
    yield _utf8_wrong("utf8_surrogate", "ed a0 80")
    yield _utf8_wrong("utf8_high", "f4 90 80 80")
    yield _utf8_wrong("utf8_cut", "e4 bd")
    yield _fails(
        "utf8_fragment", group, "utf8", "8.1", _frame(TEXT, MARK, fin=False),
        _frame(CONTINUATION, hex="ff 21"), codes=(1007,),
    )  # fmt: skip


def _close() -> Iterator[CheckCase]:
    group = Group.CLOSE
    answer, normal = "close_answer", (1000,)
    yield _closes("close", answer, "5.5.1", _frame(CLOSE, hex="03 e8"), codes=normal)
    yield _closes("close_empty", answer, "5.5.1", _frame(CLOSE), codes=(NO_CODE, 1000))
    yield _closes(
        "close_reason", answer, "5.5.1", _frame(CLOSE, hex="03 e8" + " 72" * 123), codes=normal
    )
    yield _closes("close_4999", answer, "5.5.1", _frame(CLOSE, hex="13 87"), codes=(4999,))
    yield _closes(
        "close_within", answer, "5.5.1", _frame(TEXT, MARK, fin=False),
        _frame(CLOSE, hex="03 e8"), codes=normal,
    )  # fmt: skip
    yield _closes(
        "data_after_close", "after_close", "1.4",
        _raw((0x80 | CLOSE, b"\x03\xe8"), (0x80 | TEXT, MARK.encode())), codes=normal,
    )  # fmt: skip
    yield _fails("close_one_byte", group, "close_one", "5.5.1", _frame(CLOSE, hex="03"))
    yield _fails(
        "close_utf8", group, "close_utf8", "5.5.1", _frame(CLOSE, hex="03 e8 ff fe"),
        codes=(1007, 1002),
    )  # fmt: skip
    for code in (999, 1004, 1005, 1006, 1015, 2999, 5000):
        yield _close_code(code)


def frame_cases() -> tuple[CheckCase, ...]:
    """All cases of frames, in the order they are tried."""
    return (*_messages(), *_fragments(), *_control(), *_header(), *_utf8(), *_close())
