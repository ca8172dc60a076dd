"""The manual's page of what was measured, docs/speed.md, written from the figures of `make bench`."""

import json
import math
import os
import platform

from .paths import ROOT

PAGE = ROOT / "docs" / "speed.md"
LINES_PER_CUSTOMER = 20
ALL = "recompute, all rows written"
STEEPEST, TO = 1.1, 100_000  # the exponent of growth up to so many customers; beyond, that of B
PARTS = ("values", "predictions", "plan", "peers", "campaigns", "index")
TITLES = {
    "values": "Values, pages and what is bought",
    "predictions": "Predictions",
    "plan": "Plans of fifty salespeople",
    "peers": "The same figures in other ways",
    "campaigns": "Two hundred campaigns",
    "index": "With the covering index",
}
INTRODUCTION = """\
# How fast it is

Written by `make bench`, {cores} cores ({machine}). Medians in milliseconds of five runs after one that is not counted
(of what takes minutes, of fewer), and as ratios to **B**, the sum per customer over all posted invoice lines, under the
same settings in the same run: ratios can be compared between machines, milliseconds cannot. As many customers as stand
above a column, twenty invoice lines each, in two companies and two currencies, with a heavy tail.

Last measured:

{measured}

_Growth_ is the exponent between two sizes: 1 where ten times the lines take ten times as long. It is left out below
20 ms, and between sizes not measured with one commit on one day. ✓ and ✗ say which bounds are kept; they are meant for
100,000 customers: with fewer, what does not grow with them weighs more. Why some are missed stands on
[a page of its own](missed-bounds.md).
"""


def write(results):
    """Write the page from the last results at each size, of most touches, and of hot_paths.json.

    :return: what was written, in one line
    """
    sizes = sorted(int(file.stem.partition("-")[2]) for file in results.glob("values-*.json"))
    found = {
        part: {
            size: json.loads(file.read_text()) for size in sizes if (file := results / f"{part}-{size}.json").exists()
        }
        for part in (*PARTS, "memory")
    }
    measured = "\n".join(f"- {size:,} customers: {_measured(found['values'][size])}" for size in sizes)
    sections = [INTRODUCTION.format(measured=measured, cores=os.cpu_count(), machine=platform.machine())]
    sections += [_section(TITLES[part], found[part], sizes) for part in PARTS if found[part]]
    sections.append(_memory(found["memory"]))
    if rows := max((int(file.stem.partition("-")[2]) for file in results.glob("touchpoints-*.json")), default=0):
        sections.append(_timeline(rows, json.loads((results / f"touchpoints-{rows}.json").read_text())))
    if (file := results / "hot_paths.json").exists():
        sections.append(_hot_paths(json.loads(file.read_text())))
    PAGE.write_text("\n".join(sections))
    return f"Written: {PAGE.relative_to(ROOT)}"


def _measured(found):
    """The day and commit, and what somebody wrote beside them who knew what disturbed the machine."""
    return "; ".join(filter(None, (found["measured"], found.get("remark"))))


def _section(title, by_size, sizes):
    sizes = [size for size in sizes if size in by_size]
    names = list(by_size[sizes[-1]]["rows"])
    heads = [f"{size:,}" for size in sizes] + [f"{a:,} to {b:,}" for a, b in zip(sizes, sizes[1:], strict=False)]
    lines = [f"## {title}\n", f"| | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for name in names:
        cells = [_cell(by_size[size]["rows"].get(name)) for size in sizes]
        cells += [_growth(by_size, name, a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    for size in sizes:
        if by_size[size]["bounds"]:
            lines += [f"\n{size:,} customers:\n"] + [f"- {bound}" for bound in by_size[size]["bounds"]]
    if ALL in names and len(sizes) > 1:
        lines += ["\nGrowth:\n"] + [_growth_bound(by_size, a, b) for a, b in zip(sizes, sizes[1:], strict=False)]
    return "\n".join(lines) + "\n"


def _cell(row):
    if not row:
        return ""
    spread = "once" if row["runs"] == 1 else f"{row['least']:,.0f}–{row['most']:,.0f}"
    return f"{row['median']:,.0f} ms ({spread}), {row['ratio']:.2f} B"


def _growth(by_size, name, smaller, larger):
    rows = [by_size[size]["rows"].get(name) for size in (smaller, larger)]
    if not all(rows) or rows[0]["median"] < 20 or not _together(by_size, smaller, larger):
        return ""
    return f"{_exponent(by_size, name, smaller, larger):.2f}"


def _together(by_size, smaller, larger):
    """Whether two sizes were measured with one commit on one day: else their milliseconds may be of two machines."""
    return by_size[smaller]["measured"] == by_size[larger]["measured"]


def _exponent(by_size, name, smaller, larger):
    before, after = (by_size[size]["rows"][name]["median"] for size in (smaller, larger))
    return math.log(after / before) / math.log(larger / smaller)


def _growth_bound(by_size, smaller, larger):
    """Up to TO customers at most an exponent; beyond, that of B, which is to take as many B as before at most."""
    if larger <= TO:
        found = _exponent(by_size, ALL, smaller, larger)
        kept, words = found <= STEEPEST, f"{found:.2f}, at most {STEEPEST:.2f}"
    else:
        before, after = (by_size[size]["rows"][ALL]["ratio"] for size in (smaller, larger))
        kept, words = after <= before, f"{before:.2f} B and {after:.2f} B, at most as many"
    if not _together(by_size, smaller, larger):
        words += f" (measured {by_size[smaller]['measured']} and {by_size[larger]['measured']})"
    return f"- {'✓' if kept else '✗'} {ALL}, {smaller:,} to {larger:,}: {words}"


def _memory(by_size):
    lines = [f"- {size:,} customers ({found['measured']}): {found['bounds'][0]}" for size, found in by_size.items()]
    return "\n".join(["## Memory\n", *lines]) + "\n"


def _timeline(touches, found):
    lines = [
        "## One customer's timeline among many touches\n",
        f"Written by `make bench TOUCHPOINTS={touches}`, last {found['measured']}: the first page of 40 and the number"
        f" of all, as different people may see it, among {touches:,} rows of messages, documents, mailing traces and"
        " the like. The usual customer has about 120 touches, the busy one 1,000, the giant 1 to 3 % of all. The ratio"
        " is to a plain UNION ALL over the same tables, through the same indexes, without rules and titles.\n",
        "| | median | UNION ALLs | SQL statements |",
        "|---|---|---|---|",
    ]
    for name, row in found["rows"].items():
        spread = f" ({row['least']:,.1f}–{row['most']:,.1f})" if row["runs"] > 1 else " (once)"
        ratio = f"{row['ratio']:.2f}" if row["ratio"] else ""
        lines.append(f"| {name} | {row['median']:,.1f} ms{spread} | {ratio} | {row['statements']} |")
    return "\n".join([*lines, "", *(f"- {bound}" for bound in found["bounds"])]) + "\n"


def _hot_paths(found):
    lines = [
        "## Odoo's busiest moments\n",
        f"Last measured {found['measured']}. Median of twenty pairs, a process without and one with the addon asked in"
        " turn.\n",
        "| | without | with | ratio |",
        "|---|---|---|---|",
    ]
    for name, moment in found["moments"].items():
        kept = "✓" if moment["ratio"] <= moment["at_most"] else "✗"
        ratio = f"{kept} {moment['ratio']:.3f}, at most {moment['at_most']}"
        lines.append(f"| {name} | {moment['without']:.1f} ms | {moment['with']:.1f} ms | {ratio} |")
    return "\n".join(lines) + "\n"
