from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...common.tools.bounds import MOST_LETTERS, check_days
from ...common.tools.trust import as_scheduler

VALUE_MODELS = {"res.partner": "crm.pareto.customer", "product.product": "crm.pareto.product"}


class CrmParetoManualTier(models.Model):
    """A person's decision that a customer (or product) belongs to a tier, until a day.

    Kept apart from the computed rows, which can be dropped at any time. The newest decision that has not lapsed is in
    force; it lapses by itself after its last day. One without a tier says that the computed tier holds again.
    """

    _name = "crm.pareto.manual.tier"
    _inherit = "crm.pareto.nameless.mixin"
    _description = "Manual Tier"
    _order = "id desc"
    _rec_name = "tier_id"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Customer", ondelete="cascade", index="btree_not_null", check_company=True
    )
    product_id = fields.Many2one("product.product", ondelete="cascade", index="btree_not_null", check_company=True)
    tier_id = fields.Many2one(
        "crm.pareto.tier", ondelete="set null", check_company=True, help="Empty: the computed one."
    )
    tier_color = fields.Integer(related="tier_id.color")
    reason = fields.Char(required=True, size=MOST_LETTERS)
    user_id = fields.Many2one("res.users", "Decided By", default=lambda self: self.env.user, readonly=True)
    date_end = fields.Date("Until", help="The last day it holds. Empty: until somebody changes it.")

    _one_subject = models.Constraint(
        "CHECK ((partner_id IS NULL) <> (product_id IS NULL))",
        "A manual tier is of one customer or of one product.",
    )

    @api.constrains("partner_id")
    def _check_partner_id(self):
        for decision in self:
            company = decision.partner_id.commercial_partner_id
            if company != decision.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is a contact of %(customer)s: set the tier there.",
                        contact=decision.partner_id.display_name,
                        customer=company.display_name,
                    )
                )

    @api.constrains("date_end")
    def _check_date_end(self):
        check_days(self, "date_end")
        today = fields.Date.context_today(self)
        for decision in self:
            if decision.date_end and decision.date_end < today:
                raise ValidationError(
                    self.env._(
                        "A manual tier cannot end in the past (%(date)s): choose today or later.",
                        date=decision.date_end,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        """By whoever writes it, whatever is said."""
        decisions = super().create([{**vals, "user_id": self.env.uid} for vals in vals_list])
        decisions._apply()
        return decisions

    def write(self, vals):
        """Whoever changes a decision has decided."""
        vals = {name: value for name, value in vals.items() if name != "user_id"}
        if vals:
            vals["user_id"] = self.env.uid
        before = [(decision._subject(), decision.company_id) for decision in self]
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")  # where it is now, too
        self._apply(before)
        return result

    def unlink(self):
        before = [(decision._subject(), decision.company_id) for decision in self]
        result = super().unlink()
        self._apply(before)
        return result

    def _subject(self):
        """The customer's commercial partner, or the product."""
        return self.partner_id or self.product_id

    def _apply(self, also=()):
        """Show the decisions in force on the value rows, which is where readers meet them.

        :param also: (subject, company) that lost a decision
        """
        there = self.exists()
        subjects = {*((decision._subject(), decision.company_id) for decision in there), *also}
        for subject, company in subjects:
            model = as_scheduler(self.env[VALUE_MODELS[subject._name]])  # nobody may write values but us
            key = model._pareto_key
            row = model.search([(key, "=", subject.id), ("company_id", "=", company.id), ("snapshot_id", "=", False)])
            if not row and there:
                row = model.create({key: subject.id, "company_id": company.id})
            # sudo: the decision in force, also where the writer does not see another company's.
            decision = self.sudo().search(
                [
                    (key, "=", subject.id),
                    ("company_id", "=", company.id),
                    "|",
                    ("date_end", "=", False),
                    ("date_end", ">=", fields.Date.context_today(self)),
                ],
                limit=1,
            )
            until = decision.date_end if decision.tier_id else False
            row.write({"manual_tier_id": decision.tier_id.id, "manual_until": until})

    @api.model
    def _in_force(self, partners, company):
        """{customer: the decision that sets its tier now}"""
        newest = {}
        today = fields.Date.context_today(self)
        decisions = self.search([("partner_id", "in", partners.ids), ("company_id", "=", company.id)], order="id")
        for decision in decisions.filtered(lambda decision: not decision.date_end or decision.date_end >= today):
            newest[decision.partner_id] = decision
        return {partner: decision for partner, decision in newest.items() if decision.tier_id}

    @api.model
    def _in_force_sql(self, key, company):
        """The newest decision that has not lapsed, of each subject in a company, as a subselect.

        :param key: SQL, "partner_id" or "product_id"
        """
        return SQL(
            """(SELECT *
                  FROM (SELECT DISTINCT ON (%(key)s) %(key)s, tier_id AS manual_tier_id, date_end AS manual_until
                          FROM crm_pareto_manual_tier
                         WHERE %(key)s IS NOT NULL AND company_id = %(company)s
                           AND (date_end IS NULL OR date_end >= %(today)s)
                         ORDER BY %(key)s, id DESC) newest
                 WHERE manual_tier_id IS NOT NULL)""",
            key=key,
            company=company.id,
            today=fields.Date.context_today(self),
        )
