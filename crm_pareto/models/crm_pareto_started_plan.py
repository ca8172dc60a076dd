from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .mail_activity_plan import BATCH
from .trust import scheduled

WAITING = Domain("done_at", "=", False)


class CrmParetoStartedPlan(models.Model):
    """An activity plan that was started for a customer of an audience: one row each, so that nobody gets it twice.

    They are written at once, however many, and wait; the scheduled action makes the activities, BATCH customers a
    transaction. What is interrupted goes on where it was.
    """

    _name = "crm.pareto.started.plan"
    _description = "Plan Started for a Customer"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    audience_id = fields.Many2one("crm.pareto.audience", required=True, ondelete="cascade", readonly=True)
    plan_id = fields.Many2one("mail.activity.plan", required=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    starter_id = fields.Many2one("res.users", "Started By", required=True, ondelete="cascade", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", required=True, ondelete="cascade", readonly=True)
    date = fields.Date("From", required=True, readonly=True, help="The day that the plan counts from.")
    done_at = fields.Datetime("Planned", readonly=True, help="Empty: the activities are still to be made.")

    _once = models.UniqueIndex("(audience_id, plan_id, partner_id)")
    _waiting_index = models.Index("(id) WHERE done_at IS NULL")

    @api.model
    def _start(self, audience, plan, user, day):
        """Start a plan for all who belong to an audience and did not get it from it yet.

        The customer's salesperson does what the plan leaves open.

        :param user: in place of a salesperson who is not there
        :param day: that the plan counts from
        :return: for how many
        """
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pareto_started_plan
                       (company_id, audience_id, plan_id, partner_id, starter_id, user_id, date)
                SELECT %(company)s, %(audience)s, %(plan)s, partner.id, %(starter)s,
                       COALESCE(salesperson.id, %(user)s), %(day)s
                  FROM res_partner partner
                  LEFT JOIN res_users salesperson ON salesperson.id = partner.user_id AND salesperson.active
                 WHERE partner.id IN %(partners)s
                ON CONFLICT DO NOTHING
                """,
                company=audience.company_id.id,
                audience=audience.id,
                plan=plan.id,
                starter=self.env.uid,
                user=user.id,
                day=day,
                partners=audience._partners(),
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model()
        # sudo: whoever may start a plan need not be allowed to see scheduled actions.
        self.env.ref("crm_pareto.crm_pareto_started_plan_cron").sudo()._trigger()
        return count

    @api.model
    @scheduled
    def _cron_start(self):
        """Make the activities that wait."""
        remaining, crons = self.search_count(WAITING), self.env["ir.cron"]
        while rows := self.search(WAITING, order="id", limit=BATCH):
            rows._make_activities()
            remaining = max(remaining - len(rows), 0)
            if not crons._commit_progress(len(rows), remaining=remaining):
                break

    def _make_activities(self):
        """By who does it, as the one who started it; sudo: that one may only read the customers."""
        alike = self.grouped(lambda row: (row.plan_id, row.starter_id, row.user_id, row.date))
        for (plan, starter, user, day), rows in alike.items():
            try:
                with self.env.cr.savepoint():
                    plan.with_user(starter)._pareto_start(rows.partner_id.with_user(starter).sudo(), user, day)
                rows.done_at = fields.Datetime.now()
            except UserError as error:
                rows._give_up(error)

    def _give_up(self, error):
        """Say why nothing came of it, so that the others need not wait; it can be started again."""
        for audience in self.audience_id:
            body = self.env._(
                "The plan “%(plan)s” could not be started: %(error)s", plan=self.plan_id.name, error=error
            )
            audience.message_post(body=body)
        self.unlink()
