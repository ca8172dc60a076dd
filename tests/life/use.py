"""Uses all there is of the addon, as people do: settings, decisions, notes, and what hangs on them.

python -m tests.life.use --database NAME -- <odoo options>
"""

import base64
from datetime import timedelta

from freezegun import freeze_time
from odoo import fields
from odoo.fields import Command

from .. import script
from ..common import SALES_MANAGER, SALESPERSON, LedgerCase
from ..rights.rights_world import World
from .business import COMPANIES

DAY = "2026-06-30 12:00:00"  # of the world of the tests of rights
BOSS = f"{SALES_MANAGER},crm_pareto.group_manager,crm_pareto.group_profit,account.group_account_invoice"


def use(env):
    """One record of every model of ours in a company of its own, and a year of decisions in the others."""
    LedgerCase.env = env
    _enter_one_of_each(LedgerCase)
    for name, *_currencies in COMPANIES:
        company = env["res.company"].search([("name", "=", name)])
        _Decisions(env, company).take()
    _set_up(env)
    _hang_on(env)


def _enter_one_of_each(case):
    colleague = case.new_user("colleague", SALESPERSON)
    company = case.company = case.new_company("Alder Instruments", "EUR")
    case.env = case.env(context={**case.env.context, "allowed_company_ids": company.ids})
    colleague.write({"company_ids": [Command.set(company.ids)], "company_id": company.id})
    with freeze_time(DAY):
        World(case, company, colleague).treat()


class _Decisions:
    """What a manager and two salespeople enter in a company whose values are computed."""

    def __init__(self, env, company):
        self.env = env(context={**env.context, "allowed_company_ids": company.ids})
        self.company = company
        roles = {"boss": BOSS, "lena": SALESPERSON, "max": SALESPERSON}
        self.boss, self.lena, self.max = (self._new_user(role, groups) for role, groups in roles.items())
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", company.id)])
        self.customers = rows.partner_id.filtered("active")
        self.customers.user_id = self.lena
        self.campaign = self.env["utm.campaign"].search([("title", "=", f"Fair of {company.name}")])

    def _new_user(self, role, groups):
        user = LedgerCase.new_user.__func__(LedgerCase, f"{role}{self.company.id}", groups)
        user.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        return user

    def take(self):
        """All of them, in the order of a busy day."""
        first, second, third, fourth = self.customers[:4]
        tier = self.env["crm.pareto.tier"].search([("company_id", "=", False)])[-1]
        self.env["crm.pareto.set.tier"].with_user(self.boss).create(
            {"company_id": self.company.id, "tier_id": tier.id, "reason": "Pays late", "partner_ids": third.ids}
        ).action_apply()
        second.pareto_referred_by_id = first
        first.write({"pareto_may_be_named": True, "pareto_asked_on": fields.Date.today()})
        fourth.pareto_not_profiled = True
        self._log()
        self._spend()
        self._start_a_plan()
        self._link(third, first)
        self._hand_over()

    def _log(self):
        touch = {"name": "Fair", "channel": "meeting", "direction": "in", "company_id": self.company.id}
        for number, partner in enumerate(self.customers):
            day = fields.Datetime.now() - timedelta(days=30 * number + 1)
            its = {"partner_id": partner.id, "date": day, "campaign_id": self.campaign.id}
            self.env["crm.pareto.touch"].with_user(self.lena).create({**touch, **its})

    def _spend(self):
        """A vendor bill on the campaign's analytic account, and its budget."""
        self.campaign.with_company(self.company).pareto_budget = 500
        account = self.campaign._pareto_ensure_accounts()
        line = {"name": "Stand", "quantity": 1, "price_unit": 99, "analytic_distribution": {str(account.id): 100}}
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.customers[0].id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [Command.create(line)],
            }
        )
        bill.action_post()

    def _start_a_plan(self):
        who = {"activity_type_id": self.env.ref("mail.mail_activity_data_call").id, "responsible_type": "on_demand"}
        plan = self.env["mail.activity.plan"].create(
            {"name": "Call", "res_model": "res.partner", "template_ids": [Command.create(who)]}
        )
        audience = self.env["crm.pareto.audience"].create({"name": "Everybody", "user_id": self.boss.id})
        here = [("company_id", "=", self.company.id)]
        product, campaigns = self.env["crm.pareto.product"].search(here, limit=1).product_id, self.campaign.ids
        audience.copy(
            {
                "name": "Those of the fair",
                "user_id": self.boss.id,
                "bought_product_ids": [Command.set(product.ids)],
                "other_categ_ids": [Command.set(product.categ_id.ids)],
                "touched_campaign_ids": [Command.set(campaigns)],
            }
        )
        self.env["crm.pareto.started.plan"].with_user(self.boss)._start(
            audience.with_user(self.boss), plan, self.lena, fields.Date.today()
        )

    def _link(self, sold_to, credited):
        """An accountant credits an invoice to another customer."""
        domain = [("partner_id", "child_of", sold_to.id), ("state", "=", "posted"), ("move_type", "=", "out_invoice")]
        self.env["account.move"].search(domain, limit=1).pareto_customer_id = credited

    def _hand_over(self):
        tiers, country = self.env["crm.pareto.tier"].search([("company_id", "=", False)]), self.env.ref("base.de")
        share = Command.create(
            {"user_id": self.max.id, "tier_ids": [Command.set(tiers.ids)], "country_ids": [Command.set(country.ids)]}
        )
        rest = Command.create({"user_id": self.boss.id})
        handover = self.env["crm.pareto.handover"].with_user(self.boss)
        handover.create(
            {"company_id": self.company.id, "from_user_id": self.lena.id, "share_ids": [share, rest]}
        ).action_hand_over()


def _set_up(env):
    """Settings, and what an administrator changes of what came with the addon."""
    company = env["res.company"].search([("name", "=", COMPANIES[0][0])])
    settings = {
        "pareto_window": "24",
        "pareto_attribution_model": "decay",
        "pareto_lookback_days": 60,
        "pareto_half_life_days": 14,
        "pareto_pairing_support": 0.05,
        "pareto_covering_index": True,
    }
    env["res.config.settings"].with_company(company).create({"company_id": company.id, **settings}).set_values()
    first, *_others, last = env["crm.pareto.tier"].search([("company_id", "=", False)])
    first.write({"name": "Key", "bound": 0.7, "touch_days": 10, "treat_on_enter": True, "note": "A visit a month"})
    last.color = 3
    segment = env["crm.pareto.segment"].search([], limit=1)
    segment.name = "The best"
    env.ref("crm_pareto.crm_pareto_refresh_cron").interval_number = 2
    env.ref("crm_pareto.crm_pareto_treatment_cron").active = False
    rule = env["ir.rule"].search([("model_id.model", "=", "crm.pareto.customer")], limit=1)
    rule.name = "As we want it"
    env.ref("digest.digest_digest_default").kpi_pareto_movers = False


def _hang_on(env):
    """What people hang on records and lists of any addon."""
    touch = env["crm.pareto.touch"].search([], limit=1)
    attachment = {"name": "notes.txt", "res_model": "crm.pareto.touch", "res_id": touch.id}
    env["ir.attachment"].create({**attachment, "datas": base64.b64encode(b"What was said")})
    env["crm.pareto.handover"].search([], limit=1).message_post(body="Well done")
    for model, domain in (
        ("crm.pareto.customer", "[]"),
        ("crm.pareto.revenue.report", "[]"),
        ("res.partner", "[('pareto_is_overdue', '=', True)]"),
        ("res.partner", "[('is_company', '=', True)]"),
    ):
        env["ir.filters"].create({"name": f"Mine {domain}", "model_id": model, "domain": domain})
    for model, names in (("crm.pareto.customer", ["turnover"]), ("res.partner", ["name", "pareto_turnover"])):
        lines = [Command.create({"name": name}) for name in names]
        env["ir.exports"].create({"name": "Scores", "resource": model, "export_fields": lines})
    for repeat in env["crm.pareto.repeat"].search([]):  # due today or not
        env["mail.activity"].create(repeat._prepare_activity_vals(repeat.company_id, repeat.partner_id))
    env["mail.activity"].search([("pareto_company_id", "!=", False)], limit=1).action_feedback("Ordered")
    env["ir.default"].set("crm.pareto.touch", "channel", "phone")
    env["ir.default"].set("res.partner", "pareto_not_customer", False)


if __name__ == "__main__":
    script.main(__doc__, use, keep=True)
