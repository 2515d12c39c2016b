"""DNS, both sides: our server for dig, our client for dnsmasq."""

from __future__ import annotations

from pathlib import Path

from tests.free_port import free_port
from tests.jobs.models import job
from tests.peers import ask, run, serving
from tests.servers import dnsmasq


def test_dig_is_answered_over_udp_and_tcp() -> None:
    port = free_port()
    with serving(job("dns-server"), "--set", f"port={port}", endpoints=2):
        dig = ("dig", "@127.0.0.1", "-p", port, "+tries=1")
        assert ask(*dig, "www.example", "+short") == "192.0.2.1\n"
        said = ask(*dig, "nowhere.example", "AAAA")
        assert "status: NXDOMAIN" in said
        assert "WARNING" not in said
        said = ask(*dig, "+tcp", "www.example")
        assert "status: NOERROR" in said
        assert "192.0.2.1" in said
        assert "(TCP)" in said


def test_dnsmasq_is_asked_over_udp_and_tcp(tmp_path: Path) -> None:
    with dnsmasq(tmp_path) as port:
        run(job("dns-client"), "--set", f"port={port}")
