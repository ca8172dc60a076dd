"""Recency, frequency and monetary value as quintiles, and the one segment that each customer is in."""

from collections import Counter
from datetime import date, timedelta
from math import ceil
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.models.value.tier.crm_pareto_segment import MOST_SEGMENTS
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command

from ...common import PROFIT, SALESPERSON, LedgerCase

AS_OF = date(2026, 6, 30)
WINDOW_START = date(2025, 7, 1)
# By recency score, best first, then by frequency score from 1 to 5.
SEGMENTS = {
    5: ("New", "New", "Promising", "Champions", "Champions"),
    4: ("New", "New", "Promising", "Loyal", "Loyal"),
    3: ("Asleep", "Asleep", "Promising", "Loyal", "Loyal"),
    2: ("Asleep", "Asleep", "At Risk", "At Risk", "Cannot Lose"),
    1: ("Lost", "Lost", "At Risk", "At Risk", "Cannot Lose"),
}


def quintile(value, values):
    """The fifth that the middle of the customers with this value falls into, 5 the highest."""
    below = sum(other < value for other in values)
    equal = values.count(value)
    return ceil(5 * (below + equal / 2) / len(values))


class RfmCase(LedgerCase):
    def buy(self, partner, *days, price=100, **values):
        for day in days:
            self.invoice(partner, (self.product, 1, price), day=day, **values)

    def scores(self, row):
        return row.recency_score, row.frequency_score, row.monetary_score

    def segment_named(self, name):
        return self.env["crm.pareto.segment"].search([("name", "=", name)])


class TestScores(RfmCase):
    def test_each_score_is_the_fifth_by_last_invoice_count_and_profit(self):
        partners = [self.new_partner(f"P{index}") for index in range(5)]
        for index, partner in enumerate(partners):
            # The later the last one, the fewer and the dearer.
            days = [date(2026, 1 + index, 1) - timedelta(days=7 * back) for back in range(5 - index)]
            self.buy(partner, *days, price=100 * 10**index)
        rows = self.recompute()
        self.assertEqual(
            [self.scores(rows[partner]) for partner in partners],
            [(1, 5, 1), (2, 4, 2), (3, 3, 3), (4, 2, 4), (5, 1, 5)],
        )
        self.assertEqual(rows[partners[4]].days_since_last_order, 60)

    def test_equal_customers_have_equal_scores_in_the_middle_of_their_fifths(self):
        partners = [self.new_partner(f"P{index}") for index in range(7)]
        for partner in partners:
            self.buy(partner, date(2026, 5, 1))
        rows = self.recompute()
        self.assertEqual({self.scores(rows[partner]) for partner in partners}, {(3, 3, 3)})

    def test_who_did_not_buy_in_the_window_has_one_in_each_and_lifts_nobody(self):
        sleepers = [self.new_partner(f"S{index}") for index in range(4)]
        for partner in sleepers:
            self.buy(partner, date(2024, 3, 1), date(2024, 3, 2))
        buyer = self.new_partner("Birch")
        self.buy(buyer, date(2026, 6, 1))
        rows = self.recompute()
        self.assertEqual({self.scores(rows[partner]) for partner in sleepers}, {(1, 1, 1)})
        self.assertEqual(self.scores(rows[buyer]), (3, 3, 3))

    def test_refunds_only_is_the_least_of_all(self):
        self.buy(self.new_partner("Birch"), date(2026, 6, 1))
        refunded = self.new_partner("Cedar")
        self.buy(refunded, date(2026, 6, 1), move_type="out_refund")
        row = self.recompute()[refunded]
        self.assertEqual((self.scores(row), row.rfm_segment_id.name), ((1, 1, 1), "Lost"))

    def test_a_manual_tier_alone_makes_no_customer(self):
        prospect = self.new_partner("Birch")
        self.env["crm.pareto.manual.tier"].create(
            {
                "partner_id": prospect.id,
                "company_id": self.company.id,
                "tier_id": self.env.ref("crm_pareto.crm_pareto_tier_a").id,
                "reason": "Wanted",
            }
        )
        row = self.recompute()[prospect]
        self.assertEqual((self.scores(row), bool(row.rfm_segment_id)), ((0, 0, 0), False))

    def test_merged_partners_are_one_customer_in_one_segment(self):
        one, other, third = (self.new_partner(name, email="x@x.example") for name in ("One", "Other", "Third"))
        self.buy(one, date(2026, 1, 1))
        self.buy(other, date(2026, 6, 1), date(2026, 6, 2))
        self.buy(third, date(2026, 3, 1), date(2026, 3, 2))
        self.recompute()
        self.env["base.partner.merge.automatic.wizard"].create({})._merge([one.id, other.id], other)
        rows = self.recompute()
        self.assertEqual(set(rows), {other, third})
        self.assertEqual(self.scores(rows[other])[:2], (quintile(2, [1, 2]), quintile(3, [2, 3])))
        self.assertEqual(rows[other].rfm_segment_id.name, "Loyal")


class TestPartition(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = [cls.new_partner(f"P{index}") for index in range(12)]

    @settings(max_examples=5, deadline=None)
    @given(st.integers(0, 2**32))
    def test_every_customer_is_in_the_one_segment_of_its_scores(self, seed):
        random = Random(seed)
        with self.env.cr.savepoint(flush=True) as savepoint:
            for partner in self.partners:
                for _document in range(random.randint(0, 3)):
                    self.invoice(
                        partner,
                        (self.product, 1, random.choice([20, 50, 50, 300])),
                        day=AS_OF - timedelta(days=random.choice([1, 1, 20, 100, 500, 900])),
                        move_type=random.choices(["out_invoice", "out_receipt", "out_refund"], [8, 1, 2])[0],
                    )
            self.check(self.recompute(AS_OF))
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def check(self, rows):
        expected = self.oracle()
        found = {partner: (*self.scores(row), row.rfm_segment_id.name) for partner, row in rows.items()}
        self.assertEqual(found, expected)

    def oracle(self):
        """{partner: (recency, frequency, monetary, segment)}, from the documents one by one."""
        documents = self.env["account.move"].search([("company_id", "=", self.company.id), ("state", "=", "posted")])
        figures = {}
        for partner, moves in documents.grouped("partner_id").items():
            inside = moves.filtered(lambda move: move.invoice_date >= WINDOW_START)
            bought = moves.filtered(lambda move: move.move_type != "out_refund")
            profit = sum(-line.balance - 40 * self.sign(line.move_id) for line in inside.invoice_line_ids)
            recent = moves.filtered(lambda move: move.invoice_date >= date(2024, 7, 1))
            if bought or recent:
                last = max(bought.mapped("invoice_date"), default=None)
                figures[partner] = (last, len(inside & bought), round(profit, 2))
        buyers = [figure for figure in figures.values() if figure[1]]
        result = {}
        for partner, figure in figures.items():
            scores = [1, 1, 1]
            if figure[1]:
                scores = [quintile(figure[place], [other[place] for other in buyers]) for place in range(3)]
            result[partner] = (*scores, SEGMENTS[scores[0]][scores[1] - 1])
        return result

    def sign(self, move):
        return -1 if move.move_type == "out_refund" else 1


class TestSegments(RfmCase):
    def test_the_table_names_each_pair_of_scores(self):
        segments = self.env["crm.pareto.segment"]._for_company(self.company)
        for recency, names in SEGMENTS.items():
            for frequency, name in enumerate(names, 1):
                holding = segments.filtered(lambda segment, r=recency, f=frequency: segment._holds(r, f))
                self.assertEqual(holding[:1].name, name, (recency, frequency))

    def test_of_two_that_hold_the_scores_the_first_counts(self):
        buyer = self.new_partner("Birch")
        self.buy(buyer, date(2026, 6, 1))
        self.env["crm.pareto.segment"].create({"name": "All", "sequence": 1})
        self.assertEqual(self.recompute()[buyer].rfm_segment_id.name, "All")

    def test_no_change_may_leave_a_pair_in_none(self):
        promising = self.segment_named("Promising")
        self.segment_named("Lost").recency_max = 2
        with self.assertRaisesRegex(ValidationError, "recency 5 and frequency 3"), self.env.cr.savepoint():
            promising.recency_max = 4
        with self.assertRaisesRegex(ValidationError, "recency 3 and frequency 3"), self.env.cr.savepoint():
            promising.unlink()
        with (
            self.assertRaisesRegex(ValidationError, "recency 1 and frequency 1.*Alder Instruments"),
            self.env.cr.savepoint(),
        ):
            self.env["crm.pareto.segment"].create({"name": "Own", "company_id": self.company.id, "recency_min": 2})

    def test_there_are_no_more_segments_than_pairs_of_scores(self):
        """Each customer is compared with each."""
        segments = self.env["crm.pareto.segment"]
        values = {"name": "All", "company_id": self.company.id}
        segments.create([values] * MOST_SEGMENTS)
        with self.assertRaisesRegex(ValidationError, "25 segments at most"):
            segments.create(values)

    def test_a_segment_may_go_when_another_takes_its_scores(self):
        self.segment_named("Lost").recency_max = 2
        self.segment_named("Loyal").write({"frequency_min": 3, "recency_max": 5})
        self.segment_named("Promising").unlink()
        buyer = self.new_partner("Birch")
        self.buy(buyer, date(2026, 6, 1))
        self.assertEqual(self.recompute()[buyer].rfm_segment_id.name, "Loyal")

    def test_a_company_with_segments_of_its_own_uses_no_others(self):
        buyer = self.new_partner("Birch")
        self.buy(buyer, date(2026, 6, 1))
        own = self.env["crm.pareto.segment"].create({"name": "Everybody", "company_id": self.company.id})
        self.assertEqual(self.recompute()[buyer].rfm_segment_id, own)

    def test_a_change_places_the_customers_anew_with_the_next_refresh(self):
        buyer, action = self.new_partner("Birch"), self.env.ref("crm_pareto.crm_pareto_refresh_cron")
        self.buy(buyer, date(2026, 6, 1))
        row = self.recompute()[buyer]
        self.assertEqual(row.rfm_segment_id.name, "Promising")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", action.id)])
        self.segment_named("Loyal").frequency_min = 3
        self.segment_named("Loyal").sequence = 1
        self.assertGreater(self.env["ir.cron.trigger"].search_count([("cron_id", "=", action.id)]), before)
        self.env["crm.pareto.recompute"]._refresh(self.company, AS_OF)
        self.assertEqual(row.rfm_segment_id.name, "Loyal")

    def test_a_new_customer_is_placed_by_the_hourly_refresh(self):
        self.buy(self.new_partner("Birch"), date(2026, 6, 1))
        self.recompute()
        late = self.new_partner("Late")
        self.buy(late, date(2026, 6, 20))
        self.env["crm.pareto.recompute"]._refresh(self.company, AS_OF)
        row = self.env["crm.pareto.customer"].search([("partner_id", "=", late.id)])
        self.assertEqual((row.recency_score, row.rfm_segment_id.name), (4, "Promising"))


class TestReaders(RfmCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buyers = [cls.new_partner(name, is_company=True) for name in ("Birch", "Cedar", "Dill")]
        for month, buyer in enumerate(cls.buyers, 1):
            cls.invoice(buyer, (cls.product, 1, 100), day=date(2026, month, 1))
        cls.recompute()
        cls.user = cls.new_user("sam", SALESPERSON)
        cls.user.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})

    def test_partners_are_found_and_grouped_by_segment(self):
        partners = self.env["res.partner"].with_user(self.user).with_company(self.company)
        promising = self.segment_named("Promising")
        mine = [("id", "in", [buyer.id for buyer in self.buyers])]
        found = partners.search([("pareto_segment_id", "=", promising.id), *mine])
        self.assertEqual(found.mapped("name"), ["Cedar", "Dill"])
        groups = dict(partners._read_group(mine, ["pareto_segment_id"], ["__count"]))
        self.assertEqual(
            Counter({segment.name: count for segment, count in groups.items()}), {"At Risk": 1, "Promising": 2}
        )

    def test_the_monetary_score_is_for_those_who_see_profit(self):
        row = self.env["crm.pareto.customer"].search([("partner_id", "=", self.buyers[0].id)]).with_user(self.user)
        self.assertEqual(row.recency_score, 1)
        with self.assertRaises(AccessError):
            row.monetary_score  # noqa: B018
        self.user.group_ids += self.env.ref(PROFIT)
        self.assertEqual(row.monetary_score, 3)

    def test_only_managers_change_the_table(self):
        with self.assertRaises(AccessError):
            self.segment_named("Lost").with_user(self.user).name = "Gone"
