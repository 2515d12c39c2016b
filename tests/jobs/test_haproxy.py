"""haproxy: it finds our server up and down, and tells it whose connection it is."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.models import job
from tests.peers import run
from tests.servers import checking_haproxy


def test_haproxy_sees_our_server_come_and_go(tmp_path: Path) -> None:
    with checking_haproxy(tmp_path) as (front, server, control):
        given = {"front": front, "server": server, "stats": control}
        run(job("haproxy-check"), *[f"--set={name}={value}" for name, value in given.items()])
