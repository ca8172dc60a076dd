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
    by_hand = [index for index, line in enumerate(lines) if line.fixed in left]
    # What a person put on a day has its room first; where there is none, it goes where it would have gone.
    for index, choice in [*((index, True) for index in by_hand), *((index, False) for index in range(len(lines)))]:
        line = lines[index]
        for day in [line.fixed] if choice else left:
            timely = choice or line.latest is None or day <= line.latest
            if index not in days and timely and line.minutes <= left[day]:
                left[day] -= line.minutes
                days[index] = day
    return days
