"""Odoo's own tests as judge: those of the apps that the addon extends, without and with it, and what differs.

All are run after everything is loaded (see host_suite), in two databases made in the same way. Some fail without the
addon; what counts is the difference.
"""

import json
import socket
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from . import python_env
from .console import Failure, step
from .paths import LOGS, ROOT

APPS = ("utm", "sales_team", "crm", "account", "sale", "sale_crm", "sale_margin", "sale_management")
WITHOUT, WITH = "crm_pareto_host", "crm_pareto_host_addon"
EXPLAINED = ()


@dataclass
class Results:
    """What the tests of one database did."""

    failed: dict = field(default_factory=dict)  # test: its error
    skipped: set = field(default_factory=set)
    statements: dict = field(default_factory=dict)  # test: Counter of skeletons
    places: dict = field(default_factory=lambda: defaultdict(Counter))  # (test, skeleton): Counter of places

    def read(self, file):
        """Take in what host_suite wrote."""
        for line in file.read_text().splitlines():
            found = json.loads(line)
            if "failed" in found:
                self.failed[found["failed"]] = found["why"]
            elif "skipped" in found:
                self.skipped.add(found["skipped"])
            else:
                self._add(found["test"], found["statements"])
        return self

    def _add(self, test, statements):
        self.statements[test] = Counter({skeleton: sum(places.values()) for skeleton, places in statements.items()})
        for skeleton, places in statements.items():
            self.places[test, skeleton] += Counter(places)


def run(odoo, apps=APPS):
    """Run the tests in one database after the other, and print the difference.

    :return: 0 where nothing fails with the addon that does not without, and no test takes more statements unexplained
    """
    sides = []
    for database in (WITHOUT, WITH):
        with step(f"Odoo's tests of {', '.join(apps)} in {database}"):
            sides.append(Results().read(_run(odoo, database, apps)))
    return compare(apps, *sides)


def _run(odoo, database, apps):
    name = database if set(apps) == set(APPS) else f"{database}-{'-'.join(apps)}"
    results, log = LOGS / f"{name}-tests.jsonl", LOGS / f"{name}-tests.log"
    tags = ",".join(f"/{app}" for app in apps)
    words = ["-d", database, f"--db-filter=^{database}$", "--stop-after-init", "--max-cron-threads=0"]
    words += [f"--test-tags={tags}", f"--http-port={_free_port()}", "--log-handler=odoo.tests.stats:INFO"]
    command = [python_env.PYTHON, "-m", "dev.host_suite", "--results", results, "--", *odoo.command("server")[4:]]
    with open(log, "w") as file:
        code = subprocess.run(
            list(map(str, [*command, *words])), stdout=file, stderr=file, env=odoo.environment, cwd=ROOT
        ).returncode
    if code not in (0, 1):
        raise Failure(f"Odoo did not finish its tests in {database}: {log} says why.")
    return results


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- what differs ------------------------------------------------------------------


def compare(apps, without, having):
    """Print what differs; the exit code of run."""
    more = {
        test: surplus(test, without, having)
        for test in sorted(without.statements.keys() & having.statements.keys())
        if having.statements[test].total() > without.statements[test].total()
    }
    causes = {test: {_cause(*found) for found in sources} for test, sources in more.items()}
    print(_table(apps, without, having, more))
    for cause, tests in _by_cause(causes):
        print(f"{'✓' if cause else '✗'} {len(tests)} tests take more statements: {cause or 'not explained'}")
    for test in (test for test, found in causes.items() if "" in found):
        counts = [side.statements[test].total() for side in (without, having)]
        print(f"✗ more statements with crm_pareto: {test}, {counts[0]} without, {counts[1]} with")
        for place, skeleton in (found for found in more[test] if not _cause(*found)):
            print(f"    {place or '(Odoo)'}: {skeleton[:200]}")
    failures = sorted(having.failed.keys() - without.failed.keys())
    for test in failures:
        print(f"✗ fails with crm_pareto only: {test}")
    for test in sorted(without.failed.keys() - having.failed.keys()):
        print(f"  fails without crm_pareto only: {test}")
    for test in sorted(without.failed.keys() & having.failed.keys()):
        print(f"  fails both without and with: {test}")
    lost = sorted(without.statements.keys() - having.statements.keys())
    for test in lost:
        print(f"✗ not run with crm_pareto: {test}")
    return 1 if failures or lost or any("" in found for found in causes.values()) else 0
