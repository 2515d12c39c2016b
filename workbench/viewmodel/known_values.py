"""The values of a window: names in braces in what is sent, saved and answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final

from workbench.frozen import dataclass
from workbench.payload.masking import LEAST
from workbench.payload.templates import Value
from workbench.texts import Problem


@dataclass(frozen=True, slots=True)
class TypedValue:
    """One row of the editor of values.

    Attributes:
        secret: it is masked in everything that leaves the program; the record keeps its bytes.
    """

    name: str
    value: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class KnownValues:
    """The values by name.

    Attributes:
        values: by name. secrets: the texts of those that are masked.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()


NO_VALUES: Final = KnownValues()


def with_values(text: str, known: KnownValues) -> str:
    """A text with these values in place of their names in braces; other braces stay."""
    for name, value in known.values.items():
        text = text.replace(f"{{{name}}}", value.data.decode())
    return text


def fault(row: TypedValue, others: Iterable[TypedValue] = ()) -> Problem | None:
    """Why a row is not a value; None: it is one. `others`: those before it."""
    from workbench.scenario.values import Wrong, check_name  # the module that reads scenario files

    try:
        check_name(row.name, ("values",))
    except Wrong as wrong:
        return wrong.problem
    if any(other.name == row.name for other in others):
        return Problem("values.twice", name=row.name)
    if row.secret and len(row.value.encode()) < LEAST:
        return Problem("values.short", least=LEAST)
    return None


def known_values(rows: Iterable[TypedValue]) -> KnownValues:
    """The values of these rows; a later one with the same name does not count."""
    good: list[TypedValue] = []
    for row in rows:
        wrong = fault(row, good)
        if wrong is None or wrong.key == "values.short":
            good.append(row)
    return KnownValues(
        {row.name: Value(row.value.encode(), encoding="utf-8") for row in good},
        tuple(row.value for row in good if row.secret and row.value),
    )
