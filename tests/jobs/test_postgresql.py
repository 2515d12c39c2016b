"""PostgreSQL: our client for the server, in the protocol of its own clients."""

from __future__ import annotations

from tests.jobs.models import job
from tests.peers import run
from tests.servers import postgres


def test_a_query_and_one_that_is_cancelled() -> None:
    with postgres() as port:
        run(job("postgresql"), "--set", f"port={port}")
