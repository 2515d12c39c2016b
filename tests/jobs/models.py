"""The ready models of real talks."""

from __future__ import annotations

from pathlib import Path

from workbench.resources import resource


def job(name: str) -> Path:
    return resource(f"scenarios/jobs/{name}.toml")
