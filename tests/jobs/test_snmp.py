"""SNMP: our client for snmpd."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.models import job
from tests.peers import run
from tests.servers import snmpd


def test_snmpd_says_what_it_is(tmp_path: Path) -> None:
    with snmpd(tmp_path) as port:
        run(job("snmp-get"), "--set", f"port={port}")
