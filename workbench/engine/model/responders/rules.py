"""Responder `rules`: answers by the first rule that fits."""

from __future__ import annotations

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.kind import Making, ResponderKind
from workbench.engine.model.responders.reply import OnPeerClose, Reply, ResponderRuntime
from workbench.engine.model.responders.rule import Rule
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Rules(ResponderKind):
    """Rules, each of which answers one message; without `messages`, each read of a stream counts as
    one.

    Attributes:
        greet, greet_hex: what every new connection gets, at most one: a text in the endpoint's
            encoding, or a template of hex.
        placeholders: {time}, {uuid} and the like in `greet` are filled in for each connection.
        otherwise: what answers if no rule fits; `else` in a scenario.
        keep, store: what each connection has, and what is stored, before the first message; as in
            `Rule`.
    """

    rules: tuple[Rule, ...] = ()
    on_peer_close: OnPeerClose | None = None
    greet: str = ""
    otherwise: Rule | None = None
    greet_hex: str = ""
    placeholders: bool = False
    keep: tuple[tuple[str, str], ...] = ()
    store: tuple[tuple[str, str], ...] = ()

    @property
    def all(self) -> tuple[Rule, ...]:
        """All rules, in the order they are tried."""
        return self.rules if self.otherwise is None else (*self.rules, self.otherwise)

    def ready(self, making: Making) -> ResponderRuntime:
        said = Greet(self.greet, hex=self.greet_hex, placeholders=self.placeholders)
        greets = making.greeting(said)
        return ResponderRuntime(
            Reply(greets.first) if self.greet or self.greet_hex else None,
            None,
            begin=making.by_rules(self),
            greets=greets.make,
        )

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of all values that a connection may keep."""
        mine = [self.keep, *(rule.keep for rule in self.all)]
        return tuple(dict.fromkeys(name for kept in mine for name, _ in kept))

    def alone(self, rule: Rule) -> Rules:
        """A single rule by itself, to find what is wrong with it; values that other rules keep
        count as known.
        """
        return Rules((rule,), keep=tuple((name, "") for name in self.kept))

    def wraps(self) -> bool:
        return any(rule.wrap for rule in self.all)

    def reads_files(self) -> bool:
        return any(rule.lookup is not None for rule in self.all)

    def puts_in(self, layer: str) -> bool:
        return any(rule.then.layer == layer for rule in self.all)
