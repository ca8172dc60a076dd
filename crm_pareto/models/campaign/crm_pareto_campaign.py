from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date, formatLang

from ...analytics import advice
from ...analytics.uncertainty import bootstrap_interval, customers_to_decide
from ..common.tools.attribution_models import MODELS
from ..common.tools.blank import BlankFloat, BlankMonetary
from ..common.tools.groups import PROFIT

LEVEL = 0.9  # of the interval of the return; advice takes the same for granted
MOST_CUSTOMERS = 1_000_000  # above, no number of them decides


class CrmParetoCampaign(models.Model):
    """What came of a campaign in one company, under one model of attribution.

    Grain: company, campaign, model. Written by `_recompute` alone; can be dropped and computed again. Sums are not
    rounded, so that the campaigns add up to what is attributed.
    """

    _name = "crm.pareto.campaign"
    _inherit = "crm.pareto.guarded.mixin"
    _description = "Campaign Return"
    _log_access = False
    _rec_name = "campaign_id"
    _order = "revenue desc, id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    campaign_id = fields.Many2one("utm.campaign", required=True, ondelete="cascade", readonly=True)
    model = fields.Selection(MODELS, "Attribution Model", required=True, readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True, ondelete="set null")
    medium_id = fields.Many2one("utm.medium", readonly=True, ondelete="set null")
    as_of = fields.Date("Computed as of", readonly=True)
    computed_at = fields.Datetime("Computed", readonly=True)

    cost = fields.Monetary(readonly=True, groups=PROFIT)
    mature_cost = fields.Monetary(
        "Matured Cost", readonly=True, groups=PROFIT, help="Older than the look-back: its sales have come by now."
    )
    mature_roi = fields.Float("Matured ROI", readonly=True, aggregator=None, groups=PROFIT)
    committed = fields.Monetary(readonly=True, groups=PROFIT, help="Ordered and not yet billed.")
    leads = fields.Integer(readonly=True)
    opportunities = fields.Integer(readonly=True)
    won = fields.Integer(readonly=True)
    touched = fields.Integer(readonly=True, help="Customers and leads whom the campaign reached.")
    converted = fields.Integer("Bought", readonly=True, help="Those of them who bought within the look-back.")
    orders = fields.Float(readonly=True, help="The campaign's share of the orders.")
    new_customers = fields.Float(readonly=True, help="The campaign's share of the customers won.")
    revenue = fields.Monetary(readonly=True)
    margin = BlankMonetary(
        readonly=True, groups=PROFIT, help="Of sales whose cost is known; blank where that of none is."
    )
    uncosted_revenue = fields.Monetary(
        "Revenue without Cost", readonly=True, groups=PROFIT, help="Of sales whose cost nobody knows."
    )
    customers = fields.Integer("Credited Customers", readonly=True)
    conversion = fields.Float(readonly=True, aggregator=None, help="Bought, of those whom it reached.")
    roi = BlankFloat("ROI", readonly=True, aggregator=None, groups=PROFIT, help="(Margin - cost) / cost.")
    roas = fields.Float("ROAS", readonly=True, aggregator=None, groups=PROFIT, help="Revenue / cost.")
    cost_per_lead = fields.Monetary(readonly=True, aggregator=None, groups=PROFIT)
    cost_per_customer = fields.Monetary("Cost per New Customer", readonly=True, aggregator=None, groups=PROFIT)
    roi_low = BlankFloat(readonly=True, aggregator=None, groups=PROFIT)
    roi_high = BlankFloat(readonly=True, aggregator=None, groups=PROFIT)
    has_cost = fields.Boolean(readonly=True, groups=PROFIT)
    payback_days = fields.Integer("Days to Pay Back", readonly=True, aggregator="avg", groups=PROFIT)
    customers_needed = fields.Integer(readonly=True, aggregator=None, groups=PROFIT)
    advice = fields.Selection(
        [("more", "More"), ("hold", "Hold"), ("less", "Less"), ("test", "Test First")], readonly=True, groups=PROFIT
    )
    advice_code = fields.Char(readonly=True, groups=PROFIT)
    advice_reason = fields.Char("Reason", compute="_compute_advice_reason", groups=PROFIT)

    _campaign_unique = models.UniqueIndex("(company_id, campaign_id, model)")

    @api.depends(
        "advice_code",
        "roi",
        "roi_low",
        "roi_high",
        "customers",
        "customers_needed",
        "cost",
        "mature_cost",
        "mature_roi",
    )
    def _compute_advice_reason(self):
        """One line; the interval is of the model shown, the advice of all of them."""
        for row in self:
            values = {
                "roi": row._percent(row.roi),
                "low": row._percent(row.roi_low),
                "high": row._percent(row.roi_high),
                "cost": row._money(row.cost),
                "mature": row._money(row.mature_cost),
                "mature_roi": row._percent(row.mature_roi),
                "day": format_date(self.env, row.as_of and row.as_of - timedelta(row.company_id.pareto_lookback_days)),
                "recent": row._money(row.cost - row.mature_cost),
                "uncosted": row._money(row.uncosted_revenue),
                "customers": row.customers,
                "needed": row.customers_needed,
            }
            row.advice_reason = row._reason(values)

    def _reason(self, values):
        if self.advice == advice.LESS and self.mature_cost < self.cost:
            return self._reason_of_mature(values)
        match self.advice_code:
            case advice.NO_COST | advice.UNKNOWN:
                return self._why_unknown(values)
            case advice.MATURING:
                return self.env._(
                    "ROI %(roi)s so far, but %(recent)s of %(cost)s was spent lately: sales may still come.", **values
                )
            case advice.EARNS:
                return self.env._("ROI %(roi)s (%(low)s to %(high)s), and above zero by every model.", **values)
            case advice.LOSES:
                return self.env._("ROI %(roi)s (%(low)s to %(high)s), and below zero by every model.", **values)
            case advice.NO_SALES:
                return self.env._("%(cost)s spent, and no sale has come of it.", **values)
            case advice.FEW:
                return self.env._("Only %(customers)s customers came of it: too few to tell.", **values)
            case advice.MODELS_DISAGREE:
                return self.env._(
                    "ROI %(roi)s by this model, but the models disagree: leave it out for some customers and compare.",
                    **values,
                )
            case advice.UNCERTAIN:
                return self._reason_of_uncertain(values)
        return False

    def _why_unknown(self, values):
        if self.advice_code == advice.NO_COST:
            return self.env._("No cost is posted on it: a return cannot be worked out.")
        return self.env._("Nobody knows the cost of %(uncosted)s of its revenue: it may have earned.", **values)

    def _reason_of_uncertain(self, values):
        if self.customers_needed <= self.customers:  # the bound is near, or too far to count
            return self.env._("ROI %(roi)s, but anything from %(low)s to %(high)s: only more sales can tell.", **values)
        return self.env._(
            "ROI %(roi)s, but anything from %(low)s to %(high)s: %(needed)s customers would decide,"
            " %(customers)s came so far.",
            **values,
        )

    def _reason_of_mature(self, values):
        if self.advice_code == advice.NO_SALES:
            return self.env._("%(mature)s of %(cost)s was spent until %(day)s, and no sale has come of it.", **values)
        return self.env._(
            "ROI %(mature_roi)s on the %(mature)s spent until %(day)s, whose sales have come by now:"
            " below zero by every model.",
            **values,
        )

    def _money(self, amount):
        return formatLang(self.env, amount, currency_obj=self.currency_id)

    @staticmethod
    def _percent(share):
        return f"{share:+.0%}".replace("%", " %")

    @api.model
    def _recompute(self, company, as_of):
        """Write the company's rows anew; the temporary tables of crm.pareto.journey are there."""
        sums = self.env["crm.pareto.campaign.sums"]
        credited = {}
        for row in sums._credited(company, as_of):
            credited.setdefault(row["campaign_id"], {})[row["model"]] = row
        costs, leads = sums._costs(company, as_of), sums._leads(company, as_of)
        touched, paid_back = sums._touched(company), sums._paid_back(company, costs)
        usual, matured = self._usual_ways(), sums._matured(company, as_of, costs)
        a_sale = self._margin_of_a_sale(credited)
        # What reached somebody, but is of another company, counts here only with what it earned or cost here.
        reached = (leads.keys() | touched.keys()) - self._campaigns_elsewhere(company)
        rows = []
        for campaign in sorted(costs.keys() | credited.keys() | reached):
            shared = {**costs.get(campaign, {}), **leads.get(campaign, {}), **touched.get(campaign, {})}
            shared.update(usual.get(campaign, {}), company_id=company.id, campaign_id=campaign, as_of=as_of)
            by_model = credited.get(campaign, {}), matured.get(campaign, {})
            rows += self._rows_of(company, shared, *by_model, paid_back, a_sale)
        self._write_rows(company, rows)

    @api.model
    def _rows_of(self, company, shared, credited, matured, paid_back, a_sale):
        """A campaign's rows, one a model.

        :param shared: dict of what is the same under each model
        :param credited: {model: dict of what it credits}
        :param matured: the same of what is older than the look-back
        """
        cost, first_cost = shared.get("cost") or 0, shared.pop("first_cost", None)
        # What was paid back since is of the older cost.
        mature_cost = shared["mature_cost"] = min(max(shared.get("mature_cost") or 0, 0), max(cost, 0))
        rows = [self._row_of(company, cost, credited.get(model, {}), model) for model, _label in MODELS]
        mature_rows = [self._row_of(company, mature_cost, matured.get(model, {}), model) for model, _label in MODELS]
        counsel, code = advice.advise(
            *self._evidence(cost, rows),
            a_sale,
            self._evidence(mature_cost, mature_rows) if mature_cost < cost else None,
            any(row["uncosted_revenue"] > 0 for row in rows),
        )
        for row, mature in zip(rows, mature_rows, strict=True):
            day = paid_back.get((shared["campaign_id"], row["model"]))
            row.update(
                shared,
                computed_at=self.env.cr.now(),
                has_cost=cost > 0,
                mature_roi=mature["roi"],
                payback_days=max((day - first_cost).days, 0) if day and first_cost else None,
                advice=counsel,
                advice_code=code,
                conversion=_ratio(shared.get("converted"), shared.get("touched")),
                cost_per_lead=_ratio(cost, shared.get("leads")),
                cost_per_customer=_ratio(cost, row["new_customers"]),
            )
        return rows

    @staticmethod
    def _evidence(cost, rows):
        """What advice rests on: the cost, the return by each model, the customers."""
        returns = [(row["roi"], row["roi_low"], row["roi_high"]) for row in rows]
        return cost, returns, max(row["customers"] for row in rows)

    @api.model
    def _row_of(self, company, cost, credited, model):
        margin, squares = known_margin(credited), credited.get("squares") or 0
        names = ("revenue", "orders", "new_customers", "customers")
        row = {"model": model, "roi": None, "roi_low": None, "roi_high": None, "customers_needed": None}
        row |= {name: credited.get(name) or 0 for name in names}
        row |= {"margin": margin, "uncosted_revenue": credited.get("uncosted") or 0}
        if cost > 0:
            row["roas"] = row["revenue"] / cost
        if cost > 0 and margin is not None:
            low, high = bootstrap_interval(margin, squares, credited.get("cubes") or 0, LEVEL)
            row |= {
                "roi": margin / cost - 1,
                "roi_low": low / cost - 1,
                "roi_high": high / cost - 1,
            }
            needed = customers_to_decide(row["customers"], company.currency_id.round(margin - cost), squares, LEVEL)
            row["customers_needed"] = needed if needed and needed <= MOST_CUSTOMERS else None
        return row

    def _figures_at(self, cost):
        """{field of utm.campaign: cost, and what is divided by it}, were the cost of the row, or of none, this one."""
        of_margin = not self or self.margin is not False  # without a row nothing came of it yet
        # The interval is of the margin, and kept as one of the return.
        known = of_margin and self.cost > 0 and cost > 0
        scale = self.cost / cost if known else 0
        return {
            "pareto_cost": cost,
            "pareto_has_cost": cost > 0,
            "pareto_roi": self.margin / cost - 1 if of_margin and cost > 0 else False,
            "pareto_roi_low": (self.roi_low + 1) * scale - 1 if known else False,
            "pareto_roi_high": (self.roi_high + 1) * scale - 1 if known else False,
            "pareto_roas": _ratio(self.revenue, max(cost, 0)) or 0,
            "pareto_cost_per_lead": _ratio(cost, self.leads) or 0,
            "pareto_cost_per_customer": _ratio(cost, self.new_customers) or 0,
        }

    @api.model
    def _campaigns_elsewhere(self, company):
        """The ids of the campaigns that are another company's; its parents' are its own, too."""
        # sudo: a result of the company, whoever asks for it.
        campaigns = self.env["utm.campaign"].sudo().with_context(active_test=False)
        return set(campaigns._search([("company_id", "not in", [False, *company.parent_ids.ids])]).get_result_ids())

    @api.model
    def _margin_of_a_sale(self, credited):
        """What an order leaves on average, of all that are credited and whose cost is known; None without any."""
        rows = [by_model["linear"] for by_model in credited.values() if "linear" in by_model]
        rows = [row for row in rows if not row["uncosted"]]
        orders = sum(row["orders"] for row in rows)
        return sum(row["margin"] or 0 for row in rows) / orders if orders else None

    @api.model
    def _usual_ways(self):
        """{campaign id: dict of the source and medium that somebody set}"""
        # sudo: a result of the company, whoever asks for it.
        campaigns = self.env["utm.campaign"].sudo().with_context(active_test=False)
        chosen = campaigns.search_fetch(
            ["|", ("pareto_source_id", "!=", False), ("pareto_medium_id", "!=", False)],
            ["pareto_source_id", "pareto_medium_id"],
        )
        ways = {}
        for campaign in chosen:
            way = {"source_id": campaign.pareto_source_id.id, "medium_id": campaign.pareto_medium_id.id}
            ways[campaign.id] = {name: id_ for name, id_ in way.items() if id_}
        return ways

    @api.model
    def _write_rows(self, company, rows):
        columns = [name for name, field in self._fields.items() if field.store and field.column_type and name != "id"]
        self.env.cr.execute(SQL("DELETE FROM crm_pareto_campaign WHERE company_id = %s", company.id))
        if rows:
            values = [SQL("(%s)", SQL(", ").join(SQL("%s", row.get(name)) for name in columns)) for row in rows]
            names = SQL(", ").join(map(SQL.identifier, columns))
            self.env.cr.execute(SQL("INSERT INTO crm_pareto_campaign (%s) VALUES %s", names, SQL(", ").join(values)))
        self.invalidate_model()


def known_margin(credited):
    """The margin of what is credited; None where nobody knows the cost of any of it.

    :param credited: dict of sums, as crm.pareto.campaign.sums has them
    """
    margin = credited.get("margin")
    return margin if margin is not None or credited.get("uncosted") else 0


def _ratio(of, to):
    """None where there is nothing to divide by."""
    return (of or 0) / to if to else None
