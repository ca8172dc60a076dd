"""Companies with a chart of accounts, archived, which tests take instead of making their own: python -m
tests.spare_companies --database NAME.

To make one takes longer than most tests do.
"""

from . import script

NAME = "Spare Company"
COUNT = 4  # more than that a test makes itself


def make(env):
    """:return: how many there are"""
    for number in range(COUNT):
        company = env["res.company"].create({"name": f"{NAME} {number}"})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.active = False
    return COUNT


def take(env, name):
    """One of them, named and active; none where all are taken."""
    own = [("name", "=like", f"{NAME} %"), ("active", "=", False)]
    spare = env["res.company"].search(own, limit=1, order="id")
    spare.write({"name": name, "active": True})
    return spare


if __name__ == "__main__":
    script.main(__doc__, make, keep=True)
