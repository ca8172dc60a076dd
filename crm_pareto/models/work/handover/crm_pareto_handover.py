import logging
from datetime import timedelta

from markupsafe import Markup, escape
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_list
from psycopg2 import OperationalError

from ...common.tools.apart import apart, take_turns
from ...common.tools.bounds import check_days, of_one, of_some
from ...common.tools.links import Lines
from ...common.tools.ours import as_ours, check_ours
from ...common.tools.trust import scheduled, trusted_defaults, without_client, works_in

_logger = logging.getLogger(__name__)

BY_BUTTON = ("name", "state", "done_on", "change_ids")  # the name says who hands over
AS_HANDED_OVER = ("from_user_id", "company_id", "reason", "share_ids")  # of the past, once it is done
UNDO_WITHIN = timedelta(days=1)
TO_CONFIRM, TO_LOOK_AFTER = "mail.mail_activity_data_todo", "mail.mail_activity_data_warning"
NO_MAIL = {  # one message says it all; else Odoo would write a mail a record
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "mail_notify_author": False,
    "no_mail_to_attendees": True,
    "dont_notify": True,
}


class CrmParetoHandover(models.Model):
    """What one person hands over to others, because of leaving or for the time of an absence.

    Moved is what is still to be done: the person's customers, open leads, draft and sent quotations, open activities,
    meetings to come, and what the person follows of these. Confirmed orders and posted invoices keep their salesperson
    and team, and so do all figures of the past. Every change is written down (crm.pareto.handover.change): it can be
    undone within a day, and that of an absence is taken back by itself after its last day.

    A hand-over is of one company: its own records, and those that belong to none.
    """

    _name = "crm.pareto.handover"
    _inherit = ["crm.pareto.thread.mixin", "mail.activity.mixin"]
    _description = "Hand-over"
    _order = "id desc"

    name = fields.Char(compute="_compute_name", store=True, compute_sudo=False)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade", index=True
    )
    from_user_id = fields.Many2one(
        "res.users",
        "From",
        required=True,
        tracking=True,
        ondelete="restrict",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        context={"active_test": False},
        help="Who leaves or is away; also one whose user is archived already.",
    )
    reason = fields.Selection(
        [("leaves", "Leaves"), ("away", "Is Away")],
        required=True,
        default="leaves",
        tracking=True,
        help="What was handed over for an absence goes back by itself.",
    )
    until = fields.Date("Away Until", tracking=True, help="The last day of the absence: the day after, all goes back.")
    share_ids = Lines("crm.pareto.handover.share", "handover_id", "Who Takes Over", copy=True)
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Handed Over"), ("back", "Taken Back")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    done_on = fields.Datetime("Handed Over On", readonly=True, copy=False)
    change_ids = Lines("crm.pareto.handover.change", "handover_id", readonly=True)
    can_undo = fields.Boolean(compute="_compute_can_undo")
    is_mine = fields.Boolean(compute="_compute_is_mine", help="Whether the reader has not confirmed receipt yet.")
    customer_count = fields.Integer("Contacts", compute="_compute_counts", compute_sudo=False)
    lead_count = fields.Integer("Leads", compute="_compute_counts", compute_sudo=False)
    quotation_count = fields.Integer("Quotations", compute="_compute_counts", compute_sudo=False)
    activity_count = fields.Integer("Open Activities", compute="_compute_counts", compute_sudo=False)
    meeting_count = fields.Integer("Meetings", compute="_compute_counts", compute_sudo=False)

    @api.depends("from_user_id", "reason")
    def _compute_name(self):
        for handover in self:
            handover.name = handover.from_user_id.with_context(active_test=False).name or self.env._("Hand-over")

    @api.depends("state", "done_on")
    def _compute_can_undo(self):
        for handover in self:
            since = fields.Datetime.now() - UNDO_WITHIN
            handover.can_undo = handover.state == "done" and handover.done_on and handover.done_on >= since

    @api.depends("share_ids.confirmed_on", "state")
    @api.depends_context("uid")
    def _compute_is_mine(self):
        for handover in self:
            handover.is_mine = bool(handover._shares_to_confirm())

    @api.depends("from_user_id", "company_id", "state")
    def _compute_counts(self):
        for handover in self:
            for name, records in handover._moved().items():
                handover[f"{name}_count"] = len(records)

    @api.constrains("reason", "until")
    def _check_until(self):
        check_days(self, "until")
        for handover in self:
            if handover.reason == "away" and not handover.until:
                raise ValidationError(self.env._("Say until when %(name)s is away.", name=handover.from_user_id.name))
            over = handover.reason == "away" and handover.until < fields.Date.context_today(handover)
            if over:
                raise ValidationError(self.env._("The absence ends in the past: choose today or later."))

    @api.constrains("share_ids", "from_user_id")
    def _check_share_ids(self):
        for handover in self:
            if handover.from_user_id in handover.share_ids.user_id:
                raise ValidationError(
                    self.env._("%(name)s cannot take over from himself or herself.", name=handover.from_user_id.name)
                )

    @api.constrains("from_user_id", "company_id", "share_ids")
    def _check_people(self):
        """Nobody is named: who is of another company is out of sight."""
        for handover in self:
            if not works_in(handover.from_user_id, handover.company_id):
                raise ValidationError(
                    self.env._(
                        "Who hands over does not work in %(company)s: choose somebody who does, or did.",
                        company=handover.company_id.name,
                    )
                )
            handover.share_ids._check_who_and_what()

    @api.model
    def default_get(self, fields):
        """What only the buttons set is as they leave it."""
        return trusted_defaults(super().default_get, self, fields, BY_BUTTON)

    @api.model_create_multi
    def create(self, vals_list):
        """A draft, and nothing else."""
        check_ours(self, vals_list, BY_BUTTON)
        return super().create(vals_list)

    def write(self, vals):
        """What was handed over, by whom and to whom stays as it was; an absence may end on another day to come.

        :raises UserError: where it is no draft any more
        """
        check_ours(self, [vals], BY_BUTTON)
        if vals.keys() & set(AS_HANDED_OVER):
            self._check_draft()
        if "until" in vals:
            (self - self.filtered(lambda handover: handover._is_absence()))._check_draft()
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")  # where it is now, too
        return result

    def _is_absence(self):
        """Whether it lasts until a day that people may still be wrong about."""
        is_over = self.until and self.until < fields.Date.context_today(self)
        return self.state == "done" and self.reason == "away" and not is_over

    def _check_draft(self):
        if self:
            take_turns(self)  # with who hands it over
        if any(handover.state != "draft" for handover in self):
            raise UserError(
                self.env._("This was handed over already and stays as it was: undo it, or make another hand-over.")
            )

    # -- what moves ------------------------------------------------------------------------

    def _moved(self):
        """What a draft would move, or what was moved: {name of the count: records}."""
        self.ensure_one()
        names = {"customer": "res.partner", "lead": "crm.lead", "quotation": "sale.order"}
        names |= {"activity": "mail.activity", "meeting": "calendar.event"}
        if self.state == "draft":
            return {name: self.env["crm.pareto.handover.change"]._open(self, model) for name, model in names.items()}
        # sudo: the journal; the records themselves are opened with the reader's own rights.
        changes = self.sudo().change_ids.filtered(lambda change: change._is_moved()).grouped("res_model")
        return {
            name: self.env[model].browse(changes[model].mapped("res_id") if model in changes else []).exists()
            for name, model in names.items()
        }

    def _open_moved(self, name, title):
        records = self._moved()[name]
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": records._name,
            "view_mode": "calendar,list,form" if name == "meeting" else "list,form",
            "domain": [("id", "in", records.ids)],
            "context": {"active_test": False, "create": False},
        }

    @of_one
    def action_open_customers(self):
        """Open the customers and their people that move or moved."""
        return self._open_moved("customer", self.env._("Contacts"))

    @of_one
    def action_open_leads(self):
        """Open the leads that move or moved."""
        return self._open_moved("lead", self.env._("Leads"))

    @of_one
    def action_open_quotations(self):
        """Open the quotations that move or moved."""
        return self._open_moved("quotation", self.env._("Quotations"))

    @of_one
    def action_open_activities(self):
        """Open the activities that move or moved."""
        return self._open_moved("activity", self.env._("Activities"))

    @of_one
    def action_open_meetings(self):
        """Open the meetings that move or moved."""
        return self._open_moved("meeting", self.env._("Meetings"))

    # -- there and back --------------------------------------------------------------------

    @of_some
    def action_hand_over(self):
        """Move everything to those who take over, tell them, and leave a note with each customer.

        All or nothing, in one transaction.

        :raises UserError: where nobody takes over, or the last share is of some customers only
        """
        self.env["crm.pareto.handover.change"]._check_may_move()
        for handover in self:
            handover.check_access("write")
            if handover.state != "draft":
                raise UserError(self.env._("%(name)s is handed over already.", name=handover.name))
            handover._check_somebody_takes_the_rest()
            handover._check_people()  # somebody may have left the company since it was drafted
            # sudo: by this button only.
            as_ours(handover.sudo()).write({"state": "done", "done_on": fields.Datetime.now()})
            handover.env["crm.pareto.handover.change"]._hand_over(without_client(handover).with_context(**NO_MAIL))
            handover._leave_notes()
            handover._ask_for_receipt()

    def _check_somebody_takes_the_rest(self):
        shares = self.share_ids.sorted()
        if not shares or shares[-1]._is_partial():
            raise UserError(
                self.env._("Add a last line without tiers and regions under Who Takes Over: it takes what is left.")
            )

    @of_some
    def action_undo(self):
        """Put back what was moved, within a day; what somebody changed since stays as it is.

        :raises UserError: when it is too late
        """
        self.env["crm.pareto.handover.change"]._check_may_move()
        for handover in self:
            handover.check_access("write")
            if not handover.can_undo:
                raise UserError(
                    self.env._("This can be undone within a day only. Make a hand-over the other way instead.")
                )
        self._take_back()

    def _take_back(self):
        for handover in self:
            changes = handover.env["crm.pareto.handover.change"]._of(without_client(handover).with_context(**NO_MAIL))
            moved = changes.filtered(lambda change: change._is_moved())
            kept, failed, lacking = changes._put_back()
            as_ours(handover.sudo()).state = "back"  # sudo: by this only
            handover.activity_unlink([TO_CONFIRM, TO_LOOK_AFTER])
            said = handover._say_what_stays(kept, failed, lacking)
            said = [self.env._("%(count)s records went back.", count=len(moved - kept - failed)), *said]
            handover.message_post(body=Markup("<br>").join(map(escape, said)))
            if failed:
                handover._tell_manager(self.env._("Some records did not go back: the last message says which."))

    def _say_what_stays(self, kept, failed, lacking):
        """A sentence each of what is not as it was, and why; no names: everybody who took over a part reads it."""

        def counted(changes):
            return {"count": len(changes), "kinds": format_list(self.env, changes._kinds())}

        said = []
        if kept:
            said.append(self.env._("%(count)s stay as they are, done or changed meanwhile: %(kinds)s", **counted(kept)))
        if failed:
            said.append(
                self.env._(
                    "%(count)s stay as they are, because who had them cannot have them any more: %(kinds)s",
                    **counted(failed),
                )
            )
        if lacking:
            said.append(
                self.env._(
                    "%(count)s went back without a team, stage or the like that was deleted or does not fit any more:"
                    " %(kinds)s",
                    **counted(lacking),
                )
            )
        return said

    def _tell_manager(self, summary):
        """Ask whoever drafted it to look after what does not go back; once, however often it fails."""
        # sudo: a to-do for somebody else.
        handover = self.sudo()
        if handover.activity_search([TO_LOOK_AFTER]):
            return
        user = handover.create_uid
        if error := apart(
            self.env, lambda: handover.activity_schedule(TO_LOOK_AFTER, user_id=user.id, summary=summary)
        ):
            _logger.warning("Nobody could be told of the hand-over %s: %s", self.id, error)

    @api.model
    @scheduled
    def _cron_return(self):
        """Give back what was handed over for absences that have ended."""
        ended = [("state", "=", "done"), ("reason", "=", "away"), ("until", "<", fields.Date.today())]
        for handover in self.search(ended):
            theirs = handover.with_context(tz=handover.from_user_id.tz)
            if handover.until >= fields.Date.context_today(theirs):  # where they are the day is not over yet
                continue
            try:
                with self.env.cr.savepoint():
                    handover._take_back()
            except Exception as error:  # whatever it is, it is of this one: the others go back all the same
                _logger.exception("The hand-over %s could not be taken back", handover.id)
                if not isinstance(error, OperationalError):  # that is over by the next time
                    handover._tell_manager(self.env._("It could not be taken back by itself: give it back by hand."))
            self.env["ir.cron"]._commit_progress(1)

    # -- telling people --------------------------------------------------------------------

    def _leave_notes(self):
        """Say in the chatter of each customer who looks after it now, and where the next person reads what to know.

        No more than that: whoever may see the customer reads it, in every company.
        """
        customers = self._moved()["customer"].filtered(lambda partner: partner == partner.commercial_partner_id)
        if customers:
            customers._message_log_batch({customer.id: self._note(customer) for customer in customers})

    def _note(self, customer):
        link = self._get_html_link(self.env._("Hand-over"))
        return Markup("<p>%s</p>") % self.env._(
            "%(person)s handed over to %(successor)s. What to know about the customer: %(handover)s, Print Briefs.",
            person=self.from_user_id.name,
            successor=customer.user_id.name,
            handover=link,
        )

    def _ask_for_receipt(self):
        # sudo: a to-do for somebody else, and what nobody writes by hand.
        self.sudo().share_ids._note_what_it_took()
        for user in self.share_ids.user_id:
            without_client(self.sudo()).activity_schedule(
                TO_CONFIRM,
                user_id=user.id,
                summary=self.env._("Confirm receipt of what %(name)s handed over", name=self.name),
            )

    @of_one
    def action_print_briefs(self):
        """Print the brief of each customer that the reader took over, or of all where that is none."""
        mine = self.share_ids.filtered(lambda share: share.user_id == self.env.user)
        # sudo: the journal; the customers are printed with the reader's own rights, those who moved elsewhere are not.
        customers = (mine or self.share_ids).sudo()._customers().with_env(self.env)._filtered_access("read")
        return self.env.ref("crm_pareto.crm_pareto_handover_brief_action").report_action(customers)

    def _shares_to_confirm(self):
        if self.state != "done":
            return self.share_ids.browse()
        return self.share_ids.filtered(lambda share: share.user_id == self.env.user and not share.confirmed_on)

    @of_some
    def action_confirm_receipt(self):
        """Say that one has what was handed over to one.

        :raises UserError: for who has nothing to confirm
        """
        for handover in self:
            shares = handover._shares_to_confirm()
            if not shares:
                raise UserError(self.env._("There is nothing here for you to confirm."))
            # sudo: the receiver may not change anything else of the hand-over.
            handover = handover.sudo()
            as_ours(shares.sudo()).confirmed_on = fields.Datetime.now()
            handover.activity_feedback([TO_CONFIRM], user_id=self.env.uid)
            handover.message_post(body=self.env._("Receipt confirmed."), author_id=self.env.user.partner_id.id)

    @api.ondelete(at_uninstall=False)
    def _unlink_draft_only(self):
        if any(handover.state == "done" for handover in self):
            raise UserError(self.env._("A hand-over that is done is the only way back: it cannot be deleted."))
