"""Who was in touch with a customer, when and by what: the touches added up."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

# What the customer does with a document is no way of reaching us.
NO_ROUTES = ("sale", "invoice", "payment", "delivery")


@dataclass
class InTouch:
    """Of one customer, contact or lead. Only real conversations tell when, and who knows them."""

    count: int = 0
    last: datetime | bool = False
    last_in: datetime | bool = False
    last_out: datetime | bool = False
    channels: Counter = field(default_factory=Counter)  # of all touches
    routes: Counter = field(default_factory=Counter)  # channels by which the customer reached us
    people: Counter = field(default_factory=Counter)  # users, of all touches
    talkers: Counter = field(default_factory=Counter)  # users, of the conversations

    def add(self, direction, channel, conversation, automatic, user, count, date):
        """Take in `count` touches that are alike, the last of them at `date`."""
        self.count += count
        self.channels[channel] += count
        if automatic:
            return
        if user:
            self.people[user] += count
        if direction == "in" and channel not in NO_ROUTES:
            self.routes[channel] += count
        if not conversation or direction == "none":
            return
        self.last = max(date, self.last or date)
        if direction == "in":
            self.last_in = max(date, self.last_in or date)
        else:
            self.last_out = max(date, self.last_out or date)
        if user:
            self.talkers[user] += count

    @property
    def known_by(self):
        """The users who talked with them and are still here, most first."""
        return [user for user, _count in self.talkers.most_common() if user.active]

    def silent_days(self, now):
        """Whole days since the last conversation, 0 where a clock is ahead; False where there was none."""
        return max((now - self.last).days, 0) if self.last else False
