from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from ..common.tools.bounds import MOST_LETTERS, check_days, of_one, opened_from
from ..common.tools.trust import without_defaults
from .crm_pareto_touch import CHANNELS, LOGGED, WAYS

# The field that names the contact on the records it is started from.
CONTACT = {"crm.lead": "partner_id", "sale.order": "partner_id", "crm.pareto.customer": "partner_id"}


class CrmParetoLogTouch(models.TransientModel):
    """Log one touch with one contact, or with each of many ("met at the fair"), and plan what comes next."""

    _name = "crm.pareto.log.touch"
    _description = "Log a Touch"

    partner_ids = fields.Many2many("res.partner", string="With")
    pasted = fields.Text(
        "Paste Contacts",
        help="One a line: an email address, or a name as it stands in Contacts.",
    )
    name = fields.Char("What About", required=True, size=MOST_LETTERS)
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    channel = fields.Selection(
        [channel for channel in CHANNELS if channel[0] in LOGGED], required=True, default="phone"
    )
    direction = fields.Selection(WAYS, required=True, default="out")
    lead_id = fields.Many2one("crm.lead")
    campaign_id = fields.Many2one("utm.campaign")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    activity_type_id = fields.Many2one("mail.activity.type", "Next Step", domain="[('res_model', '=', False)]")
    activity_summary = fields.Char("Summary")
    activity_date = fields.Date("Due", compute="_compute_activity_date", store=True, readonly=False)
    activity_user_id = fields.Many2one(
        "res.users", "By", default=lambda self: self.env.user, domain="[('share', '=', False)]"
    )

    @api.constrains("date", "activity_date")
    def _check_dates(self):
        check_days(self, "date", "activity_date")

    @api.depends("activity_type_id")
    def _compute_activity_date(self):
        for wizard in self:
            wizard.activity_date = wizard.activity_type_id._get_date_deadline() if wizard.activity_type_id else False

    @api.model
    def default_get(self, fields):
        """Take the contacts, their company, and the lead of one record, from where the form was opened."""
        values = super().default_get(fields)
        model, ids = opened_from(self.env)
        if model != "res.partner" and model not in CONTACT:
            return values
        records = self.env[model].browse(ids)
        partners = records if model == "res.partner" else records[CONTACT[model]]
        values["partner_ids"] = [Command.set(partners.ids)]
        if len(companies := partners.company_id) == 1 and companies in self.env.companies:
            values["company_id"] = companies.id
        if len(records) == 1 and model in ("crm.lead", "sale.order"):
            # Of an order of one's own, the lead may be a colleague's.
            lead = records if model == "crm.lead" else records.opportunity_id._filtered_access("read")
            values["lead_id"] = lead.id
        return values

    @api.onchange("pasted")
    def _onchange_pasted(self):
        """Move the contacts that are found up to the others; what is not found stays to be corrected."""
        words = [line.strip() for line in (self.pasted or "").splitlines() if line.strip()]
        found, missing = self._find_contacts(words)
        self.partner_ids |= found
        self.pasted = "\n".join(missing)
        if missing and words:
            message = self.env._(
                "%(found)s found, %(missing)s not: correct them.", found=len(found), missing=len(missing)
            )
            return {"warning": {"type": "notification", "title": self.env._("Contacts"), "message": message}}
        return None

    @api.model
    def _find_contacts(self, words):
        """The contacts that email addresses and names stand for.

        :return: (partners, the words that stand for none, or for more than one)
        """
        emails = {word: email_normalize(word) for word in words}
        partners = self.env["res.partner"].search(
            ["|", ("email_normalized", "in", [email for email in emails.values() if email]), ("name", "in", words)]
        )
        by_email, by_name = partners.grouped("email_normalized"), partners.grouped("name")
        found, missing = partners.browse(), []
        for word in dict.fromkeys(words):
            meant = by_email.get(emails[word]) if emails[word] else by_name.get(word)
            if meant and len(meant) == 1:
                found |= meant
            else:
                missing.append(word)
        return found, missing

    @of_one
    def action_log(self):
        """Log the touch with each contact, and plan the next step with each.

        :raises UserError: where there is no contact
        """
        if self.pasted:
            raise UserError(self.env._("Correct or remove the pasted lines that stand for no contact, or for several."))
        if not self.partner_ids:
            raise UserError(self.env._("Choose or paste at least one contact."))
        touch = {
            "name": self.name,
            "date": self.date,
            "channel": self.channel,
            "direction": self.direction,
            **({"lead_id": self.lead_id.id} if self.lead_id else {}),
            "campaign_id": self.campaign_id.id,
            "company_id": self.company_id.id,
        }
        touches = self.env["crm.pareto.touch"]
        touches = without_defaults(touches, touches._fields)  # those meant for what the form was opened from
        touches.create([{**touch, "partner_id": partner.id} for partner in self.partner_ids])
        self._plan_next_step()
        message = self.env._("Logged with %(count)s contacts.", count=len(self.partner_ids))
        if len(self.partner_ids) == 1:
            message = self.env._("Logged with %(contact)s.", contact=self.partner_ids.display_name)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message, "next": {"type": "ir.actions.act_window_close"}},
        }

    def _plan_next_step(self):
        """On the lead where there is one, else on each contact."""
        if self.activity_type_id:
            (self.lead_id or self.partner_ids).activity_schedule(
                date_deadline=self.activity_date,
                summary=self.activity_summary or self.activity_type_id.summary,
                activity_type_id=self.activity_type_id.id,
                user_id=self.activity_user_id.id or self.env.uid,
            )
