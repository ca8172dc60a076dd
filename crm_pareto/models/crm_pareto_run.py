from odoo import fields, models


class CrmParetoRun(models.Model):
    """The last time a company's values were computed: what the next time may take as known."""

    _name = "crm.pareto.run"
    _description = "Last Computation of Values"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    as_of = fields.Date(readonly=True)
    pareto_window = fields.Char(readonly=True, help="The kind of window the values are of.")
    full_at = fields.Datetime("Computed", readonly=True, help="Start of the last computation of everything.")
    refreshed_at = fields.Datetime("Refreshed", readonly=True, help="Start of the last computation of what changed.")

    _company_unique = models.UniqueIndex("(company_id)")
