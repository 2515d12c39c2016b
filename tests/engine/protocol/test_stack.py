"""Stacks as transcripts: what goes in at which moment, and what is to be done then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from tests.engine.protocol.framed import BYE, HELLO, TICK, TICKS, Framed, Upper
from workbench.engine.model.ending import Ending
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.protocol import stack as stacks
from workbench.engine.protocol.delayed_replies import DelayedReplies
from workbench.engine.protocol.layer import (
    Action,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.engine.protocol.responder import compile_responder
from workbench.engine.protocol.responder_layer import ResponderLayer
from workbench.engine.protocol.stack import Stack, ready_layers
from workbench.texts import Problem

BARE = EndpointSettings("it", Role.STREAM)
TABLE: Mapping[str, str] = {
    "framed": "tests.engine.protocol.framed:Framed",
    "upper": "tests.engine.protocol.framed:Upper",
}


def stack_of(responder: Responder, *layers: Layer) -> Stack:
    messages = any(layer.gives_messages for layer in layers)
    made = compile_responder(responder).for_connection(
        stream=not messages, tell=lambda _call, _args: None
    )
    return Stack(list(layers), ResponderLayer(made, DelayedReplies(), messages=messages))


def told(actions: Sequence[Action]) -> list[Action]:
    """Without the rows, and with bytes where there may be views."""
    return [
        ToPeer(bytes(action.data)) if isinstance(action, ToPeer) else action
        for action in actions
        if not isinstance(action, LayerRow)
    ]


def framed(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


# -- the responder alone ----------------------------------------------------------------------


def test_an_empty_stack_is_open_at_once_and_greets() -> None:
    stack = stack_of(Greet("hello"))
    assert told(stack.start(0.0)) == [Opened(), ToPeer(b"hello")]
    assert stack.opened
    assert told(stack.receive(b"x", 1.0)) == []


def test_a_greeting_that_closes() -> None:
    stack = stack_of(Greet("bye", then=Then.CLOSE))
    assert told(stack.start(0.0)) == [Opened(), ToPeer(b"bye"), End(Ending.CLOSE)]


def test_an_echo_and_the_end_of_stream() -> None:
    stack = stack_of(Echo())
    stack.start(0.0)
    assert told(stack.receive(memoryview(b"abc"), 1.0)) == [ToPeer(b"abc")]
    assert told(stack.receive_end(2.0)) == [PeerFinished()]


def test_delayed_replies_keep_their_order_and_close_last() -> None:
    late = Rule(Match.EXACT, "late", "L", delay=1.0)
    last = Rule(Match.EXACT, "last", "Z", then=Then.CLOSE)
    now = Rule(Match.EXACT, "now", "N")
    stack = stack_of(Rules((late, last, now)))
    stack.start(0.0)
    assert told(stack.receive(b"now", 0.0)) == [ToPeer(b"N")]
    assert told(stack.receive(b"late", 0.0)) == [Wake("top:reply", 1.0)]
    assert told(stack.receive(b"last", 0.25)) == [Wake("top:reply", 0.75)]  # behind the late one
    assert told(stack.wake("top:reply", 0.5)) == [Wake("top:reply", 0.5)]  # too early
    assert told(stack.wake("top:reply", 1.0)) == [ToPeer(b"L"), ToPeer(b"Z"), End(Ending.CLOSE)]


def test_another_responder_goes_on_with_what_waits() -> None:
    delayed = DelayedReplies()
    rules = compile_responder(Rules((Rule(Match.CONTAINS, "a", "A", delay=1.0),)))
    rules = rules.for_connection(stream=True, tell=lambda _call, _args: None)
    stack = Stack([], ResponderLayer(rules, delayed, messages=False))
    stack.start(0.0)
    stack.receive(b"a", 0.0)
    stack.replace_responder(ResponderLayer(compile_responder(Echo()), delayed, messages=False))
    assert told(stack.receive(b"b", 0.5)) == [Wake("top:reply", 0.5)]
    assert told(stack.wake("top:reply", 1.0)) == [ToPeer(b"A"), ToPeer(b"b")]


# -- with layers ------------------------------------------------------------------------------


def test_the_greeting_waits_for_the_topmost_layer() -> None:
    stack = stack_of(Greet("Hello"), Upper(BARE), Framed(BARE))
    assert told(stack.start(0.0)) == [ToPeer(HELLO)]
    assert not stack.opened
    assert told(stack.receive(b"H", 0.1)) == []
    # the lower one makes small letters of what came: no hello of the upper one's
    assert told(stack.receive(b"I\n", 0.2)) == [End(Ending.POLITE, "FRAMED_NO_HELLO")]
    stack = stack_of(Greet("Hello"), Framed(BARE), Upper(BARE))
    assert told(stack.start(0.0)) == [ToPeer(HELLO)]
    assert told(stack.receive(HELLO, 0.1)) == [
        Opened(),
        ToPeer(framed(b"HELLO")),
        Wake("0:tick", TICK),
    ]
    assert stack.opened


def test_both_ways_in_one_turn_cut_anywhere() -> None:
    wire = HELLO + framed(b"ONE") + framed(b"") + framed(b"THREE")
    for cut in range(len(wire)):
        stack = stack_of(Echo(), Framed(BARE), Upper(BARE))
        stack.start(0.0)
        actions = stack.receive(wire[:cut], 0.1) + stack.receive(wire[cut:], 0.2)
        sent = b"".join(action.data for action in told(actions) if isinstance(action, ToPeer))
        assert sent == framed(b"ONE") + framed(b"") + framed(b"THREE")  # an empty one is one


def test_what_is_asked_for_goes_through_all_layers() -> None:
    stack = stack_of(Nothing(), Framed(BARE), Upper(BARE))
    stack.start(0.0)
    stack.receive(HELLO, 0.0)
    assert stack.send(b"abc", 1.0) == [
        LayerRow("framed.send", "3", payload=b"ABC", sent=True),
        ToPeer(framed(b"ABC")),
    ]


def test_a_row_stands_before_what_it_tells_of() -> None:
    stack = stack_of(Echo(), Framed(BARE))
    stack.start(0.0)
    stack.receive(HELLO, 0.0)
    assert [type(action) for action in stack.receive(framed(b"x"), 0.1)] == [
        LayerRow,
        LayerRow,
        ToPeer,
    ]


def test_a_timer_is_its_layers() -> None:
    tick = TICKS.to_bytes(2, "big")
    stack = stack_of(Greet("hello"), Framed(BARE))
    stack.start(0.0)
    stack.receive(HELLO, 0.0)
    assert stack.wake("0:tick", TICK) == [ToPeer(tick), Wake("0:tick", TICK)]
    # a layer that is put in below begins; those above have begun, and greet nobody again
    assert told(stack.insert(0, Upper(BARE), 0.1)) == [Opened()]
    assert stack.wake("0:tick", 2 * TICK)[-1] == Wake("0:tick", TICK)  # though it stands higher


def test_a_fault_ends_it_with_the_words_of_those_below() -> None:
    stack = stack_of(Echo(), Framed(BARE), Framed(BARE))
    stack.start(0.0)
    stack.receive(HELLO + framed(HELLO), 0.0)
    ended = told(stack.receive(framed((5000).to_bytes(2, "big")), 1.0))
    assert ended == [
        ToPeer(framed(b"TOO LONG")),
        ToPeer(BYE),
        Wake("0:tick", None),
        End(Ending.POLITE, "FRAMED_TOO_LONG"),
    ]
    assert stack.ended
    assert stack.receive(framed(framed(b"more")), 2.0) == []
    assert stack.send(b"more", 2.0) == []


def test_an_end_of_stream_in_the_middle_is_a_fault() -> None:
    stack = stack_of(Echo(), Framed(BARE))
    stack.start(0.0)
    stack.receive(HELLO + b"\0", 0.0)
    assert told(stack.receive_end(1.0)) == [End(Ending.CLOSE, "FRAMED_CUT")]


def test_bytes_from_before_a_layer_are_no_input_of_it() -> None:
    stack = stack_of(Nothing(), Framed(BARE))
    stack.start(0.0)
    stack.receive(HELLO + b"\0", 0.0)
    with pytest.raises(Problem) as caught:
        stack.insert(0, Upper(BARE), 1.0)
    assert caught.value.key == "engine.bytes_before_layer"


def test_a_layer_lets_through_what_it_does_not_override() -> None:
    layer = Layer()
    assert layer.start(0.0) == (Opened(),)
    assert layer.receive(b"x", 0.0) == (ToApp(b"x"),)
    assert layer.send(b"x", 0.0) == (ToPeer(b"x"),)
    assert layer.receive_end(0.0) == (PeerFinished(),)
    assert (layer.wake("", 0.0), layer.close(0.0), layer.unread()) == ((), (), b"")


# -- the table --------------------------------------------------------------------------------


def test_layers_stand_in_the_order_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stacks, "LAYERS", TABLE)
    settings = EndpointSettings("it", Role.STREAM, layers=("upper", "framed"))
    assert [type(make()) for make in ready_layers(settings).values()] == [Framed, Upper]


def test_what_cannot_be_stacked(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Problem) as caught:
        ready_layers(EndpointSettings("it", Role.STREAM, layers=("upper",)))
    assert caught.value.key == "engine.unknown_layer"
    monkeypatch.setattr(stacks, "LAYERS", TABLE)
    for role, type_ in ((Role.DATAGRAM, "SOCK_DGRAM"), (Role.STREAM, "SOCK_SEQPACKET")):
        with pytest.raises(Problem) as caught:
            ready_layers(EndpointSettings("it", role, type=type_, layers=("upper",)))
        assert caught.value.key == "engine.layers_need_a_stream"
