"""SNMP, both sides: our client for snmpd, our agent for snmpget and snmpwalk."""

from __future__ import annotations

from pathlib import Path

from tests.free_port import free_port
from tests.jobs.models import job
from tests.peers import ask, run, serving
from tests.servers import snmpd


def test_snmpd_says_what_it_is(tmp_path: Path) -> None:
    with snmpd(tmp_path) as port:
        run(job("snmp-get"), "--set", f"port={port}")


def test_snmpget_and_snmpwalk_are_answered() -> None:
    port = free_port()
    how = ("-v2c", "-c", "public", "-On", "-t", "20", f"127.0.0.1:{port}")
    with serving(job("snmp-agent"), "--set", f"port={port}"):
        said = ask("snmpget", *how, "1.3.6.1.2.1.1.1.0")
        # The first of the SNMP programs on a machine says before it that it made its folder.
        assert said.endswith('.1.3.6.1.2.1.1.1.0 = STRING: "an agent of rules"\n')
        said = ask("snmpwalk", *how, "1.3.6.1.2.1.2.2.1.2")
        assert [line.partition(" = ")[2] for line in said.splitlines() if " = " in line][:2] == [
            'STRING: "lo"',
            'STRING: "eth0"',
        ]
        assert "No more variables" in said
        assert "No Such Object" in ask("snmpget", *how, "1.3.6.1.2.1.1.9.0")
