"""Which products customers buy together, and against mlxtend's association rules on random baskets."""

from datetime import date
from random import Random
from unittest.mock import patch

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.models.work.suggestion import crm_pareto_pairing
from odoo.exceptions import ValidationError

from ..common import LedgerCase
from . import pairing_oracle


class PairingCase(LedgerCase):
    """Customers who buy pumps, seals, oil and hoses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Pump", "Seal Kit", "Oil", "Hose")
        cls.pump, cls.seal, cls.oil, cls.hose = cls.products = [cls.new_product(name) for name in names]

    @classmethod
    def buy(cls, partner, *products, **values):
        return cls.invoice(partner, *[(product, 1, 100) for product in products], **values)

    @classmethod
    def sell_baskets(cls, *baskets):
        """One new customer a basket; returns them."""
        partners = [cls.new_partner(f"Customer {index}", is_company=True) for index, _ in enumerate(baskets)]
        for partner, basket in zip(partners, baskets, strict=True):
            cls.buy(partner, *basket)
        return partners

    @classmethod
    def sell_pumps_with_seals(cls):
        """Ten customers: of five who buy a pump, four buy the seal kit, which nobody else does."""
        both, other = [cls.pump, cls.seal], [cls.oil]
        return cls.sell_baskets(both, both, both, both, [cls.pump], other, other, other, other, other)

    @classmethod
    def recompute(cls, as_of=date(2026, 6, 30), company=None):
        """Bring the pairings of a company up to date, as of a day."""
        cls.env["crm.pareto.pairing"]._recompute(company or cls.company, as_of)

    def pairings(self, company=None):
        rows = self.env["crm.pareto.pairing"].search([("company_id", "=", (company or self.company).id)])
        return {(row.product_id, row.suggested_id): row for row in rows}


class TestPairing(PairingCase):
    def test_a_pair_has_its_counts_and_the_three_measures_both_ways(self):
        self.sell_pumps_with_seals()
        self.recompute()
        rows = self.pairings()
        self.assertEqual(rows.keys(), {(self.pump, self.seal), (self.seal, self.pump)})
        row = rows[self.pump, self.seal]
        self.assertEqual((row.customers, row.buyers, row.suggested_buyers, row.together), (10, 5, 4, 4))
        self.assertEqual((row.support, row.confidence, row.lift), (0.4, 0.8, 2))
        self.assertEqual(rows[self.seal, self.pump].confidence, 1)

    def test_the_reason_is_one_sentence(self):
        self.sell_pumps_with_seals()
        self.recompute()
        self.assertEqual(
            self.pairings()[self.pump, self.seal].reason,
            "80 % of the customers who buy Pump also buy Seal Kit: 2.0 times as many as of all.",
        )

    def test_products_of_different_invoices_of_one_customer_go_together(self):
        for partner in self.sell_baskets([self.pump], [self.pump], [self.pump], [self.oil]):
            if partner.name != "Customer 3":
                self.buy(partner, self.seal, day=date(2026, 1, 10))
        self.recompute()
        self.assertIn((self.pump, self.seal), self.pairings())

    def test_what_was_credited_in_full_or_lies_before_the_window_was_not_bought(self):
        partners = self.sell_pumps_with_seals()
        for partner in partners[:2]:
            self.buy(partner, self.seal, move_type="out_refund")
        self.buy(partners[5], self.pump, day=date(2024, 1, 1))
        self.recompute()
        self.assertFalse(self.pairings())

    def test_what_fewer_than_three_customers_bought_is_not_shown(self):
        self.sell_baskets([self.pump, self.seal], [self.pump, self.seal], [self.oil], [self.oil])
        self.recompute()
        self.assertFalse(self.pairings())

    def test_products_bought_together_no_more_often_than_by_chance_are_no_pair(self):
        both, pump, seal = [self.pump, self.seal], [self.pump], [self.seal]
        self.sell_baskets(*3 * [both], *3 * [pump], *3 * [seal], *3 * [[self.oil]])
        self.recompute()
        self.assertFalse(self.pairings())

    def test_the_companys_settings_say_how_many_are_many(self):
        self.sell_pumps_with_seals()
        self.company.pareto_pairing_confidence = 0.9
        self.recompute()
        self.assertEqual(self.pairings().keys(), {(self.seal, self.pump)})
        self.company.pareto_pairing_support = 0.5
        self.recompute()
        self.assertFalse(self.pairings())

    def test_the_settings_are_shares(self):
        for name in ("pareto_pairing_support", "pareto_pairing_confidence"):
            for value in (0, 1.01):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    self.company[name] = value

    def test_what_is_not_sold_any_more_and_discounts_are_left_out(self):
        self.sell_pumps_with_seals()
        for change in ({"active": False}, {"sale_ok": False}):
            with self.env.cr.savepoint() as savepoint:
                self.seal.write(change)
                self.recompute()
                self.assertFalse(self.pairings(), change)
                savepoint.rollback()
            self.env.invalidate_all(flush=False)
        self.company.sale_discount_product_id = self.seal
        self.recompute()
        self.assertFalse(self.pairings())

    def test_each_company_has_its_own(self):
        self.sell_pumps_with_seals()
        other = self.new_company("Alder Inc", "USD")
        self.recompute()
        self.recompute(company=other)
        self.assertTrue(self.pairings())
        self.assertFalse(self.pairings(other))

    def test_each_night_brings_them_up_to_date(self):
        self.sell_pumps_with_seals()
        with freeze_time(date(2026, 6, 30)):
            self.env.flush_all()
            with self.enter_registry_test_mode():
                self.env.ref("crm_pareto.crm_pareto_recompute_cron").method_direct_trigger()
            self.assertIn((self.pump, self.seal), self.pairings())

    def test_a_pair_that_stays_keeps_its_id_and_one_that_is_none_any_more_goes(self):
        partners = self.sell_pumps_with_seals()
        self.recompute()
        before = self.pairings()[self.pump, self.seal]
        self.buy(partners[4], self.seal)
        self.recompute()
        after = self.pairings()[self.pump, self.seal]
        self.assertEqual((after.id, after.together), (before.id, 5))
        self.company.pareto_pairing_support = 0.9
        self.recompute()
        self.assertFalse(before.exists())

    def test_of_a_large_basket_what_most_is_spent_on_counts(self):
        partners = self.sell_pumps_with_seals()
        for partner in partners[:4]:
            self.invoice(partner, (self.hose, 1, 500))
        with patch.object(crm_pareto_pairing, "MOST_IN_BASKET", 2):
            self.recompute()
        self.assertEqual(self.pairings().keys(), {(self.pump, self.hose), (self.hose, self.pump)})

    def test_of_a_product_the_most_confident_pairs_are_kept(self):
        all_three, pump_seal = [self.pump, self.seal, self.hose], [self.pump, self.seal]
        self.sell_baskets(*3 * [all_three], *2 * [pump_seal], *5 * [[self.oil]])
        with patch.object(crm_pareto_pairing, "MOST_PER_PRODUCT", 1):
            self.recompute()
        kept = {product: suggested for product, suggested in self.pairings()}
        self.assertEqual(kept, {self.pump: self.seal, self.seal: self.pump, self.hose: self.pump})


class TestOracle(PairingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products += [cls.new_product(f"Part {index}") for index in range(4)]
        cls.partners = [cls.new_partner(f"P{index}") for index in range(25)]

    @settings(max_examples=3, deadline=None)
    @given(st.integers(0, 2**32))
    def test_pairs_of_random_baskets(self, seed):
        random = Random(seed)
        with self.env.cr.savepoint(flush=True) as savepoint:
            baskets = [set(random.sample(self.products, random.choice((0, 1, 2, 3, 5)))) for _ in self.partners]
            for partner, basket in zip(self.partners, baskets, strict=True):
                if basket:
                    self.buy(partner, *sorted(basket, key=lambda product: product.id))
            self.company.pareto_pairing_support = random.choice((0.01, 0.04, 0.2))
            self.company.pareto_pairing_confidence = random.choice((0.1, 0.4, 0.5))
            self.recompute()
            self.check([basket for basket in baskets if basket])
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def check(self, baskets):
        wanted = pairing_oracle.pairs(
            [{product.id for product in basket} for basket in baskets],
            self.company.pareto_pairing_support,
            self.company.pareto_pairing_confidence,
            crm_pareto_pairing.FEWEST,
        )
        rows = {(one.id, other.id): row for (one, other), row in self.pairings().items()}
        self.assertEqual(rows.keys(), wanted.keys())
        for pair, measures in wanted.items():
            for name, value in zip(("support", "confidence", "lift"), measures, strict=True):
                self.assertAlmostEqual(rows[pair][name], value, places=9)
