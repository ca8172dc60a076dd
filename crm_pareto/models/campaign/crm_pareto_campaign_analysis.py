from odoo import SUPERUSER_ID, api, fields, models
from odoo.models import parse_read_group_spec
from odoo.tools import SQL

from ..common import shop
from ..common.tools.attribution_models import MODELS
from ..common.tools.blank import BlankFloat, BlankMonetary
from ..common.tools.bounds import as_choice, of_one, within
from ..common.tools.groups import PROFIT
from ..common.tools.opening import open_document
from .crm_pareto_attribution import OWN_SOURCES

KINDS = 4  # a row's id is the number of its record times this, plus the place of its kind
# Ratios of sums: what is divided, and by what.
RATIOS = {
    "roi": ("margin - cost", "cost"),
    "roas": ("revenue", "cost"),
    "cost_per_lead": ("cost", "leads"),
    "cost_per_customer": ("cost", "new_customers"),
}
# The model that the context names, instead of the company's own.
MODEL_KEY = "pareto_attribution_model"
# The columns that stand in a branch's own source under the same name.
FACT = ("company_id", "currency_id", "customer_id", "date")
LEAD = ("campaign_id", "source_id", "medium_id", "name", "user_id")
SALE = (*FACT, *LEAD, "credit", "touch_date")
COST = ("campaign_id", "company_id", "currency_id", "date", "name", "cost", "committed", "res_model", "res_id")


class CrmParetoCampaignAnalysis(models.Model):
    """What campaigns cost and brought in, over time, by campaign, source and medium: every figure of a campaign is a
    sum over these rows, and opens them.

    Grain: a revenue document (of a collective invoice, what it bills of an order) and touch with its credit; a revenue
    document, or the rest of one, without any touch; a cost; a lead. So the revenues sum to the ledger's. The credit is
    that of the company's model, or of that which the context names as `pareto_attribution_model`. A cost counts to its
    campaign's usual source and medium.
    It reads results (crm.pareto.attribution) beside facts and is therefore no report of facts.
    """

    _name = "crm.pareto.campaign.analysis"
    _inherit = ["crm.pareto.dated.mixin", "crm.pareto.guarded.mixin"]
    _description = "Campaign Return Analysis"
    _auto = False
    _log_access = False
    _rec_name = "name"
    _order = "date desc, id desc"

    name = fields.Char("Number or Title", readonly=True)
    kind = fields.Selection(
        [("sale", "Attributed Sale"), ("unattributed", "Unattributed Sale"), ("cost", "Cost"), ("lead", "Lead")],
        readonly=True,
    )
    date = fields.Date(readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    touch_date = fields.Datetime("Touched", readonly=True)
    own = fields.Boolean(
        "Named on the Document", readonly=True, help="The order or invoice carries the campaign itself."
    )
    credit = fields.Float(
        readonly=True,
        depends_context=(MODEL_KEY,),
        aggregator=None,
        help="The share of the sale that the touch earns.",
    )
    leads = fields.Integer(readonly=True)
    opportunities = fields.Integer(readonly=True)
    won = fields.Integer(readonly=True)
    orders = fields.Float(readonly=True, depends_context=(MODEL_KEY,))
    new_customers = fields.Float(readonly=True, depends_context=(MODEL_KEY,))
    revenue = fields.Monetary(readonly=True, depends_context=(MODEL_KEY,))
    margin = BlankMonetary(
        readonly=True, depends_context=(MODEL_KEY,), groups=PROFIT, help="Of sales; blank where no cost is known."
    )
    uncosted_revenue = fields.Monetary(
        "Revenue without Cost",
        readonly=True,
        depends_context=(MODEL_KEY,),
        groups=PROFIT,
        help="Of sales whose cost nobody knows: no margin counts it.",
    )
    cost = fields.Monetary(readonly=True, groups=PROFIT)
    committed = fields.Monetary(readonly=True, groups=PROFIT)
    roi = BlankFloat("ROI", readonly=True, aggregator="avg", groups=PROFIT)
    roas = fields.Float("ROAS", readonly=True, aggregator="avg", groups=PROFIT)
    cost_per_lead = fields.Monetary(readonly=True, aggregator="avg", groups=PROFIT)
    cost_per_customer = fields.Monetary("Cost per New Customer", readonly=True, aggregator="avg", groups=PROFIT)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)

    _depends = {
        "account.move": ["invoice_date", "invoice_user_id", "name", "pareto_customer_id", "state"],
        "crm.lead": [*LEAD, "company_id", "partner_id", "type", "won_status"],
        "crm.pareto.attribution": ["move_id"],
        "crm.pareto.campaign": ["medium_id", "source_id"],
        "crm.pareto.campaign.cost.report": ["cost"],
        "crm.pareto.revenue.report": ["revenue"],
        "res.company": ["pareto_attribution_model"],
    }

    @property
    def _table_query(self):
        branches = [self._select_sales(), self._select_unattributed()]
        if self.env.su or self.env.user.has_group(PROFIT):  # what a bill is for tells what is spent
            branches.append(self._select_costs())
        if self.env["crm.lead"].has_access("read"):
            branches.append(self._select_leads())
        return SQL(" UNION ALL ").join(branches)

    @api.model
    def _columns(self, **given):
        """SQL: the columns of a branch, in one order; what is not given is empty, or zero."""
        columns = []
        for name, field in self._fields.items():
            if name in RATIOS or not field.column_type:
                continue
            zero = field.type in ("integer", "float", "monetary") and name not in ("id", "credit", "margin")
            type_ = {"float": "numeric", "monetary": "numeric"}.get(field.type, field.column_type[0])
            if name == "id":
                type_ = "bigint"
            value = given.get(name, SQL("0") if zero else SQL("NULL"))
            columns.append(SQL("(%s)::%s AS %s", value, SQL(type_), SQL.identifier(name)))
        return SQL(", ").join(columns + [SQL("NULL::numeric AS %s", SQL.identifier(name)) for name in RATIOS])

    @api.model
    def _select_sales(self):
        return SQL(
            """
            SELECT %s
              FROM (SELECT credited.*, company.currency_id, move.name, move.invoice_user_id AS user_id, %s AS credit
                      FROM crm_pareto_attribution credited
                      JOIN res_company company ON company.id = credited.company_id
                      JOIN account_move move ON move.id = credited.move_id) sale
             WHERE credit <> 0
            """,
            self._columns(
                **{name: SQL("sale.%s", SQL.identifier(name)) for name in SALE},
                id=SQL("sale.id::bigint * %s", KINDS),
                kind=SQL("'sale'"),
                own=SQL("touch_source IN %s", OWN_SOURCES),
                orders=SQL("CASE WHEN is_order THEN credit ELSE 0 END"),
                new_customers=SQL("CASE WHEN is_new_customer THEN credit ELSE 0 END"),
                revenue=SQL("revenue * credit"),
                margin=SQL("margin * credit"),
                uncosted_revenue=SQL("uncosted_revenue * credit"),
                res_model=SQL("'account.move'"),
                res_id=SQL("move_id"),
            ),
            self._credit(),
        )

    @api.model
    def _credit(self):
        """SQL: the credit under the model that the context names, else under each company's own.

        :raises UserError: for a model that there is not
        """
        credits = {model: SQL.identifier("credited", f"credit_{model}") for model, _label in MODELS}
        # Not with sudo: a sum of ours is under the model of the company, whatever the client of who asks for it sent.
        trusted = not self.env.su or self.env.uid == SUPERUSER_ID
        chosen = self.env.context.get(MODEL_KEY) if trusted else None
        if not chosen:
            cases = [SQL("WHEN %s THEN %s", model, credit) for model, credit in credits.items()]
            return SQL("CASE company.pareto_attribution_model %s END", SQL(" ").join(cases))
        return credits[as_choice(self.env, chosen, credits, self.env._("The model of attribution"))]

    @api.model
    def _select_unattributed(self):
        """The documents, or what is left of one, that no campaign's touch came before."""
        report = self.env["crm.pareto.revenue.report"]
        return SQL(
            """
            SELECT %s
              FROM (SELECT MIN(line.id) AS line_id, line.move_id, line.date, line.company_id, line.currency_id,
                           line.customer_id, line.user_id, SUM(line.revenue) AS revenue, SUM(line.margin) AS margin,
                           COALESCE(SUM(line.revenue) FILTER (WHERE line.margin IS NULL), 0) AS uncosted
                      FROM (%s) line
                     WHERE NOT EXISTS (SELECT FROM crm_pareto_attribution credited
                                        WHERE credited.move_id = line.move_id AND credited.company_id = line.company_id)
                     GROUP BY line.move_id, line.date, line.company_id, line.currency_id, line.customer_id,
                              line.user_id
                     UNION ALL
                    SELECT NULL::bigint, move_id, rest.date, rest.company_id, company.currency_id, customer_id,
                           document.invoice_user_id, revenue, margin, uncosted
                      FROM (%s) rest
                      JOIN res_company company ON company.id = rest.company_id
                      JOIN account_move document ON document.id = rest.move_id) sale
              JOIN account_move move ON move.id = sale.move_id
            """,
            self._columns(
                **{name: SQL("sale.%s", SQL.identifier(name)) for name in FACT},
                # One entry of a shop is of several customers.
                id=SQL(
                    "(CASE WHEN sale.line_id >= %s THEN sale.line_id ELSE sale.move_id END)::bigint * %s + 1",
                    shop.FIRST,
                    KINDS,
                ),
                name=SQL("move.name"),
                user_id=SQL("sale.user_id"),
                kind=SQL("'unattributed'"),
                revenue=SQL("sale.revenue"),
                margin=SQL("sale.margin"),
                uncosted_revenue=SQL("sale.uncosted"),
                res_model=SQL("'account.move'"),
                res_id=SQL("sale.move_id"),
            ),
            report._table_query,
            self.env["crm.pareto.attribution"]._rests(),
        )

    @api.model
    def _select_costs(self):
        return SQL(
            """
            SELECT %s
              FROM (%s) spent
              LEFT JOIN LATERAL (SELECT source_id, medium_id FROM crm_pareto_campaign result
                                  WHERE result.campaign_id = spent.campaign_id
                                    AND result.company_id = spent.company_id LIMIT 1) usual ON TRUE
            """,
            self._columns(
                **{name: SQL("spent.%s", SQL.identifier(name)) for name in COST},
                id=SQL("spent.id::bigint * %s + 2", KINDS),
                kind=SQL("'cost'"),
                source_id=SQL("usual.source_id"),
                medium_id=SQL("usual.medium_id"),
            ),
            self.env["crm.pareto.campaign.cost.report"]._table_query,
        )

    @api.model
    def _select_leads(self):
        """Those that the reader may see. A lead of no company counts in the reader's."""
        leads = self.env["crm.lead"].with_context(active_test=False)._search([("campaign_id", "!=", False)])
        company = SQL("COALESCE(lead.company_id, %s)", self.env.company.id)
        return SQL(
            """
            SELECT %s
              FROM crm_lead lead
              JOIN res_company company ON company.id = %s
              LEFT JOIN res_partner partner ON partner.id = lead.partner_id
             WHERE lead.id IN %s
            """,
            self._columns(
                **{name: SQL("lead.%s", SQL.identifier(name)) for name in LEAD},
                id=SQL("lead.id::bigint * %s + 3", KINDS),
                kind=SQL("'lead'"),
                date=SQL("lead.create_date"),
                company_id=company,
                currency_id=SQL("company.currency_id"),
                customer_id=SQL("partner.commercial_partner_id"),
                leads=SQL("1"),
                opportunities=SQL("(lead.type = 'opportunity')::int"),
                won=SQL("(lead.won_status = 'won')::int"),
                res_model=SQL("'crm.lead'"),
                res_id=SQL("lead.id"),
            ),
            company,
            leads.subselect(),
        )

    def _read_group_select(self, aggregate_spec, query):
        """A ratio of a group is that of its campaigns' sums; none where there is nothing to divide by."""
        name, _path, _function = parse_read_group_spec(aggregate_spec)
        if name not in RATIOS:
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields[name], "read")
        campaign = self._field_to_sql(self._table, "campaign_id", query)
        divided, by = (
            SQL(" - ").join(
                SQL(
                    "COALESCE(SUM(%s) FILTER (WHERE %s IS NOT NULL), 0)",
                    self._field_to_sql(self._table, part, query),
                    campaign,
                )
                for part in expression.split(" - ")
            )
            for expression in RATIOS[name]
        )
        ratio = SQL("(%s)::float8", within(SQL("(%s) / NULLIF(%s, 0)", divided, by)))
        return SQL("CASE WHEN %s THEN %s END", self._knows_margin(campaign, query), ratio) if name == "roi" else ratio

    @api.model
    def _knows_margin(self, campaign, query):
        """Whether there is a margin to speak of in a group: not where the cost of none of its sales is known; SQL."""
        margin, uncosted = (self._field_to_sql(self._table, name, query) for name in ("margin", "uncosted_revenue"))
        return SQL(
            "COUNT(%(margin)s) FILTER (WHERE %(campaign)s IS NOT NULL) > 0"
            " OR COALESCE(SUM(%(uncosted)s) FILTER (WHERE %(campaign)s IS NOT NULL), 0) = 0",
            margin=margin,
            uncosted=uncosted,
            campaign=campaign,
        )

    @api.readonly
    @of_one
    def action_open_document(self):
        """Open the invoice, cost or lead that a row is about."""
        return open_document(self.env[self.res_model].browse(self.res_id), self)
