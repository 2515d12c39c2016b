"""HTTP: our client for nginx."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.models import job
from tests.peers import run
from tests.servers import nginx


def test_nginx_answers_on_one_connection(tmp_path: Path) -> None:
    with nginx(tmp_path) as port:
        run(job("http-keep-alive"), "--set", f"port={port}")
