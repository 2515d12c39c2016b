"""The verdict on a case, from whether its scenario held and from what the record shows.

A scenario holds where the other end does what RFC 6455 requires. What the RFC only recommends (a
Close frame before the end, its code, the status of a refusal) does not change that; it is reported.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from workbench.checkup.case import Bench, CheckCase, Wants, spelled
from workbench.checkup.observed import Observed
from workbench.frozen import dataclass
from workbench.texts import Problem, tr


class CheckVerdict(StrEnum):
    """The verdict on a case.

    Attributes:
        OK: it did what the RFC says.
        STRAYS: it did not.
        INFO: the RFC leaves it open, or only recommends what it did not do.
        LEFT: it was not tried.
    """

    OK = "ok"
    STRAYS = "strays"
    INFO = "info"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Judged:
    """A case with its verdict.

    Attributes:
        did: what the other end did, as sentences.
        why: what makes it stray, or is worth knowing; None: nothing is.
        reason: why a step of the scenario did not hold; None: all held.
        seconds: how long it took.
    """

    case: CheckCase
    verdict: CheckVerdict
    did: tuple[Problem, ...] = ()
    why: Problem | None = None
    reason: Problem | None = None
    seconds: float = 0.0

    @property
    def told(self) -> str:
        """What the other end did, in the current language."""
        said = [problem.text for problem in self.did]
        if self.why is not None:
            said.append(self.why.text)
        return in_a_row(said)

    @property
    def word(self) -> str:
        """The verdict as a word, with the section that was violated."""
        word = tr(f"checkup.verdict.{self.verdict}")
        if self.verdict is CheckVerdict.STRAYS:
            return tr("checkup.strays_from", word=word, section=spelled(self.case.section))
        return word


def in_a_row(sentences: Iterable[str]) -> str:
    """Join sentences as the current language does: Chinese puts no space between them."""
    first, *others = [*sentences] or [""]
    for sentence in others:
        first = tr("checkup.then", first=first, second=sentence)
    return first


def judge(
    case: CheckCase, bench: Bench, seen: Observed, failed: Problem | None, seconds: float
) -> Judged:
    """The verdict on one case; `failed`: why its scenario did not hold; None: it did."""
    verdict, why = _verdict(case, bench, seen, failed)
    did = tuple(seen.sentences(ends=case.wants in {Wants.FAILS, Wants.CLOSES}))
    return Judged(case, verdict, did, why, failed, seconds)


def _verdict(
    case: CheckCase, bench: Bench, seen: Observed, failed: Problem | None
) -> tuple[CheckVerdict, Problem | None]:
    broken = next(iter(seen.faults), None)
    if broken is not None:
        return CheckVerdict.STRAYS, Problem(
            "checkup.why.fault", key=broken.key, section=spelled(broken.section)
        )
    if seen.after_answer:
        return CheckVerdict.STRAYS, Problem("checkup.why.after_answer")
    if failed is not None and _is_own_close(case, bench, seen):
        assert seen.closed is not None
        return CheckVerdict.INFO, Problem("checkup.why.own_close", code=seen.closed[0])
    if failed is not None and _is_allowed_close(case, seen):
        code = "/".join(map(str, case.codes))
        return CheckVerdict.INFO, Problem("checkup.why.allowed_close", code=code)
    if failed is not None:
        return _not_held(case, seen)
    match case.wants:
        case Wants.FAILS | Wants.CLOSES:
            return _ended(case, seen)
        case Wants.REFUSES:
            return _refused(seen)
        case Wants.ANSWERS | Wants.OPENS if case.codes:
            return _answered(case, seen)
        case Wants.GOES_ON:
            return _went_on(case, bench, seen)
    return CheckVerdict.OK, None


def _not_held(case: CheckCase, seen: Observed) -> tuple[CheckVerdict, Problem | None]:
    """The verdict on a case that did not hold, from what else the record shows."""
    status = seen.status or 0
    if case.name == "deflate_bad_offer" and _ERRORS <= status < _BROKEN_DOWN:
        return CheckVerdict.INFO, Problem("checkup.why.whole_refusal")
    verdict = CheckVerdict.STRAYS if case.must else CheckVerdict.INFO
    if case.name == "other_version" and status >= _ERRORS:
        return verdict, Problem("checkup.why.no_version")
    return verdict, None


_OF_PROTOCOL = frozenset({1002, 1007, 1005, 1006})
"""Close codes about the protocol, or about nothing; all others are the application's."""
_BROKEN = 1011
"""The code of a program that could not go on (RFC 6455 7.4.1)."""


def _is_own_close(case: CheckCase, bench: Bench, seen: Observed) -> bool:
    """Whether the application ended the talk for reasons of its own: it need not accept a message
    that means nothing to it, or more than one (RFC 6455 7.4.1: 1000, 1003, 1008, 4000). An echo
    server has no such reason.
    """
    return (
        case.wants is Wants.GOES_ON
        and seen.closed is not None
        and seen.closed[0] not in _OF_PROTOCOL
        and not (bench.echoes and seen.closed[0] == _BROKEN)
    )


def _is_allowed_close(case: CheckCase, seen: Observed) -> bool:
    """Whether something that must be accepted may be refused with this code: a message that is too
    long.
    """
    return case.wants is Wants.GOES_ON and seen.closed is not None and seen.closed[0] in case.codes


def _ended(case: CheckCase, seen: Observed) -> tuple[CheckVerdict, Problem | None]:
    """The verdict on a case in which the connection had to end, or could."""
    if not seen.end and seen.closed is None and not case.must:
        return CheckVerdict.INFO, Problem("checkup.why.taken")
    if not seen.opened or not case.codes:  # a case of heads: the end is all there can be
        return CheckVerdict.OK, None
    if seen.closed is None:
        return CheckVerdict.INFO, Problem("checkup.why.no_close", code=case.codes[0])
    if seen.closed[0] not in case.codes:
        wanted = " / ".join(map(str, case.codes))
        return CheckVerdict.INFO, Problem(
            "checkup.why.other_code", code=seen.closed[0], wanted=wanted
        )
    if seen.end == "reset":
        return CheckVerdict.INFO, Problem("checkup.why.reset")
    return CheckVerdict.OK, None


def _refused(seen: Observed) -> tuple[CheckVerdict, Problem | None]:
    """The verdict on a refusal: a success status says nothing about the fault, but is not 101
    either.
    """
    if seen.status is not None and seen.status >= _ERRORS:
        return CheckVerdict.OK, None
    return CheckVerdict.INFO, Problem("checkup.why.no_error", status=seen.status)


_ERRORS = 400
_BROKEN_DOWN = 500
"""From here on a status says that the server itself is at fault (RFC 9110 15.6)."""


def _answered(case: CheckCase, seen: Observed) -> tuple[CheckVerdict, Problem | None]:
    """The verdict on a response: whether its status is the recommended one."""
    if seen.status in case.codes:
        if case.wants is Wants.ANSWERS and not case.must:
            return CheckVerdict.INFO, Problem(f"checkup.why.{case.name}_{seen.status}")
        return CheckVerdict.OK, None
    wanted = " / ".join(map(str, case.codes))
    status = "-" if seen.status is None else seen.status
    return CheckVerdict.INFO, Problem("checkup.why.other_status", status=status, wanted=wanted)


def _went_on(case: CheckCase, bench: Bench, seen: Observed) -> tuple[CheckVerdict, Problem | None]:
    if "deflate" in case.name and not seen.deflate:
        return CheckVerdict.INFO, Problem("checkup.why.no_deflate")
    if not (bench.pongs or seen.messages):
        return CheckVerdict.INFO, Problem("checkup.why.unseen")
    return CheckVerdict.OK, None
