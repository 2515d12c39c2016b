"""Redis: our client for redis-server."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.models import job
from tests.peers import run
from tests.servers import redis


def test_a_key_and_a_counter(tmp_path: Path) -> None:
    with redis(tmp_path) as port:
        run(job("redis"), "--set", f"port={port}")
