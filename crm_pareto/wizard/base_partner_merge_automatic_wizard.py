from odoo import api, models
from odoo.tools import SQL

# Tables with one row a customer and these columns.
ONE_ROW = {"crm_pareto_customer": ("company_id", "snapshot_id"), "crm_pareto_history": ("company_id", "date")}


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Leave one computed row to each customer: the night computes those of the merged one anew.

        Odoo moves all rows to the one that stays, and only expects that to fail where a table has a constraint: it does
        not look for unique indexes.
        """
        for table, columns in ONE_ROW.items():
            self.env.cr.execute(self._drop_doubles(table, columns, [*dst_partner.ids, *src_partners.ids]))
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _drop_doubles(self, table, columns, partners):
        """SQL that deletes the rows of partners where one before them in the list has such a row."""
        return SQL(
            """
            DELETE FROM %(table)s spare USING %(table)s kept
             WHERE kept.partner_id = ANY(%(partners)s) AND spare.partner_id = ANY(%(partners)s) AND %(same)s
               AND array_position(%(partners)s, kept.partner_id) < array_position(%(partners)s, spare.partner_id)
            """,
            table=SQL.identifier(table),
            partners=partners,
            same=SQL(" AND ").join(
                SQL(
                    "%s IS NOT DISTINCT FROM %s",
                    SQL.identifier("kept", column),
                    SQL.identifier("spare", column),
                )
                for column in columns
            ),
        )

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Contacts that referred each other are one now, which nobody referred.

        Their links point at it already; Odoo would copy one onto it, and a contact cannot be referred by itself.
        """
        merged = src_partners + dst_partner
        among = merged.filtered(lambda partner: partner.pareto_referred_by_id in merged)
        among.pareto_referred_by_id = False
        return super()._update_values(src_partners, dst_partner)
