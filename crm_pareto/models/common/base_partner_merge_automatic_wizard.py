from odoo import api, models
from odoo.tools import SQL

from .tools.merged import move_history
from .tools.named import is_in_sight
from .tools.trust import with_snapshots

# {table: (its columns that name contacts, its others)} of unique indexes that Odoo, which looks for constraints, does
# not see. Rows of values and history are dropped or summed up.
UNIQUE = {
    "crm_pareto_dismissal": (["partner_id"], ["company_id", "product_id"]),
    "crm_pareto_role": (["contact_id", "partner_id"], ["lead_id", "role"]),
    "crm_pareto_started_plan": (["partner_id"], ["audience_id", "plan_id"]),
    "crm_pareto_treatment": (["partner_id"], ["company_id"]),
}
RESULTS = ("crm_pareto_customer", "crm_pareto_history", "crm_pareto_repeat")


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        """Make room for the merged customer: Odoo moves rows without asking whether there is one already."""
        self._merge_pareto_history(src_partners, dst_partner)
        self._drop_pareto_values(src_partners)
        merged = dst_partner + src_partners
        for table, (links, others) in UNIQUE.items():
            self._merge_pareto_rows(table, links, others, merged)
        return super()._update_foreign_keys(src_partners, dst_partner)

    @api.model
    def _update_reference_fields(self, src_partners, dst_partner):
        """With done calls, mailings received and ratings."""
        result = super()._update_reference_fields(src_partners, dst_partner)
        move_history(src_partners, dst_partner)
        return result

    def _merge_pareto_history(self, src_partners, dst_partner):
        """One row a month's end: their turnover together, in the best place that one of them had."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                WITH gone AS (DELETE FROM crm_pareto_history WHERE partner_id IN %(all)s RETURNING *)
                INSERT INTO crm_pareto_history (company_id, partner_id, date, turnover, turnover_rank, tier_id)
                SELECT company_id, %(kept)s, date, SUM(turnover), MIN(turnover_rank),
                       (ARRAY_AGG(tier_id ORDER BY turnover_rank))[1]
                  FROM gone GROUP BY company_id, date
                """,
                all=tuple((src_partners + dst_partner).ids),
                kept=dst_partner.id,
            )
        )
        self.env["crm.pareto.history"].invalidate_model()

    def _merge_pareto_rows(self, table, links, others, merged):
        """Keep one of the rows that will be the same once the contacts are one: that of the contact that stays, or the
        oldest.

        :param table: with a unique index over the columns
        :param links: its columns that name contacts
        :param others: its other columns
        :param merged: the contacts; the first is that which stays
        """
        self.env.flush_all()
        columns = [SQL.identifier(name) for name in links]
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM %(table)s gone USING (
                    SELECT id, ROW_NUMBER() OVER (PARTITION BY %(key)s ORDER BY %(first)s <> %(kept)s, id) AS place
                      FROM %(table)s WHERE %(touched)s) double
                 WHERE gone.id = double.id AND double.place > 1
                """,
                table=SQL.identifier(table),
                first=columns[0],
                kept=merged[0].id,
                key=SQL(", ").join(
                    [SQL("CASE WHEN %s IN %s THEN 0 ELSE %s END", name, tuple(merged.ids), name) for name in columns]
                    + [SQL.identifier(name) for name in others]
                ),
                touched=SQL(" OR ").join(SQL("%s IN %s", name, tuple(merged.ids)) for name in columns),
            )
        )

    def _drop_pareto_values(self, partners):
        """Delete the rows of the merged; those of their companies are due to be computed from the ledger, soon."""
        # sudo: results belong to nobody; who may merge customers need not read their values.
        values = with_snapshots(self.env["crm.pareto.customer"].sudo())
        dropped = values.search([("partner_id", "in", partners.ids)])
        if not dropped:
            return
        companies = dropped.company_id
        self.env["crm.pareto.run"]._forget(companies)
        snapshots = dropped.snapshot_id
        dropped.unlink()
        snapshots.unlink()
        self.env["crm.pareto.repeat"].sudo().search([("partner_id", "in", partners.ids)]).unlink()
        # sudo: only to start the scheduled action, which reads the ledger of all companies.
        standing = self.env["crm.pareto.recompute"].sudo()._standing
        rests = [standing(company, "customer")._rests_until() for company in companies]
        self.env.ref("crm_pareto.crm_pareto_refresh_cron").sudo()._trigger(at=max(filter(None, rests), default=None))

    @api.model
    def _update_values(self, src_partners, dst_partner):
        """Contacts that referred each other are one now, which nobody referred; nor did who is another company's now.

        Their links point at it already; Odoo would copy one onto it, and a contact cannot be referred by itself.
        """
        merged = src_partners + dst_partner
        # sudo: of which company a referrer is.
        referred = {partner: partner.sudo().pareto_referred_by_id for partner in merged}
        lost = merged.filtered(
            lambda partner: (
                referred[partner]
                and (referred[partner] in merged or not is_in_sight(referred[partner], dst_partner.company_id))
            )
        )
        lost.pareto_referred_by_id = False
        return super()._update_values(src_partners, dst_partner)
