"""TFTP: our server for curl, our client for tftpd."""

from __future__ import annotations

from tests.jobs.models import job
from tests.peers import ask, run, serving
from tests.servers import tftpd


def test_curl_fetches_a_file_and_hears_that_another_is_not_there() -> None:
    with serving(job("tftp-server"), "--set", "port=0") as served:
        where = f"tftp://127.0.0.1:{served.port}"
        assert ask("curl", "-sS", f"{where}/hello.txt") == "hello\n"
        ask("curl", "-sS", f"{where}/other.txt", status=68)  # CURLE_TFTP_NOTFOUND


def test_tftpd_gives_a_file_and_says_that_another_is_not_there() -> None:
    with tftpd() as port:
        run(job("tftp-client"), "--set", f"port={port}")
