"""Odoo's own tests as judge: those of the apps that the addon extends, without and with it, and what differs.

All are run after everything is loaded (see host_suite), in two databases made in the same way. Some fail without the
addon; what counts is the difference.
"""

import json
import re
import socket
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from . import python_env
from .console import Failure, step
from .paths import LOGS, ROOT

APPS = ("utm", "sales_team", "crm", "account", "sale", "sale_crm", "sale_margin", "sale_management")
WITHOUT, WITH = "crm_pareto_host", "crm_pareto_host_addon"
# A test that goes on for minutes and commits nothing: a vacuum meanwhile finds Odoo's tables empty and notes so, and
# PostgreSQL plans for no rows where the test has thousands.
SETTINGS = {"autovacuum": "off"}

# What the addon does on purpose, by "place statement" (see host_suite.place); the first that fits.
SCREEN = "a page or a form that shows our fields was read"
EXPLAINED = (
    (r"^screen: \w", SCREEN),
    (r'^screen:.* "crm_pareto_', SCREEN),
    (
        r"^utm_campaign\.unlink ",
        "a campaign that is deleted leaves no sale half attributed: its credits are looked for",
    ),
    (r"^utm_campaign\.write ", "a campaign's analytic accounts follow its title and company: they are looked for"),
    (
        r"^res_config_settings\.|FROM pg_indexes",
        "the settings, and a registry that is set up anew, ask whether our indexes are there",
    ),
    (r"^account_analytic_account\._pareto_ids ", "which accounts are campaigns', read once and kept in memory"),
    (r"^res_partner\.write ", "a contact that changes its company: the invoices credited to it are looked for"),
    (r"^base_partner_merge_automatic_wizard\._", "partners that are merged: what is summed of them is joined"),
    (r"^correspondence\._meetings ", "a registry that is set up anew asks which sources of touches there are"),
)
# What Odoo itself looks up for a statement, and keeps: more where a test has another that is explained.
LOOKED_UP = re.compile(r'FROM "?(ir_rule|ir_model|ir_model_(access|data|fields)|res_(groups|users|company|partner))\b')
LOOKUPS = "rights, users and names that Odoo looks up for a statement that is explained"


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
    with open(log, "w") as file, odoo.server.with_settings(**SETTINGS):
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
        test: causes_of(list(surplus(test, without, having)))
        for test in sorted(without.statements.keys() & having.statements.keys())
        if having.statements[test].total() > without.statements[test].total()
    }
    print(_table(apps, without, having, more))
    unexplained = {test: causes for test, causes in more.items() if not all(causes.values())}
    for cause, count in Counter(cause for causes in more.values() for cause in set(causes.values())).most_common():
        if cause:
            print(f"✓ {count} tests with more statements: {cause}")
    for test, causes in unexplained.items():
        counts = [side.statements[test].total() for side in (without, having)]
        print(f"✗ more statements with crm_pareto: {test}, {counts[0]} without, {counts[1]} with")
        for place, skeleton in (found for found, cause in causes.items() if not cause):
            print(f"    {place or 'Odoo'}: {skeleton[:200]}")
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
    return 1 if failures or lost or unexplained else 0


def surplus(test, without, having):
    """The statements that a test has more of with the addon, each with the places in the addon they come from."""
    more = having.statements[test] - without.statements[test]
    for skeleton in more:
        places = having.places[test, skeleton]
        ours = [place for place in places if place.removeprefix("screen: ")]
        yield from ((place, skeleton) for place in ours or places)


def causes_of(found):
    """{(place, skeleton): why, or empty} of what a test has more of."""
    causes = {each: _cause(*each) for each in found}
    if any(causes.values()):
        for place, skeleton in causes:
            if not causes[place, skeleton] and LOOKED_UP.search(skeleton):
                causes[place, skeleton] = LOOKUPS
    return causes


def _cause(place, skeleton):
    text = f"{place} {skeleton}"
    return next((cause for pattern, cause in EXPLAINED if re.search(pattern, text)), "")


def _table(apps, without, having, more):
    lines = ["", "| app | tests | failing without | failing with | statements without | with | tests with more |"]
    lines.append("|---|---|---|---|---|---|---|")
    for app in apps:
        own = [test for test in without.statements if test.startswith(f"{app.partition(':')[0]}.")]
        tests = sum(not test.endswith(("setUpClass", "tearDownClass")) for test in own)
        failed = [
            sum(test.startswith(f"{app.partition(':')[0]}.") for test in side.failed) for side in (without, having)
        ]
        counts = [
            sum(side.statements[test].total() for test in own if test in side.statements) for side in (without, having)
        ]
        raised = sum(test.startswith(f"{app.partition(':')[0]}.") for test in more)
        lines.append(f"| {app} | {tests} | {failed[0]} | {failed[1]} | {counts[0]:,} | {counts[1]:,} | {raised} |")
    return "\n".join(lines)
