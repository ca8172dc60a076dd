"""Which of many things worth doing fit into the free time of a few days."""


def fill(lines, free):
    """Put each line on the earliest day that has room for it, the best first.

    A greedy choice, as a person would make it: what brings most an hour is done first and soonest.

    :param lines: objects with `minutes`, `latest` (the last day it makes sense, or None) and `fixed` (the day that a
        person chose for it, or None), the best first
    :param free: {day: free minutes}, in order
    :return: {index of the line: day}; what has no room is left out
    """
    left, days = dict(free), {}
    for by_hand in (True, False):  # what a person put on a day has its room first
        for index, line in enumerate(lines):
            if by_hand != (line.fixed in left):
                continue
            for day in [line.fixed] if by_hand else left:
                if line.minutes <= left[day] and (line.latest is None or day <= line.latest or by_hand):
                    left[day] -= line.minutes
                    days[index] = day
                    break
    return days
