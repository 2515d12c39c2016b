"""The cells of the log: what was called and what came back, and nothing else."""

from __future__ import annotations

import pytest

from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.serialize import command_row
from workbench.explain.evidence import Hollow
from workbench.journal.reader import Row
from workbench.payload.notation import show
from workbench.viewmodel.log_cells import (
    PREVIEW,
    call_text,
    command_text,
    data_text,
    result_text,
    took_text,
    who_text,
)

BARE = Row(1, 0, 0, "call", "client", 2, "send", "", 0, None, None, None, None, None, None, None)


def row(**values: object) -> Row:
    return BARE._replace(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"number": 1}, "client #1"),
        ({"endpoint": None, "connection": None}, ""),
    ],
)
def test_who(values: dict[str, object], shown: str) -> None:
    assert who_text(row(**values)) == shown


def test_who_has_no_number_where_there_is_one_socket() -> None:
    assert who_text(row()) == "client"


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"size": 17}, "send(17 B)"),
        (
            {"call": "sendto", "size": 5, "args": "('127.0.0.1', 9)"},
            "sendto(5 B, ('127.0.0.1', 9))",
        ),
        ({"call": "recv", "args": "65536", "size": 17}, "recv(65536)"),
        ({"call": "bind", "args": "('::1', 80, 0, 0)"}, "bind(('::1', 80, 0, 0))"),
        ({"size": None, "errno": "EPIPE"}, "send()"),
    ],
)
def test_the_call_as_in_python_and_bytes_as_their_size(
    values: dict[str, object], shown: str
) -> None:
    assert call_text(row(**values)) == shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"call": "socket", "result": 9}, "fd 9"),
        ({"call": "accept", "result": 11}, "fd 11"),
        ({"call": "send", "result": 0}, "0"),
        ({"call": "recv", "result": 17}, "17"),
        ({"call": "recvfrom", "result": 0}, "0"),
        ({"call": "getsockopt", "result": 1}, "1"),
        ({"call": "bind", "result": 0}, "ok"),
        ({"call": "connect", "result": None}, ""),
        ({"result": None, "errno": "EPIPE", "error": "BrokenPipeError"}, "EPIPE"),
        ({"result": None, "error": "TimeoutError"}, "TimeoutError"),
        ({"kind": "note", "call": "port_moved", "result": 0}, ""),
    ],
)
def test_the_result(values: dict[str, object], shown: str) -> None:
    assert result_text(row(**values)) == shown


@pytest.mark.parametrize(
    ("nanoseconds", "shown"),
    [
        (0, "0 us"),
        (11_400, "11 us"),
        (999_400, "999 us"),
        (1_000_000, "1.0 ms"),
        (80_040_000, "80.0 ms"),
        (999_900_000, "999.9 ms"),
        (1_000_000_000, "1.00 s"),
        (3_003_000_000, "3.00 s"),
    ],
)
def test_the_time_it_took_in_the_unit_that_reads_best(nanoseconds: int, shown: str) -> None:
    assert took_text(row(duration_ns=nanoseconds)) == shown


def test_a_time_just_below_a_unit_is_not_a_thousand_of_the_smaller_one() -> None:
    for nanoseconds in (999_600, 999_999, 999_960_000, 999_999_999):
        assert not took_text(row(duration_ns=nanoseconds)).startswith("1000")


def test_a_note_took_no_time() -> None:
    assert took_text(row(kind="note")) == ""


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_last_column(language: str) -> None:
    texts.set_language(language)
    data = "连接已创建\r\n".encode()
    assert data_text(row(result=len(data), size=len(data), payload=data)) == "连接已创建\\r\\n"
    assert (
        data_text(row(call="recvfrom", result=2, size=2, payload=b"hi", peer="127.0.0.1:9"))
        == "127.0.0.1:9  hi"
    )
    assert data_text(row(call="accept", result=9, peer="127.0.0.1:9")) == "127.0.0.1:9"
    assert "127.0.0.1:9" in data_text(row(call="connect", result=0, local="127.0.0.1:9"))
    assert data_text(row(call="recv", result=0)) == texts.tr("log.eof")
    deaf = data_text(row(call="recv", result=0), hollow=Hollow(7, how="SHUT_RD"))
    assert deaf == texts.tr("log.eof_deaf", how="SHUT_RD")
    assert "SHUT_RD" in deaf
    lost = data_text(row(call="recv", result=0), hollow=Hollow(7, errno="ECONNRESET"))
    assert lost == texts.tr("log.eof_after_error", errno="ECONNRESET")
    assert data_text(row(call="bind", result=0)) == ""
    assert data_text(row(kind="note", call="note", args="it hangs here")) == "it hangs here"


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_bytes_that_were_not_kept_are_marked(language: str) -> None:
    texts.set_language(language)
    shown = data_text(row(call="recv", result=20_000, size=20_000, payload=b"x" * 4096))
    assert shown.startswith("x" * PREVIEW)
    assert "15904" in shown.replace(",", "").replace(" ", "")
    assert "20000" in shown.replace(",", "").replace(" ", "")


def test_bytes_of_a_stranger_change_nothing_but_their_cell() -> None:
    """Control characters, markup and direction marks come out as escapes or as they are typed."""
    hostile = b"\x1b[31m<b>x</b>\x00\x07\n\t" + "\u202e".encode()
    shown = data_text(row(call="recv", result=len(hostile), size=len(hostile), payload=hostile))
    assert shown == show(hostile)
    assert not [char for char in shown if char < " " or char == "\u202e"]
    assert "<b>x</b>" in shown


def test_what_is_cut_in_the_middle_of_a_character_is_still_text() -> None:
    data = ("a" + "连" * 100).encode()
    shown = data_text(row(call="recv", result=len(data), size=len(data), payload=data))
    assert shown.startswith("a连连")


def test_what_a_layer_understood_has_bytes_and_no_time() -> None:
    message = row(kind="layer", call="messages.recv", args="", result=7, duration_ns=0)
    assert (result_text(message), took_text(message)) == ("7", "")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "the end of the run asked: Stop (client): 2 calls"),
        ("zh_CN", "运行结束：停止（client）：2 个调用"),
    ],
)
def test_what_the_end_of_a_run_stopped_nobody_asked_for(language: str, said: str) -> None:
    texts.set_language(language)
    call, args = command_row(c.Stop("client", at_end=True))
    stop = row(kind="command", call=call, args=args, result=None)
    assert command_text(stop, 2) == said
    assert command_text(stop._replace(endpoint="lab-client"), 2).startswith(said[:5])
    assert command_text(stop._replace(args="")).startswith(("you asked", "你的操作"))
