"""Which ports bind() is tried with."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.engine.sockets.test_port_holder import OTHER
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.explain.evidence import evidence_of
from workbench.explain.explain import explain
from workbench.journal.notes import note_text
from workbench.session import Session


def test_the_search_ends_with_another_error_than_a_taken_port(
    session: Session, do: Do, rows: Rows
) -> None:
    session.add(
        EndpointSettings("server", Role.LISTENER, address="192.0.2.1:40000", port_search=True)
    )  # TEST-NET-1: no machine has it
    session.beyond_loopback = True
    assert do(c.Start("server")).errno == "EADDRNOTAVAIL"
    assert [row.call for row in rows("server")].count("bind") == 1


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's tables are read from /proc")
def test_who_has_a_taken_port_is_a_row_and_what_explain_says(
    session: Session, do: Do, until: Until
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", OTHER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        port = int(other.stdout.readline())
        session.add(EndpointSettings("server", Role.LISTENER, address=f"127.0.0.1:{port}"))
        assert do(c.Start("server")).errno == "EADDRINUSE"
        note = until("server", call="port_held")
        assert other.stdin is not None
        other.stdin.close()
    assert note_text(note).startswith(f"127.0.0.1:{port} is held by python")
    assert note_text(note).endswith(f", process {other.pid}.")
    with closing(session.journal.reader()) as reader:
        refused = next(row for row in reader.page(1, 1000) if row.errno == "EADDRINUSE")
        told = explain(refused, title="bind()", evidence=evidence_of(reader, refused))
    assert (note_text(note),) in [section.paragraphs for section in told.sections]
