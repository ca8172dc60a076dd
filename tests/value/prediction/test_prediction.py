"""What customers may do next: learnt from the ledger each night, or blank with the reason."""

import math
from collections import defaultdict
from datetime import date, timedelta
from random import Random
from unittest.mock import patch

from odoo.addons.crm_pareto.analytics import lifetime, numeric
from odoo.addons.crm_pareto.analytics.windows import window
from odoo.addons.crm_pareto.models.value import crm_pareto_ranking
from odoo.exceptions import AccessError
from odoo.tools import SQL

from dev.demo import cdnow

from ...common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase, ParetoCase

AS_OF = date(2026, 6, 30)
CALIBRATION_END = date(1997, 9, 30)  # 39 weeks
BLANK = {"has_prediction": False, "alive": None, "expected_orders": None, "has_value": False}
COLUMNS = ("has_prediction", "alive", "expected_orders", "has_value", "expected_margin", "lifetime_value")


def purchases(env, company, as_of):
    """{customer id: {day: margin}} of the days with an invoice or receipt, in plain Python over the ledger's lines."""
    lines = env["account.move.line"].search(
        [("company_id", "=", company.id), ("parent_state", "=", "posted"), ("display_type", "=", "product")]
    )
    days = defaultdict(lambda: defaultdict(float))
    for line in lines:
        move = line.move_id
        if move.move_type in ("out_invoice", "out_receipt") and move.invoice_date <= as_of:
            cost = line.product_id.with_company(company).standard_price * line.quantity
            days[move.commercial_partner_id.id][move.invoice_date] += -line.balance - cost
    return days


def summary(days, as_of):
    """{customer id: (repeats, recency, age, mean margin of the repeats)}, time in weeks."""
    rows = {}
    for customer, margins in days.items():
        first, *later = sorted(margins)
        mean = sum(margins[day] for day in later) / len(later) if later else None
        last = later[-1] if later else first
        rows[customer] = (len(later), (last - first).days / 7, (as_of - first).days / 7, mean)
    return rows


class PredictionCase(ParetoCase):
    """A company with the CDNOW sample as its ledger."""

    since = None  # customers are taken from this share on
    until = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sample = cdnow.read_purchases()
        if cls.until:
            numbers = sorted({purchase.customer for purchase in sample})[: cls.until]
            sample = [purchase for purchase in sample if purchase.customer in set(numbers)]
        cls.company, cls.customers = cls.load("CDNOW", sample)

    @classmethod
    def load(cls, name, sample):
        company = cdnow.make_company(cls.env, name)
        customers = cdnow.make_customers(cls.env, company, sample)
        product = cdnow.make_product(cls.env, company)
        cdnow.write(cls.env, company, product, customers, sample)
        cls.env.invalidate_all()
        cls.env.cr.execute("ANALYZE account_move, account_move_line, res_partner")
        return company, customers

    def recompute(self, as_of=CALIBRATION_END, company=None):
        self.env["crm.pareto.recompute"]._recompute(company or self.company, as_of, history=False)

    @property
    def model(self):
        return self.env["crm.pareto.prediction"].search([("company_id", "=", self.company.id)])

    def stored(self, company=None):
        """{partner id: the figures as they stand in the database}"""
        self.env.flush_all()
        rows = self.env.execute_query_dict(
            SQL(
                "SELECT partner_id, %s FROM crm_pareto_customer WHERE company_id = %s AND snapshot_id IS NULL",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                (company or self.company).id,
            )
        )
        return {row.pop("partner_id"): row for row in rows}

    def assert_all_blank(self):
        rows = self.stored()
        self.assertTrue(rows)
        self.assertEqual({(None,) * len(COLUMNS)}, {tuple(row.values()) for row in rows.values()})


class TestPublished(PredictionCase):
    """The whole sample, as of the end of its calibration: what was published on it."""

    def test_parameters_and_expected_orders_are_those_published(self):
        self.recompute()
        model = self.model
        found = [model[name] for name in ("r", "alpha", "a", "b")]
        for value, published in zip(found, (0.243, 4.414, 0.793, 2.426), strict=True):
            self.assertAlmostEqual(value, published, 3)
        self.assertAlmostEqual(model.log_likelihood, -9582.4, 1)
        self.assertEqual((2357, 946), (model.buyers, model.repeat_buyers))
        for value, published in zip((model.p, model.q, model.v), (6.25, 3.74, 15.44), strict=True):
            self.assertAlmostEqual(value, published, delta=0.03)
        self.assertFalse(model.reason or model.message)
        self.assertEqual((CALIBRATION_END, CALIBRATION_END), (model.as_of, model.fitted_as_of))

    def test_figures_are_those_of_the_customers_own_history(self):
        self.recompute()
        rows = summary(purchases(self.env, self.company, CALIBRATION_END), CALIBRATION_END)
        customers = sorted(rows)
        columns = [list(column) for column in zip(*(rows[customer] for customer in customers), strict=True)]
        model, _reason = lifetime.fit(*columns)
        worth = lifetime.predict(model, *columns)
        stored = self.stored()
        self.assertEqual(set(customers), stored.keys())
        for index, customer in enumerate(customers):
            row = stored[customer]
            self.assertAlmostEqual(row["alive"], worth.alive[index], 5)
            self.assertAlmostEqual(row["expected_orders"], worth.orders[index], 5)
            if row["has_value"]:
                self.assertAlmostEqual(float(row["expected_margin"]), worth.amount[index] * worth.orders[index], 1)
                self.assertAlmostEqual(float(row["lifetime_value"]), worth.value[index], 1)
            else:  # all of their repeat purchases were free
                self.assertLessEqual(rows[customer][3], 0)
        self.assertAlmostEqual(sum(row["expected_orders"] for row in stored.values()), worth.orders.sum(), 2)


class TestModel(PredictionCase):
    """A part of the sample."""

    until = 600

    def test_dropped_and_computed_again_they_are_the_same(self):
        self.recompute()
        before, parameters = self.stored(), self.model.read(["r", "alpha", "a", "b", "p", "q", "v"])[0]
        self.assertTrue(any(row["has_value"] for row in before.values()))
        self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)]).unlink()
        self.model.unlink()
        self.recompute()
        self.assertEqual(before, self.stored())
        again = self.model.read(["r", "alpha", "a", "b", "p", "q", "v"])[0]
        self.assertEqual({**parameters, "id": 0}, {**again, "id": 0})

    def test_in_pieces_they_are_the_same(self):
        self.recompute()
        names = ["r", "alpha", "a", "b", "p", "q", "v"]
        before, parameters = self.stored(), self.model.read(names)[0]
        customers, rows = len(before), self.env["crm.pareto.customer"]
        summary = rows._read_purchases(CALIBRATION_END)
        for piece in (7, customers, customers + 1):
            self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)]).unlink()
            with patch.object(numeric, "PIECE", piece):
                self.recompute()
                self.assertEqual(repr(summary), repr(rows._read_purchases(CALIBRATION_END)))  # NaN is not NaN
            self.assertEqual(before, self.stored())
            again = self.model.read(names)[0]
            for name in names:  # sums in another order
                self.assertTrue(math.isclose(parameters[name], again[name], rel_tol=1e-6), name)

    def test_of_sorted_lines_they_are_the_same(self):
        self.recompute()
        before = self.stored()
        self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)]).unlink()
        with patch.object(crm_pareto_ranking, "HASHED", 0):
            self.recompute()
        self.assertEqual(before, self.stored())

    def test_without_convergence_the_last_good_parameters_predict(self):
        self.recompute(CALIBRATION_END - timedelta(days=7))
        good = self.model.r
        with patch.object(numeric, "ITERATIONS", 2):
            self.recompute()
        self.assertEqual(numeric.NO_CONVERGENCE, self.model.reason)
        self.assertEqual(good, self.model.r)
        self.assertEqual(CALIBRATION_END - timedelta(days=7), self.model.fitted_as_of)
        self.assertIn("did not converge", self.model.message)
        self.assertIn("09/23/1997", self.model.message)
        self.assertTrue(all(row["has_prediction"] for row in self.stored().values()))
        self.recompute()
        self.assertFalse(self.model.reason)
        self.assertNotEqual(good, self.model.r)

    def test_never_learnt_all_is_blank(self):
        with patch.object(numeric, "ITERATIONS", 2):
            self.recompute()
        self.assert_all_blank()
        self.assertEqual(numeric.NO_CONVERGENCE, self.model.reason)
        self.assertNotIn("Predicted with", self.model.message)

    def test_parameters_of_a_later_day_do_not_predict(self):
        self.recompute()
        with patch.object(numeric, "ITERATIONS", 2):
            self.recompute(CALIBRATION_END - timedelta(days=7))
        self.assert_all_blank()

    def test_too_few_came_back(self):
        self.recompute()
        self.assertTrue(any(row["has_prediction"] for row in self.stored().values()))
        with patch("odoo.addons.crm_pareto.analytics.bg_nbd.REPEAT_BUYERS", 10**6):
            self.recompute()
        self.assert_all_blank()
        self.assertEqual(numeric.FEW, self.model.reason)

    def test_without_the_packages(self):
        self.recompute()
        with patch.object(numeric, "missing", return_value=["scipy"]):
            self.recompute()
            self.assert_all_blank()
            self.assertEqual("missing", self.model.reason)
            for text in ("not installed: scipy", "pip install numpy scipy", "apt install python3-numpy python3-scipy"):
                self.assertIn(text, self.model.message)
            customer = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)], limit=1)
            self.assertEqual(self.model.message, customer.prediction_message)

    def test_blank_ones_come_last(self):
        self.recompute()
        customers = self.env["crm.pareto.customer"]
        nobody = customers.create(
            {"company_id": self.company.id, "partner_id": self.env["res.partner"].create({"name": "New"}).id}
        )
        for order in ("lifetime_value", "lifetime_value DESC"):
            found = customers.search([("company_id", "=", self.company.id)], order=order)
            self.assertEqual(nobody, found[-1], order)
        values = found.filtered("has_value").mapped("lifetime_value")
        self.assertEqual(sorted(values, reverse=True), values)
        self.assertEqual("No purchase was known when the predictions were last computed.", nobody.prediction_message)

    def test_partner_shows_and_finds_them(self):
        self.recompute()
        partners = self.env["res.partner"].with_company(self.company)
        partner = partners.browse(self.customers["0001" if "0001" in self.customers else min(self.customers)])
        row = self.stored()[partner.id]
        self.assertEqual(
            (row["alive"], row["expected_orders"], float(row["lifetime_value"])),
            (partner.pareto_alive, partner.pareto_expected_orders, partner.pareto_lifetime_value),
        )
        self.assertFalse(partner.pareto_prediction_message)
        left = partners.search([("pareto_alive", "<", 0.5)])
        self.assertEqual({id_ for id_, row in self.stored().items() if row["alive"] < 0.5}, set(left.ids))
        self.assertTrue(left)
        with patch.object(numeric, "missing", return_value=["scipy"]):
            self.recompute()
        self.assertFalse(partners.search([("pareto_alive", "<", 0.5), ("id", "in", list(self.customers.values()))]))
        blank = partners.search([("pareto_alive", "=", False), ("id", "in", list(self.customers.values()))])
        self.assertEqual(set(self.customers.values()), set(blank.ids))

    def test_where_no_cost_is_known_nothing_is_foretold_and_everything_else_computed(self):
        other, customers = self.load("Unknown", cdnow.read_purchases())
        lines = self.env["account.move.line"].search([("company_id", "=", other.id), ("product_id", "!=", False)])
        lines.product_id.type = "consu"  # goods without a cost, of services it would be nil
        self.recompute(company=other)
        model = self.env["crm.pareto.prediction"].search([("company_id", "=", other.id)])
        self.assertEqual(model.reason, numeric.FEW)
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", other.id)])
        self.assertTrue(set(rows.partner_id.ids) <= set(customers.values()))
        self.assertEqual((any(rows.mapped("has_prediction")), any(rows.mapped("profit"))), (False, False))
        self.assertGreater(sum(rows.mapped("turnover")), 0)

    def test_statements_do_not_grow_with_the_customers(self):
        sample = cdnow.read_purchases()
        small = sorted({purchase.customer for purchase in sample})[:400]
        other, _customers = self.load("Small", [purchase for purchase in sample if purchase.customer in set(small)])
        customers, ranking = self.env["crm.pareto.customer"], self.env["crm.pareto.ranking"]
        counts = []
        for company in (self.company, other):
            self.recompute(company=company)
            period = window(company.pareto_window, CALIBRATION_END)
            ranking._sum(company, period, [customers], lifetime=True)
            ranking._make_values(customers, company, period)
            ranking._make_draft(customers, company, SQL("SELECT * FROM crm_pareto_values"))
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            customers._make_worth(company, period, {})
            self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[0], 45)

    def test_rights(self):
        self.recompute()
        seller = self.new_user("anna", SALESPERSON)
        manager = self.new_user("berta", SALES_MANAGER)
        owner = self.new_user("carl", PROFIT)
        outsider = self.new_user("dora", SALES_MANAGER)
        (seller + manager + owner).write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        row = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)], limit=1)
        partner = row.partner_id
        row.with_user(seller).read(["alive", "expected_orders", "prediction_message"])
        partner.with_user(seller).read(["pareto_alive", "pareto_expected_orders"])
        row.with_user(owner).read(["lifetime_value", "expected_margin", "has_value"])
        for name in ("lifetime_value", "expected_margin", "has_value"):
            with self.assertRaises(AccessError):
                row.with_user(manager).read([name])
        for name in ("pareto_lifetime_value", "pareto_expected_margin"):
            with self.assertRaises(AccessError):
                partner.with_user(seller).read([name])
            with self.assertRaises(AccessError):
                self.env["res.partner"].with_user(seller).search([(name, ">", 0)])
        with self.assertRaises(AccessError):
            self.model.with_user(seller).read(["r"])
        self.model.with_user(manager).read(["r", "message"])
        with self.assertRaises(AccessError):
            self.model.with_user(manager).read(["p"])
        self.model.with_user(owner).read(["p", "q", "v", "message"])
        self.assertFalse(self.env["crm.pareto.prediction"].with_user(outsider).search([("id", "=", self.model.id)]))
        with self.assertRaises(AccessError):
            self.model.with_user(manager).write({"r": 1})


class TestSummary(LedgerCase):
    """What is read from the ledger, against plain Python."""

    def read(self, company):
        customers = self.env["crm.pareto.customer"]
        period = window(company.pareto_window, AS_OF)
        self.env["crm.pareto.ranking"]._sum(company, period, [customers], lifetime=True)
        return customers._read_purchases(AS_OF)

    def test_random_ledgers(self):
        random = Random(19)
        other = self.new_company("Alder Inc", "USD")
        dollar, euro = (self.env.ref(f"base.{name}") for name in ("USD", "EUR"))
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "name": "2024-01-01", "rate": 1.0837, "company_id": self.company.id}
        )
        firms = [self.new_partner(f"Firm {number}", is_company=True) for number in range(5)]
        people = [self.new_partner(f"Person {number}", parent_id=firms[number % 5].id) for number in range(3)]
        self.product.with_company(other).standard_price = 45
        for company in (self.company, other):
            for _number in range(40):
                self.invoice(
                    random.choice(firms + people),
                    *[(self.product, random.randint(1, 9), random.choice((0, 35, 99.99))) for _line in range(2)],
                    day=AS_OF + timedelta(days=random.randint(-60, 10)),
                    move_type=random.choice(("out_invoice",) * 3 + ("out_refund", "out_receipt")),
                    company=company,
                    currency_id=random.choice((dollar, euro)).id if company == self.company else dollar.id,
                )
        for company in (self.company, other):
            columns = self.read(company)
            found = {row[0]: row[1:] for row in zip(*columns, strict=True)}
            expected = summary(purchases(self.env, company, AS_OF), AS_OF)
            self.assertEqual(expected.keys(), found.keys())
            for customer, (repeats, recency, age, mean) in expected.items():
                self.assertEqual(repeats, found[customer][0])
                self.assertAlmostEqual(recency, found[customer][1])
                self.assertAlmostEqual(age, found[customer][2])
                if mean is None:
                    self.assertTrue(math.isnan(found[customer][3]))
                else:
                    self.assertAlmostEqual(mean, found[customer][3], 2)

    def test_a_credit_note_alone_is_no_purchase(self):
        self.invoice(self.new_partner("Nobody"), (self.product, 1, 10), move_type="out_refund")
        self.assertEqual([0] * 5, list(map(len, self.read(self.company))))

    def test_an_empty_company_says_too_few(self):
        self.invoice(self.new_partner("First"), (self.product, 1, 100))
        rows = self.recompute()
        [row] = rows.values()
        self.assertFalse(row.has_prediction)
        self.assertIn("Too few customers came back", row.prediction_message)
        self.assertIn("100", row.prediction_message)
