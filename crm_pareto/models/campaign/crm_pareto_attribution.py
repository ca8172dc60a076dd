import time
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..common.tools.attribution_models import MODELS
from ..common.tools.blank import BlankMonetary
from ..common.tools.groups import PROFIT
from ..common.tools.trust import scheduled

CREDITS = tuple(f"credit_{model}" for model, _label in MODELS)
DIGITS = 12  # decimals of a credit
# Numbers of the sources (see history/touchpoint/) whose touch stands for the campaign that a document itself carries.
ORDER_SOURCE, INVOICE_SOURCE, CREDIT_NOTE_SOURCE = OWN_SOURCES = 69, 71, 72
NUMBERS = 256  # a touch's id is the number of its record times this, plus the number of its source


class CrmParetoAttribution(models.Model):
    """How the credit for what customers bought is shared over the campaigns that reached them before.

    Grain: one revenue document and touch; of a document that bills several orders, one of its parts and touch: what it
    bills of one order. The credits of a part sum to exactly 1 under each model. A document without a touch has no row:
    it is unattributed. What the parts without a touch come to is the rest on the rows of the others. The rows are
    written by `_recompute` alone and can be dropped and computed again; which model is shown changes none of them.
    """

    _name = "crm.pareto.attribution"
    _inherit = ["crm.pareto.dated.mixin", "crm.pareto.guarded.mixin"]
    _description = "Attribution"
    _log_access = False
    _rec_name = "move_id"
    _order = "date desc, move_id desc, touch_date, id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    move_id = fields.Many2one("account.move", "Invoice", required=True, ondelete="cascade", readonly=True, index=True)
    date = fields.Date("Invoice Date", required=True, readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True, ondelete="cascade")
    order_id = fields.Many2one("sale.order", readonly=True, ondelete="set null", help="That it, or its part, bills.")
    part = fields.Integer(readonly=True, aggregator=None, help="The order of a collective invoice that this is of.")
    revenue = fields.Monetary(readonly=True, aggregator=None, help="Of the document, or of what it bills of the order.")
    margin = BlankMonetary(
        readonly=True,
        aggregator=None,
        groups=PROFIT,
        help="Of the lines, of the document or of what it bills of the order, whose cost is known; blank where that of"
        " none is.",
    )
    uncosted_revenue = fields.Monetary(
        "Revenue without Cost", readonly=True, aggregator=None, groups=PROFIT, help="Of the other lines."
    )
    rest_revenue = fields.Monetary(
        "Unattributed Revenue", readonly=True, aggregator=None, help="Of the document's orders that no campaign led to."
    )
    rest_margin = BlankMonetary("Unattributed Margin", readonly=True, aggregator=None, groups=PROFIT)
    rest_uncosted = fields.Monetary("Unattributed Revenue without Cost", readonly=True, aggregator=None, groups=PROFIT)
    is_order = fields.Boolean("Counts as an Order", readonly=True, help="The first document of its order.")
    is_new_customer = fields.Boolean("New Customer", readonly=True, help="The customer's first document.")

    touch_source = fields.Integer(readonly=True, aggregator=None)
    touch_record = fields.Integer(readonly=True, aggregator=None)
    touch_id = fields.Many2one("crm.pareto.touchpoint", compute="_compute_touch_id")
    touch_date = fields.Datetime("Touched", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True, ondelete="cascade", index=True)
    source_id = fields.Many2one("utm.source", readonly=True, ondelete="set null")
    medium_id = fields.Many2one("utm.medium", readonly=True, ondelete="set null")
    credit_first = fields.Float("First Touch", digits=(16, DIGITS), readonly=True)
    credit_last = fields.Float("Last Touch", digits=(16, DIGITS), readonly=True)
    credit_linear = fields.Float("Linear", digits=(16, DIGITS), readonly=True)
    credit_decay = fields.Float("Time Decay", digits=(16, DIGITS), readonly=True)
    credit_position = fields.Float("Position Based", digits=(16, DIGITS), readonly=True)
    credit_data = fields.Float("Data Driven", digits=(16, DIGITS), readonly=True)

    @api.depends("touch_source", "touch_record")
    def _compute_touch_id(self):
        for row in self:
            row.touch_id = row.touch_record * NUMBERS + row.touch_source if row.touch_record else False

    @api.model
    def _trigger_recompute(self):
        """Have the scheduled action share out the credit anew soon."""
        # sudo: whoever changes what the credit depends on need not be allowed to see scheduled actions.
        cron = self.env.ref("crm_pareto.crm_pareto_attribution_cron", raise_if_not_found=False)
        if cron:
            cron.sudo()._trigger()

    @api.model
    @scheduled
    def _cron_recompute(self):
        """Share out the credit for everything anew, company by company."""
        compute, cron = self.env["crm.pareto.recompute"], "crm_pareto.crm_pareto_attribution_cron"
        compute._each_company(partial(compute._unless_resting, "attribution", self._recompute, cron))

    @api.model
    def _recompute(self, company, as_of=None):
        """Make the company's rows those that its ledger and its touches give.

        :param as_of: the last day that counts; today by default
        :return: False where another transaction is computing them
        """
        as_of, began = as_of or company._pareto_today(), time.monotonic()
        journeys = self.env["crm.pareto.journey"].with_company(company)
        if not journeys._begin(company):
            return False
        journeys._make_touches(company, as_of)
        journeys._make_documents(company, as_of)
        journeys._make_steps(company)
        credit = self.env["crm.pareto.credit"].with_company(company)
        credit._make_credits(company)
        credit._make_amounts(company)
        self._replace(company)
        self.env["crm.pareto.campaign"]._recompute(company, as_of)
        run = self.env["crm.pareto.run"]._standing(company, "attribution")
        run._note_all({"as_of": as_of, "seconds": time.monotonic() - began})
        return True

    @api.model
    def _rests(self):
        """SQL: what is unattributed of documents that are credited in part; a row a document."""
        return SQL(
            """
            SELECT DISTINCT move_id, date, company_id, customer_id, rest_revenue AS revenue, rest_margin AS margin,
                   rest_uncosted AS uncosted
              FROM crm_pareto_attribution WHERE rest_revenue IS NOT NULL
            """
        )

    @api.model
    def _replace(self, company):
        """Update the company's rows where they differ, delete those that are no longer so, insert the new ones.

        Most nights only credits change: an update leaves the ids, and PostgreSQL need not look up each foreign key.
        """
        keys = ("move_id", "part", "touch_source", "touch_record")
        columns = (
            "date",
            "customer_id",
            "order_id",
            "revenue",
            "margin",
            "uncosted_revenue",
            "rest_revenue",
            "rest_margin",
            "rest_uncosted",
            "is_order",
            "is_new_customer",
            "touch_date",
            "campaign_id",
            "source_id",
            "medium_id",
            *CREDITS,
        )
        names = {
            "company": company.id,
            "all": SQL(", ").join(map(SQL.identifier, keys + columns)),
            "same": SQL(" AND ").join(SQL("old.%s = fresh.%s", *[SQL.identifier(key)] * 2) for key in keys),
            **self.env["crm.pareto.ranking"]._column_lists(columns),
        }
        # Where the table was empty a moment ago, a nested loop would read all that was inserted for each further row.
        self.env.cr.execute(SQL("SET LOCAL enable_nestloop = off"))
        for statement in (UPDATE, DELETE, INSERT):
            self.env.cr.execute(SQL(statement, **names))
        self.env.cr.execute(SQL("SET LOCAL enable_nestloop = on"))
        self.env.cr.execute(SQL("ANALYZE crm_pareto_attribution (campaign_id, company_id, customer_id, date, move_id)"))
        self.invalidate_model()


UPDATE = """
    UPDATE crm_pareto_attribution old SET (%(columns)s) = ROW(%(new)s) FROM crm_pareto_fresh fresh
     WHERE old.company_id = %(company)s AND %(same)s AND (%(old)s) IS DISTINCT FROM (%(new)s)
"""
DELETE = """
    DELETE FROM crm_pareto_attribution old
     WHERE company_id = %(company)s AND NOT EXISTS (SELECT FROM crm_pareto_fresh fresh WHERE %(same)s)
"""
INSERT = """
    INSERT INTO crm_pareto_attribution (company_id, %(all)s) SELECT %(company)s, %(all)s FROM crm_pareto_fresh fresh
     WHERE NOT EXISTS (SELECT FROM crm_pareto_attribution old WHERE old.company_id = %(company)s AND %(same)s)
"""
