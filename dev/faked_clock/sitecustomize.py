"""Read by each Python that goes by another clock (dev.other_day): its time.sleep.

Python sleeps until a moment of the monotonic clock, and that libfaketime 0.9.10 works out wrongly where this clock is
left alone: OSError, invalid argument.
"""

import select
import time


def sleep(seconds):
    """Wait for so many seconds."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
