import logging

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.fields import Domain

from ..common.tools.apart import apart
from ..common.tools.named import check_naming, with_defaults
from .crm_pareto_touch import CHANNELS, LOGGED

_logger = logging.getLogger(__name__)

MOST_MONTHS = 1200  # what is kept for longer is kept for ever
BATCH = 1000  # touches that are deleted in one transaction
LOGGED_SOURCE = 4  # of crm.pareto.touchpoint: see touchpoint/logged.py


class CrmParetoRetention(models.Model):
    """How long a company keeps the touches of a channel that people logged; for ever where there is no row.

    Odoo's daily clean-up deletes the older ones. A touch that a campaign's credit rests on stays, because what the
    campaign is said to have brought would change; it goes with its contact, or by Odoo's privacy lookup.
    """

    _name = "crm.pareto.retention"
    _inherit = "crm.pareto.nameless.mixin"
    _description = "Retention of Logged Touches"
    _rec_name = "channel"
    _order = "company_id, channel"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade"
    )
    channel = fields.Selection([channel for channel in CHANNELS if channel[0] in LOGGED], required=True)
    months = fields.Integer("Months Kept", required=True, default=36, aggregator=None)

    _channel_unique = models.UniqueIndex("(company_id, channel)", "This channel has its months already: change those.")
    _months_bounds = models.Constraint(
        "CHECK (months BETWEEN 1 AND 1200)",
        "Touches are kept for 1 to 1200 months; without a row here they are kept for ever.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """
        :raises AccessError: in a company that is not ticked
        """
        vals_list = with_defaults(self, vals_list)
        check_naming(self, vals_list, "company_id")
        return super().create(vals_list)

    def write(self, vals):
        """As in `create`; Odoo asks the record rules before it writes: where the rows are now, they are asked again."""
        check_naming(self, [vals], "company_id")
        result = super().write(vals)
        if "company_id" in vals:
            self.check_access("write")
        return result

    @api.autovacuum
    def _gc_touches(self):
        """Delete up to BATCH touches that have been kept for long enough, one company after the other.

        :return: (number deleted, whether there may be more)
        """
        done = 0
        # sudo: scheduled for all companies, whoever started it.
        for kept in self.sudo().search([("months", ">", 0), ("months", "<=", MOST_MONTHS)]):
            expired = self.env["crm.pareto.touch"].sudo().search(kept._get_expired_domain(), limit=BATCH - done)
            if error := apart(self.env, expired.unlink):
                _logger.warning("Touches of %s stay", kept, exc_info=error)
                continue
            done += len(expired)
            if done == BATCH:
                return done, True
        return done, False

    def _get_expired_domain(self):
        """The touches of the company and channel that are older than they are kept."""
        self.ensure_one()
        before = fields.Datetime.now() - relativedelta(months=self.months)
        credited = self.env["crm.pareto.attribution"]._search([("touch_source", "=", LOGGED_SOURCE)])
        return (
            Domain("company_id", "=", self.company_id.id)
            & Domain("channel", "=", self.channel)
            & Domain("date", "<", before)
            & Domain("id", "not in", credited.subselect("touch_record"))
        )
