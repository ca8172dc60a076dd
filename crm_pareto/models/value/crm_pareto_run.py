from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..common.tools.blank import BlankMonetary
from ..common.tools.groups import PROFIT
from .crm_pareto_stale import KINDS

SNAPSHOT_LIFE = timedelta(days=1)
LONG = 5  # seconds that a snapshot may take without its person having to wait for another
MOST_SNAPSHOTS = 10  # of a person at a time: each is as many rows as there are customers


class CrmParetoRun(models.Model):
    """A computation of values: of what, over which period, and the totals that shares are of.

    A company has one for its customers, one for its products and one each, without totals, for what is bought again,
    what is bought together and the campaigns; the scheduled actions bring them up to date. The others are snapshots:
    another window, or the state of a past day, that somebody asked for; kept for a day, the last MOST_SNAPSHOTS of each
    person.
    """

    _name = "crm.pareto.run"
    _inherit = "crm.pareto.guarded.mixin"
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
            ("attribution", "Campaigns"),
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
    uncosted_total = BlankMonetary(
        "Turnover without Cost",
        readonly=True,
        groups=PROFIT,
        help="The sum of the turnovers whose cost nobody knows; blank before the first computation that counted them.",
    )
    history_as_of = fields.Date(readonly=True, help="The day as of which months were last written into the history.")
    history_months = fields.Json(readonly=True, help="Of which documents the months of the history are, as numbers.")
    service_as_of = fields.Date(readonly=True, help="The last day of the window that service is of: the last night's.")
    service_measure = fields.Selection(
        [("cost", "Cost"), ("hours", "Hours"), ("cases", "Cases")],
        readonly=True,
        help="What customers are ranked by for service; empty where none is known.",
    )
    full_at = fields.Datetime(
        "Computed", readonly=True, help="Start of the last computation of everything; empty: it is due."
    )
    seconds = fields.Float(readonly=True, aggregator=None, help="How long the last computation of everything took.")
    user_id = fields.Many2one(
        "res.users", "Asked For By", readonly=True, ondelete="cascade", index="btree_not_null", help="Of a snapshot."
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
    def _forget(self, companies, kinds=tuple(dict(KINDS))):
        """Have everything of the companies computed with the next refresh; snapshots stay as they are.

        Each time a row more, also where there is one: the computation that is under way may be deleting that.
        """
        rows = [{"company_id": company.id, "kind": kind} for company in companies for kind in kinds]
        # sudo: whoever changes whom an invoice counts for need not be a manager of values.
        self.env["crm.pareto.stale"].sudo().create(rows)

    def _is_due(self):
        """Whether everything is to be computed: it never was, or `_forget` has asked for it since."""
        own = [("company_id", "=", self.company_id.id), ("kind", "=", self.kind)]
        # sudo: nobody but the computation reads them.
        return not self.full_at or bool(self.env["crm.pareto.stale"].sudo().search_count(own, limit=1))

    def _note_all(self, values):
        """Write down that everything was computed; whatever asked for it has had it, as far as this transaction saw."""
        which = SQL("company_id = %s AND kind = %s", self.company_id.id, self.kind)
        self.env.cr.execute(SQL("DELETE FROM crm_pareto_stale WHERE %s", which))
        self.env["crm.pareto.stale"].invalidate_model()
        now = self.env.cr.now()
        self.write({"full_at": now, "refreshed_at": now, **values})

    def _period(self):
        """The Window that the values are of; None before the first computation."""
        self.ensure_one()
        return self.company_id._pareto_period(self.as_of, self.pareto_window) if self.as_of else None

    def _is_of_window(self):
        """Whether the values are of the window that the company looks at now: its kind, and its fiscal year's days."""
        self.ensure_one()
        if self.pareto_window != self.company_id.pareto_window:
            return False
        return not self.as_of or self.date_from == self._period().date_from

    def _rests_until(self):
        """Until when everything is not computed again: for as long as it took, so that it is not done all the time.

        :return: a moment; None where it may be computed now
        """
        ends = self.full_at and self.full_at + timedelta(seconds=2 * self.seconds)
        return ends if ends and ends > fields.Datetime.now() else None

    def _check_rested(self):
        """Refuse to compute everything oftener than it takes.

        :raises UserError: naming the moment from which it may be
        """
        if until := self._rests_until():
            raise UserError(
                self.env._(
                    "%(company)s was computed a moment ago, in %(seconds)s seconds: try again after %(time)s (UTC).",
                    company=self.company_id.name,
                    seconds=round(self.seconds),
                    time=until.strftime("%H:%M:%S"),
                )
            )

    @api.model
    def _check_patience(self, user):
        """Refuse a person's snapshots oftener than they take, where they take long.

        :raises UserError: naming the moment from which there may be one
        """
        own = [("snapshot", "=", True), ("user_id", "=", user.id), ("seconds", ">=", LONG)]
        self.search(own, order="full_at desc", limit=1)._check_rested()

    @api.model
    def _make_room(self, user):
        """Drop a person's oldest snapshots, so that there is room for one more."""
        own = self.search([("snapshot", "=", True), ("user_id", "=", user.id)], order="id desc")
        own[MOST_SNAPSHOTS - 1 :].unlink()

    @api.autovacuum
    def _gc_snapshots(self):
        self.search([("snapshot", "=", True), ("full_at", "<", fields.Datetime.now() - SNAPSHOT_LIFE)]).unlink()
