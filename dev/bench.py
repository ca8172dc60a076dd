"""The command behind `make bench`: generate, measure at each size, and write the manual's page of it."""

import datetime
import json
import shutil
import statistics
import subprocess
from contextlib import ExitStack, contextmanager

from . import python_env, speed_page
from .console import Failure, step
from .paths import LOGS, ROOT

RESULTS = ROOT / "benchmarks" / "results"  # kept with the project: the manual's page is written from all of them
MEASURED = {
    "values": "Values, pages and what is bought",
    "predictions": "Predictions",
    "plan": "Plans of salespeople",
    "peers": "The same figures in other ways",
    "memory": "Memory",
    "campaigns": "Campaigns",
}
# From so many customers on, only what grows with them by itself: the rest takes hours and tells nothing new.
MANY, OF_MANY = 500_000, ("values", "memory")
STARTS, PAIRS = 6, 8
# While millions of rows are written; measured is with PostgreSQL's own settings.
WRITING = {"max_wal_size": "12GB", "checkpoint_timeout": "30min"}
MOST_SLOWER = 1.03


def values(odoo, ensure, sizes):
    """Measure everything at each size, then write docs/speed.md.

    :param ensure: makes a database with these apps current, from the benchmark's template
    """
    for customers in sizes:
        database = f"crm_pareto_bench_{customers}"
        ensure(database)
        _generate(odoo, database, "customers", f"A company of {customers:,} customers, 20 lines each", customers)
        for what, title in MEASURED.items():
            if customers >= MANY and what not in OF_MANY:
                continue
            if what == "campaigns":
                print(_generate(odoo, database, "campaigns", "200 campaigns, and ten touches a customer"))
            print(_measure(odoo, database, what, f"{title}, {customers:,} customers", customers))
        if customers < MANY:
            print(_with_index(odoo, database, customers))
    print(speed_page.write(RESULTS))


def campaigns(odoo, ensure, sizes):
    """The campaigns alone, at each size."""
    for customers in sizes:
        database = f"crm_pareto_bench_{customers}"
        ensure(database)
        _generate(odoo, database, "customers", f"A company of {customers:,} customers, 20 lines each", customers)
        print(_generate(odoo, database, "campaigns", "200 campaigns, and ten touches a customer"))
        print(_measure(odoo, database, "campaigns", f"Campaigns, {customers:,} customers"))


def touchpoints(odoo, database, rows):
    """The report of touches over so many rows; then docs/speed.md is written."""
    print(_generate(odoo, database, "touchpoints", f"{rows:,} rows of touches", rows))
    print(_measure(odoo, database, "touchpoints", f"The report of {rows:,} touches", rows))
    print(speed_page.write(RESULTS))


def _generate(odoo, database, what, title, count=0):
    with step(title), odoo.server.with_settings(**WRITING):
        written = odoo.run_script(
            database, "benchmarks", ["--generate", what, "--count", str(count)], "Generating", None
        )
    if not (odoo.stage(database) or {}).get(f"vacuumed_{what}"):
        with step("Vacuuming"):
            odoo.server.query("VACUUM ANALYZE", database)
        odoo.mark(database, **{f"vacuumed_{what}": "yes"})
    return written


def _measure(odoo, database, what, title, size=None):
    words, file = ["--measure", what], RESULTS / f"{what}-{size}.json"
    if size:
        words += ["--results", str(file)]
    with step(f"Measured: {title}"):
        table = odoo.run_script(database, "benchmarks", words, "Measuring", None)
    if size:
        _keep(file, json.loads(file.read_text()))
    return table


def _keep(file, found):
    file.write_text(json.dumps({**found, "measured": _now()}, indent=1, ensure_ascii=False) + "\n")


def _now():
    """The day and, in a clone, the commit: sizes may be measured on different days."""
    command = ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True).stdout.strip() if shutil.which("git") else ""
    return f"{datetime.date.today()}{commit and f', {commit}'}"


def _with_index(odoo, database, customers):
    """The whole computation with the covering index that the settings offer."""
    with step("The covering index"):
        odoo.run_script(database, "benchmarks", ["--index", "on"], "Making the index", None)
        odoo.server.query("VACUUM ANALYZE", database)  # it is read alone only where pages are known to be all visible
    table = _measure(odoo, database, "index", "The same with the covering index", customers)
    odoo.run_script(database, "benchmarks", ["--index", "off"], "Dropping the index", None)
    return table


# -- hot paths -------------------------------------------------------------------


def hot_paths(odoo, without, with_addon):
    """Time Odoo's busiest moments in pairs, without and with the addon, and note the ratios.

    With several processes one after the other: how fast one is, is in part luck, of where things lie in its memory.
    """
    pairs = []
    with step(f"Odoo's busiest moments, {STARTS} times {PAIRS} pairs") as current:
        for start in range(STARTS):
            pairs += _time_pairs(odoo, (without, with_addon))
            current.progress((start + 1) / STARTS, "")
    moments = {}
    for name in pairs[0][0]:
        one, other = ([pair[place][name] for pair in pairs] for place in (0, 1))
        moments[name] = {
            "without": 1000 * statistics.median(one),
            "with": 1000 * statistics.median(other),
            "ratio": statistics.median(after / before for before, after in zip(one, other, strict=True)),
            "at_most": MOST_SLOWER,
        }
    _keep(RESULTS / "hot_paths.json", {"moments": moments})
    for name, found in moments.items():
        kept = "✓" if found["ratio"] <= MOST_SLOWER else "✗"
        print(
            f"{kept} {name}: {found['without']:.1f} ms without, {found['with']:.1f} ms with, median ratio"
            f" {found['ratio']:.3f}, at most {MOST_SLOWER}"
        )


def _time_pairs(odoo, databases):
    """[[moments without, moments with]], of two processes asked in turn."""
    with ExitStack() as stack:
        processes = [stack.enter_context(_asked(odoo, database)) for database in databases]
        pairs = []
        for number in range(PAIRS + 1):
            # Now the one first, now the other: the first finds a cooler machine.
            order = processes if number % 2 else processes[::-1]
            answers = {id(process): _ask(process) for process in order}
            if number:  # the first round fills the caches
                pairs.append([answers[id(process)] for process in processes])
        return pairs


@contextmanager
def _asked(odoo, database):
    options = [str(word) for word in odoo.command("server")[4:]]
    command = [python_env.PYTHON, "-m", "benchmarks.hot_paths", "--database", database, "--", *options]
    with open(LOGS / f"{database}.log", "a") as log:
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=odoo.environment,
            cwd=ROOT,
        )
        try:
            yield process
        finally:
            process.stdin.close()
            process.wait()


def _ask(process):
    process.stdin.write("\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise Failure(f"The measuring process ended: {LOGS} says why.")
    return json.loads(answer)
