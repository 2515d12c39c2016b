"""What came and is sent again becomes a value."""

from __future__ import annotations

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.payload.templates import BUILT_IN
from workbench.scenario.answers import Answer
from workbench.scenario.carried_values import Carried
from workbench.scenario.expected import expectation, parts_of
from workbench.scenario.varying import Circumstances, Part

ENCODINGS = {"client": "utf-8"}
SESSION = Answer("client", "recv", 1, 1, 1, 0, 5, b"s-1\r\n")


def carried(*talk: c.Send | bytes, left: frozenset[tuple[int, int]] = frozenset()) -> Carried:
    """Commands and answers, in the rows 1, 2, 3 …"""
    answers = [
        Answer("client", "recv", 1, 1, seq, 0, len(item), item)
        for seq, item in enumerate(talk, 1)
        if isinstance(item, bytes)
    ]
    parts = {
        item.seq: parts_of(item, "utf-8", Circumstances(now=1_795_888_938.0), None, None)
        for item in answers
    }
    made = Carried(answers, parts, ENCODINGS, left)
    for seq, item in enumerate(talk, 1):
        if not isinstance(item, bytes):
            made.look(seq, item)
    made.finish()
    made.expected = [  # type: ignore[attr-defined]
        expectation(item, made.parts.get(item.seq, ()), "utf-8", None, made.names)
        for item in answers
    ]
    return made


def sent(made: Carried, seq: int, command: c.Send) -> c.Send:
    found = made.filled(seq, command, frozenset({*made.names, *BUILT_IN}))
    assert isinstance(found, c.Send)
    return found


def test_a_number_of_an_answer_is_sent_back() -> None:
    command = c.Send("client", text="cas a 0 0 2 7\r\nhi {time}\r\n")
    made = carried(c.Send("client", text="set a 0 0 5\r\n"), b"VALUE a 0 5 7\r\nhello\r\n", command)
    assert made.names == {"value"}
    assert sent(made, 3, command).text == "cas a 0 0 2 {value}\r\nhi {{time}}\r\n"
    assert made.expected[0].regex == r"^VALUE a 0 5 (?P<value>\d+)\r\nhello\r\n"  # type: ignore[attr-defined]


def test_a_short_number_is_not_taken_out_of_a_larger_one() -> None:
    command = c.Send("client", text="ADD 1 2\r\n")
    for banner in (
        "WELCOME calc/1.0",
        "calc 1.5",
        "calc 0.1",
        "on 3-1-99",
        "at 1:30",
        "at 30:1",
        "1,5 V",
        "v4/1",
        "-1",
    ):
        made = carried(f"{banner}\r\n".encode(), command)
        assert (banner, made.names) == (banner, set())
        assert sent(made, 2, command) == command
    # a second run had another one there
    made = Carried([SESSION], {1: [Part(2, 3, "differs", r"\d+")]}, ENCODINGS)
    made.look(2, command)
    assert made.names == {"s"}
    for answer in ("ID 1", "ID: 1.", "id=1,", '{"id":1}', "(1)"):
        made = carried(f"{answer}\r\n".encode(), command)
        assert (answer, len(made.names)) == (answer, 1)


def test_a_cookie_comes_back_in_an_answer_too() -> None:
    command = c.Send("client", text="GET / HTTP/1.1\r\nCookie: sid=Xk38dq\r\n\r\n")
    made = carried(b"Set-Cookie: sid=Xk38dq; Path=/\r\n", command, b"you are Xk38dq\n")
    (name,) = made.names
    assert sent(made, 2, command).text == f"GET / HTTP/1.1\r\nCookie: sid={{{name}}}\r\n\r\n"
    assert made.expected[1].regex == f"^you are {{{name}}}\\n"  # type: ignore[attr-defined]


def test_bytes_of_a_key_are_sent_back() -> None:
    key = bytes.fromhex("000012 34fffefdfc".replace(" ", ""))
    command = c.Send("client", hex=f"00000010 04d2162e {key.hex()}")
    made = carried(b"\xffK\x00\x00\x00\x0c" + key + b"Z\x00\x00\x00\x05I", command)
    assert made.names == {"pid", "key"}
    assert sent(made, 2, command).hex == "00 00 00 10 04 d2 16 2e {pid} {key}"
    assert "{pid:4} {key:4}" in made.expected[0].hex  # type: ignore[attr-defined]


def test_a_port_of_an_answer_is_connected_to() -> None:
    settings = EndpointSettings("data", Role.STREAM, address="127.0.0.1:48154")
    for answer, address in (
        (b"227 Passive (127,0,0,1,188,26).\r\n", "127.0.0.1:{p1*256+p2}"),
        (b"229 Extended (|||48154|)\r\n", "127.0.0.1:{port}"),
        (b"nothing of the kind\r\n", "127.0.0.1:48154"),
    ):
        assert carried(answer).address(settings, 9).address == address


def test_what_is_left_as_it_came_is_not_carried() -> None:
    command = c.Send("client", text="kill 1234\r\n")
    assert carried(b"id 1234\r\n", command).names == {"id"}
    made = carried(b"id 1234\r\n", command, left=frozenset({(1, 3)}))
    assert not made.names
    assert sent(made, 2, command) == command


def test_what_was_sent_before_is_ours() -> None:
    command = c.Send("client", text="get a1\r\n")
    assert not carried(c.Send("client", text="set a1\r\n"), b"stored a1\r\n", command).names
