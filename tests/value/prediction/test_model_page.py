"""The page on which a sceptic judges the prediction model: learnt up to a day, compared with what came after."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo.addons.crm_pareto.analytics import holdout, numeric
from odoo.exceptions import AccessError

from ...common import PROFIT, SALES_MANAGER, SALESPERSON, ParetoHttpCase
from .test_prediction import CALIBRATION_END, PredictionCase, purchases

FIRST, LAST = date(1997, 1, 1), date(1998, 6, 30)  # of the CDNOW data: 78 weeks


class ModelPageCase(PredictionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = cls.env["crm.pareto.prediction"].create({"company_id": cls.company.id, "as_of": LAST})
        cls.manager, cls.owner, cls.seller, cls.outsider = (
            cls.new_user(login, groups)
            for login, groups in (
                ("berta", SALES_MANAGER),
                ("carl", f"{SALES_MANAGER},{PROFIT}"),
                ("anna", SALESPERSON),
                ("dora", SALES_MANAGER),
            )
        )
        for user in (cls.manager, cls.owner, cls.seller):
            user.write({"company_ids": [(4, cls.company.id)], "company_id": cls.company.id})

    def figures(self, *days, user=None):
        return self.page.with_user(user or self.owner).get_holdout(*days)


class TestPublished(ModelPageCase):
    """The whole sample. Sources: see tests/value/prediction/test_lifetime.py."""

    def test_by_itself_the_first_half_gives_the_published_figures(self):
        figures = self.figures()
        self.assertEqual(
            (FIRST, CALIBRATION_END, LAST), tuple(figures[day] for day in ("first", "learnt_until", "until"))
        )
        found = figures["parameters"]
        self.assertEqual([0.243, 4.414, 0.793, 2.426], [round(found[name], 3) for name in ("r", "alpha", "a", "b")])
        self.assertEqual(-9582.4, round(found["log_likelihood"], 1))
        for name, published in (("p", 6.25), ("q", 3.74), ("v", 15.44)):
            self.assertAlmostEqual(found[name], published, delta=0.01)
        self.assertEqual((2357, 946), (figures["customers"], figures["repeat_buyers"]))
        self.assertEqual((39, 39), (figures["border"], figures["known"]["weeks"]))
        self.assertAlmostEqual(figures["known"]["expected"], 1653.4, 1)

    def test_the_curve_is_within_the_published_error(self):
        weeks = self.figures()["weeks"]
        errors = {week.number: week.expected / week.actual - 1 for week in weeks[1:]}
        self.assertTrue(all(abs(errors[week]) < 0.025 for week in range(22, 62)))
        self.assertTrue(all(-0.045 < errors[week] < -0.03 for week in range(62, 79)))

    def test_actual_is_what_the_ledger_says(self):
        days = purchases(self.env, self.company, LAST)
        figures = self.figures()
        histories = [(min(bought), list(bought)) for bought in days.values()]
        after = sum(day > CALIBRATION_END for bought in days.values() for day in bought)
        self.assertEqual(after, figures["known"]["actual"])
        expected = holdout.track((0.243, 4.414, 0.793, 2.426), *holdout.by_day(histories), FIRST, 78)
        self.assertEqual([week.actual for week in expected], [week.actual for week in figures["weeks"]])


class TestModelPage(ModelPageCase):
    """A part of the sample."""

    until = 600

    def test_another_border_and_end(self):
        border, end = CALIBRATION_END + timedelta(days=10), LAST - timedelta(days=30)
        figures = self.figures(border.isoformat(), end.isoformat())
        self.assertEqual(border, figures["learnt_until"])
        self.assertEqual(date(1998, 5, 26), figures["until"])  # 73 whole weeks
        self.assertEqual(73, len(figures["weeks"]))
        self.assertAlmostEqual(39 + 10 / 7, figures["border"])

    def test_what_comes_after_the_border_is_not_learnt_from(self):
        self.assertEqual(
            self.figures(CALIBRATION_END)["parameters"],
            self.figures(CALIBRATION_END, CALIBRATION_END + timedelta(days=70))["parameters"],
        )

    def test_the_border_lies_a_week_before_the_end_at_the_latest(self):
        self.assertEqual(LAST - timedelta(days=7), self.figures(LAST)["learnt_until"])

    def test_by_itself_the_last_year_is_compared_at_most(self):
        with patch("odoo.addons.crm_pareto.models.value.prediction.crm_pareto_holdout_mixin.LONGEST", 20):
            self.assertEqual(58, self.figures()["border"])

    def test_an_invoice_of_the_year_1_begins_no_history(self):
        move = self.env["account.move"].search([("company_id", "=", self.company.id)], order="invoice_date", limit=1)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET invoice_date = '0001-01-01' WHERE id = %s", [move.id])
        self.env.invalidate_all()
        figures = self.figures()
        self.assertEqual(78, len(figures["weeks"]))

    def test_a_margin_that_nothing_has_is_a_number(self):
        product = self.env["account.move.line"].search([("company_id", "=", self.company.id)]).product_id
        product.with_company(self.company).standard_price = 1e308
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move_line SET quantity = 20 WHERE company_id = %s AND product_id IS NOT NULL",
            [self.company.id],
        )
        self.env.invalidate_all()
        self.assertFalse(self.figures()["message"])

        figures = self.figures(FIRST + timedelta(days=7))
        self.assertIn("Too few customers came back", figures["message"])
        self.assertNotIn("parameters", figures)
        with patch.object(numeric, "missing", return_value=["scipy"]):
            self.assertIn("not installed: scipy", self.figures()["message"])

    def test_a_company_without_invoices_says_too_few(self):
        self.page.company_id = self.env["res.company"].create({"name": "Empty"})
        self.assertIn("Too few customers came back", self.page.get_holdout()["message"])

    def test_margins_are_for_those_who_see_profit(self):
        mine, theirs = self.figures()["parameters"], self.figures(user=self.manager)["parameters"]
        self.assertEqual({"p", "q", "v"}, mine.keys() - theirs.keys())
        self.assertEqual({name: mine[name] for name in theirs}, theirs)
        for user in (self.seller, self.outsider):
            with self.assertRaises(AccessError):
                self.figures(user=user)

    def test_one_statement_reads_the_purchases(self):
        self.figures()
        self.env.flush_all()
        before = self.cr.sql_log_count
        self.figures()
        self.assertLess(self.cr.sql_log_count - before, 5)


class TestModelScreen(ModelPageCase, ParetoHttpCase):
    """The CDNOW company in the browser shows what was published."""

    def test_the_published_figures(self):
        self.recompute(LAST)
        self.start_tour(f"/odoo/prediction-model/{self.page.id}", "crm_pareto_model", login="carl")
