from odoo import api, fields, models
from odoo.tools import SQL, sql

TABLE = "account_move_line"
INDEX = "account_move_line_pareto_covering_index"


def drop_covering_index(cr):
    """Drop it where it is."""
    sql.drop_index(cr, INDEX, TABLE)


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    pareto_window = fields.Selection(related="company_id.pareto_window", readonly=False, required=True)
    pareto_own_values = fields.Boolean(related="company_id.pareto_own_values", readonly=False)
    pareto_attribution_model = fields.Selection(
        related="company_id.pareto_attribution_model", readonly=False, required=True
    )
    pareto_lookback_days = fields.Integer(related="company_id.pareto_lookback_days", readonly=False)
    pareto_half_life_days = fields.Integer(related="company_id.pareto_half_life_days", readonly=False)
    pareto_pairing_support = fields.Float(related="company_id.pareto_pairing_support", readonly=False)
    pareto_pairing_confidence = fields.Float(related="company_id.pareto_pairing_confidence", readonly=False)
    pareto_covering_index = fields.Boolean(
        "Faster Computation",
        help="An index of invoice lines that holds all that the values are summed from: about 60 MB a million lines.",
    )

    @api.model
    def get_values(self):
        return {**super().get_values(), "pareto_covering_index": sql.index_exists(self.env.cr, INDEX)}

    def set_values(self):
        """Make or drop the covering index; posting waits while it is made, some seconds a million lines."""
        result = super().set_values()
        exists = sql.index_exists(self.env.cr, INDEX)
        if self.pareto_covering_index and not exists:
            self.env.cr.execute(
                SQL(
                    "CREATE INDEX %s ON %s (company_id, invoice_date)"
                    " INCLUDE (id, move_id, product_id, product_uom_id, quantity, balance)"
                    " WHERE display_type = 'product' AND parent_state = 'posted'",
                    SQL.identifier(INDEX),
                    SQL.identifier(TABLE),
                )
            )
        elif exists and not self.pareto_covering_index:
            drop_covering_index(self.env.cr)
        return result
