from odoo import api, fields, models
from odoo.tools import SQL

from ..common.tools.bounds import of_one
from ..common.tools.groups import PROFIT

COMPANIES = 100_000  # there may be: a row's id is made of the product and the company


class CrmParetoProductServiceReport(models.Model):
    """What service each product needs for what was sold of it, live.

    Grain: one company and product with service in the company's window, up to today.
    Sources: crm.pareto.service.report and, for what was sold, crm.pareto.revenue.report.
    Filters: those of the two reports. Service without a product is not here.
    Sign: as there; units sold are less what was credited.
    Currency: the company's.
    Ratios: 100 × hours (or cost) ÷ units sold, in the product's own unit; NULL in the database and hidden on the
        screen where no more was sold than credited: `has_ratio`. Of several products they do not sum.
    Rights: the companies of the reader; every event and invoice of theirs counts, as in a customer's service figures.
    Used by: Service per Product under Reporting.
    """

    _name = "crm.pareto.product.service.report"
    _inherit = "crm.pareto.guarded.mixin"
    _description = "Service per Product"
    _auto = False
    _rec_name = "product_id"
    _order = "hours desc, events desc, id"

    product_id = fields.Many2one("product.product", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    date_from = fields.Date("From", readonly=True)
    date_to = fields.Date("To", readonly=True)
    events = fields.Integer(readonly=True)
    hours = fields.Float(readonly=True)
    cost = fields.Monetary(readonly=True, groups=PROFIT)
    units = fields.Float("Units Sold", readonly=True, help="In the product's own unit, less what was credited.")
    has_ratio = fields.Boolean(readonly=True, help="Whether more was sold than credited.")
    hours_per_100 = fields.Float("Hours per 100 Sold", readonly=True, aggregator=None)
    cost_per_100 = fields.Monetary("Cost per 100 Sold", readonly=True, aggregator=None, groups=PROFIT)

    _depends = {
        "crm.pareto.service.report": ["cost", "date", "event", "hours", "product_id"],
        "crm.pareto.revenue.report": ["date", "product_id", "quantity"],
        "res.company": ["currency_id"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT served.product_id::bigint * %(companies)s + served.company_id AS id, served.*,
                   company.currency_id, sold.units, COALESCE(sold.units > 0, FALSE) AS has_ratio,
                   CASE WHEN sold.units > 0 THEN 100 * served.hours / sold.units END AS hours_per_100,
                   CASE WHEN sold.units > 0 THEN 100 * served.cost / sold.units END AS cost_per_100
              FROM (SELECT company_id, product_id, period.date_from, period.date_to,
                           COUNT(DISTINCT event) AS events, SUM(hours) AS hours, SUM(cost) AS cost
                      FROM (%(service)s) service JOIN (%(periods)s) period USING (company_id)
                     WHERE product_id IS NOT NULL AND date BETWEEN period.date_from AND period.date_to
                     GROUP BY company_id, product_id, period.date_from, period.date_to) served
              JOIN res_company company ON company.id = served.company_id
              LEFT JOIN (SELECT company_id, product_id, SUM(quantity) AS units
                           FROM (%(revenue)s) revenue JOIN (%(periods)s) period USING (company_id)
                          WHERE product_id IS NOT NULL AND date BETWEEN period.date_from AND period.date_to
                          GROUP BY company_id, product_id) sold USING (company_id, product_id)
            """,
            service=self.env["crm.pareto.service.report"]._table_query,
            revenue=self.env["crm.pareto.revenue.report"]._table_query,
            periods=self._periods(),
            companies=COMPANIES,
        )

    @api.model
    def _period(self, company):
        return company._pareto_period()

    @api.model
    def _periods(self):
        """The window of each company of the reader; SQL."""
        periods = ((company.id, self._period(company)) for company in self.env.companies)
        rows = [
            SQL("(%s::integer, %s::date, %s::date)", id_, period.date_from, period.date_to) for id_, period in periods
        ]
        return SQL("SELECT * FROM (VALUES %s) period (company_id, date_from, date_to)", SQL(", ").join(rows))

    @api.model
    def get_empty_list_help(self, help_message):
        """Say also what is not looked at, as the report by event does."""
        return self.env["crm.pareto.service.report"].get_empty_list_help(help_message)

    @api.readonly
    @of_one
    def action_open_service(self):
        """Open the service that the figures are summed from."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_service_report_action")
        name = self.env._("Service for %(name)s", name=self.product_id.display_name)
        domain = [
            ("company_id", "=", self.company_id.id),
            ("product_id", "=", self.product_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}
