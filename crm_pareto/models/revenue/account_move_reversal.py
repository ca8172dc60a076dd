from odoo import models


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def _modify_default_reverse_values(self, origin_move):
        """The new invoice is the same sale as the one that is reversed for it, and keeps its journey."""
        return {**super()._modify_default_reverse_values(origin_move), "pareto_replaced_id": origin_move.id}
