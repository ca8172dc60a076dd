"""What happens when: the two years of the demo company, played in the order of time."""

import datetime

from odoo.tools import SQL

from .clock import at_office_hours, working_day

DAYS_PER_BEAT = 61
DAYS_PER_BEAT_OF_A_SMALL_COMPANY = 122  # where two months would hold but one or two orders

GROWING = (
    "account.move",
    "account.move.line",
    "account.partial.reconcile",
    "account.payment",
    "crm.lead",
    "mail.message",
    "res.partner",
    "sale.order",
    "sale.order.line",
    "stock.move",
    "stock.move.line",
    "stock.picking",
    "stock.quant",
)


class Timeline:
    """A diary. Parts enter what is due (`at`), and `play` does it in batches.

    Odoo is fast on many records at once and slow on one, so what falls in two
    months is done together, at their end (a beat). Each item keeps the day it is
    to be dated; a beat is only when it is carried out. Whatever is due after
    today stays undone: that is how open quotations come about.
    """

    def __init__(self, scene, actions):
        """:param actions: {name: function (scene, entries)}, in the order in which they follow each other

        Entries are pairs (day, item), by day.
        """
        self.scene = scene
        self.actions = actions
        self.due = {name: [] for name in actions}
        self.growing = [scene.env[model]._table for model in GROWING if scene.has(model)]

    def at(self, day, name, item):
        """Enter `item` for the action `name` on `day` (a date; weekends become the Friday before)."""
        self.due[name].append((working_day(day), item))

    def beats(self):
        """The days on which things are done, the last of them today."""
        days = DAYS_PER_BEAT if self.scene.scale >= 0.5 else DAYS_PER_BEAT_OF_A_SMALL_COMPANY
        beats, day = [], self.scene.today
        while day > self.scene.first_day:
            beats.append(working_day(day))
            day -= datetime.timedelta(days=days)
        return beats[::-1]

    def play(self, progress):
        """:param progress: function (share done, 0 to 1)"""
        beats = self.beats()
        for done, day in enumerate(beats):
            progress(done / len(beats))
            self.scene.clock.move_to(at_office_hours(day))
            self._play_until(day)
            self._tell_planner()

    def _tell_planner(self):
        """PostgreSQL's own statistics never see a transaction under way.

        With none, it joins thousands of new rows as if there were one, and a payment takes seconds.
        """
        self.scene.env.flush_all()
        self.scene.env.cr.execute(SQL("ANALYZE %s", SQL(", ").join(map(SQL.identifier, self.growing))))

    def _play_until(self, day):
        # An action may enter more that is due already, also for an action before it.
        while any(entry[0] <= day for entries in self.due.values() for entry in entries):
            for name, action in self.actions.items():
                entries = sorted((entry for entry in self.due[name] if entry[0] <= day), key=lambda entry: entry[0])
                if entries:
                    self.due[name] = [entry for entry in self.due[name] if entry[0] > day]
                    action(self.scene, entries)
