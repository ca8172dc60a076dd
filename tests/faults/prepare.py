"""What the jobs have to do, in a small company whose values are computed already."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .. import script
from ..replica.prepare import LOGIN, prepare

RECEIVER = "receiver"
HANDED_OVER = 120  # customers
INVOICES = 25  # posted since the values were computed
QUOTATIONS = 10


def prepare_faults(env):
    """Values, then invoices they do not know, and a hand-over that waits."""
    found = prepare(env)
    company = env["res.company"].browse(found["company"])
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    rows = env["crm.pareto.customer"].search(
        [("company_id", "=", company.id)], order="turnover DESC", limit=HANDED_OVER
    )
    _post_invoices(env, company, rows[:INVOICES].partner_id)
    _plan_a_handover(env, company, rows.partner_id)
    nightly = env.ref("crm_pareto.crm_pareto_recompute_cron")
    nightly.nextcall = fields.Datetime.now()  # after the values, before any run of the job
    nightly.copy()
    return found


def post_invoice(env, company, partner):
    """Post an invoice of today; the customer's values do not know it yet."""
    move = env["account.move"].with_company(company)
    product = env["crm.pareto.product"].search([("company_id", "=", company.id)], limit=1).product_id
    line = Command.create({"product_id": product.id, "quantity": 3, "price_unit": 111, "tax_ids": [Command.clear()]})
    today = fields.Date.context_today(move)
    values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": today, "invoice_line_ids": [line]}
    move.create(values).action_post()


def _post_invoices(env, company, partners):
    # The values are of an hour ago: what was written since is theirs to find.
    env.cr.execute("UPDATE crm_pareto_run SET full_at = full_at - interval '3 hours', refreshed_at = full_at")
    env.invalidate_all()
    for partner in partners:
        post_invoice(env, company, partner)


def _plan_a_handover(env, company, partners):
    leaver, receiver = env["res.users"].search([("login", "=", LOGIN)]), env["res.users"]
    groups = [Command.link(env.ref("sales_team.group_sale_salesman").id)]
    own = {"company_id": company.id, "company_ids": [Command.set(company.ids)]}
    receiver = receiver.create({"name": "Receiver", "login": RECEIVER, "group_ids": groups, **own})
    partners.user_id = leaver
    env["crm.lead"].create([{"name": f"Lead {p.id}", "partner_id": p.id, "user_id": leaver.id} for p in partners])
    product = env["crm.pareto.product"].search([("company_id", "=", company.id)], limit=1).product_id
    env["sale.order"].with_company(company).create(
        [
            {
                "partner_id": partner.id,
                "company_id": company.id,
                "user_id": leaver.id,
                "validity_date": fields.Date.today() + timedelta(days=30),
                "order_line": [Command.create({"product_id": product.id})],
            }
            for partner in partners[:QUOTATIONS]
        ]
    )
    handover = env["crm.pareto.handover"].search([("company_id", "=", company.id), ("from_user_id", "=", leaver.id)])
    handover.share_ids = [Command.create({"user_id": receiver.id})]


if __name__ == "__main__":
    script.main(__doc__, prepare_faults, keep=True)
