from odoo import api, models
from odoo.tools import SQL


class CrmParetoWorthMixin(models.AbstractModel):
    """What is worked out for the rows of a value model once they are ranked, before they are written.

    For customers, what they are worth beside turnover and profit: each part is a mixin of crm.pareto.customer of its
    own, which declares its fields and extends `_make_worth`. It reads crm_pareto_draft (the rows to be: key, dates,
    sums, ranks), makes a temporary table of partner_id, one row each, and its columns, and notes {table: columns} in
    `parts`. All parts are written at once; customers that a part has no row of have its columns empty. They are those
    of the company's own rows; a snapshot's stay empty.
    """

    _name = "crm.pareto.worth.mixin"
    _description = "Worth of a Customer"

    @api.model
    def _make_worth(self, company, period, parts):
        """Work out every customer of the company anew, each night.

        :param period: the Windows
        :param parts: {table: columns} of the parts before this one; to be added to
        """

    @api.model
    def _refresh_worth(self, company, period, parts):
        """The same each hour, of the parts that take no more than the draft; here it has the rows as they are stored.

        :param period: the Windows
        :param parts: {table: columns} of the parts before this one; to be added to
        """

    @api.model
    def _is_profiled(self, customer="partner_id"):
        """Whether a customer may be profiled: the parts that judge or foretell leave the others out; SQL.

        :param customer: the column that names it
        """
        return self.env["res.partner"]._pareto_is_profiled(SQL.identifier(customer))

    @api.model
    def _is_customer(self, alias):
        """Whether a row is of somebody in the ledger: not of whom there is nothing but a manual tier; SQL."""
        columns = ("last_date", "turnover", "turnover_previous")
        names = dict(zip(columns, (SQL.identifier(alias, column) for column in columns), strict=True))
        return SQL("(%(last_date)s IS NOT NULL OR %(turnover)s <> 0 OR %(turnover_previous)s <> 0)", **names)
