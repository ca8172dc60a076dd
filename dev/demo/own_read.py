"""Reads somebody's sales export, without Odoo: python -m dev.demo.own_read FILE --lines OUT --refused OUT.

Prints as JSON what was found, keeps the lines for the loader, and lists those that cannot be loaded.
"""

import argparse
import json
import pickle
from collections import Counter
from datetime import date
from pathlib import Path

from babel import Locale

from .own_cells import ORDERS
from .own_columns import Unreadable
from .own_lines import read_sales


def summary(path, sales):
    """What the person is told, a line each."""
    reasons = Counter(reason for _number, reason, _excerpt in sales.refused)
    days = [line.day for line in sales.lines]
    told = [
        f"{path.name}: {', '.join(sales.told)}",
        "Columns: " + ", ".join(f"{role} = {heading}" for role, heading in sales.columns.items()),
        f"{len(sales.lines):,} lines of {min(days)} to {max(days)}; {len(sales.refused):,} cannot be loaded"
        + "".join(f"; {reason}: {count:,}" for reason, count in reasons.most_common()),
    ]
    if sales.marked:
        told.append(
            "Lines of credit notes: " + ", ".join(f"{why}: {count:,}" for why, count in sales.marked.most_common())
        )
    if below := sum(line.price < 0 for line in sales.lines):
        told.append(f"Lines with a price below zero, taken off their document or credited: {below:,}")
    if nobody := sum(not line.customer for line in sales.lines):
        told.append(f"Lines without a customer, which are in the sums and not ranked: {nobody:,}")
    return told


def write_refused(file, sales):
    """The lines that cannot be loaded, with number and reason."""
    with open(file, "w", encoding="utf-8") as out:
        for number, reason, excerpt in sales.refused:
            out.write(f"line {number}: {reason}: {excerpt}\n")


def main():
    """Read a file, keep its lines, and print {"told": […]} or {"problem": …}."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--lines", type=Path, required=True)
    parser.add_argument("--refused", type=Path, required=True)
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--decimal", choices=(".", ","))
    parser.add_argument("--order", choices=ORDERS)
    chosen = parser.parse_args()
    try:
        if chosen.currency not in Locale("en").currencies:
            raise Unreadable(f"There is no currency {chosen.currency}: CURRENCY=EUR, say.")
        sales = read_sales(chosen.file, date.today(), chosen.decimal, chosen.order)
        write_refused(chosen.refused, sales)
        if not sales.lines:
            raise Unreadable(f"No line of {chosen.file.name} can be loaded: {chosen.refused} says why.")
    except Unreadable as problem:
        print(json.dumps({"problem": str(problem)}))
        return
    with open(chosen.lines, "wb") as out:
        pickle.dump(sales, out)
    print(json.dumps({"told": summary(chosen.file, sales)}))


if __name__ == "__main__":
    main()
