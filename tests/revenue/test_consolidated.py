"""Revenue of several companies in one currency, at the rates of the documents' own days."""

from datetime import date
from random import Random
from unittest.mock import patch

import pytest
from lxml import etree
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.sql_db import Cursor

from ..common import PROFIT, SALES_MANAGER, LedgerCase

MULTI = "base.group_multi_company"


class TestConsolidated(LedgerCase):
    """A company in euros, one in dollars, one in pounds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.american, cls.british = cls.new_company("Alder Inc", "USD"), cls.new_company("Alder Ltd", "GBP")
        cls.everywhere = cls.company + cls.american + cls.british
        cls.partner = cls.new_partner("Birch", is_company=True)
        cls.rate("USD", date(2026, 1, 1), 1.25)
        cls.rate("USD", date(2026, 4, 1), 1.6)
        cls.rate("GBP", date(2026, 2, 1), 0.8)
        cls.user = cls.new_user("berta", f"{SALES_MANAGER},{MULTI}")
        cls.user.write({"company_ids": [Command.set(cls.everywhere.ids)], "company_id": cls.company.id})

    @classmethod
    def rate(cls, currency, day, rate, company=None):
        """What one unit of the company's currency is worth in another."""
        currency = cls.env["res.currency"].search([("name", "=", currency)])
        values = {"currency_id": currency.id, "name": day, "rate": rate, "company_id": (company or cls.company).id}
        return cls.env["res.currency.rate"].create(values)

    def report(self, *companies, user=None):
        companies = companies or tuple(self.everywhere)
        ids = [company.id for company in companies]
        report = self.env["crm.pareto.revenue.report"].with_user(user or self.user)
        return report.with_context(allowed_company_ids=ids)

    def total(self, *companies):
        domain = [("customer_id", "=", self.partner.id)]
        self.env.flush_all()
        [(total,)] = self.report(*companies)._read_group(domain, aggregates=["revenue_consolidated:sum"])
        return total

    def test_each_line_at_the_rate_of_its_own_day(self):
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 3, 1))
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 3, 31), company=self.american)
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 4, 1), company=self.american)
        self.assertEqual(self.total(), 100 + 80 + 62.5)

    @pytest.mark.dated
    def test_today_s_rate_moves_nothing(self):
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 3, 1), company=self.american)
        before = self.total()
        self.rate("USD", date.today(), 4)
        self.assertEqual(self.total(), before)

    def test_a_document_in_the_reader_s_currency_counts_with_what_it_says(self):
        # The American company's own rate differs from the reader's.
        self.rate("EUR", date(2026, 1, 1), 0.5, company=self.american)
        euro = self.env.ref("base.EUR")
        move = self.invoice(
            self.partner, (None, 1, 100), day=date(2026, 3, 1), company=self.american, currency_id=euro.id
        )
        self.assertEqual(-sum(move.invoice_line_ids.mapped("balance")), 200)
        self.assertEqual(self.total(), 100)

    def test_in_the_currency_of_the_company_that_one_is_in(self):
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 3, 1), company=self.american)
        self.rate("EUR", date(2026, 1, 1), 0.9, company=self.american)
        self.invoice(self.partner, (None, 1, 90), day=date(2026, 3, 1))
        self.assertEqual(self.total(self.american, self.company), 200)

    def test_random_documents_against_odoo_s_own_conversion(self):
        random = Random(3)
        for month in range(1, 7):
            for name in ("USD", "GBP"):
                self.rate(name, date(2026, month, random.randint(2, 28)), round(random.uniform(0.5, 2), 6))
        currencies = self.env["res.currency"].search([("name", "in", ("EUR", "USD", "GBP"))])
        for _number in range(40):
            self.invoice(
                self.partner,
                *[(None, 1, random.randint(1, 99999) / 100) for _line in range(random.randint(1, 3))],
                day=date(2026, random.randint(1, 6), random.randint(1, 28)),
                company=random.choice(list(self.everywhere)),
                currency_id=random.choice(currencies).id,
                move_type=random.choice(["out_invoice", "out_refund"]),
            )
        euro, expected = self.company.currency_id, {}
        lines = (
            self.env["account.move.line"]
            .sudo()
            .search([("company_id", "in", self.everywhere.ids), ("display_type", "=", "product")])
        )
        for line in lines:
            if line.company_id.currency_id != euro and line.currency_id == euro:
                expected[line.id] = -line.amount_currency
            else:
                expected[line.id] = line.company_id.currency_id._convert(
                    -line.balance, euro, self.company, line.move_id.invoice_date
                )
        found = {
            row.id: row.revenue_consolidated for row in self.report().search([("customer_id", "=", self.partner.id)])
        }
        self.assertEqual(found.keys(), expected.keys())
        for id_, amount in expected.items():
            self.assertAlmostEqual(found[id_], amount, 2)
        self.assertAlmostEqual(self.total(), sum(expected.values()), 2)

    def test_margin_is_that_revenue_less_the_cost_at_the_same_day_s_rate(self):
        user = self.new_user("clara", f"{SALES_MANAGER},{MULTI},{PROFIT}")
        user.write({"company_ids": [Command.set(self.everywhere.ids)], "company_id": self.company.id})
        product = self.env["product.product"].create({"name": "Gauge", "taxes_id": [Command.clear()]})
        for company, cost in zip(self.everywhere, (60, 50, 40), strict=True):
            product.with_company(company).standard_price = cost
        euro = self.env.ref("base.EUR")
        self.invoice(self.partner, (product, 1, 100), day=date(2026, 3, 1))
        self.invoice(self.partner, (product, 2, 100), day=date(2026, 3, 1), company=self.american)
        self.invoice(self.partner, (product, 1, 90), day=date(2026, 3, 1), company=self.british, currency_id=euro.id)
        self.env.flush_all()
        domain = [("customer_id", "=", self.partner.id)]
        found = self.report(user=user)._read_group(
            domain, ["company_id"], ["revenue_consolidated:sum", "margin_consolidated:sum"]
        )
        by_company = {company: tuple(sums) for company, *sums in found}
        figures = [by_company[company] for company in self.everywhere]
        self.assertEqual(figures, [(100, 100 - 60), (200 / 1.25, 200 / 1.25 - 100 / 1.25), (90, 90 - 40 / 0.8)])
        rows = self.report(user=user).search(domain)
        self.assertAlmostEqual(sum(rows.mapped("margin_consolidated")), sum(margin for _revenue, margin in figures))

    def test_margin_of_one_currency_is_the_margin(self):
        user = self.new_user("clara", f"{SALES_MANAGER},{MULTI},{PROFIT}")
        product = self.env["product.product"].create({"name": "Gauge", "standard_price": 60})
        self.invoice(self.partner, (product, 1, 100), day=date(2026, 3, 1))
        self.env.flush_all()
        row = self.report(self.company, user=user).search([("customer_id", "=", self.partner.id)])
        self.assertEqual((row.margin_consolidated, row.margin), (40, 40))

    def test_who_has_one_company_may_sum_it_and_is_not_offered_it(self):
        user = self.new_user("clara", f"{SALES_MANAGER},{PROFIT}")
        user.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.env.ref(MULTI).sudo().user_ids -= user
        self.assertFalse(user.has_group(MULTI))
        product = self.env["product.product"].create({"name": "Gauge", "standard_price": 60})
        self.invoice(self.partner, (product, 1, 100), day=date(2026, 3, 1))
        self.env.flush_all()
        report, domain = self.report(self.company, user=user), [("customer_id", "=", self.partner.id)]
        # What the web client asks for where an amount is a measure.
        asked = ["margin_consolidated:sum", "consolidated_currency_id:array_agg_distinct"]
        self.assertEqual(report._read_group(domain, aggregates=asked), [(40, self.company.currency_id.ids)])
        for kind in ("pivot", "graph"):
            views = {
                reader: self.report(self.company, user=reader).get_view(view_type=kind) for reader in (user, self.user)
            }
            hidden = {
                reader: etree.fromstring(view["arch"]).xpath("//field[@name='margin_consolidated'][@invisible]")
                for reader, view in views.items()
            }
            self.assertTrue(hidden[user], kind)
            self.assertFalse(hidden[self.user], kind)

    def test_without_rates_one_is_one(self):
        self.env["res.currency.rate"].search([]).unlink()
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 3, 1), company=self.british)
        self.assertEqual(self.total(), 100)

    def test_by_customer_and_company_and_what_opens_adds_up(self):
        self.invoice(self.partner, (None, 3, 33.33), day=date(2026, 3, 1), company=self.american)
        self.invoice(self.partner, (None, 1, 50), day=date(2026, 3, 1))
        self.env.flush_all()
        groups = self.report()._read_group(
            [("customer_id", "=", self.partner.id)],
            ["company_id", "consolidated_currency_id"],
            ["revenue_consolidated:sum"],
        )
        for company, currency, amount in groups:
            lines = self.report().search([("company_id", "=", company.id), ("customer_id", "=", self.partner.id)])
            self.assertEqual(sum(lines.mapped("revenue_consolidated")), amount)
            self.assertEqual(currency, self.company.currency_id)
        self.assertEqual(sorted(amount for _company, _currency, amount in groups), [50, 79.99])

    def test_with_one_company_no_rate_is_read(self):
        self.invoice(self.partner, (None, 1, 100), day=date(2026, 3, 1), company=self.american)
        self.env.flush_all()
        seen, execute = [], Cursor.execute

        def watch(cursor, query, *args, **kwargs):
            seen.append(str(getattr(query, "code", query)))
            return execute(cursor, query, *args, **kwargs)

        with patch.object(Cursor, "execute", watch):
            self.assertEqual(self.total(self.american), 100)
            self.assertFalse([query for query in seen if "res_currency_rate" in query])
            self.assertEqual(self.total(), 80)
            self.assertTrue([query for query in seen if "res_currency_rate" in query])

    def test_only_for_those_with_several_companies(self):
        user = self.new_user("anna", SALES_MANAGER)
        user.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.env.ref(MULTI).sudo().user_ids -= user
        report = self.report(self.company, user=user)
        if user.has_group(MULTI):
            self.skipTest("Odoo gives the group to everybody here")
        with self.assertRaises(AccessError):
            report._read_group([], aggregates=["revenue_consolidated:sum"])
