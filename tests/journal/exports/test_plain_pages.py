"""Plain pages are the same lines as rows put together one by one, whatever stands among them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.conftest import event
from workbench.engine.model.events import ConnectionNamed, ConnectionOpened, EndpointAdded, Transfer
from workbench.journal.exports.jsonl import JsonLines
from workbench.journal.exports.plain_pages import LEAST, PASSED_OVER, PlainPages
from workbench.journal.masked import Masked
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.journal.schema import SECRETS

ROWS = 12 * LEAST
Put = Callable[[Recorder], None]


def transfer(
    place: int, payload: bytes = b"hello", args: str = "65536", connection: int | None = None
) -> Transfer:
    number = place % 3 + 1 if connection is None else connection
    call, asked = ("recv", args) if place % 2 else ("send", "")
    shape = (1, number, call, asked, "127.0.0.1:9" if number == 3 else None)
    return (shape, 1000 * place, 7, len(payload) + (place == 50), payload)


def nothing(_: Recorder) -> None:
    pass


def put(*items: Transfer) -> Put:
    def put_all(recorder: Recorder) -> None:
        for item in items:
            recorder.put(item)

    return put_all


AMONG: dict[str, Put] = {
    "nothing": nothing,
    "a header": put(transfer(1, b"GET / HTTP/1.1\r\nCookie: a=secret\r\n\r\n")),
    "a header over two rows": put(
        transfer(1, b"x\r\nCoo", connection=2), transfer(1, b"kie: secret\r\n", connection=2)
    ),
    "the end of a word": put(transfer(1, b"it is a cook")),
    "a value": lambda recorder: recorder.keep_beside(SECRETS, [{"name": "v", "value": "hello"}]),
    "an end of stream": put(transfer(1, b"")),
    "two sizes": put(transfer(1, b"a", "10")),
    "a call that failed": lambda recorder: recorder.put(
        event(call="recv", connection=1, errno="ECONNRESET", error="ConnectionResetError")
    ),
    "a note": lambda recorder: recorder.put(event(kind="note", call="mark", args="'x'")),
    "a name": lambda recorder: recorder.put(ConnectionNamed(1, "127.0.0.1:1", "127.0.0.1:2")),
    "a row of nobody": lambda recorder: recorder.put(event(connection=None, payload=b"x")),
}


def recorded(path: Path, among: Put) -> None:
    recorder = Recorder(path)
    recorder.start()
    recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    for number in (1, 2, 3):
        recorder.put(ConnectionOpened(number, 1, None, "127.0.0.1:7", f"[::1]:{number}", number))
    for half in range(2):
        for place in range(ROWS // 2):
            recorder.put(transfer(place))
        recorder.flush()
        if not half:
            among(recorder)
    recorder.close()


def printed(path: Path, limit: int, *, plainly: bool) -> tuple[str, int]:
    """The lines of a record in pages of so many, and how many of these were plain."""
    with closing(Reader(path)) as reader:
        masked, lines = Masked(reader), JsonLines()
        pages = PlainPages(reader, masked, lines)
        text, at, plain = "", 1, 0
        while at <= reader.count():
            found = pages.page(at, limit) if plainly else None
            if found is None:
                rows = reader.page(at, limit)
                found = len(rows), lines.of(masked.rows(rows))
            else:
                plain += 1
            text += found[1]
            at += found[0]
        return text, plain


@pytest.mark.parametrize("limit", [LEAST - 1, LEAST, 4 * LEAST])
@pytest.mark.parametrize("what", AMONG)
def test_lines_are_those_of_rows(tmp_path: Path, what: str, limit: int) -> None:
    recorded(tmp_path / "r.swb", AMONG[what])
    text, plain = printed(tmp_path / "r.swb", limit, plainly=True)
    assert text == printed(tmp_path / "r.swb", limit, plainly=False)[0]
    assert "736563726574" not in text  # the word in hex
    few = limit < LEAST or what in {"a value", "two sizes"}
    assert plain >= (0 if few else ROWS // limit - 2 * (PASSED_OVER + 1))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE entry SET payload = 'text' WHERE seq = 99",
        "UPDATE entry SET t_ns = -1 WHERE seq = 99",
        "UPDATE entry SET amount = 'many' WHERE seq = 99",
        "UPDATE entry SET connection = 77 WHERE seq = 99",
        "UPDATE entry SET shape = 77 WHERE seq = 99",
        "UPDATE connection SET peer = x'00' WHERE id = 2",
        "UPDATE shape SET args = 5",
        "DELETE FROM entry WHERE seq = 99",
    ],
)
def test_what_is_damaged_is_looked_at_closely(tmp_path: Path, damage: str) -> None:
    recorded(tmp_path / "r.swb", nothing)
    with closing(sqlite3.connect(tmp_path / "r.swb")) as db:
        db.execute(damage)
        db.commit()
    for limit in (LEAST, ROWS):
        text, _ = printed(tmp_path / "r.swb", limit, plainly=True)
        assert text == printed(tmp_path / "r.swb", limit, plainly=False)[0]


def test_where_secrets_are_shown_no_page_is_plain(tmp_path: Path) -> None:
    recorded(tmp_path / "r.swb", nothing)
    with closing(Reader(tmp_path / "r.swb")) as reader:
        reader.shows_secrets = True
        assert PlainPages(reader, Masked(reader), JsonLines()).page(1, ROWS) is None
