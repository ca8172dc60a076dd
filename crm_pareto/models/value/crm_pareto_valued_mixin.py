from odoo import api, fields, models
from odoo.tools import SQL

from ..common.crm_pareto_result_mixin import for_who_sees
from ..common.tools.groups import USER


class CrmParetoValuedMixin(models.AbstractModel):
    """Shows a customer's value on a record that names the customer.

    Nothing is stored on the record: `pareto_value_id` finds the row of crm.pareto.customer (one query a page, one
    join in a search, sort or group-by) and the other fields come from it. A record of one company shows the value
    there, others the reader's.
    """

    _name = "crm.pareto.valued.mixin"
    _inherit = ["crm.pareto.value.fields", "crm.pareto.result.mixin"]
    _description = "Shows a Customer's Value"
    # The many2one that names the customer; None where the record is the customer.
    _pareto_partner_field = "partner_id"

    pareto_value_id = fields.Many2one(
        "crm.pareto.customer",
        "Customer Value",
        compute="_compute_pareto_value_id",
        search="_search_pareto_value_id",
        groups=USER,
    )

    @api.depends_context("company", "uid")
    @api.depends(lambda self: [self._pareto_partner_field or "commercial_partner_id"])
    @for_who_sees
    def _compute_pareto_value_id(self):
        partners = self._pareto_partner().commercial_partner_id
        companies = self.env.company
        for record in self:
            companies |= record._pareto_company()
        values = self._readable_values().search_fetch(
            [("partner_id", "in", partners.ids), ("company_id", "in", companies.ids)]
        )
        found = {(value.partner_id.id, value.company_id.id): value for value in values}
        for record in self:
            key = (record._pareto_partner().commercial_partner_id.id, record._pareto_company().id)
            record.pareto_value_id = found.get(key)

    def _pareto_partner(self):
        # sudo: only whose value it is; the value itself is found by the reader's own rules.
        return (self[self._pareto_partner_field] if self._pareto_partner_field else self).sudo()

    def _pareto_company(self):
        """The company whose value is shown on this record."""
        if self._pareto_partner_field and self.company_id:
            return self.company_id
        return self.env.company

    def _pareto_paths(self):
        return self._pareto_fields | self._pareto_form_fields | self._pareto_profit_fields

    def _join_value(self, alias, query):
        company = SQL("%s", self.env.company.id)
        partner = alias
        if self._pareto_partner_field:
            company = SQL("COALESCE(%s, %s)", SQL.identifier(alias, "company_id"), company)
            partner = query.make_alias(alias, "pareto_partner")
            link = SQL.identifier(alias, self._pareto_partner_field)
            query.add_join("LEFT JOIN", partner, "res_partner", SQL("%s = %s", link, SQL.identifier(partner, "id")))
        row = query.make_alias(alias, "pareto_value")
        condition = SQL(
            "%s = %s AND %s = %s AND %s IS NULL AND %s",
            SQL.identifier(row, "partner_id"),
            SQL.identifier(partner, "commercial_partner_id"),
            SQL.identifier(row, "company_id"),
            company,
            SQL.identifier(row, "snapshot_id"),
            self._is_readable_value(row, query),
        )
        query.add_join("LEFT JOIN", row, "crm_pareto_customer", condition)
        return row
