"""What happens when: the two years of the demo company, played day by day in order."""

import datetime

from .clock import at_office_hours, working_day


class Timeline:
    """A diary. Parts enter what is due (`at`), and `play` does it in batches.

    Odoo is fast on many records at once and slow on one, so the days of a week
    are played together, on a day of that week (a beat). What an item must be
    dated is its own `day`; a beat is only when it is carried out. Whatever is
    due after today stays undone: that is how open quotations come about.
    """

    def __init__(self, scene, actions):
        """:param actions: {name: function (scene, items)}, in the order in which they follow each other on one day"""
        self.scene = scene
        self.actions = actions
        self.due = {name: [] for name in actions}

    def at(self, day, name, item):
        """Enter `item` for the action `name` on `day`; where that day is over it is done in the present beat."""
        self.due[name].append((day, item))

    def beats(self):
        """The days on which things are done: one working day a week, a month where there is little to do."""
        days = 7 if self.scene.scale >= 0.5 else 28
        random = self.scene.random("beats")
        beats, end = [], self.scene.today
        while end > self.scene.first_day:
            beats.append(working_day(end) if not beats else working_day(end - datetime.timedelta(random.randint(0, 4))))
            end -= datetime.timedelta(days=days)
        return sorted(set(beats))

    def play(self, progress):
        """:param progress: function (share done, 0 to 1)"""
        random = self.scene.random("hours")
        beats = self.beats()
        for done, day in enumerate(beats):
            self.scene.clock.move_to(at_office_hours(day, random))
            self._play_day(day)
            if done % 8 == 0:
                progress(done / len(beats))

    def _play_day(self, day):
        # An action may enter more for the same day, also for an action before it.
        again = True
        while again:
            again = False
            for name, action in self.actions.items():
                items = sorted((entry for entry in self.due[name] if entry[0] <= day), key=lambda entry: entry[0])
                if items:
                    self.due[name] = [entry for entry in self.due[name] if entry[0] > day]
                    action(self.scene, [item for _day, item in items])
                    again = True
