"""memcached: our client changes a key that nobody else has changed, and only then."""

from __future__ import annotations

from tests.jobs.models import job
from tests.peers import run
from tests.servers import memcached


def test_memcached_checks_and_sets() -> None:
    with memcached() as port:
        run(job("memcached"), "--set", f"port={port}")
