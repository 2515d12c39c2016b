"""HTTP: our client for nginx, our server for curl."""

from __future__ import annotations

import json
from pathlib import Path

from tests.jobs.models import job
from tests.peers import ask, run, serving
from tests.servers import nginx


def test_nginx_answers_on_one_connection(tmp_path: Path) -> None:
    with nginx(tmp_path) as port:
        run(job("http-keep-alive"), "--set", f"port={port}")


def test_curl_gets_pages_and_json_and_tries_again(tmp_path: Path) -> None:
    with serving(job("http-server"), "--set", "port=0") as served:
        at = f"http://127.0.0.1:{served.port}"
        assert ask("curl", "-sS", f"{at}/hello", f"{at}/hello", f"{at}/none") == (
            "hello\nhello\nno such page\n"
        )
        connects = ask("curl", "-sS", "-w", "%{num_connects}", f"{at}/slow", f"{at}/hello")
        assert connects == "late\n1hello\n0"
        said = ask("curl", "-sS", "--json", '{"name": "Ada", "age": 41}', f"{at}/greet")
        assert json.loads(said) == {"hello": "Ada", "next": 42}
        assert "missing" in ask("curl", "-sS", "--json", '{"name": "Ada"}', f"{at}/greet")
        again = ask("curl", "-sS", "--retry", "3", f"{at}/busy")
        assert again.endswith("at last\n")
        ask("curl", "-sS", "--fail", f"{at}/done")
