"""Modbus TCP: our server for mbpoll (libmodbus)."""

from __future__ import annotations

from tests.jobs.models import job
from tests.peers import ask, serving


def test_mbpoll_reads_writes_and_is_refused() -> None:
    with serving(job("modbus-server"), "--set", "port=0") as served:
        mbpoll = ("mbpoll", "-m", "tcp", "-p", served.port, "-0", "-1", "-t")
        said = ask(*mbpoll, "4", "-r", "0", "-c", "3", "127.0.0.1")
        assert said.split("[0]:")[1].split() == ["100", "[1]:", "200", "[2]:", "300"]
        assert "Written 1 references." in ask(*mbpoll, "4", "-r", "1", "127.0.0.1", "7")
        said = ask(*mbpoll, "3", "-r", "0", "127.0.0.1", status=1)
        assert "Illegal function" in said
