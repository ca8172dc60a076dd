"""Makes a campaign's analytic account and deletes the campaign again: the plan stays, for test_installation.

python -m tests.campaign.campaign_plan --database NAME -- <odoo options>
"""

from ..script import main


def _make(env):
    campaign = env["utm.campaign"].create({"title": "Fair"})
    plan = campaign._pareto_ensure_accounts().plan_id
    campaign.unlink()
    return plan._column_name()


if __name__ == "__main__":
    main(__doc__, _make, keep=True)
