import logging
from functools import partial

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.tools.apart import Patience, apart, ask
from ..common.tools.trust import lang_of, scheduled, works_in
from .crm_pareto_audience import PATIENCE_TO_ACT
from .mail_activity_plan import BATCH

_logger = logging.getLogger(__name__)

WAITING = Domain("done_at", "=", False)


class CrmParetoStartedPlan(models.Model):
    """An activity plan that was started for a customer of an audience: one row each, so that nobody gets it twice.

    They are written at once, however many, and wait; the scheduled action makes the activities, BATCH customers a
    transaction. What is interrupted goes on where it was.
    """

    _name = "crm.pareto.started.plan"
    _inherit = "crm.pareto.named.mixin"
    _description = "Plan Started for a Customer"
    _order = "id desc"
    _rec_name = "partner_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    audience_id = fields.Many2one("crm.pareto.audience", required=True, ondelete="cascade", readonly=True)
    plan_id = fields.Many2one("mail.activity.plan", required=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    # Archived, not deleted: without the row the customer would get the plan a second time.
    starter_id = fields.Many2one("res.users", "Started By", required=True, ondelete="restrict", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", required=True, ondelete="restrict", readonly=True)
    date = fields.Date("From", required=True, readonly=True, help="The day that the plan counts from.")
    done_at = fields.Datetime("Planned", readonly=True, help="Empty: the activities are still to be made.")

    _once = models.UniqueIndex("(audience_id, plan_id, partner_id)")
    _waiting_index = models.Index("(id) WHERE done_at IS NULL")

    @api.model
    def _start(self, audience, plan, user, day):
        """Start a plan for all who belong to an audience and did not get it from it yet.

        The customer's salesperson does what the plan leaves open.

        :param user: in place of a salesperson who is not there, or does not work in the company
        :param day: that the plan counts from
        :return: for how many
        :raises UserError: where it cannot be said who belongs
        """
        self.env.flush_all()
        partners, error = ask(self.env, Patience(PATIENCE_TO_ACT), audience._found)
        if error:
            raise UserError(audience._why_not(error)) from error
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pareto_started_plan
                       (company_id, audience_id, plan_id, partner_id, starter_id, user_id, date)
                SELECT %(company)s, %(audience)s, %(plan)s, partner.id, %(starter)s,
                       COALESCE(salesperson.id, %(user)s), %(day)s
                  FROM res_partner partner
                  LEFT JOIN res_users salesperson
                         ON salesperson.id = partner.user_id AND salesperson.active AND NOT salesperson.share
                        AND EXISTS (SELECT FROM res_company_users_rel works
                                     WHERE works.user_id = salesperson.id AND works.cid = %(company)s)
                 WHERE partner.id IN %(partners)s
                ON CONFLICT DO NOTHING
                """,
                company=audience.company_id.id,
                audience=audience.id,
                plan=plan.id,
                starter=self.env.uid,
                user=user.id,
                day=day,
                partners=partners,
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
        """By who does it, as the one who started it; what cannot be made of many is tried customer by customer."""
        alike, failed = self.grouped(lambda row: (row.plan_id, row.starter_id, row.user_id, row.date)), {}
        for rows in alike.values():
            if not apart(self.env, rows._make_alike):
                continue
            for row in rows:
                if error := apart(self.env, row._make_alike):
                    failed[row] = error
        self._give_up(failed)

    def _make_alike(self):
        """Those of one plan, starter, person and day.

        :raises AccessError: where the starter does not work here any more, or does not see one of the customers
        """
        plan, starter = self.plan_id, self.starter_id
        # Who was marked in the moment in which it was started has nothing planned.
        profiled = self.sudo().partner_id.filtered(lambda partner: not partner.pareto_customer_not_profiled)
        customers = profiled.with_user(starter)
        works_here = starter.active and works_in(starter, self.company_id)
        if not works_here and starter.id != SUPERUSER_ID:
            raise AccessError(self.env._("%s does not work here any more.", starter.name))
        customers.check_access("read")
        # sudo: the starter may only read the customers.
        plan.with_user(starter)._pareto_start(customers.sudo(), self.user_id, self[:1].date)
        self.done_at = fields.Datetime.now()

    @api.model
    def _give_up(self, failed):
        """Say that nothing came of some rows, so that the others need not wait; they can be started again.

        :param failed: {row: error}
        """
        alike, none = {}, self.browse()
        for row, error in failed.items():
            _logger.warning("No activities of %s for %s (%s)", row.plan_id, row.partner_id, row, exc_info=error)
            why = row.with_context(lang=lang_of(row.starter_id, self.env))._why_not(error)
            key = (row.audience_id, row.plan_id, row.starter_id, why)
            alike[key] = alike.get(key, none) | row
        for (audience, *_of, why), rows in alike.items():
            if error := apart(self.env, partial(rows._tell, why)):
                _logger.warning("Nothing is said on %s", audience, exc_info=error)
        none.union(*failed).unlink()

    def _tell(self, why):
        """Say on the audience that a plan could not be started for these, and why to whoever started it alone.

        An error may name a customer, and how many they are is a figure: the audience is read by others, too.
        """
        audience, starter = self.audience_id, self.starter_id
        env = audience.with_context(lang=lang_of(audience.user_id, self.env)).env
        values = {"plan": self.plan_id.name, "count": len(self)}
        body = env._("The plan “%(plan)s” could not be started for some customers.", plan=self.plan_id.name)
        audience.message_post(body=body)
        env = audience.with_context(lang=lang_of(starter, self.env)).env
        body = env._("The plan “%(plan)s” could not be started for %(count)s customers: %(why)s", **values, why=why)
        audience.message_notify(body=body, partner_ids=starter.partner_id.ids)

    def _why_not(self, error):
        """In words; what else stands in an error is for the log."""
        if isinstance(error, AccessError):
            return self.env._("whoever started it may not plan these activities.")
        if isinstance(error, UserError):
            return str(error)
        return self.env._("the activities cannot be made. The administrator finds the cause in the log.")
