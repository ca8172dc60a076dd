from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...common.tools.bounds import of_one
from .crm_pareto_due_mixin import COLUMNS, LEAST_GAPS


class CrmParetoRhythmMixin(models.AbstractModel):
    """How often a customer buys, and when the next order is due.

    From the gaps between the customer's own purchases (days with an invoice or receipt). Nobody is to be reminded of
    what is under way: it is silent while a quotation is open, and once an invoice came that the night has not seen yet.
    """

    _name = "crm.pareto.rhythm.mixin"
    _inherit = ["crm.pareto.worth.mixin", "crm.pareto.due.mixin"]
    _description = "Rhythm of a Customer"

    @api.model
    def _is_silent(self, alias, query):
        names = ("partner_id", "company_id")
        return SQL("(%s, %s) IN %s", *[SQL.identifier(alias, name) for name in names], self._quoted())

    @api.model
    def _quoted(self):
        """(commercial partner, company) of the open quotations, those expired left out; SQL."""
        # sudo: a colleague's quotation is no less open, and only that there is one comes out.
        orders = self.env["sale.order"].sudo()
        valid = Domain("validity_date", "=", False) | Domain("validity_date", ">=", fields.Date.context_today(self))
        query = orders._search(Domain("state", "in", ("draft", "sent")) & valid)
        partner = query.left_join(query.table, "partner_id", "res_partner", "id", "partner_id")
        return query.subselect(
            orders.env["res.partner"]._field_to_sql(partner, "commercial_partner_id", query),
            orders._field_to_sql(query.table, "company_id", query),
        )

    @api.model
    def _make_worth(self, company, period, parts):
        self.env["crm.pareto.ranking"]._make_table("crm_pareto_rhythm", self._rhythm())
        parts["crm_pareto_rhythm"] = COLUMNS
        return super()._make_worth(company, period, parts)

    @api.model
    def _rhythm(self):
        """The rhythm of the customers in crm_pareto_dates; SQL."""
        return SQL(
            "SELECT partner_id, %(dates)s FROM crm_pareto_dates WHERE purchases > %(least)s AND %(profiled)s",
            dates=self._due_dates(),
            least=LEAST_GAPS,
            profiled=self._is_profiled(),
        )

    @api.readonly
    @of_one
    def action_open_purchases(self):
        """Open the invoice lines behind the purchases, of all time."""
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_revenue_report_action")
        name = self.env._("Purchases of %(name)s", name=self.display_name)
        domain = [
            ("company_id", "=", self.company_id.id),
            ("customer_id", "=", self.partner_id.id),
            ("move_type", "!=", "out_refund"),
        ]
        return {**action, "name": name, "display_name": name, "domain": domain, "context": {}}
