"""What a customer might still buy: the weighted pipeline, and what peers buy."""

from collections import defaultdict
from datetime import date
from random import Random
from statistics import median

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.models.common.tools.bounds import MOST_AMOUNT
from odoo.fields import Command

from ...common import SALESPERSON, LedgerCase

DAYS = [date(2025, 6, 30), date(2025, 7, 1), date(2026, 2, 3), date(2026, 6, 30)]  # the first is before the window


class PotentialCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mills, cls.dairies = cls.env["res.partner.industry"].create([{"name": "Mills"}, {"name": "Dairies"}])
        cls.categories = cls.env["product.category"].create([{"name": f"Category {index}"} for index in range(4)])
        cls.products = cls.env["product.product"].create(
            [{"name": categ.name, "categ_id": categ.id, "taxes_id": [Command.clear()]} for categ in cls.categories]
        )
        # One tier for all who bring anything, so that only the industry parts them.
        cls.env["crm.pareto.tier"].create({"name": "All", "bound": 1, "company_id": cls.company.id})

    def new_mills(self, count, industry=None):
        industry = industry or self.mills
        return [self.new_partner(f"Mill {index}", is_company=True, industry_id=industry.id) for index in range(count)]

    def buy(self, partner, price, product=0, day=date(2026, 6, 1), **values):
        return self.invoice(partner, (self.products[product], 1, price), day=day, **values)

    def opened(self, model, action):
        return self.env[model].search(action["domain"])


class TestPipeline(PotentialCase):
    def new_lead(self, partner, revenue, probability, **values):
        values = {"name": "Line 3", "type": "opportunity", "company_id": self.company.id, **values}
        lead = self.env["crm.lead"].create({"partner_id": partner.id, "expected_revenue": revenue, **values})
        lead.probability = probability
        return lead

    def test_open_opportunities_count_by_their_probability_with_those_of_contacts(self):
        customer = self.new_partner("Birch", is_company=True)
        contact = self.new_partner("Berta", parent_id=customer.id)
        self.buy(customer, 100)
        counted = self.new_lead(customer, 1000, 20) + self.new_lead(contact, 500, 50, company_id=False)
        self.new_lead(customer, 1000, 20, type="lead")
        self.new_lead(customer, 1000, 20, company_id=self.new_company("Alder Inc", "USD").id)
        self.new_lead(customer, 1000, 20).action_set_won()
        self.new_lead(customer, 1000, 20).action_set_lost()
        row = self.recompute()[customer]
        self.assertEqual(row.pipeline, 450)
        opened = self.opened("crm.lead", row.action_open_pipeline())
        self.assertEqual((opened, sum(opened.mapped("prorated_revenue"))), (counted, 450))

    def test_what_nobody_will_ever_pay_sums_up_to_a_number(self):
        customer = self.new_partner("Birch", is_company=True)
        self.buy(customer, 100)
        vals = {"name": "x", "type": "opportunity", "partner_id": customer.id, "company_id": self.company.id}
        vals |= {"expected_revenue": 1.7e306, "probability": 99}
        self.env["crm.lead"].create([dict(vals) for _lead in range(4)])
        self.recompute()
        pipeline = customer.with_company(self.company).pareto_pipeline
        self.assertAlmostEqual(pipeline, 4 * MOST_AMOUNT, delta=10)  # of what a double can tell

    def test_without_opportunities_it_is_zero(self):
        customer = self.new_partner("Birch")
        self.buy(customer, 100)
        self.assertEqual(self.recompute()[customer].pipeline, 0)


class TestWhiteSpace(PotentialCase):
    def test_it_is_the_median_of_what_at_least_half_of_the_others_pay(self):
        mills = self.new_mills(6)
        for mill in mills:
            self.buy(mill, 1000)
        for mill, price in zip(mills[:3], (100, 250, 900), strict=True):
            self.buy(mill, price, product=1)  # 3 of the 5 others of each who does not
        for mill in mills[:2]:
            self.buy(mill, 70, product=2)  # 2 of 5
        rows = self.recompute()
        self.assertEqual([rows[mill].white_space for mill in mills], [0, 0, 0, 250, 250, 250])
        opened = self.opened("crm.pareto.peer.purchase", rows[mills[5]].action_open_white_space())
        self.assertEqual(
            [(row.categ_id, row.customers, row.buyers, row.median) for row in opened],
            [(self.categories[1], 6, 3, 250)],
        )
        self.assertFalse(self.opened("crm.pareto.peer.purchase", rows[mills[0]].action_open_white_space()))

    def test_what_was_credited_in_full_was_not_bought(self):
        mills = self.new_mills(6)
        for mill in mills:
            self.buy(mill, 100)
            self.buy(mill, 60, product=1)
        self.buy(mills[0], 60, product=1, move_type="out_refund")
        self.assertEqual(self.recompute()[mills[0]].white_space, 60)

    def test_with_fewer_than_five_peers_or_no_industry_it_is_blank_with_the_reason(self):
        mills, nameless = self.new_mills(5), self.new_partner("Nameless")
        for customer in [*mills, nameless]:
            self.buy(customer, 100)
        rows = self.recompute()
        self.assertEqual({rows[customer].has_white_space for customer in [*mills, nameless]}, {False})
        self.assertIn("Fewer than 5 other", rows[mills[0]].white_space_message)
        gone = self.new_partner("Gone", industry_id=self.mills.id)
        self.buy(gone, 100, day=date(2024, 1, 1))
        self.assertIn("Nothing was bought", self.recompute()[gone].white_space_message)
        self.assertIn("Set the customer's industry", rows[nameless].white_space_message)
        self.env.cr.execute(
            "SELECT DISTINCT white_space FROM crm_pareto_customer WHERE company_id = %s", [self.company.id]
        )
        self.assertEqual(self.env.cr.fetchall(), [(None,)])

    def test_customers_of_another_tier_are_no_peers(self):
        self.env["crm.pareto.tier"].search([("company_id", "=", self.company.id)]).unlink()
        mills = self.new_mills(7)
        for mill, price in zip(mills, (100000, 1, 1, 1, 1, 1, 1), strict=True):
            self.buy(mill, price)
        rows = self.recompute()
        self.assertEqual([rows[mill].has_white_space for mill in mills], [False] + 6 * [True])

    def test_a_salesperson_opens_it_for_a_colleagues_customer(self):
        mills = self.new_mills(6)
        for mill in mills:
            self.buy(mill, 100)
            self.buy(mill, 60, product=1, invoice_user_id=self.env.user.id)
        self.buy(mills[0], 60, product=1, move_type="out_refund")
        row = self.recompute()[mills[0]]
        user = self.new_user("sam", SALESPERSON)
        user.write({"company_ids": [Command.link(self.company.id)], "company_id": self.company.id})
        domain = row.with_user(user).action_open_white_space()["domain"]
        opened = self.env["crm.pareto.peer.purchase"].with_user(user).search(domain)
        self.assertEqual(sum(opened.mapped("median")), 60)


class TestOracle(PotentialCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        industries = [cls.mills.id, cls.dairies.id, False]
        cls.partners = [
            cls.new_partner(f"P{index}", is_company=True, industry_id=industries[index % 11 % 3]) for index in range(22)
        ]

    @settings(max_examples=3, deadline=None)
    @given(st.integers(0, 2**32))
    def test_white_space_of_random_ledgers(self, seed):
        random = Random(seed)
        with self.env.cr.savepoint(flush=True) as savepoint:
            for partner in self.partners:
                for _document in range(random.randint(0, 4)):
                    self.buy(
                        partner,
                        round(random.lognormvariate(4, 1), 2),
                        product=random.choices(range(4), [5, 4, 2, 1])[0],
                        day=random.choice(DAYS),
                        move_type=random.choices(["out_invoice", "out_refund"], [6, 1])[0],
                    )
            self.check(self.recompute())
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def check(self, rows):
        bought = self.bought()
        for partner, row in rows.items():
            expected = self.white_space(partner, row, rows, bought)
            self.assertEqual(row.has_white_space, expected is not None, partner.name)
            self.assertAlmostEqual(row.white_space, expected or 0, 2, partner.name)
            if expected is not None:
                opened = self.opened("crm.pareto.peer.purchase", row.action_open_white_space())
                self.assertAlmostEqual(sum(opened.mapped("median")), expected, 2)

    def bought(self):
        """{partner: {category: amount}} in the window, line by line."""
        amounts = defaultdict(lambda: defaultdict(float))
        for line in self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
                ("move_id.invoice_date", ">=", DAYS[1]),
            ]
        ):
            amounts[line.partner_id][line.product_id.categ_id] -= line.balance
        return amounts

    def white_space(self, partner, row, rows, bought):
        """The sum over the categories; None where there are not five others."""

        def counts(one):
            return rows[one].turnover > 0 and one.industry_id == partner.industry_id

        others = [one for one in rows if one != partner and counts(one)]
        if not partner.industry_id or not counts(partner) or len(others) < 5:
            return None
        total = 0
        for category in self.categories:
            if bought[partner][category] > 0.001:
                continue
            paid = [bought[one][category] for one in others if bought[one][category] > 0.001]
            if paid and 2 * len(paid) >= len(others):
                total += round(median(paid) + 1e-9, 2)
        return total
