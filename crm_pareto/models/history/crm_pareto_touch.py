from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tools import format_list

from ..common.tools.bounds import MOST_LETTERS, check_days
from ..common.tools.named import check_named
from ..common.tools.ours import as_ours, check_ours, is_ours
from ..common.tools.trust import trusted_defaults, works_in

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

BY_US = ("changed_by_ids", "customer_id")
SELLS = "sales_team.group_sale_salesman"
WAYS = [("out", "We contacted them"), ("in", "They contacted us")]


class CrmParetoTouch(models.Model):
    """A contact with a customer that somebody wrote down, because Odoo has no record of it.

    It belongs to the customer: it stays when the person who logged it leaves. Who logs a contact of somebody else, or
    changes what somebody else logged, as managers may, is named beside that person.
    """

    _name = "crm.pareto.touch"
    _description = "Logged Touch"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char("What About", required=True, size=MOST_LETTERS)
    date = fields.Datetime("When", required=True, default=fields.Datetime.now)
    partner_id = fields.Many2one(
        "res.partner", "Contact", required=True, index=True, ondelete="cascade", check_company=True
    )
    customer_id = fields.Many2one(
        "res.partner",
        compute="_compute_customer_id",
        store=True,
        precompute=True,
        index=True,
        ondelete="cascade",
        help="For whom the contact worked then.",
    )
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
    logged_by = fields.Char(
        compute="_compute_logged_by",
        help="Who logged it, where that is somebody else than our person, and who else changed it.",
    )
    changed_by_ids = fields.Many2many("res.users", "crm_pareto_touch_changed_rel", readonly=True, copy=False)
    # Who sees no lead would be told what it is called.
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="set null", check_company=True, groups=SELLS)
    campaign_id = fields.Many2one("utm.campaign", index="btree_not_null", ondelete="set null", check_company=True)
    source_id = fields.Many2one("utm.source", ondelete="set null")
    medium_id = fields.Many2one("utm.medium", ondelete="set null")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )

    @api.depends("partner_id")
    def _compute_customer_id(self):
        # Not anew where the contact changes the employer: what was said was said to the former one.
        for touch in self.sudo():  # sudo: of whom a contact is that one may name
            touch.customer_id = touch.partner_id.commercial_partner_id

    @api.depends("changed_by_ids", "create_uid", "user_id")
    def _compute_logged_by(self):
        # sudo: whoever reads the touch may know who wrote it down.
        for touch in self.sudo():
            logger, said = touch.create_uid, []
            if logger != touch.user_id:
                said.append(self.env._("Logged by %(name)s", name=logger.name))
            if touch.changed_by_ids:
                names = format_list(self.env, touch.changed_by_ids.mapped("name"))
                said.append(self.env._("Changed by %(name)s", name=names))
            touch.logged_by = format_list(self.env, said) if said else False

    @api.constrains("date")
    def _check_date(self):
        check_days(self, "date")
        latest = fields.Datetime.now() + timedelta(minutes=5)  # clocks differ
        if any(touch.date > latest for touch in self):
            raise ValidationError(self.env._("A touch has happened already: its date cannot lie ahead."))

    @api.constrains("user_id", "company_id")
    def _check_user_id(self):
        if any(touch.user_id and not works_in(touch.user_id, touch.company_id) for touch in self):
            raise ValidationError(self.env._("Our person is somebody who works here."))

    @api.model
    def default_get(self, fields):
        """Who changed it is no client's to say, nor for whom the contact worked."""
        return trusted_defaults(super().default_get, self, fields, BY_US)

    @api.model_create_multi
    def create(self, vals_list):
        """Log touches in one's own name; set-based, as many are imported at once.

        :raises AccessError: in the name of others, for who is no manager
        """
        check_ours(self, vals_list, BY_US)
        touches = super().create(vals_list)
        touches._check_person()
        check_named(touches, "partner_id", "lead_id")
        return touches

    def write(self, vals):
        """As in `create`; who changes what others wrote is named beside them from then on."""
        check_ours(self, [vals], BY_US)
        result = super().write(vals)
        others = self.filtered(lambda touch: self.env.user not in touch.create_uid + touch.changed_by_ids)
        if others and not is_ours(self.env):
            as_ours(others.sudo()).changed_by_ids = [Command.link(self.env.uid)]  # sudo: by this only
        if "company_id" in vals:
            self.check_access("write")  # where it is now, too
        if "user_id" in vals:
            self._check_person()
        check_named(self, *(vals.keys() & {"partner_id", "lead_id"}))
        return result

    def _check_person(self):
        """Not as a constraint, where Odoo checks with sudo and nobody knows who asks."""
        others = self.user_id - self.env.user
        if others and not self.env.su and not self.env.user.has_group("crm_pareto.group_manager"):
            raise AccessError(
                self.env._("Only managers log a touch of somebody else: choose yourself as our person, or nobody.")
            )

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
