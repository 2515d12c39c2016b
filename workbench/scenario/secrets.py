"""Secrets of a scenario: what the record is told about them, and reports without them."""

from __future__ import annotations

from workbench.payload.masking import LEAST, Masker
from workbench.scenario.steps import Scenario
from workbench.texts import Problem


def secrets_of(scenario: Scenario) -> list[dict[str, str]]:
    """The secrets in the form that the record keeps: name, environment variable and value."""
    return [
        {"name": name, "env": env, "value": str(scenario.values[name])}
        for name, env in scenario.secrets.items()
        if name in scenario.values
    ]


def too_short(scenario: Scenario) -> list[str]:
    """The names of secrets too short to be masked: they would occur everywhere."""
    return [
        secret["name"] for secret in secrets_of(scenario) if len(secret["value"].encode()) < LEAST
    ]


def masker_of(scenario: Scenario) -> Masker:
    """Masks the reports of a scenario."""
    return Masker(secret["value"] for secret in secrets_of(scenario))


def masked_problem(problem: Problem, masker: Masker) -> Problem:
    """The sentence with its values masked."""
    made = Problem(
        problem.key, **{key: _masked(item, masker) for key, item in problem.args_.items()}
    )
    return problem if made.args_ == problem.args_ else made


def _masked(item: object, masker: Masker) -> object:
    if isinstance(item, Problem):
        return masked_problem(item, masker)
    if isinstance(item, bool | int | float) or item is None:
        return item
    return masker.text(str(item))
