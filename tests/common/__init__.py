"""What the tests build from: tagged base classes, people, invoices, and whole databases."""

import os
from contextlib import contextmanager
from datetime import date
from unittest import SkipTest
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tests.common import ChromeBrowser
from odoo.tools import mute_logger

from dev import odoo_source, other_day, postgres
from dev.commands import BASE_DATABASE
from dev.database import Odoo

from .. import spare_companies

SALESPERSON = "sales_team.group_sale_salesman"
SALES_MANAGER = "sales_team.group_sale_manager"
PROFIT = "crm_pareto.group_profit"


# `standard` keeps Odoo's block on outgoing connections; without a tag pytest-odoo aborts the collection.
@tagged("standard", "post_install", "-at_install")
class ParetoCase(TransactionCase):
    """Tests inside one transaction that is rolled back."""

    @classmethod
    def new_user(cls, login, groups):
        """A user named and logged in as `login`.

        :param groups: comma-separated XML ids
        """
        return new_test_user(cls.env, login=login, name=login, groups=groups)


class TouchCase(ParetoCase):
    """Tests on the touches of one customer: a company with a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Alder Instruments", "is_company": True})
        cls.person = cls.env["res.partner"].create(
            {"name": "Ada Alder", "parent_id": cls.customer.id, "email": "ada@alder.example"}
        )

    @classmethod
    def log(cls, partner, date, **values):
        """A logged touch; by default a call of ours."""
        values = {"name": "Talk", "channel": "phone", "direction": "out", **values}
        return cls.env["crm.pareto.touch"].create({"partner_id": partner.id, "date": date, **values})

    @classmethod
    def mail(cls, record, date, author=None, **values):
        """A mail on a document: from the author, or one of ours to the customer."""
        values = {"message_type": "email" if author else "comment", "subtype_xmlid": "mail.mt_comment", **values}
        if author:
            values["author_id"] = author.id
        message = record.message_post(body="Text", **values)
        message.date = date
        return message

    def touches(self, domain=(), user=None):
        """The customer's touches, as a user sees them."""
        self.env.flush_all()
        touchpoints = self.env["crm.pareto.touchpoint"].with_user(user or self.env.user)
        return touchpoints.search([("customer_id", "=", self.customer.id), *domain])


class LedgerCase(ParetoCase):
    """Tests on posted invoices, in companies of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "mail_create_nosubscribe": True})
        cls.company = cls.new_company("Alder Instruments", "EUR")
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.product = cls.new_product("Gauge", cost=40)

    @classmethod
    def new_company(cls, name, currency):
        """A company with a chart of accounts, which the tests' user works in."""
        currency = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", currency)])
        currency.active = True
        company = spare_companies.take(cls.env, name)
        if not company:
            company = cls.env["res.company"].create({"name": name, "currency_id": currency.id})
            cls.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.partner_id.tz = "UTC"  # as the clock that tests set
        company.currency_id = currency  # the chart brings its own
        cls.env.user.company_ids += company
        return company

    @classmethod
    def new_member(cls, login, groups, companies=None):
        """A user who works in one or more companies, by default the test's; the first is where he or she begins."""
        companies = companies or cls.company
        user = cls.new_user(login, groups)
        user.write({"company_ids": [Command.set(companies.ids)], "company_id": companies[0].id})
        return user

    @classmethod
    def new_product(cls, name, cost=0, company=None):
        """A product with its cost in one company, without taxes."""
        product = cls.env["product.product"].create({"name": name, "taxes_id": [Command.clear()]})
        product.with_company(company or cls.company).standard_price = cost
        return product

    @classmethod
    def new_partner(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def invoice(cls, partner, *lines, day=date(2026, 6, 15), move_type="out_invoice", company=None, **values):
        """A posted customer document.

        :param lines: (product or None, quantity, unit price)
        :param values: further values of the account.move
        """
        company = company or cls.company
        move = (
            cls.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": move_type,
                    "partner_id": partner.id,
                    "invoice_date": day,
                    "company_id": company.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "product_id": product.id if product else False,
                                "name": "line",
                                "quantity": quantity,
                                "price_unit": price,
                                "tax_ids": [Command.clear()],
                            }
                        )
                        for product, quantity, price in lines
                    ],
                    **values,
                }
            )
        )
        move.action_post()
        return move

    @classmethod
    def recompute(cls, as_of=date(2026, 6, 30), company=None):
        """Bring the value rows of a company up to date, as of a day.

        :return: {partner or product: its row}, of customers
        """
        company = company or cls.company
        cls.env["crm.pareto.recompute"]._recompute(company, as_of)
        cls.env["crm.pareto.repeat"]._recompute(company, as_of)
        rows = cls.env["crm.pareto.customer"].search([("company_id", "=", company.id)])
        return {row.partner_id: row for row in rows}

    @classmethod
    def refresh(cls, as_of):
        """Bring what changed in the company up to date, as each hour."""
        cls.env["crm.pareto.recompute"]._refresh(cls.company, as_of)
        cls.env["crm.pareto.repeat"]._refresh(cls.company, as_of)


# In each page, and before its own scripts: the clock is ahead by so many milliseconds.
CLOCK_AHEAD = """
    Date = (function (real, now) {
        return new Proxy(real, {
            construct: (_target, words, asked) => Reflect.construct(real, words.length ? words : [now()], asked),
            apply: () => new real(now()).toString(),
            get: (_target, name) => (name === "now" ? now : real[name]),
        });
    })(Date, ((now) => () => now() + %d)(Date.now));
"""


class PatientBrowser(ChromeBrowser):
    """A Chromium that is started a second time where the first did not answer, and has the day of the tests.

    Odoo waits 10 seconds and then skips the test: on a busy machine with two cores a start took longer.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if ahead := other_day.distance(os.environ):
            script = CLOCK_AHEAD % (1000 * ahead)
            self._websocket_request("Page.addScriptToEvaluateOnNewDocument", params={"source": script})

    def _spawn_chrome(self, cmd):
        # With libfaketime Chromium hangs.
        with patch.dict(os.environ):
            for name in other_day.VARIABLES:
                os.environ.pop(name, None)
            try:
                with mute_logger(self._logger.name):
                    return super()._spawn_chrome(cmd)
            except SkipTest:
                os.makedirs(self.user_data_dir, exist_ok=True)  # Odoo removed it with the first
                return super()._spawn_chrome(cmd)


@tagged("standard", "post_install", "-at_install")
class ParetoHttpCase(HttpCase):
    """Tests in a real browser against Odoo's own web server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(patch("odoo.tests.common.ChromeBrowser", PatientBrowser))
        cls.startClassPatcher(patch("odoo.tests.common.CHECK_BROWSER_ITERATIONS", 300))  # of 0.1 s


@contextmanager
def throwaway_database(name, template=BASE_DATABASE):
    """Yield (odoo, name): a database of its own, for what must commit; dropped at the end.

    :param template: the database it is a copy of
    """
    with postgres.server() as server:
        odoo = Odoo(odoo_source.find(), server)
        odoo.create(name, template)
        try:
            yield odoo, name
        finally:
            odoo.drop(name)
