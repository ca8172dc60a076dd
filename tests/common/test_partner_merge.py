"""Two customers that are merged: one row of values, and sums that still make the ledger."""

from datetime import date

from odoo.addons.crm_pareto.models.common.base_partner_merge_automatic_wizard import RESULTS, UNIQUE

from ..common import LedgerCase


class TestPartnerMerge(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one, cls.other, cls.third = (cls.new_partner(name, is_company=True) for name in ("One", "Other", "Third"))
        cls.invoice(cls.one, (cls.product, 1, 300), day=date(2026, 1, 5))
        cls.invoice(cls.one, (cls.product, 1, 50), day=date(2026, 6, 5))
        cls.invoice(cls.other, (cls.product, 1, 100), day=date(2026, 1, 6))
        cls.invoice(cls.third, (cls.product, 1, 200), day=date(2026, 6, 7))
        cls.recompute()

    def merge(self):
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.one.id, self.other.id], self.other, extra_checks=False)

    def rows(self):
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        return {row.partner_id: (row.turnover, row.profit, row.turnover_rank, row.invoice_count) for row in rows}

    def test_the_next_refresh_sums_them_as_one(self):
        self.merge()
        self.env["crm.pareto.recompute"]._refresh(self.company, date(2026, 6, 30))
        self.assertEqual(self.rows(), {self.other: (450, 330, 1, 3), self.third: (200, 160, 2, 1)})

    def test_the_refresh_is_due_soon(self):
        triggers = [("cron_id", "=", self.env.ref("crm_pareto.crm_pareto_refresh_cron").id)]
        before = self.env["ir.cron.trigger"].search_count(triggers)
        self.merge()
        self.assertGreater(self.env["ir.cron.trigger"].search_count(triggers), before)

    def test_their_histories_are_added_up(self):
        self.recompute(date(2026, 7, 1))
        self.merge()
        history = self.env["crm.pareto.history"].search(
            [("company_id", "=", self.company.id), ("partner_id", "=", self.other.id)], order="date"
        )
        self.assertEqual(len(history), len(set(history.mapped("date"))))
        self.assertEqual(
            [(row.date, row.turnover, row.turnover_rank) for row in history[-2:]],
            [(date(2026, 5, 31), 400, 1), (date(2026, 6, 30), 450, 1)],
        )

    def test_a_snapshot_with_them_is_made_again_when_somebody_asks(self):
        recompute = self.env["crm.pareto.recompute"]
        taken = recompute._snapshot(self.company, "customer", "24", date(2026, 5, 31))
        self.merge()
        self.assertFalse(taken.exists())

    def test_whatever_is_unique_is_made_room_for(self):
        """Of constraints Odoo knows; of a unique index it does not, and the merge as a whole would end."""
        unique = """
            SELECT DISTINCT class.relname
              FROM pg_index index JOIN pg_class class ON class.oid = index.indrelid
              JOIN pg_attribute attribute ON attribute.attrelid = class.oid AND attribute.attnum = ANY(index.indkey)
              JOIN ir_model_fields field ON field.name = attribute.attname AND field.relation = 'res.partner'
              JOIN ir_model model ON model.id = field.model_id AND REPLACE(model.model, '.', '_') = class.relname
             WHERE index.indisunique AND class.relname LIKE 'crm_pareto_%'
        """
        self.env.cr.execute(unique)
        self.assertEqual({*UNIQUE, *RESULTS}, {name for (name,) in self.env.cr.fetchall()})

    def test_both_were_treated_and_got_the_same_plan(self):
        partners, company = self.one + self.other, self.company.id
        rows = self.env["crm.pareto.treatment"]
        rows.search([("partner_id", "in", partners.ids)]).unlink()
        tier_a, tier_b = (self.env.ref(f"crm_pareto.crm_pareto_tier_{letter}").id for letter in "ab")
        kept = rows.create({"company_id": company, "partner_id": self.other.id, "tier_id": tier_b})
        rows.create({"company_id": company, "partner_id": self.one.id, "tier_id": tier_a})
        plan = self.env["mail.activity.plan"].create({"name": "Care", "res_model": "res.partner"})
        audience = self.env["crm.pareto.audience"].create({"name": "All", "company_id": company})
        common = {"company_id": company, "audience_id": audience.id, "plan_id": plan.id, "date": date(2026, 6, 30)}
        people = {"starter_id": self.env.uid, "user_id": self.env.uid}
        plans = self.env["crm.pareto.started.plan"]
        plans.create([{**common, **people, "partner_id": partner.id} for partner in partners])
        self.merge()
        self.env.invalidate_all()
        found = rows.search([("partner_id", "in", partners.ids)])
        self.assertEqual((kept, tier_b), (found, found.tier_id.id))
        self.assertEqual(self.other, plans.search([("audience_id", "=", audience.id)]).partner_id)

    def test_a_customer_without_values_is_merged_too(self):
        new = self.new_partner("New", is_company=True)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([new.id, self.third.id], self.third, extra_checks=False)
        self.assertEqual(self.rows()[self.third], (200, 160, 2, 1))
