"""The jobs that are injured, each as production runs it, and the tables that they write."""

from collections import namedtuple
from types import SimpleNamespace

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying

from ..replica.prepare import LOGIN
from .prepare import post_invoice

Job = namedtuple("Job", "run tables")
VALUES = (
    "crm_pareto_customer crm_pareto_product crm_pareto_history crm_pareto_line_cost crm_pareto_pairing "
    "crm_pareto_repeat crm_pareto_run"
).split()
LINKED = 60  # invoices
IMPORTED = 400  # touches


def company(env):
    """The one that the invoices are of that the values do not know."""
    return env["res.company"].search([("name", "=like", "Bench %")], limit=1)


def recompute(env):
    """The button of the Pareto page."""
    env["crm.pareto.recompute"]._recompute(company(env))


def refresh(env):
    """What the hourly action does for a company."""
    env["crm.pareto.recompute"]._refresh(company(env))


def nightly(env, copy=False):
    """The nightly scheduled action, over all companies, in several transactions."""
    action = env.ref("crm_pareto.crm_pareto_recompute_cron")
    if copy:
        action = env["ir.cron"].search([("code", "=", action.code), ("id", "!=", action.id)], limit=1)
    if action.method_direct_trigger() is not True:
        raise RuntimeError("the scheduled action failed")


def hand_over(env):
    """Confirm the hand-over that waits; nothing where it is done."""
    handover = env["crm.pareto.handover"].search([("share_ids", "!=", False), ("state", "=", "draft")])
    handover.with_user(env["res.users"].search([("login", "=", LOGIN)])).action_hand_over()


def link(env):
    """Credit invoices to another customer, as the accountant's button does; those that are linked are off the list."""
    linked = env["crm.pareto.link"].search([]).move_id
    domain = [("company_id", "=", company(env).id), ("move_type", "=", "out_invoice"), ("state", "=", "posted")]
    moves = env["account.move"].search(domain, order="id", limit=LINKED) - linked
    customers = env["crm.pareto.customer"].search([("company_id", "=", company(env).id)], order="partner_id", limit=5)
    reader = env["res.users"].search([("login", "=", LOGIN)])
    suggestions = [
        SimpleNamespace(
            move_id=move,
            customer_id=customers[move.id % len(customers)].partner_id,
            campaign_id=env["utm.campaign"],
            certainty=0.9,
            explanation="same name",
        )
        for move in moves.with_user(reader)
    ]
    if suggestions:
        env["crm.pareto.link"].with_user(reader)._link(suggestions)


def import_touches(env):
    """Import a spreadsheet of logged touches whose rows have external ids, so that it can be imported again."""
    partner = env["crm.pareto.customer"].search([], order="partner_id", limit=1).partner_id
    names = ["id", "name", "date", "partner_id/.id", "channel", "direction"]
    rows = [
        [f"faults.touch_{number}", f"Call {number}", "2026-01-05 10:00:00", str(partner.id), "phone", "out"]
        for number in range(IMPORTED)
    ]
    found = env["crm.pareto.touch"].load(names, rows)
    if not found["ids"]:
        raise RuntimeError(found["messages"])


def post(env):
    """An invoice posted by somebody else meanwhile."""
    row = env["crm.pareto.customer"].search([("company_id", "=", company(env).id)], order="turnover DESC", limit=1)
    post_invoice(env(context={"allowed_company_ids": company(env).ids}), company(env), row.partner_id)


JOBS = {
    "recompute": Job(recompute, VALUES),
    "refresh": Job(refresh, VALUES),
    "nightly action": Job(nightly, VALUES),
    "hand-over": Job(
        hand_over,
        ["res_partner", "crm_lead", "sale_order", "crm_pareto_handover", "crm_pareto_handover_change", "mail_activity"],
    ),
    "linking": Job(link, ["account_move", "crm_pareto_link"]),
    "import": Job(import_touches, ["crm_pareto_touch", "ir_model_data"]),
}


def run(registry, work):
    """Run as a request does: again where another transaction was faster, and committed at the end."""
    with registry.cursor() as cursor:
        env = api.Environment(cursor, SUPERUSER_ID, {"tracking_disable": True, "tz": "UTC"})
        retrying(lambda: work(env), env)
