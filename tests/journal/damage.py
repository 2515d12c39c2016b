"""Damage to a record, drawn from a seed; and everything that is done with a record."""

from __future__ import annotations

import io
import random
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from workbench.engine.model.events import (
    CALL,
    COMMAND,
    END,
    NOTE,
    Cause,
    ConnectionClosed,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Kind,
    SampleTaken,
)
from workbench.engine.model.serialize import settings_json
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.explain.evidence import evidence_of
from workbench.explain.explain import as_python, explain
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.query import parse
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.journal.schema import SCHEMAS
from workbench.scenario.code import to_python
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import parse as parse_scenario
from workbench.scenario.write import to_toml
from workbench.texts import Problem
from workbench.viewmodel.log_cells import title_of

_Row = tuple[int, int | None, Kind, str, str, int | None, str | None, str | None, bytes | None]
"""Endpoint, connection, kind, call, arguments, result, errno, error and payload of an event."""
FILTERS = (
    "",
    "call:recv",
    "-errno:*",
    "text:中文",
    "duration>1us",
    "time>10:00",
    "#2",
    "size>=3",
    "peer:127*",
    "kind:command|note -cause:*",
    "abc",
)
TABLES = SCHEMAS[2].tables
CELLS = (
    "NULL",
    "x'ff00fe'",
    "x'80'",
    "9e999",
    "-9e999",
    "1.5",
    "-1",
    "0",
    "9223372036854775807",
    "-9223372036854775808",
    "4611686018427387904",
    "'abc'",
    "''",
    "'9' || hex(zeroblob(3000))",
    "CAST(x'ff41' AS TEXT)",
    "CAST(x'eda080' AS TEXT)",
    "CAST(x'41001b5b' AS TEXT)",
    "char(27, 7)",
    "char(8238)",
    "char(10)",
    "'{'",
    "'[1]'",
    "'{\"encoding\": 5}'",
    "'{\"state\": 7}'",
    "'null'",
    "replace(hex(zeroblob(9000)), '00', '[')",
    "replace(hex(zeroblob(9000)), '00', '(')",
    "'1e999'",
    "'text=5'",
    "'''\\''",
    "'settings={}'",
    "'connection=[1]'",
    "'()'",
    "'call'",
    "'note'",
    "'connect'",
    "'configure'",
    "'send'",
    "'ECONNRESET'",
    "'EADDRINUSE'",
    "'TimeoutError'",
    "'LISTEN'",
    "'listener'",
    "zeroblob(70000)",
    "12345678901234",
)


def write(path: Path) -> None:
    """A record with something of each kind."""
    recorder = Recorder(path)
    recorder.start()
    server = EndpointSettings("server-1", Role.LISTENER, address="127.0.0.1:0", encoding="gbk")
    client = EndpointSettings("client-1", Role.STREAM, address="@server-1")
    for number, item in enumerate((server, client), 1):
        recorder.put(
            EndpointAdded(
                number, item.name, item.role.value, item.family, item.type, settings_json(item)
            )
        )
    recorder.put(ConnectionOpened(1, 1, None, "127.0.0.1:80", None))
    recorder.put(ConnectionOpened(2, 2, None, "127.0.0.1:9", "127.0.0.1:80", 1))
    recorder.put(ConnectionOpened(3, 1, 1, "127.0.0.1:80", "127.0.0.1:9", 1))
    t_ns = 0
    for round_ in range(4):
        for endpoint, connection, kind, call, args, result, errno, error, payload in _rows(round_):
            t_ns += 1_000_000
            cause = Cause()
            cause.seq = round_ * 17 + 2
            peer = "127.0.0.1:9" if call == "accept" else None
            size = None if payload is None else len(payload)
            event = Event(
                t_ns, 900, endpoint, connection, kind, call, args, result, errno, error, peer, size,
                payload, cause,
            )  # fmt: skip
            recorder.put(event)
        recorder.put(SampleTaken(t_ns, 2, '{"state": "SYN_SENT", "retransmits": 2, "unacked": 3}'))
        recorder.put(SampleTaken(t_ns, 1, '{"state": "LISTEN", "unacked": 3, "sacked": 2}'))
    recorder.put(ConnectionClosed(2))
    recorder.close()
    assert recorder.failed is None


def _rows(round_: int) -> tuple[_Row, ...]:
    settings = f"settings={{'role': 'stream', 'name': {round_}}}"
    return (
        (1, None, COMMAND, "start", "", None, None, None, None),
        (1, 1, CALL, "socket", "AF_INET, SOCK_STREAM", 5, None, None, None),
        (1, 1, CALL, "bind", "('127.0.0.1', 80)", None, "EADDRINUSE", "OSError", None),
        (2, None, COMMAND, "connect", "", None, None, None, None),
        (2, 2, CALL, "connect", "('127.0.0.1', 80)", None, "EINPROGRESS", "BlockingIOError", None),
        (2, 2, END, "connect", "('127.0.0.1', 80)", 0, None, None, None),
        (1, 1, CALL, "accept", "", 6, None, None, None),
        (2, None, COMMAND, "send", "text='abc'", None, None, None, None),
        (2, 2, CALL, "send", "", 3, None, None, b"abc"),
        (1, 3, CALL, "recv", "65536", 4, None, None, "中文".encode("gbk")),
        (1, 3, CALL, "recv", "65536", 0, None, None, b""),
        (2, 2, CALL, "recv", "10", None, "ECONNRESET", "ConnectionResetError", None),
        (2, 2, END, "connect", "('127.0.0.1', 80)", None, None, "TimeoutError", None),
        (1, None, NOTE, "internal_error", "'x'", None, None, None, None),
        (1, None, NOTE, "not_done", "'engine.no_socket', {}", None, None, None, None),
        (0, None, NOTE, "note", "a mark", None, None, None, None),
        (2, None, COMMAND, "configure", settings, None, None, None, None),
    )


def damage(whole: bytes, path: Path, seed: int) -> None:
    """The record with something wrong in it: bits of the file, or values of its cells."""
    dice = random.Random(seed)
    if seed % 2:
        path.write_bytes(whole)
        with closing(sqlite3.connect(path)) as db, db, suppress(sqlite3.Error):
            for _ in range(dice.choice((1, 1, 2, 5, 30))):
                _spoil(db, dice)
        return
    data = bytearray(whole)
    for _ in range(dice.choice((1, 1, 2, 5, 30, 300))):
        place = dice.randrange(100, len(data)) if dice.random() < 0.9 else dice.randrange(100)
        data[place] = dice.choice(
            (dice.randrange(256), data[place] ^ 1 << dice.randrange(8), 0, 255)
        )
    if dice.random() < 0.1:
        del data[dice.randrange(len(data)) :]
    path.write_bytes(data)


def _spoil(db: sqlite3.Connection, dice: random.Random) -> None:
    table = dice.choice([*TABLES, *["entry", "shape"] * 3])
    if dice.random() < 0.1:
        db.execute(f"DELETE FROM {table} WHERE abs(random()) % 5 = 0")
        return
    column = dice.choice(TABLES[table])
    where = dice.choice(("1", f"abs(random()) % {dice.randrange(1, 9)} = 0"))
    if dice.random() < 0.3:  # as a hand that writes into the file: no column has a type of its own
        db.execute("PRAGMA writable_schema=ON")
        db.execute(
            "UPDATE sqlite_master SET sql = replace(replace(replace(sql, ' NOT NULL', ''),"
            " ' INTEGER,', ','), ' TEXT', '') WHERE type = 'table' AND name = ?",
            (table,),
        )
        db.execute(f"PRAGMA schema_version={dice.randrange(1, 2**30)}")
    db.execute(f"UPDATE OR IGNORE {table} SET {column} = {dice.choice(CELLS)} WHERE {where}")


def use(path: Path) -> int:
    """Do all that the command line and the window do with a record; how often it was refused."""
    refused = 0
    for lenient in (False, True):
        try:
            reader = Reader(path, lenient=lenient)
        except Problem as problem:
            _said(problem)
            return 1
        with closing(reader):
            for step in (_export, _look, _again):
                try:
                    step(reader)
                except Problem as problem:
                    _said(problem)
                    refused += 1
    return refused


def _said(problem: Problem) -> None:
    assert problem.text.isprintable()


def _export(reader: Reader) -> None:
    forms = list(EXPORTS.values())
    for number, term in enumerate(FILTERS):
        condition = parse(term, wall_ns=reader.clock.wall_ns)
        for form in forms if not term else [forms[number % len(forms)]]:
            out = io.BytesIO()
            form.write(reader, out, condition)
            out.getvalue().decode("utf-8")


def _look(reader: Reader) -> None:
    names = {row.name for row in reader.endpoints()}
    for item in reader.connections()[:20]:
        reader.number_of(item.id)
        reader.socket_kind(item.id)
        reader.accept_of(item.id)
        for sample in reader.samples(item.id):
            assert isinstance(sample.values, dict)
    condition = parse("kind:call")
    assert condition is not None
    reader.left_out(condition, 0, 200)
    reader.tally(condition, 0, 200)
    for row in reader.page(1, 60):
        explain(row, title=title_of(row), evidence=evidence_of(reader, row))
        as_python(row)
        reader.calls_of(row.seq)
        reader.led_to(row.seq, "listen")
        reader.caused_by(row.seq)
        reader.accepted(row)
        if row.endpoint in names:
            reader.seq_at(row.t_ns, row.endpoint or "")
    reader.roles()


def _again(reader: Reader) -> None:
    made = scenario_of(reader)
    try:
        read = parse_scenario(to_toml(made))
    except Problem:
        return
    compile(to_python(read), "script", "exec", dont_inherit=True, flags=0)
