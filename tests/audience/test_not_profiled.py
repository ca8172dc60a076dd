"""Who is not to be profiled is judged and foretold by nobody, is no measure for others, and stays in the sums."""

from datetime import date, timedelta
from random import Random
from unittest.mock import patch

from odoo.addons.crm_pareto.analytics import lifetime
from odoo.addons.crm_pareto.models.audience.crm_pareto_not_profiled_mixin import PROFILE
from odoo.fields import Command
from odoo.tools import SQL

from ..common import SALESPERSON, LedgerCase
from ..value import oracle
from ..value.prediction.test_prediction import CALIBRATION_END, PredictionCase, purchases, summary
from ..work.test_plan import PlanCase
from ..work.test_suggestion import SuggestionCase
from .test_audience import AudienceCase

AS_OF = date(2026, 6, 30)


class NotProfiledCase(LedgerCase):
    """Eight mills that buy now and then, and one, `marked`, that buys more than all of them together."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        mills = cls.env["res.partner.industry"].create({"name": "Mills"})
        categories = cls.env["product.category"].create([{"name": f"Category {index}"} for index in range(3)])
        cls.products = cls.env["product.product"].create(
            [{"name": categ.name, "categ_id": categ.id, "taxes_id": [Command.clear()]} for categ in categories]
        )
        cls.pump, cls.seal = cls.new_product("Pump"), cls.new_product("Seal Kit")
        cls.mills = [cls.new_partner(f"Mill {index}", is_company=True, industry_id=mills.id) for index in range(8)]
        cls.marked = cls.new_partner("Marked", is_company=True, industry_id=mills.id)
        cls.mills[1].pareto_referred_by_id = cls.mills[0]
        cls.mills[2].pareto_referred_by_id = cls.marked
        # One tier, so that peers are the same with the marked one and without.
        cls.one_tier(cls.company)
        cls.sell(cls.company, [*cls.mills, cls.marked])

    @classmethod
    def one_tier(cls, company):
        cls.env["crm.pareto.tier"].create({"name": "All", "bound": 1, "company_id": company.id})

    @classmethod
    def sell(cls, company, partners):
        """The same invoices and feedback of a partner in whatever company."""
        for partner in partners:
            random = Random(partner.name)
            price = 5000 if partner == cls.marked else 100
            day = date(2025, 8, 1) + timedelta(days=random.randrange(60))
            while day <= AS_OF:
                some = [(product, 1, price * random.randint(1, 9)) for product in cls.products if random.random() < 0.7]
                if some:
                    cls.invoice(partner, *some, day=day, company=company)
                day += timedelta(days=random.randint(20, 70))
            if partner in cls.mills[:5]:
                cls.invoice(partner, (cls.pump, 1, 10), (cls.seal, 1, 10), company=company)
            elif partner == cls.marked:
                cls.invoice(partner, (cls.pump, 1, 10), company=company)
            for _number in range(random.randrange(3)):
                cls.env["crm.pareto.touch"].create(
                    {
                        "name": "Wish",
                        "channel": "survey",
                        "direction": "in",
                        "date": "2026-05-01 10:00:00",
                        "partner_id": partner.id,
                        "company_id": company.id,
                    }
                )

    def mark(self, partner=None):
        (partner or self.marked).pareto_not_profiled = True

    def stored(self, columns, company=None):
        """{partner: the columns as they stand in the database}"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, %s FROM crm_pareto_customer WHERE company_id = %s AND snapshot_id IS NULL",
                SQL(", ").join(map(SQL.identifier, columns)),
                (company or self.company).id,
            )
        )
        return {self.env["res.partner"].browse(row[0]): row[1:] for row in rows}

    def repeats(self):
        rows = self.env["crm.pareto.repeat"].search([("company_id", "=", self.company.id)])
        return {(row.partner_id, row.product_id): row.due_from for row in rows}

    def known(self):
        """What is known of the marked customer beyond the books: the columns of its profile that are not empty."""
        values = self.stored(PROFILE).get(self.marked, [None] * len(PROFILE))
        return {name for name, value in zip(PROFILE, values, strict=True) if value}


class TestSums(NotProfiledCase):
    def test_turnover_ranks_shares_and_tiers_are_those_of_the_whole_ledger(self):
        self.env["crm.pareto.tier"].search([("company_id", "=", self.company.id)]).unlink()
        tiers = self.env["crm.pareto.tier"]._for_company(self.company)
        self.mark()
        rows = self.recompute(AS_OF)
        expected = oracle.turnovers(self.env, self.company, date(2025, 7, 1), AS_OF)
        self.assertEqual({row.partner_id.id: row.turnover for row in rows.values()}, dict(expected))
        self.assertEqual(rows[self.marked].run_id.turnover_total, sum(expected.values()))
        self.assertEqual(rows[self.marked].turnover_rank, 1)
        self.assertAlmostEqual(sum(row.turnover_share for row in rows.values()), 1, 12)
        indexes = oracle.tiers(expected, [str(tier.bound) for tier in tiers])
        self.assertEqual(
            {row.partner_id.id: row.turnover_tier_id for row in rows.values()},
            {customer: tiers[index] for customer, index in indexes.items()},
        )

    def test_profit_and_history_are_as_without_the_mark(self):
        def books():
            history = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
            columns = ("profit", "profit_rank", "profit_previous", "invoice_count", "first_date", "last_date")
            return self.stored(columns), sum(history.mapped("turnover"))

        self.recompute(AS_OF)
        before = books()
        self.mark()
        self.env["crm.pareto.history"]._forget(self.company)
        self.recompute(AS_OF)
        self.assertEqual(books(), before)


class TestMark(NotProfiledCase):
    def test_nothing_is_worked_out_of_who_is_marked(self):
        self.recompute(AS_OF)
        scores = {"has_scores", "total_score", "recency_score", "rfm_segment_id", "due_from", "referred_turnover"}
        self.assertLessEqual(scores, self.known())
        self.assertIn(self.marked, {partner for partner, _product in self.repeats()})
        self.mark()
        self.recompute(AS_OF)
        self.assertFalse(self.known())
        self.assertNotIn(self.marked, {partner for partner, _product in self.repeats()})

    def test_the_mark_clears_what_there_is_at_once(self):
        self.recompute(AS_OF)
        others = {partner: row for partner, row in self.stored(PROFILE).items() if partner != self.marked}
        self.mark()
        self.assertFalse(self.known())
        self.assertNotIn(self.marked, {partner for partner, _product in self.repeats()})
        self.assertFalse(self.marked.pareto_segment_id or self.marked.pareto_has_scores)
        self.assertEqual({key: row for key, row in self.stored(PROFILE).items() if key != self.marked}, others)

    def test_marked_again_and_again_it_is_written_once(self):
        """Each row that is written takes back a computation that is under way."""
        self.recompute(AS_OF)

        def version():
            self.env.flush_all()
            return self.env.execute_query(
                SQL(
                    "SELECT id, xmin::text, ctid::text FROM crm_pareto_customer WHERE partner_id = %s"
                    " UNION ALL SELECT id, xmin::text, ctid::text FROM crm_pareto_treatment WHERE partner_id = %s",
                    *(self.marked.id, self.marked.id),
                )
            )

        before = version()
        self.mark()
        cleared = version()
        self.assertNotEqual(before, cleared)
        for mark in (True, False, True):
            self.marked.pareto_not_profiled = mark
        self.assertEqual(cleared, version())

    def test_the_hour_clears_what_was_computed_of_who_was_marked_meanwhile(self):
        self.recompute(AS_OF)
        columns = SQL.identifier("total_score")
        self.mark()
        self.env.flush_all()
        self.env.cr.execute(SQL("UPDATE crm_pareto_customer SET %s = 3 WHERE partner_id = %s", columns, self.marked.id))
        self.assertTrue(self.known())
        recompute = self.env["crm.pareto.recompute"]
        parts = []
        each = patch.object(type(recompute), "_each_company", lambda _self, *of_company: parts.extend(of_company))
        with each, patch.object(self.env.registry["ir.cron"], "_commit_progress"):
            recompute._cron_refresh()
        parts[-1](self.company)  # after the transaction of the computation
        self.assertFalse(self.known())

    def test_a_customer_that_is_put_below_one_is_as_that_one_says(self):
        """It keeps the figures of its own invoices."""
        holding = self.new_partner("Holding", is_company=True, pareto_not_profiled=True)
        self.recompute(AS_OF)
        self.assertTrue(self.known())
        self.marked.write({"parent_id": holding.id, "is_company": False})
        self.assertTrue(self.marked.pareto_customer_not_profiled)
        self.assertFalse(self.known())
        self.recompute(AS_OF)
        self.assertFalse(self.known())
        self.assertFalse([partner for partner, _product in self.repeats() if partner == self.marked])

    def test_a_subsidiary_that_is_no_company_any_more_is_as_its_holding_at_once(self):
        holding = self.new_partner("Holding", is_company=True, pareto_not_profiled=True)
        self.marked.parent_id = holding
        self.recompute(AS_OF)
        self.assertTrue(self.known())
        self.marked.is_company = False
        self.assertFalse(self.known())

    def test_in_the_hour_nothing_comes_back(self):
        self.recompute(AS_OF)
        self.mark()
        self.invoice(self.marked, (self.products[0], 1, 700), day=date(2026, 7, 1))
        self.env["crm.pareto.recompute"]._refresh(self.company, date(2026, 7, 1))
        self.assertFalse(self.known())
        self.assertNotIn(self.marked, {partner for partner, _product in self.repeats()})

    def test_without_the_mark_all_is_there_again(self):
        self.recompute(AS_OF)
        before = self.stored(PROFILE), self.repeats()
        self.mark()
        self.recompute(AS_OF)
        self.marked.pareto_not_profiled = False
        self.recompute(AS_OF)
        self.assertEqual((self.stored(PROFILE), self.repeats()), before)

    def test_the_chatter_says_who_set_it(self):
        self.assertTrue(self.env["res.partner"]._fields["pareto_not_profiled"].tracking)

    def test_a_salesperson_may_mark_whose_rows_he_may_not_write(self):
        self.recompute(AS_OF)
        user = self.new_user("anna", f"{SALESPERSON},base.group_partner_manager")
        self.marked.with_user(user).pareto_not_profiled = True
        self.assertFalse(self.known())

    def test_the_figures_that_are_blank_say_why(self):
        self.mark()
        row = self.recompute(AS_OF)[self.marked]
        self.assertIn("Not profiled", row.prediction_message)
        self.assertIn("Not profiled", row.white_space_message)
        person = self.new_partner("Mona", parent_id=self.marked.id)
        self.assertTrue(person.pareto_customer_not_profiled)
        self.assertFalse(person.pareto_not_profiled)

    def test_the_mark_of_a_duplicate_stays_when_merged(self):
        twin = self.new_partner("Marked Ltd", is_company=True)
        self.mark(twin)
        self.recompute(AS_OF)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.marked + twin).ids, self.marked)
        self.assertTrue(self.marked.pareto_not_profiled)
        self.assertFalse(self.known())


class TestOthers(NotProfiledCase):
    """The others are valued as in a second company that has the same invoices but those of the marked customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.without = cls.new_company("Without", "EUR")
        cls.one_tier(cls.without)
        cls.sell(cls.without, cls.mills)
        cls.env["crm.pareto.recompute"]._recompute(cls.company, AS_OF)
        cls.marked.pareto_not_profiled = True
        for company in (cls.company, cls.without):
            cls.env["crm.pareto.recompute"]._recompute(company, AS_OF)
            cls.env["crm.pareto.repeat"]._recompute(company, AS_OF)
            cls.env["crm.pareto.pairing"]._recompute(company, AS_OF)

    def rows(self, model, *names):
        """Of both companies: the rows' values."""
        return [
            sorted(
                str([row[name] for name in names]) for row in self.env[model].search([("company_id", "=", company.id)])
            )
            for company in (self.company, self.without)
        ]

    def test_their_scores_are_the_same(self):
        found, expected = (self.stored(PROFILE, company) for company in (self.company, self.without))
        self.assertIsNone(found.pop(self.marked)[PROFILE.index("has_scores")])
        self.assertEqual(found, expected)
        self.assertGreater(len({row[PROFILE.index("total_score")] for row in expected.values()}), 5)
        self.assertTrue(any(row[PROFILE.index("has_white_space")] for row in expected.values()))

    def test_what_peers_buy_is_the_same(self):
        found, expected = self.rows(
            "crm.pareto.peer.purchase", "industry_id", "categ_id", "customers", "buyers", "median"
        )
        self.assertTrue(expected)
        self.assertEqual(found, expected)

    def test_what_is_bought_together_is_the_same(self):
        found, expected = self.rows("crm.pareto.pairing", "product_id", "suggested_id", "customers", "buyers", "lift")
        self.assertTrue(expected)
        self.assertEqual(found, expected)

    def test_repeat_purchases_are_the_same(self):
        found, expected = self.rows("crm.pareto.repeat", "partner_id", "product_id", "order_gap", "quantity")
        self.assertTrue(expected)
        self.assertEqual(found, expected)


class TestPredictions(PredictionCase):
    until = 600

    def test_the_model_is_learnt_from_the_others_alone(self):
        marked = self.env["res.partner"].browse(list(self.customers.values())[::7])
        marked.pareto_not_profiled = True
        self.recompute()
        rows = summary(purchases(self.env, self.company, CALIBRATION_END), CALIBRATION_END)
        others = sorted(customer for customer in rows if customer not in marked.ids)
        columns = [list(column) for column in zip(*(rows[customer] for customer in others), strict=True)]
        model, _reason = lifetime.fit(*columns)
        worth = lifetime.predict(model, *columns)
        stored = self.stored()
        self.assertEqual(self.model.buyers, len(others))
        for customer, alive, orders in zip(others, worth.alive, worth.orders, strict=True):
            self.assertAlmostEqual(stored[customer]["alive"], alive, 5)
            self.assertAlmostEqual(stored[customer]["expected_orders"], orders, 5)
        self.assertEqual(
            {tuple(stored[customer].values()) for customer in marked.ids if customer in stored}, {(None,) * 6}
        )

    def test_the_page_of_the_model_leaves_them_out(self):
        self.recompute()
        before = self.model.get_holdout()["customers"]
        histories = len(self.model._read_histories(CALIBRATION_END))
        self.env["res.partner"].browse(list(self.customers.values())[0]).pareto_not_profiled = True
        self.assertEqual(len(self.model._read_histories(CALIBRATION_END)), histories - 1)
        self.assertLessEqual(self.model.get_holdout()["customers"], before)


class TestPlan(PlanCase):
    def setUp(self):
        super().setUp()
        self.partner = self.new_customer("Corvex")
        self.person = self.new_partner("Cora", parent_id=self.partner.id)
        self.new_quotation(self.person)
        self.new_lead(self.person)
        self.assertEqual(self.subjects(), [self.partner.id])

    def test_it_does_not_name_a_customer_who_is_marked(self):
        row = self.value()[self.partner]
        row.write({"lifetime_value": 200, "alive": 0.5})
        self.partner.pareto_not_profiled = True
        self.assertFalse(self.subjects())
        self.assertFalse(row.lifetime_value)

    def test_nor_the_leads_and_quotations_of_a_contact_who_is(self):
        self.person.pareto_not_profiled = True
        self.assertFalse(self.subjects())

    def test_a_contact_with_such_a_customer_is_never_overdue(self):
        self.recompute()
        self.partner.pareto_tier_id.touch_days = 1
        overdue = self.env["res.partner"].with_company(self.company).search([("pareto_is_overdue", "=", True)])
        self.assertIn(self.partner, overdue)
        self.assertTrue(self.partner.with_company(self.company).pareto_is_overdue)
        self.partner.pareto_not_profiled = True
        overdue = self.env["res.partner"].with_company(self.company).search([("pareto_is_overdue", "=", True)])
        self.assertNotIn(self.partner, overdue)
        self.assertFalse(self.partner.with_company(self.company).pareto_is_overdue)

    def test_nor_on_a_thin_thread(self):
        self.recompute()
        thin = self.env["res.partner"].with_company(self.company).search
        self.assertIn(self.partner, thin([("pareto_is_thin", "=", True)]))
        self.partner.pareto_not_profiled = True
        self.assertNotIn(self.partner, thin([("pareto_is_thin", "=", True)]))


class TestAudience(AudienceCase):
    def test_who_is_marked_belongs_to_none(self):
        audience = self.audience()
        self.assert_customers(audience, self.alder + self.birch + self.cedar)
        self.birch.pareto_not_profiled = True
        audience.invalidate_recordset()
        self.assert_customers(audience, self.alder + self.cedar)

    def test_a_contact_who_is_marked_is_not_written_to(self):
        ada = self.new_partner("Ada", parent_id=self.alder.id, email="ada@alder.example")
        audience = self.audience()
        self.assertIn(ada, audience._contacts())
        ada.pareto_not_profiled = True
        self.assertEqual(audience._contacts(), self.alder + self.birch + self.cedar)

    def test_who_is_marked_is_no_advocate(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("crm_pareto.crm_pareto_advocate_action")
        self.birch.pareto_not_profiled = True
        rows = self.env["crm.pareto.customer"].search([("not_profiled", "=", False), *self.of_company()])
        self.assertEqual(action["domain"], "[('not_profiled', '=', False)]")
        self.assertEqual(rows.partner_id, self.alder + self.cedar)

    def of_company(self):
        return [("company_id", "=", self.company.id)]


class TestSuggestions(SuggestionCase):
    def test_none_for_a_customer_who_is_marked(self):
        order = self.quote(self.pump)
        self.assertEqual(self.suggested(order), self.seal)
        self.customer.pareto_not_profiled = True
        self.assertFalse(self.suggested(order))
