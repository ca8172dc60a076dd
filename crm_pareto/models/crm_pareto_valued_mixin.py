from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .crm_pareto_value_fields import USER


class CrmParetoValuedMixin(models.AbstractModel):
    """Shows a customer's value on a record that names the customer.

    Nothing is stored on the record: `pareto_value_id` finds the row of crm.pareto.customer (one query a page, one
    join in a search, sort or group-by) and the other fields come from it. A record of one company shows the value
    there, others the reader's.
    """

    _name = "crm.pareto.valued.mixin"
    _inherit = "crm.pareto.value.fields"
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

    @api.depends_context("company")
    @api.depends(lambda self: [self._pareto_partner_field or "commercial_partner_id"])
    def _compute_pareto_value_id(self):
        partners = self._pareto_partner().commercial_partner_id
        companies = self.env.company
        for record in self:
            companies |= record._pareto_company()
        values = self.env["crm.pareto.customer"].search_fetch(
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

    def _search_pareto_value_id(self, operator, value):
        """Searching by value only comes from the related fields: a domain on the row, or its absence."""
        if operator not in ("in", "any", "any!"):
            return NotImplemented
        values = self.env["crm.pareto.customer"]
        if operator == "in":
            wanted = values._search([("id", "in", [id_ for id_ in value if id_])])
        else:
            wanted = value if not isinstance(value, Domain | list) else values._search(Domain(value))
        query = self._search(Domain.TRUE)
        row = self._field_to_sql(self._table, "pareto_value_id", query)
        condition = SQL("%s IN %s", row, wanted.subselect())
        if operator == "in" and not all(value):
            condition = SQL("(%s OR %s IS NULL)", condition, row)
        query.add_where(condition)
        return [("id", "in", query)]

    def _field_to_sql(self, alias, field_expr, query=None):
        """One join with the value rows, for every search, sort and group-by on the pareto_ fields."""
        paths = self._pareto_fields | self._pareto_form_fields | self._pareto_profit_fields
        path = "id" if field_expr == "pareto_value_id" else paths.get(field_expr)
        if query is None or path is None or "." in path:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return self.env["crm.pareto.customer"]._field_to_sql(self._join_value(alias, query), path, query)

    def _join_value(self, alias, query):
        """Join the customer's value row; the alias of its table."""
        company = SQL("%s", self.env.company.id)
        partner = alias
        if self._pareto_partner_field:
            company = SQL("COALESCE(%s, %s)", SQL.identifier(alias, "company_id"), company)
            partner = query.make_alias(alias, "pareto_partner")
            link = SQL.identifier(alias, self._pareto_partner_field)
            query.add_join("LEFT JOIN", partner, "res_partner", SQL("%s = %s", link, SQL.identifier(partner, "id")))
        row = query.make_alias(alias, "pareto_value")
        condition = SQL(
            "%s = %s AND %s = %s AND %s IS NULL",
            SQL.identifier(row, "partner_id"),
            SQL.identifier(partner, "commercial_partner_id"),
            SQL.identifier(row, "company_id"),
            company,
            SQL.identifier(row, "snapshot_id"),
        )
        query.add_join("LEFT JOIN", row, "crm_pareto_customer", condition)
        return row
