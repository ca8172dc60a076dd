from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.bounds import of_one, within
from ...common.tools.trust import name_of

ORDERED_WITHIN = 30  # days after the plan's day


class CrmParetoPlanReport(models.Model):
    """What came of the plan: what people decided, what they did, and what the customers ordered after it.

    Grain: one decision; of lines put on another day, nothing. `ordered` is the untaxed amount of the customer's orders
    confirmed from the day on, within ORDERED_WITHIN days, in company currency at the orders' own rates: what followed,
    not what was caused. Two decisions about one customer may name the same order. Orders count that the reader may see,
    and all of the customers whose figures he or she may see.
    """

    _name = "crm.pareto.plan.report"
    _description = "Plan Followed"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "why"

    date = fields.Date("Planned For", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, help="A manager may decide for others.")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    why = fields.Char(readonly=True)
    state = fields.Selection(
        [("accepted", "Accepted"), ("postponed", "Postponed"), ("skipped", "Skipped")], "Decision", readonly=True
    )
    reason = fields.Char(readonly=True)
    accepted = fields.Integer(readonly=True)
    done = fields.Integer(readonly=True, help="Accepted, and the call is done, or the meeting held.")
    ordered = fields.Monetary(
        "Ordered After", readonly=True, depends_context=("uid",), help="By the customer, within 30 days."
    )

    _depends = {
        "crm.pareto.plan.decision": [
            "activity_id",
            "create_uid",
            "date",
            "event_id",
            "lead_id",
            "partner_id",
            "reason",
            "state",
            "user_id",
            "why",
        ],
        "calendar.event": ["active", "stop"],
        "mail.activity": ["active", "date_done"],
        "sale.order": ["amount_untaxed", "currency_rate", "date_order", "partner_id", "state"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT decision.id, decision.date, decision.user_id,
                   decision.create_uid AS decided_by_id, decision.partner_id, decision.lead_id,
                   decision.company_id, decision.why, decision.state, decision.reason,
                   (decision.state = 'accepted')::integer AS accepted,
                   (COALESCE(NOT activity.active, FALSE)
                    OR COALESCE(meeting.active AND meeting.stop < now() AT TIME ZONE 'UTC', FALSE))::integer AS done,
                   ROUND(COALESCE(ordered.amount, 0), currency.decimal_places) AS ordered
              FROM crm_pareto_plan_decision decision
              JOIN res_company company ON company.id = decision.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
              LEFT JOIN mail_activity activity ON activity.id = decision.activity_id
              LEFT JOIN calendar_event meeting ON meeting.id = decision.event_id
              LEFT JOIN LATERAL (
                  SELECT SUM(%(amount)s) AS amount
                    FROM sale_order JOIN res_partner buyer ON buyer.id = sale_order.partner_id
                   WHERE sale_order.state = 'sale' AND sale_order.company_id = decision.company_id
                     AND buyer.commercial_partner_id = decision.partner_id
                     AND sale_order.date_order >= decision.date
                     AND sale_order.date_order < decision.date + %(within)s
                     AND (%(readable)s)
              ) ordered ON decision.state = 'accepted'
             WHERE decision.state <> 'put'
            """,
            amount=within(SQL("sale_order.amount_untaxed / COALESCE(NULLIF(sale_order.currency_rate, 0), 1)::numeric")),
            within=ORDERED_WITHIN,
            readable=self._is_readable_order(),
        )

    @api.model
    def _is_readable_order(self):
        """Whether the reader may see the order, or what the customer buys in all; SQL.

        Odoo applies rules to the decisions that it searches, not to what is joined: whoever has a lead with a
        colleague's customer has decisions about that customer, too.
        """
        if self.env.su:
            return SQL("TRUE")
        orders, values, conditions = self.env["sale.order"], self.env["crm.pareto.customer"], []
        if orders.has_access("read"):
            conditions.append(SQL("sale_order.id IN %s", orders._search(Domain.TRUE).subselect()))
        if values.has_access("read"):
            query = values._search(Domain.TRUE)
            whose = (SQL.identifier(query.table, name) for name in ("company_id", "partner_id"))
            known = query.subselect(*whose)
            conditions.append(SQL("(decision.company_id, decision.partner_id) IN %s", known))
        return SQL(" OR ").join(conditions or [SQL("FALSE")])

    @api.readonly
    @of_one
    def action_open_orders(self):
        """Open the orders that the customer confirmed after the contact: what `ordered` is summed from."""
        domain = [
            ("state", "=", "sale"),
            ("company_id", "=", self.company_id.id),
            ("partner_id.commercial_partner_id", "=", self.partner_id.id),
            ("date_order", ">=", self.date),
            ("date_order", "<", self.date + timedelta(days=ORDERED_WITHIN)),
        ]
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Orders of %(name)s", name=name_of(self.partner_id)),
            "res_model": "sale.order",
            "view_mode": "list,form",
            "domain": domain,
        }
