"""Odoo's own tests as judge: those of the apps that the addon extends, without and with it, and what differs.

All are run after everything is loaded (see host_suite), in two databases made in the same way. Some fail without the
addon; what counts is the difference. How many statements a test takes depends on the second at which it does something,
and on what a browser asks meanwhile: what is not explained is run again in both, and the least of each counts.
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
AGAIN = 2  # times at most
PREPARED = ("setUpClass", "tearDownClass")  # what stands in the results beside the tests

# What the addon does on purpose, by "place statement" (see host_suite.place); the first that fits.
SCREEN = "a page or a form that shows our fields was read"
MERGED = "leads that are merged: the roles, decisions and touches of all of them stay"
EXPLAINED = (
    (r'^menu: .* FROM "?ir_act_', "the menu was put together, which has our entries too"),
    (r'^actions: .* FROM "?ir_act_', "the actions of a list or form were put together, ours too"),
    (r'^view: .* FROM "?ir_model(_access)?\b', "a view was put together, which has our fields too"),
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
    (
        r'^crm_pareto_value_mixin\._field_to_sql SELECT … FROM "res_(users|partner)" WHERE "res_\w+"\."id" IN',
        "a view that has the tier is described: whether one is in force today depends on the reader's time zone",
    ),
    (
        r'^view: crm_pareto_result_mixin\._field_to_sql SELECT … FROM "res_groups_privilege" WHERE',
        "a view that has our fields: Odoo asks whether one can group by those that the reader may not see, and refuses"
        " with the names of the groups who may",
    ),
    (r"^account_analytic_account\._pareto_ids ", "which accounts are campaigns', read once and kept in memory"),
    (r"^res_partner\.write ", "a contact that changes its company: the invoices credited to it are looked for"),
    (
        r'^res_partner\.copy_data SELECT … FROM "res_partner" WHERE "res_partner"\."id" IN',
        "a contact that is copied and known by Odoo's columns: ours, which are read apart, are read for it",
    ),
    (
        r'^merge: +SELECT . FROM ("(crm_pareto_\w+" WHERE "\w+|\w+" WHERE "pareto_\w+)" IN|information_schema\.)',
        "partners that are merged: Odoo asks every table that names partners, ours too",
    ),
    (r'^split: +UPDATE "?crm_pareto_', "an account that is split: Odoo asks every table that names records, ours too"),
    (r"^base_partner_merge_automatic_wizard\._", "partners that are merged: what is summed of them is joined"),
    (r'^crm_(lead\._merge_dependences|pareto_role\._move_to) .* "crm_pareto_(role|plan_decision|touch)"', MERGED),
    (
        r'^crm_pareto_result_mixin\._is_readable_value .* FROM "?(ir_rule|res_groups)\b',
        "the fields of a model are described, ours too: which record rules hold for them is looked up, and kept",
    ),
    (r"^correspondence\._meetings ", "a registry that is set up anew asks which sources of touches there are"),
)
# What Odoo itself looks up for a statement, and keeps: more where a test has another that is explained.
LOOKED_UP = re.compile(r'FROM "?(ir_rule|ir_model|ir_model_(access|data|fields)|res_(groups|users|company|partner))\b')
LOOKUPS = "rights, users and names that Odoo looks up for a statement that is explained"
WRITTEN = "what Odoo writes in two goes, the first before a statement that is explained"


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

    def keep_least(self, other):
        """Take from another run what failed, and each test that took fewer statements."""
        self.failed |= other.failed
        for test, statements in other.statements.items():
            if test in self.statements and statements.total() < self.statements[test].total():
                self.statements[test] = statements
                self.places |= {key: places for key, places in other.places.items() if key[0] == test}


def run(odoo, apps=APPS):
    """Run the tests in one database after the other, and print the difference.

    :return: 0 where nothing fails with the addon that does not without, and no test takes more statements unexplained
    """
    sides = []
    for database in (WITHOUT, WITH):
        with step(f"Odoo's tests of {', '.join(apps)} in {database}"):
            sides.append(Results().read(_run(odoo, database, apps)))
    for _again in range(AGAIN):
        tests = [test for test, causes in raised(*sides).items() if not all(causes.values())]
        if not tests:
            break
        for database, side in zip((WITHOUT, WITH), sides, strict=True):
            with step(f"{len(tests)} of them again in {database}"):
                side.keep_least(Results().read(_run(odoo, database, apps, ",".join(map(_tag, tests)))))
    return compare(apps, *sides)


def _run(odoo, database, apps, tags=None):
    name = database if set(apps) == set(APPS) else f"{database}-{'-'.join(apps)}"
    name = f"{name}-again" if tags else name
    results, log = LOGS / f"{name}-tests.jsonl", LOGS / f"{name}-tests.log"
    tags = tags or ",".join(f"/{app}" for app in apps)
    words = ["-d", database, f"--db-filter=^{database}$", "--stop-after-init", "--max-cron-threads=0"]
    words += [f"--test-tags={tags}", f"--http-port={_free_port()}", "--log-handler=odoo.tests.stats:INFO"]
    command = [python_env.PYTHON, "-m", "dev.host_suite", "--results", results, "--", *odoo.command("server")[4:]]
    # What a run before left, and vacuums at other moments, make other plans; and of documents of one day Odoo takes
    # that for the last which PostgreSQL finds first.
    odoo.server.query("VACUUM ANALYZE", database)
    with open(log, "w") as file, odoo.server.with_settings(**SETTINGS):
        code = subprocess.run(
            list(map(str, [*command, *words])), stdout=file, stderr=file, env=odoo.environment, cwd=ROOT
        ).returncode
    if code not in (0, 1):
        raise Failure(f"Odoo did not finish its tests in {database}: {log} says why.")
    return results


def _tag(test):
    """What Odoo calls a test, of app.file.Class.test; of the preparation of a class, the class."""
    app, *_file, class_, method = test.split(".")
    return f"/{app}:{class_}" + ("" if method in PREPARED else f".{method}")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# -- what differs ------------------------------------------------------------------


def compare(apps, without, having):
    """Print what differs; the exit code of run."""
    more = raised(without, having)
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


def raised(without, having):
    """{test: {(place, skeleton): why, or empty}} of the tests that take more statements with the addon."""
    return {
        test: causes_of(list(surplus(test, without, having)))
        for test in sorted(without.statements.keys() & having.statements.keys())
        if having.statements[test].total() > without.statements[test].total()
    }


def surplus(test, without, having):
    """The statements that a test has more of with the addon, each with the places it has more of them from."""
    for skeleton in having.statements[test] - without.statements[test]:
        for place in having.places[test, skeleton] - without.places[test, skeleton]:
            yield place, skeleton


def causes_of(found):
    """{(place, skeleton): why, or empty} of what a test has more of."""
    causes = {each: _cause(*each) for each in found}
    if any(causes.values()):
        for place, skeleton in causes:
            if not causes[place, skeleton] and LOOKED_UP.search(skeleton):
                causes[place, skeleton] = LOOKUPS
            elif not causes[place, skeleton] and not place and skeleton.startswith("UPDATE "):
                causes[place, skeleton] = WRITTEN
    return causes


def _cause(place, skeleton):
    text = f"{place} {skeleton}"
    return next((cause for pattern, cause in EXPLAINED if re.search(pattern, text)), "")


def _table(apps, without, having, more):
    lines = ["", "| app | tests | failing without | failing with | statements without | with | tests with more |"]
    lines.append("|---|---|---|---|---|---|---|")
    for app in apps:
        own = [test for test in without.statements if test.startswith(f"{app.partition(':')[0]}.")]
        tests = sum(not test.endswith(PREPARED) for test in own)
        failed = [
            sum(test.startswith(f"{app.partition(':')[0]}.") for test in side.failed) for side in (without, having)
        ]
        counts = [
            sum(side.statements[test].total() for test in own if test in side.statements) for side in (without, having)
        ]
        raised = sum(test.startswith(f"{app.partition(':')[0]}.") for test in more)
        lines.append(f"| {app} | {tests} | {failed[0]} | {failed[1]} | {counts[0]:,} | {counts[1]:,} | {raised} |")
    return "\n".join(lines)
