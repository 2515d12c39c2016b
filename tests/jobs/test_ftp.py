"""FTP: our client for vsftpd."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.models import job
from tests.peers import run
from tests.servers import vsftpd


def test_a_file_is_fetched_over_passive_connections(tmp_path: Path) -> None:
    with vsftpd(tmp_path) as port:
        run(job("ftp-passive"), "--set", f"port={port}")
