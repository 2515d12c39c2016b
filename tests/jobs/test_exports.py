"""A model of a client as plain Python makes the calls of its run, with the real server."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests import servers
from tests.e2e.python_calls import calls_of_run, calls_of_script, in_order
from tests.jobs.models import job
from workbench.scenario.code import to_python
from workbench.scenario.model import load
from workbench.scenario.named_values import Given
from workbench.texts import tr

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")


@contextmanager
def _rsyslogd(folder: Path) -> Iterator[int]:
    with servers.rsyslogd(folder) as (port, _log):
        yield port


SERVERS: Final[Mapping[str, Callable[[Path], AbstractContextManager[int]]]] = {
    "dns-client": servers.dnsmasq,
    "ftp-passive": servers.vsftpd,
    "http-keep-alive": servers.nginx,
    "memcached": lambda _folder: servers.memcached(),
    "mqtt-client": servers.mosquitto,
    "postgresql": lambda _folder: servers.postgres(),
    "redis": servers.redis,
    "snmp-get": servers.snmpd,
    "syslog-client": _rsyslogd,
    "tftp-client": lambda _folder: servers.tftpd(),
}


@pytest.mark.parametrize("name", SERVERS)
def test_the_script_makes_the_calls_of_the_run(name: str, tmp_path: Path) -> None:
    with SERVERS[name](tmp_path) as port:
        scenario = load(job(name), Given({"port": str(port)}))
        assert tr("scenario.not_in_code") not in to_python(scenario)
        run = calls_of_run(scenario, tmp_path / "record.swb")
        script = calls_of_script(scenario, tmp_path)
    assert in_order(script, sizes=False) == in_order(run, sizes=False)
