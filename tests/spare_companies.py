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
        name = f"{NAME} {number}"
        company = env["res.company"].search([("name", "=", name), ("active", "=", False)])
        if not company:
            company = env["res.company"].create({"name": name})
            env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        if "stock.warehouse" in env and not env["stock.warehouse"].search_count([("company_id", "=", company.id)]):
            env["stock.warehouse"].create({"company_id": company.id})  # as Odoo does where a test makes a company
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
