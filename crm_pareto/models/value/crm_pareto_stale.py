from odoo import fields, models

# Of which a refresh computes what changed; the others are computed from everything each time, products with customers.
KINDS = [("customer", "Customers"), ("repeat", "Repeat Purchases")]


class CrmParetoStale(models.Model):
    """That everything of a company is to be computed with the next refresh: a row each time something asks for it.

    Rows of their own, added and deleted and never changed. A computation writes its run at its end: whoever wrote that
    meanwhile would have minutes of work taken back, and somebody who does so now and then would keep the values from
    ever being refreshed. The computation deletes the rows that it saw; one that came later is the next one's.
    """

    _name = "crm.pareto.stale"
    _description = "Values to Be Computed"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    kind = fields.Selection(KINDS, required=True, readonly=True)
