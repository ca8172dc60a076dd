"""Time travel for one transaction, so that Odoo itself dates what the demo company did."""

import contextlib
import datetime

# Office hours in UTC: no day boundary is crossed in Hamburg or in Denver.
OPENS, CLOSES = 14, 17


class Clock:
    """The moment the demo company lives in: `today`, `now` and what Odoo takes for them.

    Both of Odoo's clocks follow: the Python one (`fields.Date.today()`) through
    freezegun and the transaction's (`create_date`) through the cursor, where
    the ORM reads it.
    """

    def __init__(self, env):
        self.cursor = env.cr
        self.frozen = None
        self.now = None

    @property
    def today(self):
        return self.now.date()

    @contextlib.contextmanager
    def travelling(self, start):
        """Inside, time stands where `move_to` put it last; afterwards it is today again.

        :param start: date
        """
        import freezegun  # only whoever fills a demo database has it

        before = self.cursor._now
        # What waits is written down under the date it belongs to.
        self.cursor.flush()
        self.now = at_office_hours(start)
        try:
            with freezegun.freeze_time(self.now) as self.frozen:
                self.move_to(self.now)
                yield self
                self.cursor.flush()
        finally:
            self.frozen = None
            self.cursor._now = before

    def move_to(self, moment):
        """:param moment: naive datetime in UTC"""
        self.cursor.flush()
        self.now = moment
        self.frozen.move_to(moment)
        self.cursor._now = moment


def at_office_hours(day, random=None):
    """A moment of that day when both companies work, as naive UTC."""
    hour, minute = (random.randint(OPENS, CLOSES), random.randint(0, 59)) if random else (OPENS, 0)
    return datetime.datetime.combine(day, datetime.time(hour, minute))


def working_day(day):
    """That day, or the Friday before where it is a Saturday or Sunday."""
    return day - datetime.timedelta(days=max(0, day.weekday() - 4))
