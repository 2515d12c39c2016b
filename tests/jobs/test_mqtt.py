"""MQTT: our broker for mosquitto's clients."""

from __future__ import annotations

from tests.jobs.models import job
from tests.peers import ask, serving


def test_mosquitto_sub_gets_what_is_published() -> None:
    with serving(job("mqtt-broker"), "--set", "port=0") as served:
        whom = ("-h", "127.0.0.1", "-p", served.port)
        said = ask("mosquitto_sub", *whom, "-t", "room/light", "-C", "1", "-v")
        assert said == "room/light on\n"
