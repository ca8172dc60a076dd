from odoo import fields, models

from ..common.res_company import TOGETHER


class MailMessage(models.Model):
    _inherit = "mail.message"

    pareto_automatic = fields.Boolean(
        "Automatic Answer",
        readonly=True,
        copy=False,
        prefetch=TOGETHER,
        groups="base.group_user",
        help="By the headers of the mail, a machine wrote it: an absence note, a confirmation of receipt.",
    )
