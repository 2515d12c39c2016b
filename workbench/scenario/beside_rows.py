"""Stores in the record what outputs mask and conversations ignore, before any such row exists."""

from __future__ import annotations

from collections.abc import Collection

from workbench.journal.schema import IGNORED, SECRETS
from workbench.scenario.ignored import kept
from workbench.scenario.secrets import secrets_of, too_short
from workbench.scenario.steps import Scenario
from workbench.session import Session


def keep_beside(session: Session, scenario: Scenario, known: Collection[str] = ()) -> None:
    """Store secrets, which outputs mask, and what endpoints ignore, which a conversation folds.

    `known`: the names of secrets that the record knows already.
    """
    for key, items in ((SECRETS, secrets_of(scenario)), (IGNORED, kept(scenario))):
        if items:
            session.journal.keep_beside(key, items)
    for name in too_short(scenario):
        if name not in known:
            session.note("secret_short", repr(name))
