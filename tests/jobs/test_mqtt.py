"""MQTT: our broker for mosquitto's clients, our clients for mosquitto."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.models import job
from tests.peers import ask, run, serving
from tests.servers import mosquitto


def test_mosquitto_sub_gets_what_is_published() -> None:
    with serving(job("mqtt-broker"), "--set", "port=0") as served:
        whom = ("-h", "127.0.0.1", "-p", served.port)
        said = ask("mosquitto_sub", *whom, "-t", "room/light", "-C", "1", "-v")
        assert said == "room/light on\n"


def test_mosquitto_delivers_what_is_published(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port:
        run(job("mqtt-client"), "--set", f"port={port}")
