"""Invoices and credit notes of all sorts, drawn at random but the same in each run."""

import random
from datetime import date, timedelta
from operator import itemgetter

from odoo.fields import Command

from dev.demo import cdnow

from .ledger_comparison import LedgerCase


class DocumentsCase(LedgerCase):
    """Two companies, and the documents that each of them is to have."""

    ROUNDS = 60  # documents per company

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.random = random.Random(1997)
        cls.companies = [cdnow.make_company(cls.env, name) for name in ("Posted", "Written")]
        cls.currencies = cls.new_currencies()
        cls.products = cls.new_products()
        cls.partners = cls.new_partners()
        cls.documents = sorted((cls.new_document() for _round in range(cls.ROUNDS)), key=itemgetter(2))

    @classmethod
    def new_currencies(cls):
        """The dollar, and three others of different steps whose rates change."""
        currencies = [cls.env.ref("base.USD"), *map(cls.foreign, ("EUR", "JPY", "KWD"), (0.9137, 151.3, 0.307))]
        cls.env.flush_all()
        return currencies

    @classmethod
    def foreign(cls, code, rate):
        currency = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        currency.rate_ids.unlink()
        currency.rate_ids = [
            Command.create({"name": f"2024-{month:02}-01", "rate": rate * (1 + month / 37), "company_id": False})
            for month in range(1, 13)
        ]
        return currency

    @classmethod
    def new_products(cls):
        """Three products: plain, described in words, and with an income account of its own."""
        products = cls.env["product.product"].create(
            [
                {"name": "Plain", "taxes_id": [Command.clear()]},
                {"name": "Described", "default_code": "D1", "description_sale": "Two\nlines", "type": "service"},
                {"name": "Other account", "taxes_id": [Command.clear()]},
            ]
        )
        for company in cls.companies:
            accounts = (
                cls.env["account.account"]
                .with_company(company)
                .search([("account_type", "=", "income_other"), ("company_ids", "=", company.id)], limit=1)
            )
            products[2].with_company(company).property_account_income_id = accounts
        return products

    @classmethod
    def new_partners(cls):
        """A person, a firm with payment terms and a salesperson, its contact, and firms with addresses of their own."""
        seller = cls.new_user("ledger-seller", "sales_team.group_sale_salesman")
        cls.env["res.lang"]._activate_lang("fr_FR")
        people = cls.env["res.partner"]
        person, firm, shop, banked = people.create(
            [
                {"name": "Person"},
                {"name": "Firm", "is_company": True, "user_id": seller.id, "country_id": cls.env.ref("base.de").id},
                {"name": "Shop", "is_company": True, "lang": "fr_FR", "vat": "/"},
                {"name": "Banked", "is_company": True, "bank_ids": [Command.create({"acc_number": "LEDGER-1"})]},
            ]
        )
        for company in cls.companies:
            firm.with_company(company).property_payment_term_id = cls.env.ref("account.account_payment_term_30days")
        contact, store = people.create(
            [
                {"name": "Contact", "parent_id": firm.id},
                {"name": "Store", "parent_id": shop.id, "type": "delivery"},
            ]
        )
        return person | firm | shop | banked | contact | store

    @classmethod
    def new_document(cls):
        """(partner, kind, day, currency, lines), lines as (product, name, quantity, price)."""
        pick = cls.random
        lines = [
            (
                pick.choice(cls.products),
                pick.choice([None, None, "As ordered"]),
                round(pick.uniform(0.01, 30), pick.choice([0, 1, 2])) or 1,
                round(pick.uniform(0, 99), pick.choice([0, 2, 3, 6])),
            )
            for _line in range(pick.choice([1, 1, 2, 3, 7, 20]))
        ]
        if pick.random() < 0.2:  # a discount, and the same line again
            lines += [(cls.products[0], "Rebate", 1, -0.005), lines[0]]
        if pick.random() < 0.1:
            lines = [(cls.products[1], None, 1, 0)]
        day = date(2024, 1, 1) + timedelta(days=pick.randrange(500))
        kind = pick.choice(["out_invoice", "out_invoice", "out_refund"])
        return pick.choice(cls.partners), kind, day, pick.choice(cls.currencies), lines
