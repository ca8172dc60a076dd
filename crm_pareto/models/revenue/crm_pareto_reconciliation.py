from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..campaign.crm_pareto_campaign_cost_report import BALANCE_SHEET
from ..common import shop
from ..common.ledger import INCOME
from ..common.tools.attribution_models import MODELS
from ..common.tools.bounds import of_one
from ..common.tools.groups import PROFIT
from ..common.tools.trust import as_scheduler
from .crm_pareto_difference import LEDGER


class CrmParetoReconciliation(models.TransientModel):
    """Whether what is shown is what stands in the books, over the company's window.

    The books' side is the income of the general ledger, by accounting date, and the analytic lines, both by Odoo's own
    reading and not by the reports of this app. What differs is explained to the cent by crm.pareto.difference.
    """

    _name = "crm.pareto.reconciliation"
    _inherit = ["crm.pareto.guarded.mixin", "crm.pareto.nameless.mixin"]
    _description = "Reconciliation"
    _rec_name = "company_id"

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    date_from = fields.Date("From", compute="_compute_period")
    date_to = fields.Date("To", compute="_compute_period")
    model = fields.Selection(MODELS, "Attribution Model", compute="_compute_attribution")

    ledger = fields.Monetary(
        "Income in the General Ledger",
        compute="_compute_customers",
        help="On accounts of the types Income and Other Income, by accounting date.",
    )
    customers = fields.Monetary("Customers' Turnover", compute="_compute_customers")
    no_customer = fields.Monetary("Without a Customer", compute="_compute_customers")
    customer_difference = fields.Monetary("Difference", compute="_compute_customers")
    explained = fields.Monetary(
        compute="_compute_customers",
        help="By document or customer, with the reason: another day in the books, cash rounding, manual entries …",
    )
    unexplained = fields.Monetary("Not Explained", compute="_compute_customers")
    not_income = fields.Monetary(
        "Invoiced, and No Income",
        compute="_compute_customers",
        help="Lines of customer documents on other accounts: down payments, gift cards and vouchers on the balance "
        "sheet. They are turnover when they are used.",
    )

    uncosted = fields.Monetary(
        "Of It without a Known Cost",
        compute="_compute_uncosted",
        groups=PROFIT,
        help="Revenue of goods and lines whose cost nobody knows: no profit, margin or return counts it.",
    )

    invoiced = fields.Monetary("Invoiced Revenue", compute="_compute_attribution", help="By invoice date.")
    sold_in_shops = fields.Monetary(
        compute="_compute_attribution",
        help="Without an invoice, by the accounting date of the session. No campaign is credited with it.",
    )
    has_shops = fields.Boolean(compute="_compute_attribution")
    attributed = fields.Monetary(compute="_compute_attribution")
    unattributed = fields.Monetary(compute="_compute_attribution")
    attribution_difference = fields.Monetary("Attribution's Difference", compute="_compute_attribution")

    analytic = fields.Monetary("On the Campaigns' Analytic Accounts", compute="_compute_costs", groups=PROFIT)
    analytic_revenue = fields.Monetary("Of It from Customer Invoices", compute="_compute_costs", groups=PROFIT)
    analytic_balance = fields.Monetary(
        "Of It on the Balance Sheet",
        compute="_compute_costs",
        groups=PROFIT,
        help="What is an asset yet is a cost as it is written off.",
    )
    cost = fields.Monetary("Campaigns' Cost", compute="_compute_costs", groups=PROFIT)
    cost_difference = fields.Monetary("Cost's Difference", compute="_compute_costs", groups=PROFIT)

    difference_count = fields.Integer("Entries That Differ", compute="_compute_difference_count")

    @api.model
    def action_open(self):
        """Open the reconciliation of the reader's company.

        :raises AccessError: for others than accountants
        """
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(self.env._("The reconciliation is for those who may see all invoices."))
        record = self.create({"company_id": self.env.company.id})
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_reconciliation_action")
        return {**action, "res_id": record.id}

    @api.depends("company_id")
    def _compute_period(self):
        for record in self:
            domain = [("company_id", "=", record.company_id.id), ("kind", "=", "customer"), ("snapshot", "!=", True)]
            # sudo: only of which days the values are.
            run = self.env["crm.pareto.run"].sudo().search(domain)
            record.date_from, record.date_to = run.date_from, run.as_of

    # -- revenue -------------------------------------------------------------------------

    def _get_ledger_domain(self):
        """The journal items that the profit and loss of the period shows as income."""
        self.ensure_one()
        return [
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("account_id.account_type", "in", INCOME),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    def _get_invoiced_domain(self, is_income=True):
        """The lines of customer documents of the period, by invoice date; those on income accounts, or the others."""
        self.ensure_one()
        types = self.env["account.move"].get_sale_types(include_receipts=True)
        return [
            ("company_id", "=", self.company_id.id),
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
            ("move_id.move_type", "in", types),
            ("account_id.account_type", "in" if is_income else "not in", INCOME),
            ("invoice_date", ">=", self.date_from),
            ("invoice_date", "<=", self.date_to),
        ]

    def _get_shop_domain(self):
        """The revenue lines of the period that shops sold."""
        return [*self._get_revenue_domain(), ("id", ">=", shop.FIRST)]

    def _sold_in_shops(self):
        lines = self._whole("crm.pareto.revenue.report")
        return lines._read_group(self._get_shop_domain(), [], ["revenue:sum"])[0][0]

    def _get_revenue_domain(self):
        self.ensure_one()
        return [
            ("company_id", "=", self.company_id.id),
            ("date", ">=", self.date_from),
            ("date", "<=", self.date_to),
        ]

    @api.depends("date_from", "date_to")
    def _compute_customers(self):
        for record in self:
            items, rows = record._whole("account.move.line"), record._whole("crm.pareto.customer")
            lines = record._whole("crm.pareto.revenue.report")
            nobody = [*record._get_revenue_domain(), ("customer_id", "=", False)]
            record.ledger = -items._read_group(record._get_ledger_domain(), [], ["balance:sum"])[0][0]
            record.not_income = -items._read_group(record._get_invoiced_domain(False), [], ["balance:sum"])[0][0]
            own = [("company_id", "=", record.company_id.id)]
            record.customers = rows._read_group(own, [], ["turnover:sum"])[0][0]
            record.no_customer = lines._read_group(nobody, [], ["revenue:sum"])[0][0]
            record.customer_difference = record._rounded(record.ledger - record.customers - record.no_customer)
            differences = record._whole("crm.pareto.difference")
            why = [*own, ("reason", "in", [*LEDGER, "changed"])]
            record.explained = differences._read_group(why, [], ["difference:sum"])[0][0]
            record.unexplained = record._rounded(record.customer_difference - record.explained)

    @api.depends("date_from", "date_to")
    def _compute_uncosted(self):
        for record in self:
            lines = record._whole("crm.pareto.revenue.report")
            domain = lines._get_uncosted_domain(record.company_id, record._get_revenue_domain())
            record.uncosted = lines._read_group(domain, [], ["uncosted_revenue:sum"])[0][0]

    @api.depends("date_from", "date_to")
    def _compute_attribution(self):
        for record in self:
            analysis, items = record._whole("crm.pareto.campaign.analysis"), record._whole("account.move.line")
            sums = dict(analysis._read_group(record._get_revenue_domain(), ["kind"], ["revenue:sum"]))
            record.model = record.company_id.pareto_attribution_model
            record.attributed, record.unattributed = sums.get("sale", 0), sums.get("unattributed", 0)
            record.invoiced = -items._read_group(record._get_invoiced_domain(), [], ["balance:sum"])[0][0]
            record.has_shops = shop.is_installed(self.env)
            record.sold_in_shops = record._sold_in_shops() if record.has_shops else 0
            sold = record.invoiced + record.sold_in_shops
            record.attribution_difference = record._rounded(sold - record.attributed - record.unattributed)

    def _whole(self, model):
        """The records of a model with nobody's rules, to be summed over the company.

        :raises AccessError: where that is not the reader's: a form that is not saved has asked no rule yet
        """
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("This company is not among those you work in: choose it at the top first."))
        # Sums of the company; whoever opens this may see all of its invoices.
        return as_scheduler(self.env[model]).with_context(allowed_company_ids=self.company_id.ids)

    def _rounded(self, amount):
        return self.currency_id.round(amount)

    # -- cost ----------------------------------------------------------------------------

    def _get_analytic_domain(self):
        """The analytic lines on the campaigns' accounts, of all time."""
        self.ensure_one()
        # sudo: only which accounts are campaigns'.
        accounts = self.env["account.analytic.account"].sudo().with_context(active_test=False)
        campaigns = accounts.search([("pareto_campaign_id", "!=", False)])
        domain = [("company_id", "=", self.company_id.id), ("auto_account_id", "in", campaigns.ids)]
        # sudo: only of which day the campaigns' figures are; what is dated later is in none yet.
        figures = self.env["crm.pareto.campaign"].sudo().search([("company_id", "=", self.company_id.id)], limit=1)
        return [*domain, ("date", "<=", figures.as_of)] if figures else domain

    def _get_analytic_revenue_domain(self):
        """Those of them that customer invoices and shops put there: revenue already, and no cost."""
        sales = self.env["crm.pareto.revenue.report"]._books_sales_domain("move_line_id.move_id")
        return [*self._get_analytic_domain(), *sales]

    def _get_analytic_balance_domain(self):
        """Those of the others that are on accounts of the balance sheet."""
        sales = self.env["crm.pareto.revenue.report"]._books_sales_domain("move_line_id.move_id")
        return [
            *self._get_analytic_domain(),
            *~sales,
            ("general_account_id.account_type", "in", BALANCE_SHEET),
        ]

    @api.depends("company_id")
    def _compute_costs(self):
        for record in self:
            record.analytic, record.analytic_revenue, record.analytic_balance, record.cost = record._costs()
            elsewhere = record.analytic_revenue + record.analytic_balance
            record.cost_difference = record._rounded(record.analytic - elsewhere - record.cost)

    def _costs(self):
        """(what is on the campaigns' accounts, what of it is revenue, or on the balance sheet, the campaigns' cost)"""
        lines, rows = self._whole("account.analytic.line"), self._whole("crm.pareto.campaign")
        [(analytic,)] = lines._read_group(self._get_analytic_domain(), [], ["amount:sum"])
        [(revenue,)] = lines._read_group(self._get_analytic_revenue_domain(), [], ["amount:sum"])
        [(balance,)] = lines._read_group(self._get_analytic_balance_domain(), [], ["amount:sum"])
        mine = [("company_id", "=", self.company_id.id), ("model", "=", MODELS[0][0])]
        [(cost,)] = rows._read_group(mine, [], ["cost:sum"])
        return -analytic, -revenue, -balance, cost

    # -- differences ---------------------------------------------------------------------

    def _get_difference_domain(self):
        """What explains a difference, or wants a look."""
        self.ensure_one()
        return [("company_id", "=", self.company_id.id)]

    @api.depends("company_id")
    def _compute_difference_count(self):
        for record in self:
            record.difference_count = self.env["crm.pareto.difference"].search_count(record._get_difference_domain())

    @of_one
    def action_recompute(self):
        """Compute values and attribution of the company anew, now."""
        # Results that nobody may write, of the company; an accountant may have them brought up to date.
        compute = as_scheduler(self.env["crm.pareto.recompute"])
        company = self.company_id.with_env(compute.env)
        for kind in ("customer", "attribution"):
            compute._standing(company, kind)._check_rested()
        compute._recompute(company, history=False)
        compute.env["crm.pareto.attribution"]._recompute(company)
        return self.action_open()

    def _open(self, xml_id, domain, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        views = [(False, "list"), *[view for view in action["views"] if view[1] not in ("list", "form")]]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}, "views": views}

    @of_one
    def action_open_ledger(self):
        """Open the journal items that are income."""
        return self._open("account.action_account_moves_all", self._get_ledger_domain(), self.env._("Income"))

    @of_one
    def action_open_explained(self):
        """Open what explains the difference to the general ledger, by reason."""
        action = self.action_open_differences()
        domain = [*action["domain"], ("reason", "in", [*LEDGER, "changed"])]
        return {**action, "domain": domain, "context": {"search_default_group_reason": 1}}

    @of_one
    def action_open_not_income(self):
        """Open the lines of customer documents that are no income."""
        xml_id, name = "account.action_account_moves_all", self.env._("Invoiced, and No Income")
        return self._open(xml_id, self._get_invoiced_domain(False), name)

    @of_one
    def action_open_invoiced(self):
        """Open the lines of customer documents that are income."""
        xml_id, name = "account.action_account_moves_all", self.env._("Invoiced Revenue")
        return self._open(xml_id, self._get_invoiced_domain(), name)

    @of_one
    def action_open_customers(self):
        """Open the customers whose turnover is summed."""
        domain = [("company_id", "=", self.company_id.id)]
        return self._open("crm_pareto.crm_pareto_customer_action", domain, self.env._("Customers"))

    @of_one
    def action_open_no_customer(self):
        """Open the revenue lines without a customer."""
        domain = [*self._get_revenue_domain(), ("customer_id", "=", False)]
        return self._open("crm_pareto.crm_pareto_revenue_report_action", domain, self.env._("Without a Customer"))

    @of_one
    def action_open_sold_in_shops(self):
        """Open the revenue lines that shops sold without an invoice."""
        xml_id, name = "crm_pareto.crm_pareto_revenue_report_action", self.env._("Sold in Shops")
        return self._open(xml_id, self._get_shop_domain(), name)

    @of_one
    def action_open_uncosted(self):
        """Open the revenue lines whose cost nobody knows, by product."""
        return self.env["crm.pareto.revenue.report"]._open_uncosted(self.company_id, self._get_revenue_domain())

    @of_one
    def action_open_attributed(self):
        """Open the sales with a campaign's touch before them."""
        return self._open_analysis("sale", self.env._("Attributed"))

    @of_one
    def action_open_unattributed(self):
        """Open the sales without one."""
        return self._open_analysis("unattributed", self.env._("Unattributed"))

    def _open_analysis(self, kind, name):
        domain = [*self._get_revenue_domain(), ("kind", "=", kind)]
        return self._open("crm_pareto.crm_pareto_campaign_analysis_action", domain, name)

    @of_one
    def action_open_costs(self):
        """Open what the campaigns' cost is summed from."""
        domain = [("company_id", "=", self.company_id.id), ("kind", "!=", "order")]
        return self._open("crm_pareto.crm_pareto_campaign_cost_report_action", domain, self.env._("Campaign Costs"))

    @of_one
    def action_open_analytic(self):
        """Open the analytic lines on the campaigns' accounts."""
        xml_id = "analytic.account_analytic_line_action_entries"
        return self._open(xml_id, self._get_analytic_domain(), self.env._("Analytic Lines of Campaigns"))

    @of_one
    def action_open_analytic_revenue(self):
        """Open those that customer invoices put there."""
        xml_id, name = "analytic.account_analytic_line_action_entries", self.env._("From Customer Invoices")
        return self._open(xml_id, self._get_analytic_revenue_domain(), name)

    @of_one
    def action_open_analytic_balance(self):
        """Open those on the balance sheet."""
        xml_id, name = "analytic.account_analytic_line_action_entries", self.env._("On the Balance Sheet")
        return self._open(xml_id, self._get_analytic_balance_domain(), name)

    @of_one
    def action_open_differences(self):
        """Open the documents that explain a difference."""
        xml_id, name = "crm_pareto.crm_pareto_difference_action", self.env._("Differences")
        return self._open(xml_id, self._get_difference_domain(), name)
