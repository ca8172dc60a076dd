"""Tiers set by hand."""

from datetime import date

from freezegun import freeze_time
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...common import SALES_MANAGER, LedgerCase

A, B, C = "A", "B", "C"


class TestManualTier(LedgerCase):
    def setUp(self):
        super().setUp()
        self.partner = self.new_partner("Birch")
        self.invoice(self.partner, (None, 1, 100))
        self.row = self.recompute()[self.partner]
        self.tier_c = self.env.ref("crm_pareto.crm_pareto_tier_c")

    def decide(self, **values):
        decision = self.env["crm.pareto.manual.tier"].create(
            {
                "company_id": self.company.id,
                "partner_id": self.partner.id,
                "tier_id": self.tier_c.id,
                "reason": "pays late",
                **values,
            }
        )
        self.env.invalidate_all()
        return decision

    def test_it_overrides_and_the_computed_tier_stays_beside_it(self):
        self.decide()
        self.assertEqual((self.row.tier_id.name, self.row.turnover_tier_id.name), (C, A))

    def test_it_lapses_by_itself(self):
        self.decide(date_end=date(2099, 1, 1))
        self.assertEqual(self.row.tier_id, self.tier_c)
        with freeze_time("2099-01-02"):
            self.env.invalidate_all()
            self.assertEqual(self.row.tier_id.name, A)
            self.assertEqual(self.env["crm.pareto.customer"].search([("tier_id.name", "=", A)]), self.row)

    def test_it_outlives_a_recompute_and_goes_with_its_decision(self):
        decision = self.decide()
        self.recompute()
        self.assertEqual(self.row.tier_id, self.tier_c)
        decision.unlink()
        self.assertEqual(self.row.tier_id.name, A)

    def test_a_customer_without_invoices_can_have_one(self):
        prospect = self.new_partner("Prospect")
        self.decide(partner_id=prospect.id)
        self.assertEqual(prospect.pareto_tier_id, self.tier_c)
        self.assertEqual(self.recompute()[prospect].tier_id, self.tier_c)

    def test_a_contact_cannot_have_one_of_its_own(self):
        contact = self.new_partner("Cleo", parent_id=self.partner.id)
        with self.assertRaisesRegex(ValidationError, "set the tier there"):
            self.decide(partner_id=contact.id)

    def test_it_cannot_end_in_the_past(self):
        with self.assertRaisesRegex(ValidationError, "cannot end in the past"):
            self.decide(date_end=date(2020, 1, 1))

    def test_it_ends_within_what_a_calendar_holds(self):
        with self.assertRaisesRegex(ValidationError, "choose a day from"):
            self.decide(date_end=date(9999, 12, 31))

    def test_who_decided_is_whoever_wrote_it(self):
        boss, other = (self.new_user(login, SALES_MANAGER) for login in ("berta", "otto"))
        (boss + other).write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        values = {"company_id": self.company.id, "partner_id": self.partner.id, "reason": "pays late"}
        decisions = self.env["crm.pareto.manual.tier"].with_user(boss).with_context(default_user_id=other.id)
        decision = decisions.create({**values, "tier_id": self.tier_c.id, "user_id": other.id})
        self.assertEqual(decision.user_id, boss)
        decision.write({"user_id": other.id})
        self.assertEqual(decision.user_id, boss)
        decision.with_user(other).write({"reason": "pays again", "user_id": boss.id})
        self.assertEqual(decision.user_id, other)

    def test_nothing_of_another_company(self):
        abroad = self.new_company("Alder Inc", "USD")
        values = {"company_id": abroad.id}
        tier = self.env["crm.pareto.tier"].create({**values, "name": "X", "bound": 1})
        with self.assertRaisesRegex(UserError, "company"):
            self.decide(tier_id=tier.id)
        with self.assertRaisesRegex(UserError, "company"):
            self.decide(partner_id=self.new_partner("Fjord", **values).id)
        with self.assertRaisesRegex(UserError, "company"):
            self.decide(partner_id=False, product_id=self.env["product.product"].create({**values, "name": "P"}).id)

    def test_search_and_grouping_follow_the_tier_in_force(self):
        self.decide()
        rows = self.env["crm.pareto.customer"]
        mine = [("company_id", "=", self.company.id)]
        self.assertEqual(rows.search(mine + [("tier_id", "=", self.tier_c.id)]), self.row)
        self.assertEqual(rows.search(mine + [("tier_id.name", "=", A)]), rows)
        self.assertEqual(rows._read_group(mine, ["tier_id"], ["__count"]), [(self.tier_c, 1)])


class TestSetTier(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = [cls.new_partner(name) for name in "ab"]
        for partner in cls.partners:
            cls.invoice(partner, (cls.product, 1, 100))
        cls.rows = cls.recompute()
        cls.tier_c = cls.env.ref("crm_pareto.crm_pareto_tier_c")

    def set_tier(self, records, **values):
        """Open the wizard on the records, and apply."""
        context = {"active_model": records._name, "active_ids": records.ids}
        wizard = self.env["crm.pareto.set.tier"].with_context(**context)
        wizard.create({"tier_id": self.tier_c.id, "reason": "pays late", **values}).action_apply()
        self.env.invalidate_all()

    def test_from_the_list_of_values_for_many_at_once(self):
        self.set_tier(self.rows[self.partners[0]] + self.rows[self.partners[1]])
        self.assertEqual([partner.pareto_tier_id for partner in self.partners], [self.tier_c] * 2)

    def test_from_a_contact_for_its_company(self):
        contact = self.new_partner("Contact", parent_id=self.partners[0].id)
        self.set_tier(contact)
        self.assertEqual(self.partners[0].pareto_tier_id, self.tier_c)
        self.assertEqual(contact.pareto_manual_reason, "pays late")
        self.assertEqual(contact.pareto_manual_user_id, self.env.user)
        self.assertEqual(contact.pareto_computed_tier_id.name, A)

    def test_for_products(self):
        row = self.env["crm.pareto.product"].search([("company_id", "=", self.company.id)])
        self.set_tier(row)
        self.assertEqual(self.product.pareto_tier_id, self.tier_c)

    def test_without_a_tier_the_computed_one_holds_again(self):
        self.set_tier(self.partners[0])
        self.set_tier(self.partners[0], tier_id=False, reason="pays again")
        self.assertEqual((self.partners[0].pareto_tier_id.name, self.partners[0].pareto_manual_reason), (A, False))
        self.recompute()
        self.assertEqual(self.partners[0].pareto_tier_id.name, A)

    def test_nothing_chosen_is_said(self):
        with self.assertRaisesRegex(UserError, "at least one"):
            self.set_tier(self.env["res.partner"])
