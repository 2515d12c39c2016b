"""Redis: our client for redis-server, our server for redis-cli and redis-benchmark."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.jobs.models import job
from tests.peers import BOUND, ask, program, run, serving
from tests.servers import redis


def test_a_key_and_a_counter(tmp_path: Path) -> None:
    with redis(tmp_path) as port:
        run(job("redis"), "--set", f"port={port}")


def test_pipelined_commands_are_answered_each_and_a_key_is_there_once_it_is_set() -> None:
    with serving(job("redis-server"), "--set", "port=0") as served:
        many = ("-P", "5", "-n", "300", "-c", "3", "-t", "ping,set,get", "--csv")
        told = ask("redis-benchmark", "-p", served.port, *many)
        assert all(f'"{name}",' in told for name in ("PING_INLINE", "PING_MBULK", "SET", "GET"))
        talk = subprocess.run(
            [program("redis-cli"), "-p", str(served.port)],
            input="GET a\nSET a hello\nGET a\nDEL a\n",
            text=True,
            capture_output=True,
            timeout=BOUND,
            check=True,
        )
        assert talk.stdout.split("\n")[:4] == ["", "OK", "hello", "ERR unknown command"]
        ask("redis-cli", "-p", served.port, "SHUTDOWN")
