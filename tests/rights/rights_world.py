"""One record of every model of ours, in a company: what the rights are tried on."""

from datetime import date, timedelta

from odoo.fields import Command

from ..common import SALESPERSON
from ..revenue.linking import DAY

AS_OF = date(2026, 6, 30)
WEEK = timedelta(days=7)


class World:
    """The affairs of one company, all in the charge of a colleague of whoever asks.

    :param case: the LedgerCase that builds it
    :param colleague: res.users
    """

    def __init__(self, case, company, colleague):
        self.case, self.company, self.colleague = case, company, colleague
        self.env = case.env(context={**case.env.context, "allowed_company_ids": company.ids})
        self.records = {}
        self._sell()
        self._decide()
        self._hand_over()
        self._link()

    def make(self, model, **values):
        """Create a record, and keep it as the one of its model."""
        names = self.env[model]._fields
        if "company_id" in names and not names["company_id"].related:
            values.setdefault("company_id", self.company.id)
        self.records[model] = self.env[model].create(values)
        return self.records[model]

    def find(self, model, *domain):
        """Keep the first record of a model."""
        self.records[model] = self.env[model].search([*domain], limit=1).ensure_one()
        return self.records[model]

    def _sell(self):
        """A customer with a referrer, a campaign, its cost, invoices, and all that is computed from them."""
        case, company = self.case, self.company
        self.campaign = self.env["utm.campaign"].create({"title": "Fair", "company_id": company.id})
        self.partner = case.new_partner("Birch", is_company=True, user_id=self.colleague.id)
        whose = {"is_company": True, "user_id": self.colleague.id}
        self.referred = case.new_partner("Cedar", pareto_referred_by_id=self.partner.id, **whose)
        self.product, self.other = (case.new_product(name, 40, company) for name in ("Gauge", "Probe"))
        touch = {"partner_id": self.partner.id, "campaign_id": self.campaign.id, "direction": "in", "channel": "email"}
        self.make("crm.pareto.touch", name="Asked", date="2026-06-08", user_id=self.colleague.id, **touch)
        seller = {"company": company, "invoice_user_id": self.colleague.id}
        for weeks in range(-2, 3):  # from the month before, which is over and has its place in the history
            day = date(2026, 6, 1) + weeks * WEEK
            case.invoice(self.partner, (self.product, 1, 100), day=day, **seller)
        self.invoice = case.invoice(self.partner, (self.product, 1, 100), day=date(2026, 6, 22), **seller)
        case.invoice(self.partner, (self.product, 1, 10), day=date(2026, 6, 23), move_type="out_refund", **seller)
        case.invoice(self.referred, (self.other, 1, 100), **seller)
        self._spend()
        case.recompute(company=company)
        self.env["crm.pareto.attribution"]._recompute(company, AS_OF)
        here = ("company_id", "=", company.id)
        self.find("crm.pareto.customer", here, ("partner_id", "=", self.partner.id))
        self.find("crm.pareto.product", here, ("product_id", "=", self.product.id))
        for name in ("history", "line.cost", "repeat", "referral", "campaign", "campaign.cost.report"):
            self.find(f"crm.pareto.{name}", here)
        self.find("crm.pareto.attribution", here, ("campaign_id", "=", self.campaign.id))
        self.find("crm.pareto.revenue.report", here, ("move_id", "=", self.invoice.id))
        self.find("crm.pareto.campaign.analysis", here, ("kind", "=", "sale"))
        self.find("crm.pareto.touchpoint", here, ("customer_id", "=", self.partner.id), ("kind", "=", "logged"))
        self.find("crm.pareto.channel.report", ("customer_id", "=", self.partner.id), ("channel", "=", "email"))
        self.find("crm.pareto.service.report", here)
        self.find("crm.pareto.product.service.report", here)
        self.find("crm.pareto.run", here, ("kind", "=", "customer"))
        case.invoice(self.referred, (self.other, 1, 1), **seller)  # what was computed is no longer so
        self.env.flush_all()
        self.find("crm.pareto.difference", here)

    def _spend(self):
        account = self.campaign._pareto_ensure_accounts()
        plan = account.plan_id._column_name()
        values = {"name": "Stand", "amount": -30, "date": "2026-06-09", "company_id": self.company.id}
        self.env["account.analytic.line"].create({**values, plan: account.id})

    def _decide(self):
        """What people set, note and decide, and what is computed where much more is known."""
        partner, colleague = self.partner.id, self.colleague.id
        tier = self.make("crm.pareto.tier", name="AA", bound=0.5)
        bounds = {"recency_min": 1, "recency_max": 5, "frequency_min": 1, "frequency_max": 5}
        self.make("crm.pareto.segment", name="All", **bounds)
        self.make("crm.pareto.manual.tier", partner_id=partner, tier_id=tier.id, reason="Known")
        self.make("crm.pareto.dismissal", partner_id=partner, product_id=self.product.id, user_id=colleague)
        audience = self.make("crm.pareto.audience", name="All", user_id=colleague, domain="[]")
        self.make("crm.pareto.retention", channel="phone")
        call = Command.create({"activity_type_id": self.env.ref("mail.mail_activity_data_call").id})
        plan = {"name": "Call", "res_model": "res.partner", "template_ids": [call]}
        self.plan = self.env["mail.activity.plan"].create(plan)
        who = {"starter_id": colleague, "user_id": colleague, "date": DAY}
        self.make("crm.pareto.started.plan", audience_id=audience.id, plan_id=self.plan.id, partner_id=partner, **who)
        lead = self.env["crm.lead"].create(
            {"name": "Gauges", "partner_id": partner, "user_id": colleague, "company_id": self.company.id}
        )
        self.lead = lead
        self.activity = self.invoice.activity_schedule("mail.mail_activity_data_todo", user_id=colleague)
        contact = self.case.new_partner("Bea", parent_id=partner)
        self.make("crm.pareto.role", role="decides", contact_id=contact.id, lead_id=lead.id)
        why = {"user_id": colleague, "why": "Call", "minutes": 15, "state": "accepted"}
        self.make("crm.pareto.plan.decision", partner_id=partner, date=DAY, **why)
        self.find("crm.pareto.plan.report", ("company_id", "=", self.company.id))
        self.find("crm.pareto.prediction", ("company_id", "=", self.company.id))
        self.make("crm.pareto.pairing", product_id=self.product.id, suggested_id=self.other.id)
        group = {"industry_id": self.env.ref("base.res_partner_industry_A").id, "tier_id": tier.id}
        category = self.env["product.category"].create({"name": "Gauges"})
        self.make("crm.pareto.peer.purchase", categ_id=category.id, **group)
        self.make("crm.pareto.stale", kind="customer")

    def treat(self):
        """The customer's tier as it was last night, noted last: a new tier has those of its company forgotten."""
        self.make("crm.pareto.treatment", partner_id=self.partner.id, tier_id=self.records["crm.pareto.tier"].id)

    def _hand_over(self):
        """Done, from the colleague to another."""
        successor = self.case.new_user(f"successor {self.company.id}", SALESPERSON)
        successor.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        share = Command.create({"user_id": successor.id})
        handover = self.make("crm.pareto.handover", from_user_id=self.colleague.id, share_ids=[share])
        self.records["crm.pareto.handover.share"] = handover.share_ids
        record = {"res_model": "res.partner", "res_id": self.partner.id}
        change = {"user_id": successor.id, "before": {"user_id": self.colleague.id}, "after": {"user_id": successor.id}}
        self.make("crm.pareto.handover.change", handover_id=handover.id, **record, **change)

    def _link(self):
        """An invoice to nobody's credit, with a suggestion, and one that is linked already."""
        walk_in = self.case.new_partner("Walk-in", pareto_not_customer=True)
        order = self.env["sale.order"].create({"partner_id": self.partner.id, "company_id": self.company.id})
        self.order = order
        move = self.case.invoice(walk_in, (self.product, 1, 100), company=self.company, invoice_origin=order.name)
        self.find("crm.pareto.invoice.link", ("move_id", "=", move.id))
        self.find("crm.pareto.link.suggestion", ("move_id", "=", move.id))
        who = {"user_id": self.colleague.id, "customer_id": self.partner.id, "batch": 1}
        self.make("crm.pareto.link", move_id=self.invoice.id, subject="customer", **who)

    def started(self, model, user):
        """The values of a wizard that a user starts."""
        company, partner = self.company.id, self.partner.id
        return {
            "crm.pareto.link.invoices": {"company_id": company},
            "crm.pareto.log.touch": {"company_id": company, "name": "Talk", "partner_ids": [Command.set([partner])]},
            "crm.pareto.plan.line": {
                "company_id": company,
                "user_id": user.id,
                "first_day": AS_OF,
                "day": "0",
                "partner_id": partner,
                "name": "Birch",
                "skip_reason": "No",
            },
            "crm.pareto.reconciliation": {"company_id": company},
            "crm.pareto.set.tier": {"company_id": company, "reason": "Known", "partner_ids": [Command.set([partner])]},
            "crm.pareto.start.plan": {
                "audience_id": self.records["crm.pareto.audience"].id,
                "plan_id": self.plan.id,
                "date": AS_OF,
                "user_id": self.colleague.id,
            },
        }[model]

    def start(self, env, model):
        """A wizard of the environment's user; a line of the plan as the plan makes it."""
        rows = env[model].sudo() if model == "crm.pareto.plan.line" else env[model]
        return rows.create(self.started(model, env.user))

    def one(self, model):
        """A record of a model, Odoo's own too."""
        if model in self.records:
            return self.records[model]
        if self.env[model]._transient:
            return self.env[model].create(self.started(model, self.colleague) if "pareto" in model else {})
        own = {
            "account.move": self.invoice,
            "account.move.line": self.invoice.invoice_line_ids,
            "crm.lead": self.lead,
            "mail.activity": self.activity,
            "product.product": self.product,
            "product.template": self.product.product_tmpl_id,
            "res.company": self.company,
            "res.partner": self.partner,
            "sale.order": self.order,
            "utm.campaign": self.campaign,
            "account.analytic.account": self.campaign.pareto_account_ids,
        }
        return own.get(model, self.env[model])[:1]

    def arguments(self, model, method):
        """What a method is called with, beside the record."""
        return {
            ("crm.pareto.page", "open_window"): ["customer", "24"],
            ("crm.pareto.return.page", "open_figure"): ["revenue", "campaign", self.campaign.id],
            ("crm.pareto.timeline", "page"): ["res.partner", self.partner.id],
            ("crm.pareto.timeline", "summary"): ["res.partner", self.partner.id],
        }.get((model, method), [])
