"""Five worths of a customer, each by its place among the others, and the sentence that says why."""

from datetime import date, datetime
from random import Random

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import mute_logger

from ...common import PROFIT, SALESPERSON, LedgerCase

SCORES = {
    "total_score": lambda row: row.turnover,
    "potential_score": lambda row: row.pipeline + row.white_space,
    "profitability_score": lambda row: row.profit,
    "insight_score": lambda row: row.insight,
    "influence_score": lambda row: row.referred_turnover,
}
SPACE = "\N{NO-BREAK SPACE}"


class ScorecardCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        random = Random(7)
        cls.customers = [cls.new_partner(f"Customer {index}", is_company=True) for index in range(9)]
        for index, customer in enumerate(cls.customers):
            cls.invoice(customer, (cls.product, 1, random.choice([100, 100, 400, 30])))
            if index % 3:
                customer.pareto_referred_by_id = random.choice(cls.customers[:index])
            if index % 2:
                cls.new_lead(customer, random.choice([100, 300]))
            for _touch in range(index % 4):
                cls.env["crm.pareto.touch"].create(
                    {
                        "name": "Wish",
                        "channel": "survey",
                        "direction": "in",
                        "date": datetime(2026, 6, 3),
                        "partner_id": customer.id,
                    }
                )
        cls.rows = cls.recompute()

    @classmethod
    def new_lead(cls, customer, revenue):
        values = {"name": "Line", "type": "opportunity", "company_id": cls.company.id, "probability": 50}
        return cls.env["crm.lead"].create({"partner_id": customer.id, "expected_revenue": revenue, **values})


class TestScores(ScorecardCase):
    def test_each_is_the_percentage_of_the_others_with_less(self):
        rows = list(self.rows.values())
        for score, figure in SCORES.items():
            figures = [figure(row) for row in rows]
            self.assertGreater(len(set(figures)), 1, score)
            for row in rows:
                less = sum(other < figure(row) for other in figures)
                self.assertAlmostEqual(row[score], 100 * less / (len(rows) - 1), delta=0.5001, msg=score)
                self.assertTrue(row.has_scores)

    def test_the_only_customer_has_nobody_below(self):
        company = self.new_company("Alder Inc", "USD")
        self.invoice(self.customers[0], (None, 1, 10), company=company)
        [row] = self.recompute(company=company).values()
        self.assertEqual([row[score] for score in SCORES], [0] * 5)

    def test_the_contact_shows_those_of_its_company_and_is_found_by_them(self):
        best = max(self.rows.values(), key=lambda row: row.total_score)
        contact = self.new_partner("Cora", parent_id=best.partner_id.id)
        self.assertEqual(contact.pareto_total_score, best.total_score)
        found = self.env["res.partner"].search([("pareto_total_score", ">=", best.total_score)])
        self.assertIn(best.partner_id, found)

    def test_each_part_opens_what_it_is_made_of(self):
        for customer, row in self.rows.items():
            opened = self.env["crm.lead"].search(customer.action_open_pareto_pipeline()["domain"])
            self.assertEqual(sum(opened.mapped("prorated_revenue")), row.pipeline)
            opened = self.env["crm.pareto.touchpoint"].search(customer.action_open_pareto_feedback()["domain"])
            self.assertEqual(len(opened), row.insight)
            if row.referred_turnover:
                opened = self.env["crm.pareto.referral"].search(customer.action_open_pareto_referrals()["domain"])
                self.assertAlmostEqual(sum(opened.mapped("turnover_counted")), row.referred_turnover, 1)


class TestWhy(ScorecardCase):
    def test_it_says_the_figures(self):
        row = max(self.rows.values(), key=lambda row: row.referred_count)
        referred = "referred 1 customer" if row.referred_count == 1 else f"referred {row.referred_count} customers"
        margin = f"{100 * row.profit / row.turnover:.0f}{SPACE}% margin"
        self.assertEqual(row.why, f"No. {row.turnover_rank} of 9 by turnover; {margin}; {referred}")
        self.assertEqual(row.partner_id.pareto_why, row.why)

    def test_service_is_said_by_the_month_from_one_a_month_on(self):
        row = next(iter(self.rows.values()))
        for cases, words in (
            (30, "2.5 service cases a month"),
            (24, "2 service cases a month"),
            (11, "11 service cases"),
        ):
            row.service_cases = cases  # of twelve months
            row.invalidate_recordset(["why"])
            self.assertIn(words, row.why.split("; "))

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_profit_is_for_those_who_see_it(self):
        user = self.new_user("sam", SALESPERSON)
        user.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        row = next(iter(self.rows.values())).with_user(user)
        self.assertNotIn("margin", row.why)
        with self.assertRaises(AccessError):
            row.profitability_score  # noqa: B018
        user.group_ids += self.env.ref(PROFIT)
        self.env.invalidate_all()
        self.assertIn("% margin", row.why)
        self.assertGreaterEqual(row.profitability_score, 0)

    def test_before_the_first_night_there_are_none(self):
        new = self.new_partner("New")
        self.invoice(new, (self.product, 1, 100), day=date(2026, 6, 29))
        self.env["crm.pareto.recompute"]._refresh(self.company, date(2026, 6, 30))
        self.assertEqual((new.pareto_turnover, new.pareto_has_scores), (100, False))
