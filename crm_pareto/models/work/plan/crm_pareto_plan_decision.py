from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...common.tools.trust import trusted_defaults

REST = 7  # days after a contact in which the plan does not name the customer again


class CrmParetoPlanDecision(models.Model):
    """What a person decided about a line of the plan: done on a day, put on another, put off, or skipped.

    Grain: person, customer or lead without one, decision. What was accepted is followed by its activity.
    """

    _name = "crm.pareto.plan.decision"
    _description = "Decision on the Plan"
    _order = "date desc, id desc"
    _rec_name = "why"

    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company, index=True
    )
    # Archived, not deleted: what was decided is in the figures of the past.
    user_id = fields.Many2one("res.users", "Salesperson", required=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="cascade", index="btree_not_null")
    lead_id = fields.Many2one("crm.lead", ondelete="cascade", index="btree_not_null")
    date = fields.Date("Planned For", required=True)
    why = fields.Char(required=True)
    minutes = fields.Integer(required=True)
    state = fields.Selection(
        [("put", "Put on a Day"), ("accepted", "Accepted"), ("postponed", "Postponed"), ("skipped", "Skipped")],
        required=True,
    )
    until = fields.Date("Silent Until", help="The plan does not name the customer up to this day. Empty: for good.")
    reason = fields.Char(help="Why it was skipped.")
    activity_id = fields.Many2one("mail.activity", ondelete="set null", index="btree_not_null")
    event_id = fields.Many2one("calendar.event", "Meeting", ondelete="set null", index="btree_not_null")

    @api.model
    def default_get(self, fields):
        """Nobody's but the fields' own: rows are made by us alone."""
        return trusted_defaults(super().default_get, self, fields, self._fields)

    @api.model
    def _is_not_silenced(self, today):
        """SQL: whether no decision keeps a row `subject` of a plan out of it."""
        silencing = SQL(
            """
            SELECT FROM crm_pareto_plan_decision decision
             WHERE decision.user_id = subject.user_id AND decision.company_id = %(company)s
               AND (decision.state IN ('postponed', 'skipped')
                    AND (decision.until >= %(today)s OR decision.until IS NULL)
                    OR decision.state = 'accepted' AND decision.date > %(done)s)
            """,
            company=self.env.company.id,
            today=today,
            done=today - timedelta(days=REST),
        )
        return SQL(
            "NOT EXISTS (%(silencing)s AND decision.partner_id = subject.customer_id)"
            " AND NOT EXISTS (%(silencing)s AND decision.lead_id = ANY(subject.leads))",
            silencing=silencing,
        )

    @api.model
    def _put(self, today):
        """SQL: the day that a person chose for a line, from today on; the latest choice holds."""
        return SQL(
            """
            SELECT * FROM (
                SELECT DISTINCT ON (user_id, partner_id, lead_id)
                       user_id, COALESCE(partner_id, 0) AS customer_id, COALESCE(lead_id, 0) AS lead_id, date AS day
                  FROM crm_pareto_plan_decision
                 WHERE state = 'put' AND company_id = %s
                 ORDER BY user_id, partner_id, lead_id, id DESC) latest
             WHERE day >= %s
            """,
            self.env.company.id,
            today,
        )

    @api.model
    def _minutes_taken(self, users, days):
        """{(user id, day): minutes of what was accepted for the day and is not done yet}."""
        # sudo: of a colleague, only the time.
        rows = self.sudo()._read_group(
            [
                ("user_id", "in", users.ids),
                ("date", "in", days),
                ("state", "=", "accepted"),
                ("activity_id.active", "=", True),
            ],
            ["user_id", "date:day"],
            ["minutes:sum"],
        )
        return Counter({(user.id, day): minutes for user, day, minutes in rows})
