"""How much of Python's memory the computation of everything takes, in a process that does nothing else."""

import datetime
import resource

MOST = 300  # MB, of the process, Odoo included


class MemoryBench:
    """Of the customers that Bench has computed."""

    def __init__(self, env, companies):
        self.env, self.companies = env, companies

    def run(self):
        self.before = _peak()
        self.env["crm.pareto.recompute"]._recompute(self.companies, datetime.date.today())
        self.most = _peak()

    def results(self):
        kept = "✓" if self.most <= MOST else "✗"
        return {
            "rows": {},
            "bounds": [
                f"{kept} Python's memory while everything is recomputed, MB: {self.most:.0f}, at most {MOST}; with Odoo"
                f" loaded and nothing done {self.before:.0f}"
            ],
        }

    def report(self):
        """The one sentence."""
        return self.results()["bounds"][0]


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
