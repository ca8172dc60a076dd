"""Odoo's own tests as judge: those of the apps that the addon extends, without and with it, and what differs.

Their at_install tests run while their own app is being loaded, before the addon is: they cannot tell. What is run are
the others, in two databases made in the same way. Some fail without the addon, on a machine without a mail server,
say; what counts is the difference.
"""

import re
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

from .console import Failure, step
from .paths import LOGS, WORK

APPS = ("utm", "sales_team", "crm", "account", "sale", "sale_crm", "sale_margin", "sale_management")
WITHOUT, WITH = "crm_pareto_host", "crm_pareto_host_addon"
# What the addon does on purpose in moments that are none of the busy ones.
ACCOUNTS = "the analytic accounts of a campaign follow its title: one statement looks for them"
CREDITS = "a campaign that is deleted leaves no sale half attributed: one statement looks for its credits"
EXPLAINED = {
    "utm.test_utm.TestUtm.test_name_generation": ACCOUNTS,
    "utm.test_utm_security.TestUTMSecurity.test_utm_security_admin": CREDITS,
    "utm.test_utm_security.TestUTMSecurity.test_utm_security_employee": CREDITS,
}
FAILED = re.compile(r"odoo\.addons\.(\w+)\.tests\.(\w+): (?:FAIL|ERROR): (?:Subtest )?(\w+\.?\w*)")
# A line of odoo.tests.stats: app.file.Class.test, its time, its statements.
STATISTIC = re.compile(r"^\t(\w+\.\w+\.\w+\.\w+): ([\d.]+)s (\d+) queries$")
TOTAL = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def run(odoo, apps=APPS):
    """Run the tests in both databases at a time, and print the difference.

    :return: 0 where nothing fails with the addon that does not without, and no test takes more statements unexplained
    """
    with step(f"Odoo's tests of {', '.join(apps)}, without and with crm_pareto"), ThreadPoolExecutor(2) as pool:
        without, having = pool.map(lambda database: _run(odoo, database, apps), (WITHOUT, WITH))
    failures = sorted(having["failed"] - without["failed"])
    more = {
        test: (count, having["statements"][test])
        for test, count in sorted(without["statements"].items())
        if having["statements"].get(test, 0) > count
    }
    print(_table(apps, without, having, more))
    for test in failures:
        print(f"✗ fails with crm_pareto only: {test}")
    for test in sorted(without["failed"] - having["failed"]):
        print(f"  fails without crm_pareto only: {test}")
    for test in sorted(without["failed"] & having["failed"]):
        print(f"  fails both without and with: {test}")
    for test, (before, after) in more.items():
        mark, why = ("✓", f": {EXPLAINED[test]}") if test in EXPLAINED else ("✗", "")
        print(f"{mark} more statements with crm_pareto: {test}, {before} without, {after} with{why}")
    return 1 if failures or more.keys() - EXPLAINED.keys() else 0


def _run(odoo, database, apps):
    log = LOGS / f"{database}-tests.log"
    tags = ",".join(f"/{app}" for app in apps)
    words = ["server", "-d", database, f"--db-filter=^{database}$", "--stop-after-init", "--max-cron-threads=0"]
    words += [f"--test-tags={tags}", f"--http-port={_free_port()}", "--log-handler=odoo.tests.stats:DEBUG"]
    command = list(map(str, odoo.command(*words)))
    with open(log, "w") as file:
        subprocess.run(command, stdout=file, stderr=file, env=odoo.environment, cwd=WORK, check=False)
    found = {"failed": set(), "statements": {}, "total": None}
    for line in log.read_text(errors="replace").splitlines():
        if match := FAILED.search(line):
            found["failed"].add(f"{match[1]}.{match[3]}")
        elif match := STATISTIC.match(line):
            found["statements"][match[1]] = int(match[3])
        elif match := TOTAL.search(line):
            found["total"] = match.groups()
    if not found["total"]:
        raise Failure(f"Odoo did not finish its tests in {database}: {log} says why.")
    return found


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _table(apps, without, having, more):
    lines = ["", "| app | tests | failing without | failing with | statements without | with | tests with more |"]
    lines.append("|---|---|---|---|---|---|---|")
    for app in apps:
        own = [test for test in without["statements"] if test.startswith(f"{app}.")]
        failed = [sum(test.startswith(f"{app}.") for test in side["failed"]) for side in (without, having)]
        counts = [sum(side["statements"].get(test, 0) for test in own) for side in (without, having)]
        raised = sum(test.startswith(f"{app}.") for test in more)
        lines.append(f"| {app} | {len(own)} | {failed[0]} | {failed[1]} | {counts[0]:,} | {counts[1]:,} | {raised} |")
    return "\n".join(lines)
