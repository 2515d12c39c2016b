"""Syslog: our server for logger(1), our client for rsyslogd."""

from __future__ import annotations

from pathlib import Path

from tests.free_port import free_port
from tests.jobs.models import job
from tests.peers import ask, run, serving, until
from tests.servers import rsyslogd


def test_logger_is_heard_over_udp_and_tcp() -> None:
    port = free_port()
    with serving(job("syslog-server"), "--set", f"port={port}", endpoints=2):
        logger = ("logger", "--server", "127.0.0.1", "--port", port, "--rfc5424", "--tag", "job")
        ask(*logger, "--udp", "over udp")
        ask(*logger, "--tcp", "--priority", "user.err", "over tcp")


def test_rsyslogd_writes_what_it_is_sent(tmp_path: Path) -> None:
    wanted = {"line over tcp", "counted octets", "over udp"}
    with rsyslogd(tmp_path) as (port, log):
        run(job("syslog-client"), "--set", f"port={port}")
        until(lambda: log.exists() and set(log.read_text().splitlines()) == wanted)
