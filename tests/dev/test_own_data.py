"""Somebody's own sales export: read in whatever form it comes, and in the ledger to the cent."""

import csv
import io
import json
import lzma
import pickle
import random
import tempfile
from collections import defaultdict
from contextlib import redirect_stdout
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from unittest.mock import patch

import openpyxl
import pytest
from odoo.tools import SQL

from dev import own_data as command
from dev.console import Failure
from dev.demo import own_data
from dev.demo.own_cells import as_day, as_number, day_part, is_credit
from dev.demo.own_columns import HEADINGS, Unreadable, find_columns
from dev.demo.own_countries import country_code
from dev.demo.own_documents import make_documents
from dev.demo.own_lines import amount, read_sales
from dev.demo.own_read import main, summary, write_refused

from ..common import ParetoCase

TODAY = date(2026, 11, 30)
CENT = Decimal("0.01")

# The same two lines as exports of seven languages have them.
LANGUAGES = {
    "en": "Invoice No,InvoiceDate,Customer,StockCode,Description,Quantity,UnitPrice\n"
    '1,12/31/2025 8:26,Müller,A1,Gauge,2,"1,234.50"\n2,01/02/2026,Müller,A1,Gauge,1,0.10\n',
    "de": "Rechnungsnummer;Rechnungsdatum;Kunde;Artikelnummer;Bezeichnung;Menge;Einzelpreis\n"
    "1;31.12.2025;Müller;A1;Gauge;2;1.234,50 €\n2;02.01.2026;Müller;A1;Gauge;1;0,10 €\n",
    "fr": "N° facture;Date de facturation;Client;Référence produit;Désignation;Quantité;Prix unitaire\n"
    "1;31/12/2025;Müller;A1;Gauge;2;1 234,50\n2;02/01/2026;Müller;A1;Gauge;1;0,10\n",
    "es": "Número de factura;Fecha;Cliente;Código producto;Descripción;Cantidad;Precio unitario\n"
    "1;31/12/2025;Müller;A1;Gauge;2;1.234,5\n2;2/1/2026;Müller;A1;Gauge;1;0,1\n",
    "it": "Numero fattura;Data fattura;Cliente;Codice prodotto;Descrizione;Quantità;Prezzo unitario\n"
    "1;31-12-2025;Müller;A1;Gauge;2;1234,50\n2;02-01-2026;Müller;A1;Gauge;1;0,10\n",
    "nl": "Factuurnummer\tFactuurdatum\tKlant\tArtikelcode\tOmschrijving\tAantal\tStuksprijs\n"
    "1\t2025-12-31\tMüller\tA1\tGauge\t2\t1234,50\n2\t2026-01-02\tMüller\tA1\tGauge\t1\t0,10\n",
    "pt": "Nº fatura;Data de emissão;Cliente;Código produto;Descrição;Quantidade;Preço unitário\n"
    "1;2025/12/31 08:26:00;Müller;A1;Gauge;2;1.234,50\n2;2026/01/02 09:00:00;Müller;A1;Gauge;1;0,10\n",
}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")
HEAD = "customer,date,invoice,product,quantity,unit price"


class OwnFile(ParetoCase):
    """Tests on files that are written here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)

    def read(self, content, name="sales.csv", **said):
        """What a file with this content says.

        :param content: text or bytes
        """
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_sales(file, TODAY, **said)

    def lines(self, *rows, head=HEAD, **said):
        return self.read("\n".join((head, *rows)), **said)


class TestForms(OwnFile):
    """How files are written."""

    def assert_the_two_lines(self, sales):
        self.assertFalse(sales.refused)
        self.assertEqual(
            [
                ("1", "Müller", date(2025, 12, 31), "A1", 2, Decimal("1234.5"), False),
                ("2", "Müller", date(2026, 1, 2), "A1", 1, Decimal("0.1"), False),
            ],
            [(e.invoice, e.customer, e.day, e.product, e.quantity, e.price, e.credit) for e in sales.lines],
        )
        self.assertEqual({"A1": ("A1", "Gauge")}, sales.products)
        self.assertEqual([2, 3], [line.number for line in sales.lines])

    def test_languages_and_encodings(self):
        for language, text in LANGUAGES.items():
            for encoding in ENCODINGS:
                with self.subTest(language=language, encoding=encoding):
                    self.assert_the_two_lines(self.read(text.encode(encoding)))

    def test_packed(self):
        self.assert_the_two_lines(self.read(lzma.compress(LANGUAGES["de"].encode()), "sales.csv.xz"))

    def test_workbook(self):
        book = openpyxl.Workbook()
        book.active.title = "Notes"
        sheet = book.create_sheet("Sales")
        sheet.append(["Rechnungsnummer", "Rechnungsdatum", "Kunde", "Artikelnummer", "Bezeichnung", "Menge", "Preis"])
        sheet.append([1, datetime(2025, 12, 31, 8, 26), "Müller", "A1", "Gauge", 2, 1234.5])
        sheet.append([2.0, date(2026, 1, 2), "Müller", "A1", "Gauge", 1, "0,10"])
        content = io.BytesIO()
        book.save(content)
        self.assert_the_two_lines(self.read(content.getvalue(), "sales.xlsx"))

    def test_a_number_of_a_workbook_is_not_doubtful(self):
        book = openpyxl.Workbook()
        for row in (HEAD.split(","), ["Ada", date(2026, 1, 2), 1, "A", 3, 1.234]):
            book.active.append(row)
        content = io.BytesIO()
        book.save(content)
        self.assertEqual(Decimal("1.234"), self.read(content.getvalue(), "typed.xlsx").lines[0].price)

    def test_titles_above_and_the_separator_that_excel_notes(self):
        for above in ("sep=;\n", "Sales of 2025\n\n"):
            sales = self.read(above + LANGUAGES["de"])
            self.assertEqual(2, len(sales.lines))
            self.assertEqual(above.count("\n") + 2, sales.lines[0].number, "as an editor counts lines")

    def test_customers_and_products_are_who_their_codes_say(self):
        head = "customer id,customer,invoice,date,product,description,quantity,price"
        sales = self.lines("7,,1,2026-01-02,A,,1,1", "7,Ada,2,2026-01-03,A,Gauge,1,1", head=head)
        self.assertEqual({"7": ("7", "Ada", "")}, sales.customers)
        self.assertEqual({"A": ("A", "Gauge")}, sales.products)

    def test_quotes(self):
        product = 'Pipe, 5" long\nblack'
        sales = self.lines('Ada, 2026-01-02, 1, "Pipe, 5"" long\nblack", 1, 2', 'Bea,2026-01-02,2,5" pipe,1,2')
        self.assertEqual([(2, product), (4, '5" pipe')], [(line.number, line.product) for line in sales.lines])

    def test_a_quotation_mark_that_only_another_separator_would_leave_open(self):
        rows = [f"Ada;2026-01-02;{number};A;1;2" for number in range(40)]
        sales = self.lines('7, "up;2026-01-02;99;A;1;2', *rows, head=HEAD.replace(",", ";"))
        self.assertEqual((41, '7, "up'), (len(sales.lines), sales.lines[0].customer))

    def test_files_that_are_none(self):
        for name, content, reason in (
            ("a.csv", "name,age\nAda,36\n", "the customer, the date, the invoice number.*name, age.*Rename: Customer"),
            ("b.csv", "", "No column"),
            ("c.csv", HEAD + "\n", "no line"),
            ("d.csv", "date," + HEAD + "\n1,1,1,1,1,1,1\n", "two columns date"),
            ("e.csv.xz", "not packed", "damaged"),
            ("f.xlsx", "no workbook", "damaged"),
            ("g.csv", HEAD + '\nAda,2026-01-02,1,"A' + "\n" * 30 + ',1,1"\n', "line 2 is not closed"),
        ):
            with self.subTest(name=name), self.assertRaisesRegex(Unreadable, reason):
                self.read(content, name)

    def test_no_heading_has_two_roles(self):
        words = [word for words in HEADINGS.values() for word in words.split()]
        self.assertEqual(len(words), len(set(words)))
        self.assertEqual(
            {"customer": 0, "date": 1, "invoice": 2, "product": 3, "quantity": 4, "price": 5, "credit note": 6},
            find_columns(["Kunde", "Datum", "Beleg-Nr.", "ARTIKEL", "Menge", "Stück_Preis", "Credit Note"]),
        )


class TestDoubt(OwnFile):
    """What the whole file tells, and what nothing tells."""

    def days(self, *days, **said):
        rows = [f"Ada,{day},{number},A,1,1" for number, day in enumerate(days)]
        return [line.day for line in self.lines(*rows, **said).lines]

    def prices(self, *prices, **said):
        rows = [f'Ada,2026-01-02,1,A,1,"{price}"' for price in prices]
        return [line.price for line in self.lines(*rows, **said).lines]

    def test_one_date_tells_of_all(self):
        self.assertEqual([date(2026, 1, 2), date(2026, 1, 13)], self.days("02/01/2026", "13/01/2026"))
        self.assertEqual([date(2026, 2, 1), date(2026, 1, 13)], self.days("02/01/2026", "01/13/2026"))
        # The eleventh of December 2026 is to come.
        self.assertEqual([date(2026, 11, 12)], self.days("12/11/2026"))
        self.assertEqual([date(2026, 1, 2)], self.days("02.01.2026"))
        self.assertEqual([date(2026, 2, 1), date(2010, 12, 31)], self.days("2/1/26", "12/31/10"))

    def test_nothing_tells_the_day_from_the_month(self):
        with self.assertRaisesRegex(Unreadable, r"02/01/2026.*DATES=dmy"):
            self.days("02/01/2026", "03/03/2026")
        self.assertEqual([date(2026, 1, 2)], self.days("02/01/2026", order="dmy"))
        self.assertEqual([date(2026, 2, 1)], self.days("02/01/2026", order="mdy"))
        self.assertEqual([date(2026, 3, 3)], self.days("03/03/2026"))

    def test_dates_of_both_kinds(self):
        with self.assertRaisesRegex(Unreadable, "DATES="):
            self.days("31/01/2026", "01/31/2026")
        many = ["31/01/2026"] * 200
        self.assertEqual(200, len(self.days(*many, "01/31/2026")), "one slip in two hundred is listed")

    def test_one_price_tells_of_all(self):
        self.assertEqual([1234, Decimal("1.5")], self.prices("1,234", "1.5"))
        self.assertEqual([Decimal("1.234"), Decimal("1.5")], self.prices("1,234", "1,5"))
        self.assertEqual([Decimal("1234.5"), Decimal("1000")], self.prices("1.234,5", "1.000"))
        self.assertEqual([Decimal("0.125")], self.prices("0,125"))
        self.assertEqual([1, 20], self.prices("1", "20"))

    def test_nothing_tells_the_decimal_mark(self):
        with self.assertRaisesRegex(Unreadable, r"1,234.*DECIMAL=comma"):
            self.prices("1,234", "5")
        self.assertEqual([1234], self.prices("1,234", decimal="."))
        with self.assertRaisesRegex(Unreadable, "DECIMAL="):
            self.prices("1,5", "1.5")

    def test_numbers(self):
        for text, number in (
            ("1'234.50", "1234.50"),
            ("CHF 12.-", "12"),
            ("$ 12.5", "12.5"),
            ("12.5EUR", "12.5"),
            ("-3", "-3"),
            ("−3", "-3"),
            ("3-", "-3"),
            ("(3.10)", "-3.10"),
            ("1,234,567.8", "1234567.8"),
            ("12,34", None),
            ("1.2.3", None),
            ("", None),
            ("free", None),
            ("4006381333931", None),
        ):
            self.assertEqual(number and Decimal(number), as_number(text, "."), text)

    def test_days(self):
        self.assertEqual("31.12.2026", day_part("31.12.2026 08:15"))
        self.assertEqual("2026-12-31", day_part("2026-12-31T08:15:00+01:00"))
        for text, day in (
            ("20261231", date(2026, 12, 31)),
            ("2026-02-30", None),
            ("12.2026", None),
            ("1/2/3456", None),
        ):
            self.assertEqual(day, as_day(text, "ymd"), text)

    def test_countries(self):
        for text in (
            "Germany",
            "Deutschland",
            "allemagne",
            "Alemania",
            "Germania",
            "Duitsland",
            "Alemanha",
            "DE",
            "deu",
        ):
            self.assertEqual("DE", country_code(text), text)
        self.assertEqual(["GB", "IE", "HK"], [country_code(text) for text in ("UK", "EIRE", "Hong Kong")])
        self.assertIsNone(country_code("Unspecified"))


class TestLines(OwnFile):
    """What a line is, and what it cannot be."""

    def test_what_cannot_be_is_listed(self):
        bad = {
            "Ada,,1,A,1,1": "no date",
            "Ada,yesterday,1,A,1,1": "the date is not understood",
            "Ada,2026-02-30,1,A,1,1": "the date is not understood",
            "Ada,2026-12-01,1,A,1,1": "the date is to come",
            "Ada,2026-01-02,,A,1,1": "no invoice number",
            "Ada,2026-01-02,1,,1,1": "no product",
            "Ada,2026-01-02,1,A,,1": "no quantity",
            "Ada,2026-01-02,1,A,0,1": "the quantity is 0",
            "Ada,2026-01-02,1,A,few,1": "the quantity is no number",
            "Ada,2026-01-02,1,A,1,": "no price",
            "Ada,2026-01-02,1,A,1": "no price",
            "Ada,2026-01-02,1,A,1,free": "the price is no number",
            "Ada,2026-01-02,1,A, 5 mm,1,1": "more cells than headings",
        }
        sales = self.lines("Ada,2026-01-02,1,A,1,1", *bad, "", "Bea,2026-01-03,2,A,1,0")
        self.assertEqual([("1", 1), ("2", 0)], [(line.invoice, line.price) for line in sales.lines])
        self.assertEqual(
            list(enumerate(bad.values(), 3)), [(number, reason) for number, reason, _line in sales.refused]
        )
        write_refused(self.folder / "refused.txt", sales)
        listed = (self.folder / "refused.txt").read_text().splitlines()
        self.assertEqual(len(bad), len(listed))
        self.assertEqual("line 3: no date: Ada |  | 1 | A | 1 | 1", listed[0])
        self.assertIn(
            "13 cannot be loaded; the date is not understood: 2; no price: 2", summary(Path("x.csv"), sales)[2]
        )

    def test_cost_and_mark_that_cannot_be(self):
        rows = ("Ada,2026-01-02,1,A,1,1,dear,", "Ada,2026-01-02,1,A,1,1,2,perhaps", "Ada,2026-01-02,1,A,1,1,,")
        sales = self.lines(*rows, head=HEAD + ",cost,credit note")
        self.assertEqual(
            ["the cost is no number", "neither invoice nor credit note"], [reason for _n, reason, _l in sales.refused]
        )
        self.assertEqual([None], [line.cost for line in sales.lines])

    def test_credit_notes(self):
        rows = (
            "Ada,2026-01-02,1,A,2,1,",
            "Ada,2026-01-02,1,A,-2,1,",
            "Ada,2026-01-02,C2,A,-2,1,",
            "Ada,2026-01-02,C2,A,2,1,no",
            "Ada,2026-01-02,3,A,2,1,Gutschrift",
            "Ada,2026-01-02,CASH,A,2,1,Rechnung",
        )
        sales = self.lines(*rows, head=HEAD + ",Belegart")
        self.assertEqual([False, True, True, True, True, False], [line.credit for line in sales.lines])
        self.assertEqual({2}, {line.quantity for line in sales.lines})
        self.assertEqual([2, 1, 1], list(sales.marked.values()))

    def test_words_for_credit_notes(self):
        for word in ("Credit Memo", "Rechnungskorrektur", "Nota de crédito", "sales return", "381", "X"):
            self.assertIs(True, is_credit(word), word)
        for word in ("Sales Invoice", "RECHNUNG", "Facture", "Nota de venda", "380", "no", ""):
            self.assertIs(False, is_credit(word), word)
        self.assertIsNone(is_credit("perhaps"))

    def test_a_beginning_that_all_numbers_have_marks_none(self):
        sales = self.lines("Ada,2026-01-02,C1,A,2,1", "Ada,2026-01-02,C2,A,-2,1")
        self.assertEqual([False, True], [line.credit for line in sales.lines])
        self.assertIn("all invoice numbers begin with C", sales.told[-1])

    def test_what_a_spreadsheet_works_out(self):
        sales = self.lines("Ada,2026-01-02,1,A,0.33333333333333331,2.6749999999999998")
        self.assertEqual((Decimal("0.333333"), Decimal("2.675")), sales.lines[0][5:7])
        self.assertEqual(Decimal("2.68"), amount(sales.lines[0]._replace(quantity=1)))

    def test_documents(self):
        """One has a number, a customer and a day in common, and no total below zero."""
        rows = (
            "Ada,2026-01-03,1,A,1,10",
            "Ada,2026-01-03,1,Discount,1,-3",
            "Ada,2026-01-03,1,A,-1,10",
            "Bea,2026-01-03,1,A,1,10",
            "Ada,2026-01-02,1,A,1,10",
            "Ada,2026-01-04,2,A,1,10",
            "Ada,2026-01-04,2,Bad debt,1,-30",
        )
        documents = make_documents(self.lines(*rows).lines)
        self.assertEqual(
            [
                (False, [(1, 10)]),
                (False, [(1, 10), (1, -3)]),
                (True, [(1, 10)]),
                (False, [(1, 10)]),
                (True, [(-1, 10), (-1, -30)]),
            ],
            [(credit, [(line.quantity, line.price) for line in lines]) for lines, credit in documents],
        )


@pytest.mark.dated
class TestLedger(OwnFile):
    """A made-up file of a few hundred lines, in the ledger to the cent."""

    CUSTOMERS = ["", *(f"Customer {letter}" for letter in "ABCDEFGHIJKL")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        dice = random.Random(80.20)
        cls.today = date.today()
        head = ["customer", "date", "invoice", "product", "quantity", "unit price", "cost", "country"]
        rows = [cls.row(dice, number) for number in range(600)]
        # As often as not there is no cost.
        cls.rows = [dict(zip(head, row, strict=True)) for row in rows]
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([head, *rows, ["Ada", "", "1", "A", "1", "1", "", ""]])
        cls.file = cls.folder / "my_shop.csv"
        cls.file.write_text(text.getvalue())
        cls.sales = read_sales(cls.file, cls.today)
        cls.company, cls.told = own_data.enter(cls.env, cls.sales, "My shop", "CHF")
        own_data.compute(cls.env, cls.company)

    @classmethod
    def row(cls, dice, number):
        """A line; the numbers of credit notes begin with C, every twentieth price is a discount."""
        invoice, back = number // 3, dice.random() < 0.1
        day = cls.today - timedelta(days=invoice % 300)
        quantity = dice.choice(["1", "2", "12", "0.125", "3.5"])
        price = f"{dice.uniform(0, 400):.{dice.choice([0, 2, 3])}f}"
        return [
            cls.CUSTOMERS[invoice % len(cls.CUSTOMERS)],
            day.isoformat(),
            f"{'C' if back else ''}{1000 + invoice}",
            f"Product {dice.randrange(9)}",
            f"-{quantity}" if back else quantity,
            f"-{price}" if dice.random() < 0.05 else price,
            dice.choice(["", f"{dice.uniform(0, 100):.2f}"]),
            "Schweiz" if invoice % 2 else "Nowhere",
        ]

    def sums(self, key):
        """{what a line says: the sum of its lines in plain Python}"""
        sums = defaultdict(Decimal)
        for row in self.rows:
            value = Decimal(row["quantity"]) * Decimal(row["unit price"])
            sums[row[key]] += value.quantize(CENT, ROUND_HALF_UP)
        return sums

    def ledger(self):
        """The general ledger's income."""
        [(total,)] = self.env.execute_query(
            SQL(
                "SELECT (-SUM(l.balance))::text FROM account_move_line l JOIN account_account a ON a.id = l.account_id"
                " WHERE l.company_id = %s AND a.account_type LIKE 'income%%' AND l.parent_state = 'posted'",
                self.company.id,
            )
        )
        return Decimal(total)

    def values(self):
        return self.env["crm.pareto.customer"].search(
            [("company_id", "=", self.company.id), ("snapshot_id", "=", False)]
        )

    def test_customers_and_no_customer_are_the_ledger(self):
        sums = self.sums("customer")
        self.assertEqual(self.ledger(), sum(sums.values()))
        own = sum(Decimal(str(row.turnover)) for row in self.values() if not row.partner_id.pareto_not_customer)
        report = self.env["crm.pareto.revenue.report"]
        [(nobody,)] = report._read_group(
            [("company_id", "=", self.company.id), ("customer_id", "=", False)], [], ["revenue:sum"]
        )
        self.assertEqual(self.ledger(), round(own, 2) + round(Decimal(nobody), 2))
        self.assertEqual(sums[""], round(Decimal(nobody), 2))

    def test_each_customer_has_the_sum_of_its_lines(self):
        sums = self.sums("customer")
        del sums[""]
        found = {row.partner_id.name: round(Decimal(row.turnover), 2) for row in self.values()}
        self.assertEqual(sums, {name: value for name, value in found.items() if name != own_data.NOBODY})
        self.assertTrue(all(row.turnover_rank for row in self.values() if row.partner_id.name != own_data.NOBODY))

    def test_who_is_no_customer_is_not_ranked(self):
        nobody = self.env["res.partner"].search(
            [("company_id", "=", self.company.id), ("pareto_not_customer", "=", True)]
        )
        self.assertEqual(own_data.NOBODY, nobody.name)
        self.assertNotIn(nobody, self.values().partner_id)

    def test_each_document_is_that_of_the_file(self):
        expected = make_documents(self.sales.lines)
        moves = self.env["account.move"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(expected), len(moves))
        self.assertEqual({"posted"}, set(moves.mapped("state")))
        self.assertEqual({self.env.ref("base.CHF")}, set(moves.currency_id))
        found = {(move.invoice_origin, move.invoice_date, move.move_type): move for move in moves}
        for lines, credit in expected:
            move = found[lines[0].invoice, lines[0].day, "out_refund" if credit else "out_invoice"]
            self.assertEqual(
                [(line.product, float(line.quantity), float(line.price)) for line in lines],
                [(line.product_id.name, line.quantity, line.price_unit) for line in move.invoice_line_ids.sorted("id")],
            )
        self.assertTrue(any(credit for _lines, credit in expected))

    def test_costs_are_those_of_the_lines(self):
        """And where a line has none, what its product costs by the last one that has."""
        lines = sorted(self.sales.lines, key=lambda line: (line.day, line.number))
        last = {line.product: line.cost for line in lines if line.cost is not None}
        expected = sum(
            (-1 if line.credit else 1) * line.quantity * (last[line.product] if line.cost is None else line.cost)
            for line in lines
        )
        report = self.env["crm.pareto.revenue.report"]
        [(cost,)] = report._read_group([("company_id", "=", self.company.id)], [], ["cost:sum"])
        self.assertAlmostEqual(float(expected), cost, 2)

    def test_what_is_told(self):
        self.assertIn(f"{self.ledger():,} CHF", self.told[0])
        self.assertIn("Nowhere", self.told[1])
        self.assertEqual([(602, "no date")], [(number, reason) for number, reason, _line in self.sales.refused])

    def test_countries(self):
        partners = self.env["res.partner"].search([("company_id", "=", self.company.id), ("is_company", "=", True)])
        self.assertEqual({False, "CH"}, set(partners.mapped("country_id.code")) | {False})

    def test_the_page_opens_with_something(self):
        self.assertEqual("12", self.company.pareto_window)
        page = self.env["crm.pareto.page"].with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(12, page.get_figures()["count"])
        self.assertEqual("all", own_data.window_for(self.company, self.today - timedelta(days=40)))

    def test_old_files_and_other_currencies(self):
        sales = self.lines("Ada,2010-01-02,1,A,1,10.4", "Ada,2010-01-02,1,A,3,0.5")
        company, told = own_data.enter(self.env, sales, "Old shop", "JPY")
        own_data.compute(self.env, company)
        self.assertEqual("all", company.pareto_window)
        self.assertIn("over all time; for the last months of the file choose them as of 2010-01-02", told[-1])
        page = self.env["crm.pareto.page"].with_context(allowed_company_ids=company.ids)
        self.assertEqual((1, 12), (page.get_figures()["count"], page.get_figures()["net"]))
        with self.assertRaisesRegex(ValueError, "CURRENCY"):
            own_data.enter(self.env, sales, "Old shop", "XYZ")


class TestLoad(OwnFile):
    """What make demo does with the lines that reading kept."""

    def test_a_company_named_after_the_file_where_people_begin(self):
        kept = self.folder / "kept"
        kept.write_bytes(pickle.dumps(self.lines("Ada,2026-01-02,1,A,2,1.50", "Bea,2026-01-02,C2,A,-1,1.50")))
        steps = []
        told = own_data.load(self.env, kept, "My shop", "GBP", lambda done, text: steps.append(done))
        company = self.env["res.company"].search([("name", "=", "My shop")])
        self.assertEqual("GBP", company.currency_id.name)
        self.assertIn("1 invoices and 1 credit notes of My shop, 2 customers, 1 products", told[0])
        self.assertIn("1.50 GBP", told[0])
        self.assertEqual(sorted(steps), steps)
        manager = self.env["res.users"].search([("login", "=", "manager")])
        self.assertEqual(company, manager.company_id)
        page = self.env["crm.pareto.page"].with_user(manager).with_context(allowed_company_ids=company.ids)
        self.assertEqual((2, 1.5), tuple(page.get_figures()[name] for name in ("count", "net")))


class TestCommand(OwnFile):
    """What make demo DATA=… takes."""

    def run_main(self, content, *words):
        """What reading a file prints, and the lines that it keeps."""
        file, lines = self.folder / "sales.csv", self.folder / "kept"
        file.write_text(content)
        words = ["own_read", str(file), "--lines", str(lines), "--refused", str(self.folder / "refused.txt"), *words]
        printed = io.StringIO()
        with patch("sys.argv", words), redirect_stdout(printed):
            main()
        return json.loads(printed.getvalue()), lines

    def test_a_file_is_read_before_anything_is_made(self):
        content = HEAD + "\nAda,2/1/2026,1,A,1,1\nAda,,1,A,1,1\n"
        said, lines = self.run_main(content)
        self.assertIn("DATES=dmy", said["problem"])
        self.assertFalse(lines.exists())
        said, lines = self.run_main(content, "--order", "dmy", "--currency", "XYZ")
        self.assertIn("CURRENCY=EUR", said["problem"])
        said, lines = self.run_main(content, "--order", "dmy")
        self.assertIn("1 lines of 2026-01-02 to 2026-01-02; 1 cannot be loaded; no date: 1", said["told"])
        self.assertEqual(date(2026, 1, 2), pickle.loads(lines.read_bytes()).lines[0].day)
        said, _lines = self.run_main(HEAD + "\nAda,,1,A,1,1\n")
        self.assertRegex(said["problem"], "No line of sales.csv can be loaded: .*refused.txt says why")

    def test_words(self):
        file = self.folder / "My shop_2026.CSV"
        file.write_text(HEAD)
        own = command.find(str(file), None, "comma", "dmy")
        self.assertEqual(("My shop 2026", "EUR"), (own.company, own.currency))
        self.assertRegex(own.database, r"^crm_pareto_own_my_shop_2026_[0-9a-f]{6}$")
        before = own.made_from()
        file.write_text(HEAD + "\n")
        self.assertNotEqual(before, own.made_from(), "a file that changed is loaded anew")
        for words, reason in (
            (("cdnov", None, None, None), "neither company"),
            ((str(self.folder / "no.csv"), None, None, None), "no file"),
            ((str(file), "euro", None, None), "CURRENCY"),
            ((str(file), None, ".", None), "DECIMAL=. is none of comma, point"),
            ((str(file), None, None, "iso"), "DATES"),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(Failure, reason):
                command.find(*words)
