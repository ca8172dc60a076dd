import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..common.tools.groups import USER
from ..common.tools.trust import lang_of, scheduled, works_in
from .mail_activity_plan import BATCH

BEGINNING = 7  # days of a calendar year's window
WAITING = Domain("waiting", "=", True)

_logger = logging.getLogger(__name__)


class CrmParetoTreatment(models.Model):
    """The tier that a customer was in last night, so that a move is seen, and treated once.

    Kept apart from the values, which can be dropped and computed again without anybody moving. Only companies with a
    tier that asks for it have rows. The first night notes where everybody is; so does the first one after the bounds or
    the window were changed, because then the tiers moved, not the customers, and the first days of a calendar year,
    where that is the window.
    """

    _name = "crm.pareto.treatment"
    _inherit = "crm.pareto.named.mixin"
    _description = "Treatment of a Customer"
    _rec_name = "partner_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", required=True, ondelete="cascade", readonly=True)
    tier_id = fields.Many2one("crm.pareto.tier", readonly=True, ondelete="set null")
    left_tier_id = fields.Many2one("crm.pareto.tier", "Tier Before", readonly=True, ondelete="set null")
    waiting = fields.Boolean("To Be Treated", readonly=True)

    _partner_company_unique = models.UniqueIndex("(partner_id, company_id)")
    _waiting_index = models.Index("(id) WHERE waiting")

    @api.model
    @scheduled
    def _cron_treat(self):
        """Find who moved since last night, and start for them what the tiers ask for."""
        try:
            self.env["crm.pareto.recompute"]._each_company(self._note_moves)
        finally:
            self._treat_waiting()

    @api.model
    def _treat_waiting(self):
        """Start what the tiers ask for, BATCH moves a transaction, as long as the scheduled action has time."""
        crons = self.env["ir.cron"]
        remaining = self.search_count(WAITING)
        while rows := self.search(WAITING, order="id", limit=BATCH):
            rows._treat_or_give_up()
            remaining = max(remaining - len(rows), 0)
            if not crons._commit_progress(len(rows), remaining=remaining):
                return
        crons._commit_progress(remaining=0)

    # -- who moved ---------------------------------------------------------------------

    @api.model
    def _note_moves(self, company):
        """Note the tier that each customer of the company is in now; who moved waits for the treatment."""
        tiers = self.env["crm.pareto.tier"]._for_company(company)
        entered, left = tiers.filtered("treat_on_enter"), tiers.filtered("treat_on_leave")
        if not entered | left:
            self._forget(company)
            return
        known = bool(self.search([("company_id", "=", company.id)], limit=1)) and not self._begins(company)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO crm_pareto_treatment AS old (company_id, partner_id, tier_id, left_tier_id, waiting)
                SELECT %(company)s, partner_id, now.tier_id, known.tier_id,
                       %(known)s AND partner.active AND partner.pareto_not_customer IS NOT TRUE
                       AND %(profiled)s
                       AND (COALESCE(now.tier_id = ANY(%(entered)s), FALSE)
                            OR COALESCE(known.tier_id = ANY(%(left)s), FALSE))
                  FROM (%(now)s) now
                  FULL JOIN (SELECT partner_id, tier_id FROM crm_pareto_treatment WHERE company_id = %(company)s) known
                       USING (partner_id)
                  JOIN res_partner partner ON partner.id = partner_id
                 WHERE now.tier_id IS DISTINCT FROM known.tier_id
                ON CONFLICT (partner_id, company_id) DO UPDATE
                   SET tier_id = excluded.tier_id, left_tier_id = excluded.left_tier_id, waiting = excluded.waiting
                """,
                company=company.id,
                known=known,
                entered=entered.ids,
                left=left.ids,
                now=self._in_force(company),
                profiled=self.env["res.partner"]._pareto_is_profiled(SQL.identifier("partner", "id")),
            )
        )
        self.invalidate_model()

    @api.model
    def _begins(self, company):
        """Whether the window is of a calendar year that has only begun: all customers leave their tiers then, and come
        back as they buy. Nobody is treated for that.
        """
        run = self.env["crm.pareto.run"]._standing(company, "customer")
        return run.pareto_window == "year" and run.as_of and (run.as_of - run.date_from).days < BEGINNING

    @api.model
    def _in_force(self, company):
        """(partner_id, tier_id) of the company's customers as they are valued now, manual tiers included; SQL."""
        rows = self.env["crm.pareto.customer"].sudo().with_context(allowed_company_ids=company.ids)
        query = rows._search([("company_id", "=", company.id), ("snapshot_id", "=", False)])
        return query.select(
            SQL("%s AS partner_id", SQL.identifier(query.table, "partner_id")),
            SQL("%s AS tier_id", rows._field_to_sql(query.table, "tier_id", query)),
        )

    @api.model
    def _forget(self, companies):
        """Forget where the customers of companies are: the next night notes it anew."""
        self.env.cr.execute(SQL("DELETE FROM crm_pareto_treatment WHERE company_id = ANY(%s)", companies.ids))
        self.invalidate_model()

    # -- what is done ------------------------------------------------------------------

    def _treat_or_give_up(self):
        """Treat the rows; where that fails, each by itself, so that one that cannot be treated stops no other."""
        try:
            with self.env.cr.savepoint():
                self._treat()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # nothing is wrong with them: the scheduled action begins anew
        except Exception:  # whatever it is, it is this row's
            if len(self) > 1:
                for row in self:
                    row._treat_or_give_up()
                return
            _logger.exception("The move of the customer %s cannot be treated: given up", self.partner_id.id)
            self.waiting = False

    def _treat(self):
        """Tell the salespeople of these moves, and start the tiers' plans; pricelists and grades are left to people."""
        starts = {}
        for row in self:
            row._tell()
            for tier, plan in row._plans():
                user = tier._responsible_for(row.partner_id, row.company_id) or row.partner_id.user_id
                user = user.filtered(lambda user, row=row: user.active and works_in(user, row.company_id))
                starts.setdefault((plan, user), self.browse())
                starts[plan, user] |= row
        for (plan, user), rows in starts.items():
            rows._start(plan, user)
        self.waiting = False

    def _plans(self):
        """(tier, its plan) of what was entered and of what was left."""
        self.ensure_one()
        entered, left = self.tier_id, self.left_tier_id
        plans = [(entered, entered.treat_on_enter and entered.activity_plan_id)]
        plans.append((left, left.treat_on_leave and left.leave_plan_id))
        here = (self.env["res.company"], self.company_id)  # a tier that is shared may have the plan of one company
        return [(tier, plan) for tier, plan in plans if plan and plan.company_id in here]

    def _start(self, plan, user):
        if plan.has_user_on_demand and not user:
            return  # nobody to do it; that the customer moved stands on the customer
        try:
            with self.env.cr.savepoint():
                plan._pareto_start(self.partner_id, user, fields.Date.context_today(self))
        except UserError as error:
            _logger.warning("The plan %s could not be started for customers who moved: %s", plan.name, error)

    def _tell(self):
        """Tell the customer's salesperson of the move, and nobody else: all who see the customer read its chatter."""
        user = self.partner_id.user_id
        if not self._may_know(user):
            return
        row = self.with_context(lang=lang_of(user, self.env))
        nothing = row.env._("none")
        values = {"tier": row.tier_id.name or nothing, "before": row.left_tier_id.name or nothing}
        body = row.env._("Tier %(tier)s; before: %(before)s", **values)
        self.partner_id.message_notify(body=body, partner_ids=user.partner_id.ids)

    def _may_know(self, user):
        """Whether a user sees the tiers of the company, and the customer."""
        if not (user.active and works_in(user, self.company_id) and user.has_group(USER)):
            return False
        customer = self.partner_id.with_user(user).with_context(allowed_company_ids=self.company_id.ids)
        return customer.has_access("read")
