from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, format_date

from ...common.tools.bounds import MOST_LETTERS, as_choice, of_one, of_some
from ...common.tools.groups import PROFIT
from ...common.tools.opening import open_document
from ...common.tools.trust import lang_of, trusted_defaults, without_client
from .crm_pareto_plan import DAYS

PUT_OFF = 7  # days that a postponed line stays away
SILENCES = {"week": 7, "month": 30, "quarter": 90, "good": None}  # days
CHOSEN = {"day", "sequence", "skip_reason", "skip_for"}  # by a person; all else says the plan


class CrmParetoPlanLine(models.TransientModel):
    """A proposal of the plan, on the screen: made when the plan is opened, gone the next day.

    Nobody makes a line but the plan: what is decided about it stands in a report that managers judge by. What the
    person decides is kept (crm.pareto.plan.decision), and the activity or meeting that comes of it.
    """

    _name = "crm.pareto.plan.line"
    _inherit = "crm.pareto.guarded.mixin"
    _description = "Line of the Plan"
    _order = "day, sequence, id"

    name = fields.Char(readonly=True)
    sequence = fields.Integer(readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    first_day = fields.Date(required=True, readonly=True)
    day = fields.Selection("_selection_day", required=True, group_expand=True)
    date = fields.Date(compute="_compute_date")
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    order_id = fields.Many2one("sale.order", "Quotation", readonly=True)
    tier_id = fields.Many2one("crm.pareto.tier", readonly=True)
    tier_color = fields.Integer(related="tier_id.color")
    phone = fields.Char(compute="_compute_phone")
    why = fields.Char(readonly=True)
    stake = fields.Monetary("At Stake", readonly=True, groups=PROFIT, help="Margin, as far as it is known.")
    minutes = fields.Integer(readonly=True, help="What it will take.")
    skip_reason = fields.Char("Reason", size=MOST_LETTERS)
    skip_for = fields.Selection(
        [("week", "A Week"), ("month", "A Month"), ("quarter", "Three Months"), ("good", "For Good")],
        default="month",
        required=True,
    )

    @api.model
    def default_get(self, fields):
        """Nobody's but the fields' own: rows are made by us alone."""
        return trusted_defaults(super().default_get, self, fields, self._fields)

    @api.model
    def _selection_day(self):
        today = fields.Date.context_today(self)
        names = [self.env._("Today"), self.env._("Tomorrow")]
        names += [format_date(self.env, today + timedelta(days=ahead), date_format="EEEE") for ahead in range(2, DAYS)]
        return [(str(ahead), name) for ahead, name in enumerate(names)]

    @api.depends("first_day", "day")
    def _compute_date(self):
        for line in self:
            line.date = line.first_day + timedelta(days=int(line.day or 0))

    @api.depends("partner_id", "lead_id")
    def _compute_phone(self):
        # What was given to a colleague meanwhile is still on the list, and not for the reader any more.
        leads, partners = self.lead_id._filtered_access("read"), self.partner_id._filtered_access("read")
        for line in self:
            line.phone = (line.lead_id & leads).phone or (line.partner_id & partners).phone

    # -- opening -------------------------------------------------------------------------

    @api.model
    def _open_mine(self):
        """Make the reader's plan and open it."""
        self._make(self.env.user)
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_plan_line_action")
        return {**action, "domain": [("user_id", "=", self.env.uid), ("create_uid", "=", self.env.uid)]}

    @api.model
    def _open_team(self):
        """Make the plans of all who sell in the company, and open them by person."""
        group = self.env.ref("sales_team.group_sale_salesman")
        sellers = group.sudo().all_user_ids.filtered(
            lambda user: self.env.company in user.company_ids and not user.share
        )
        self._make(sellers.with_env(self.env))
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_plan_team_action")
        return {**action, "domain": [("create_uid", "=", self.env.uid)]}

    @api.model
    def _make(self, users):
        """Write the plans of the people anew.

        :raises AccessError: of others, for who is no manager
        """
        if users != self.env.user and not self.env.user.has_group("crm_pareto.group_manager"):
            raise AccessError(self.env._("The plans of others are for managers."))
        self.search([("create_uid", "=", self.env.uid)]).unlink()
        today = fields.Date.context_today(self)
        plan = self.env["crm.pareto.plan"]._plan(users, today)
        known = self._known([candidate for _day, candidate in plan])
        # sudo: made here only. The reader has them, by who made them; nothing of what a client sent goes into them.
        made = without_client(self.sudo()).create(
            [
                {
                    **self._described(candidate, known),
                    "sequence": sequence,
                    "first_day": today,
                    "day": str((day - today).days),
                    "company_id": self.env.company.id,
                }
                for sequence, (day, candidate) in enumerate(plan)
            ]
        )
        return made.with_env(self.env)

    @api.model
    def _known(self, candidates):
        """What the lines are described from, read for all of them at once: {model: {id: record}}."""
        ids = {
            "res.partner": [candidate.customer_id for candidate in candidates],
            "crm.lead": [lead for candidate in candidates for lead in candidate.leads],
            "sale.order": [order for candidate in candidates for order in candidate.orders],
        }
        known = {
            model: {id_: self.env[model].browse(id_).with_prefetch(ids[model]) for id_ in ids[model]} for model in ids
        }
        values = self.env["crm.pareto.customer"].search(
            [("partner_id", "in", ids["res.partner"]), ("company_id", "=", self.env.company.id)]
        )
        forgotten = self.env["crm.pareto.plan"]._forgotten(candidates, fields.Date.context_today(self))
        return {**known, "values": {row.partner_id.id: row for row in values}, "forgotten": forgotten}

    @api.model
    def _described(self, candidate, known):
        leads = [known["crm.lead"][id_] for id_ in candidate.leads]
        orders = [known["sale.order"][id_] for id_ in candidate.orders]
        row = known["values"].get(candidate.customer_id, self.env["crm.pareto.customer"])
        partner = known["res.partner"][candidate.customer_id] if candidate.customer_id else self.env["res.partner"]
        stake = {"stake": candidate.stake} if self.env.user.has_group(PROFIT) else {}
        reasons = [*self._customer_reasons(row, candidate.kinds), *self._document_reasons(orders, leads)]
        if day := known["forgotten"].get((candidate.user_id, candidate.customer_id)):
            reasons.append(self.env._("a to-do was due on %(day)s: is it done?", day=format_date(self.env, day)))
        return {
            "name": self._called(partner, leads),
            "user_id": candidate.user_id,
            "partner_id": partner.id,
            "lead_id": candidate.lead_id or (leads[0].id if len(leads) == 1 else False),
            "order_id": orders[0].id if orders else False,
            "tier_id": row.tier_id.id,
            "minutes": candidate.minutes,
            "why": "; ".join(reasons),
            **stake,
        }

    @api.model
    def _called(self, partner, leads):
        """Whom a line is about: the customer, or of leads without one whoever asked; one of them may have no name."""
        names = [name for lead in leads[:1] for name in (lead.partner_name, lead.contact_name, lead.name)]
        return next(filter(None, [partner.display_name, *names]), self.env._("Without a name"))

    @api.model
    def _customer_reasons(self, row, kinds):
        if "reorder" in kinds:
            day = format_date(self.env, row.next_order_date)
            yield self.env._(
                "buys every %(days)s days, next order was expected %(day)s", days=f"{row.order_gap:.0f}", day=day
            )
        if "overdue" in kinds:
            # sudo: the tier that a value names goes with it.
            yield self.env._("nobody talked with them for %(days)s days", days=row.tier_id.sudo()._days())
        if "risk" in kinds:
            yield self.env._("%(chance)s still active", chance=f"{100 * row.alive:.0f} %")

    @api.model
    def _document_reasons(self, orders, leads):
        for order in orders:
            yield self.env._(
                "quotation %(name)s of %(amount)s lapses on %(day)s",
                name=order.name,
                amount=format_amount(self.env, order.amount_untaxed, order.currency_id),
                day=format_date(self.env, order.validity_date),
            )
        for lead in leads:
            yield self.env._("“%(name)s” may be won (%(chance)s)", name=lead.name, chance=f"{lead.probability:.0f} %")

    # -- deciding -----------------------------------------------------------------------

    def write(self, vals):
        """Note on which day a person put the line.

        :raises AccessError: where a person writes what the plan says
        """
        if not self.env.su and vals.keys() - CHOSEN:
            raise AccessError(self.env._("Only the day of a line, and why it is skipped, can be changed."))
        if "day" in vals:  # of a selection by a method, Odoo takes anything
            as_choice(self.env, vals["day"], dict(self._selection_day()), self.env._("The day"))
        moved = self.filtered(lambda line: line.day != vals["day"]) if "day" in vals else self.browse()
        result = super().write(vals)
        moved._decide("put")
        return result

    def _decide(self, state, **values):
        """Keep what was decided about the lines.

        :raises AccessError: about the lines of others, for who is no manager
        """
        if self.user_id - self.env.user and not self.env.user.has_group("crm_pareto.group_manager"):
            raise AccessError(self.env._("The plans of others are for managers."))
        # sudo: written here only, so that what was decided cannot be told otherwise afterwards.
        decisions = self.env["crm.pareto.plan.decision"].sudo()
        return decisions.create(
            [
                {
                    "company_id": line.company_id.id,
                    "user_id": line.user_id.id,
                    "partner_id": line.partner_id.id,
                    "lead_id": False if line.partner_id else line.lead_id.id,
                    "date": line.date,
                    "why": line.why or line.name,
                    "minutes": line.minutes,
                    "state": state,
                    **values,
                }
                for line in self
            ]
        )

    @of_some
    def action_accept(self):
        """Plan a call with the customer or lead on the day of the line.

        Why, only the decision says, and the activity to whoever may read that: everybody else reads it, too.

        :raises UserError: where the customer is in another company by now, or the lead somebody else's
        """
        for line in self:
            record = line.partner_id or line.lead_id
            if not record.has_access("read"):
                raise UserError(self.env._("%s is not yours to see any more: open the plan anew.", line.name))
            env = line.with_context(lang=lang_of(line.user_id, self.env)).env
            activity = without_client(record).activity_schedule(
                "mail.mail_activity_data_call", line.date, summary=env._("Call from My Plan"), user_id=line.user_id.id
            )
            line._decide("accepted", activity_id=activity.id)
        self.unlink()
        return self._refreshed()

    @of_one
    def action_meet(self):
        """Open a new meeting with the customer or lead; once it is saved, the plan has it no more."""
        record = self.partner_id or self.lead_id
        people = self.user_id.partner_id + (self.partner_id or self.lead_id.partner_id)
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "current",
            "context": {
                "default_name": self.env._("Meeting with %(name)s", name=self.name),
                "default_partner_ids": people.ids,
                "default_user_id": self.user_id.id,
                "default_res_model": record._name,
                "default_res_id": record.id,
                "default_opportunity_id": self.lead_id.id,
                "pareto_plan_line": self.id,
                "initial_date": fields.Date.to_string(self.date),
            },
        }

    def _met(self, event):
        """Take the line as accepted where the meeting is the one that was opened from it."""
        record = self.partner_id or self.lead_id
        # sudo: whom a meeting is with, and the company of each of them.
        guests = event.sudo().partner_ids.commercial_partner_id
        about = {("crm.lead", event.sudo().opportunity_id.id), (event.res_model, event.res_id)}
        if record and (self.partner_id & guests or (record._name, record.id) in about):
            self._decide("accepted", event_id=event.id)
            self.unlink()

    @of_some
    def action_postpone(self):
        """Leave the lines out of the plan for a week."""
        for first_day, lines in self.grouped("first_day").items():
            lines._decide("postponed", until=first_day + timedelta(days=PUT_OFF - 1))
        self.unlink()
        return self._refreshed()

    @of_one
    def action_skip(self):
        """Ask why."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Skip %(name)s", name=self.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(self.env.ref("crm_pareto.crm_pareto_plan_line_view_form_skip").id, "form")],
            "target": "new",
        }

    @of_one
    def action_confirm_skip(self):
        """Leave the line out of the plan for the time chosen.

        :raises UserError: without a reason
        """
        if not self.skip_reason:
            raise UserError(self.env._("Say why: the next plan, and your manager, will know."))
        days = SILENCES[self.skip_for]
        until = self.first_day + timedelta(days=days - 1) if days else False
        self._decide("skipped", reason=self.skip_reason, until=until)
        self.unlink()
        return self._refreshed()

    @of_one
    def action_open(self):
        """Open the quotation, lead or customer behind the line."""
        about = self.partner_id or self.lead_id
        action = open_document(self.order_id or about, self)
        return about.get_formview_action() if about and action["res_model"] == self._name else action

    def _refreshed(self):
        return {"type": "ir.actions.client", "tag": "soft_reload"}
