from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CHANNELS = [
    ("email", "Email"),
    ("phone", "Phone"),
    ("meeting", "Meeting"),
    ("sms", "SMS"),
    ("chat", "Chat"),
    ("web", "Web"),
    ("shop", "Shop"),
    ("event", "Fair or Event"),
    ("post", "Post"),
    ("sale", "Sale"),
    ("invoice", "Invoice"),
    ("payment", "Payment"),
    ("delivery", "Delivery"),
    ("service", "Service"),
    ("survey", "Survey or Feedback"),
    ("portal", "Portal"),
    ("other", "Other"),
]
DIRECTIONS = [("in", "Incoming"), ("out", "Outgoing"), ("none", "Internal")]
# The channels of what Odoo itself does not record.
LOGGED = ("phone", "meeting", "event", "email", "post", "chat", "sms", "web", "survey", "other")

WAYS = [("out", "We contacted them"), ("in", "They contacted us")]


class CrmParetoTouch(models.Model):
    """A contact with a customer that somebody wrote down, because Odoo has no record of it.

    It belongs to the customer: it stays when the person who logged it leaves.
    """

    _name = "crm.pareto.touch"
    _description = "Logged Touch"
    _order = "date desc, id desc"

    name = fields.Char("What About", required=True)
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    partner_id = fields.Many2one("res.partner", "Contact", required=True, index=True, ondelete="cascade")
    channel = fields.Selection(
        [channel for channel in CHANNELS if channel[0] in LOGGED], required=True, default="phone"
    )
    direction = fields.Selection(WAYS, required=True, default="out")
    user_id = fields.Many2one(
        "res.users",
        "Our Person",
        default=lambda self: self.env.user,
        ondelete="set null",
        domain="[('share', '=', False)]",
    )
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="set null")
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="set null")
    source_id = fields.Many2one("utm.source", ondelete="set null")
    medium_id = fields.Many2one("utm.medium", ondelete="set null")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )

    @api.constrains("date")
    def _check_date(self):
        latest = fields.Datetime.now() + timedelta(minutes=5)  # clocks differ
        if any(touch.date > latest for touch in self):
            raise ValidationError(self.env._("A touch has happened already: its date cannot lie ahead."))

    @api.model
    @api.readonly
    def get_import_templates(self):
        """What Odoo's import screen offers to download."""
        return [
            {
                "label": self.env._("Template for Logged Touches"),
                "template": "/crm_pareto/static/xlsx/logged_touches.xlsx",
            }
        ]
