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


def test_pipelined_commands_are_answered_each_and_what_is_set_is_there_for_others() -> None:
    with serving(job("redis-server"), "--set", "port=0") as served:
        many = ("-P", "5", "-n", "300", "-c", "3", "-t", "ping,set,get", "--csv")
        told = ask("redis-benchmark", "-p", served.port, *many)
        assert all(f'"{name}",' in told for name in ("PING_INLINE", "PING_MBULK", "SET", "GET"))

        def cli(*commands: str) -> list[str]:
            """What a connection of its own is answered."""
            talk = subprocess.run(
                [program("redis-cli"), "-p", str(served.port)],
                input="".join(f"{command}\n" for command in commands),
                text=True,
                capture_output=True,
                timeout=BOUND,
                check=True,
            )
            return talk.stdout.split("\n")[: len(commands)]

        said = cli("GET a", 'SET a "any value"', "GET a", "SET b 8", "INCR b", "INCR c", "INCR c")
        assert said == ["", "OK", "any value", "OK", "9", "1", "2"]
        said = cli("GET a", "GET b", "DEL a", "DEL a", "GET a", "INCR c", "EXISTS c")
        assert said == ["any value", "9", "1", "0", "", "3", "ERR unknown command"]
        ask("redis-cli", "-p", served.port, "SHUTDOWN")
