from datetime import timedelta

from odoo import api, fields, models

from ..analytics.windows import window
from .crm_pareto_value_mixin import PROFIT

SNAPSHOT_LIFE = timedelta(days=1)


class CrmParetoRun(models.Model):
    """A computation of values: of what, over which period, and the totals that shares are of.

    A company has one for its customers, one for its products and one each, without totals, for what is bought again
    and what is bought together; the scheduled actions bring them up to date. The others are snapshots: another window,
    or the state of a past day, that somebody asked for; kept for a day.
    """

    _name = "crm.pareto.run"
    _description = "Computation of Values"
    _rec_name = "as_of"
    _order = "id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("customer", "Customers"),
            ("product", "Products"),
            ("repeat", "Repeat Purchases"),
            ("pairing", "Products Bought Together"),
        ],
        required=True,
        readonly=True,
    )
    snapshot = fields.Boolean(readonly=True)
    pareto_window = fields.Char(readonly=True, help="The kind of window the values are of.")
    date_from = fields.Date(readonly=True)
    as_of = fields.Date(readonly=True)
    turnover_total = fields.Monetary(readonly=True, help="The sum of the positive turnovers.")
    profit_total = fields.Monetary(readonly=True, help="The sum of the positive profits.", groups=PROFIT)
    service_as_of = fields.Date(readonly=True, help="The last day of the window that service is of: the last night's.")
    service_measure = fields.Selection(
        [("cost", "Cost"), ("hours", "Hours"), ("cases", "Cases")],
        readonly=True,
        help="What customers are ranked by for service; empty where none is known.",
    )
    full_at = fields.Datetime(
        "Computed", readonly=True, help="Start of the last computation of everything; empty: it is due."
    )
    refreshed_at = fields.Datetime("Refreshed", readonly=True, help="Start of the last computation of what changed.")

    _standing_unique = models.UniqueIndex("(company_id, kind) WHERE snapshot IS NOT TRUE")
    _snapshot_unique = models.UniqueIndex("(company_id, kind, pareto_window, as_of) WHERE snapshot")

    @api.model
    def _standing(self, company, kind):
        """The company's own run of a kind; made where there is none."""
        domain = [("company_id", "=", company.id), ("kind", "=", kind), ("snapshot", "!=", True)]
        return self.search(domain) or self.create({"company_id": company.id, "kind": kind})

    @api.model
    def _forget(self, companies):
        """Have everything of the companies computed with the next refresh; snapshots stay as they are."""
        # sudo: whoever changes whom an invoice counts for need not be a manager of values.
        runs = self.sudo().search([("company_id", "in", companies.ids), ("snapshot", "!=", True)])
        runs.full_at = False

    def _period(self):
        """The Window that the values are of; None before the first computation."""
        self.ensure_one()
        return window(self.pareto_window, self.as_of) if self.as_of else None

    @api.autovacuum
    def _gc_snapshots(self):
        self.search([("snapshot", "=", True), ("full_at", "<", fields.Datetime.now() - SNAPSHOT_LIFE)]).unlink()
