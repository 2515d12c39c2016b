"""NTP: our server for ntplib."""

from __future__ import annotations

from tests.jobs.models import job
from tests.peers import ask, serving

QUERY = """
import ntplib, sys
answer = ntplib.NTPClient().request("127.0.0.1", port=int(sys.argv[1]), version=4, timeout=30)
print(answer.stratum, answer.mode, abs(answer.offset) < 30)
"""


def test_ntplib_reads_the_time() -> None:
    with serving(job("ntp-server"), "--set", "port=0") as served:
        assert ask("/usr/bin/python3", "-c", QUERY, served.port) == "1 4 True\n"
