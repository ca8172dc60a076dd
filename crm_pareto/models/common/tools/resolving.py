"""Audiences that ask for one another: how deep, how many, and never for themselves."""

from dataclasses import dataclass, field

from odoo.exceptions import UserError

RESOLVING = "pareto_resolving"  # in the context
DEEPEST = 5  # audiences that ask one for the other, in a row
MOST = 50  # in all, for the customers of one


class Entangled(UserError):
    """An audience asks for itself, by way of others perhaps, or for too many others."""


@dataclass(frozen=True, eq=False)
class Resolving:
    """Which audiences are being resolved, in the context of what asks further. Of our own class: no client sends it."""

    path: tuple = ()  # ids, each asked for by the one before
    asked: list = field(default_factory=list)  # ids, of all paths from the first audience

    @classmethod
    def of(cls, env):
        value = env.context.get(RESOLVING)
        return value if isinstance(value, cls) else cls()

    def resolve(self, audience):
        """
        :return: the Resolving within this audience
        :raises Entangled: where that would have no end, or be too much
        """
        id_ = audience._origin.id
        if id_ and id_ in self.path:
            raise Entangled(audience.env._("An audience cannot ask for itself: take it out of its own filter."))
        if len(self.path) >= DEEPEST or len(self.asked) >= MOST:
            raise Entangled(audience.env._("Too many audiences ask for one another: ask for their customers instead."))
        self.asked.append(id_)
        return Resolving((*self.path, id_), self.asked)
