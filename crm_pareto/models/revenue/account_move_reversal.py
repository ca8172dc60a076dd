from odoo import models

from ..common.tools.ours import as_ours


class AccountMoveReversal(models.TransientModel):
    _inherit = "account.move.reversal"

    def reverse_moves(self, is_modify=False):
        """It is we who say what the new invoice is made for, and no default of a client's context."""
        wizard = as_ours(self) if is_modify else self
        return super(AccountMoveReversal, wizard).reverse_moves(is_modify)

    def _modify_default_reverse_values(self, origin_move):
        """The new invoice is the same sale as the one that is reversed for it, and keeps its journey."""
        return {**super()._modify_default_reverse_values(origin_move), "pareto_replaced_id": origin_move.id}
