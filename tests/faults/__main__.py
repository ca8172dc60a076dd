"""Injures every job in every way at random moments, and looks at what is left.

    python -m tests.faults --database NAME [--seed N] [--times N] -- <odoo options>

Each trial has a copy of the database. A job runs in a process forked from one that has loaded the registry, as Odoo's
server forks its workers. After the injury every row is the old or the new one; then the job is run again, and what it
leaves must be what a job leaves that nothing befell.
"""

import argparse
import logging
import os
import random
import sys
import time
from collections import Counter, defaultdict
from contextlib import contextmanager

import odoo.modules.registry
import odoo.sql_db
from odoo.tools import config

from . import jobs
from .injuries import INJURIES, SPARE, FullDisk, ended, wait
from .rows import compare, connect, differing, read, written

TRIAL = "crm_pareto_fault_trial"
LONGEST = 90  # seconds that a job may take, injured or not
DEFAULT_TIMES = 1
FIGURES = """
    SELECT company_id, partner_id, turnover, profit, invoice_count, turnover_rank, turnover_tier_id
      FROM crm_pareto_customer
     WHERE snapshot_id IS NULL ORDER BY company_id, partner_id
"""


class Faults:
    """All trials, and their table.

    :param server: libpq's environment variables of the server
    :param template: the database that trials are copies of
    """

    def __init__(self, server, template, seed, times):
        self.server, self.template, self.times = server, template, times
        self.random = random.Random(seed)
        self.outcomes = defaultdict(Counter)  # (job, injury): what was left
        self.wrong = []

    # -- databases and processes -----------------------------------------------------------

    def _execute(self, statement, database="postgres"):
        connection = connect(self.server, database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def new_trial(self, tablespace="pg_default"):
        """The trial's database, as the template is."""
        odoo.sql_db.close_all()
        self._execute(f'DROP DATABASE IF EXISTS "{TRIAL}" WITH (FORCE)')
        # By files, which makes a checkpoint: else a sequence goes back to the template's number after a crash.
        options = f'TEMPLATE "{self.template}" STRATEGY file_copy TABLESPACE {tablespace}'
        self._execute(f'CREATE DATABASE "{TRIAL}" {options}')

    def start(self, work):
        """A process that runs `work`; its id."""
        odoo.sql_db.close_all()
        process = os.fork()
        if process:
            return process
        code = 1
        try:
            jobs.run(odoo.modules.registry.Registry(TRIAL), work)
            code = 0
        except BaseException:
            logging.getLogger("faults").exception("job broken off")
        finally:
            os._exit(code)

    def finish(self, work):
        """Run `work` to its end; its seconds.

        :raises AssertionError: where it fails, or does not end
        """
        began = time.monotonic()
        code = wait(self.start(work), LONGEST)
        if code:
            raise AssertionError(f"a job that nothing befalls ends with {code}")
        if code is None:
            raise AssertionError(f"a job that nothing befalls does not end in {LONGEST} s")
        return time.monotonic() - began

    # -- injuries ----------------------------------------------------------------------------

    def measure(self, job):
        """(rows before, rows after, seconds) of a job that nothing befalls."""
        self.new_trial()
        old = read(self.server, TRIAL, job.tables)
        seconds = self.finish(job.run)
        return old, read(self.server, TRIAL, job.tables), seconds

    def injure(self, name, kind):
        """One job, injured in one way, `times` times."""
        job, injury = jobs.JOBS[name], INJURIES[kind](self.server, TRIAL)
        old, new, seconds = self.known[name]
        for _time in range(self.times):
            self.new_trial(FullDisk.tablespace if kind == "full disk" else "pg_default")
            injury.before(seconds, self.random)
            process = self.start(job.run)
            time.sleep(self.random.uniform(0, seconds))
            too_late = injury.has_moment and ended(process)
            injury.strike(process, job)
            code = wait(process, LONGEST)
            injury.after()
            left = compare(read(self.server, TRIAL, job.tables), old, new)
            end = "hung" if code is None else "broken off" if code else "too late" if too_late else "ended"
            self.outcomes[name, kind][f"{end}, {left}"] += 1
            if code is None or left.endswith("neither") or (left == "both" and name != "nightly action"):
                self.wrong.append(f"{name}, {kind}: {end}, {left}")
            self._run_again(name, kind, job, new)

    def _run_again(self, name, kind, job, new):
        try:
            self.finish(job.run)
        except AssertionError as error:
            self.wrong.append(f"{name}, {kind}, run again: {error}")
            return
        again = read(self.server, TRIAL, job.tables)
        if again != new:
            self.wrong.append(f"{name}, {kind}, run again: other rows than without it: {differing(again, new)}")

    # -- at the same time ----------------------------------------------------------------------

    def run_two(self, name):
        """Two runs at once leave what one leaves, and neither waits for the other for long."""
        job = jobs.JOBS[name]
        second = (lambda env: jobs.nightly(env, copy=True)) if name == "nightly action" else job.run
        _old, new, seconds = self.known[name]
        for _time in range(self.times):
            self.new_trial()
            began = time.monotonic()
            processes = [self.start(job.run)]
            time.sleep(self.random.uniform(0, seconds / 2))
            processes.append(self.start(second))
            codes = [wait(process, LONGEST) for process in processes]
            took = time.monotonic() - began
            left = "new" if read(self.server, TRIAL, job.tables) == new else "other rows"
            end = "both ended" if codes == [0, 0] else "one gave way" if 0 in codes else f"codes {codes}"
            self.outcomes[name, "two runs at once"][f"{end}, {left}"] += 1
            if left != "new" or 0 not in codes:
                self.wrong.append(f"{name}, two runs at once: {end}, {left}, {took:.1f} s")

    def post_meanwhile(self, name):
        """An invoice posted while a job computes is in the figures after the next refresh."""
        job = jobs.JOBS[name]
        for _time in range(self.times):
            self.new_trial()
            process = self.start(job.run)
            time.sleep(self.random.uniform(0, self.known[name][2]))
            self.finish(jobs.post)
            code = wait(process, LONGEST)
            self.finish(jobs.refresh)
            refreshed = self._execute(FIGURES, TRIAL)
            self.finish(jobs.recompute)
            counted = refreshed == self._execute(FIGURES, TRIAL)
            end = "ended" if code == 0 else "broken off"
            self.outcomes[name, "invoice posted meanwhile"][f"{end}, {'counted' if counted else 'missing'}"] += 1
            if code or not counted:
                self.wrong.append(f"{name}, invoice posted meanwhile: {end}, counted: {counted}")

    # -- all -----------------------------------------------------------------------------------

    def run(self):
        """Every job, every injury; prints as it goes."""
        self.new_trial()
        odoo.modules.registry.Registry(TRIAL)  # once: its processes are forked from here
        self.known = {name: self.measure(job) for name, job in jobs.JOBS.items()}
        for name, (old, new, seconds) in self.known.items():
            print(f"{name}: {seconds:.2f} s, {written(old, new)} rows written", flush=True)
        kinds = [kind for kind in INJURIES if kind != "full disk"]
        for kind in kinds:
            self._each(kind)
        [(size,)] = self._execute(f"SELECT pg_database_size('{self.template}') / 1024 / 1024")
        if os.geteuid():
            print("full disk: left out, as only root can make a small one")
        else:
            with FullDisk.disk(self.server, size + SPARE):
                self._each("full disk")
                self.new_trial()
        for name in jobs.JOBS:
            self.run_two(name)
        for name in ("recompute", "nightly action"):
            self.post_meanwhile(name)
        odoo.sql_db.close_all()
        self._execute(f'DROP DATABASE IF EXISTS "{TRIAL}" WITH (FORCE)')

    def _each(self, kind):
        for name in jobs.JOBS:
            self.injure(name, kind)
        done = Counter()
        for (_name, of), found in self.outcomes.items():
            if of == kind:
                done.update(found)
        print(f"{kind}: {', '.join(f'{count} {what}' for what, count in done.items())}", flush=True)

    def report(self):
        """The table; True where nothing was wrong."""
        lines = [("fault", "job", "times", "what was left")]
        for (name, kind), found in sorted(self.outcomes.items(), key=lambda item: item[0][::-1]):
            told = "; ".join(f"{count} × {what}" for what, count in sorted(found.items()))
            lines.append((kind, name, str(found.total()), told))
        widths = [max(len(line[column]) for line in lines) for column in range(4)]
        lines.insert(1, tuple("-" * width for width in widths))
        for line in lines:
            print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |")
        for line in self.wrong:
            print(f"! {line}")
        total = sum(found.total() for found in self.outcomes.values())
        print(f"{total} trials, {len(self.wrong)} wrong")
        return not self.wrong


def main():
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--times", type=int, default=DEFAULT_TIMES)
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    config.parse_config([*chosen.odoo_options, "--log-level=warn"], setup_logging=True)
    print(f"seed {chosen.seed}, {chosen.times} times each", flush=True)
    server = {name: os.environ[name] for name in ("PGHOST", "PGPORT", "PGUSER")}
    faults = Faults(server, chosen.database, chosen.seed, chosen.times)
    with quick_disk(server):
        faults.run()
    sys.exit(not faults.report())


@contextmanager
def quick_disk(server):
    """No waiting for the disk: processes are killed here, not the machine, so what was written stays written."""
    _set(server, "ALTER SYSTEM SET fsync = off")
    try:
        yield
    finally:
        _set(server, "ALTER SYSTEM RESET fsync")


def _set(server, statement):
    connection = connect(server, "postgres")
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            cursor.execute("SELECT pg_reload_conf()")
    finally:
        connection.close()


if __name__ == "__main__":
    main()
