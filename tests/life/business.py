"""A year of business by Odoo's own methods, where the addon need not be.

python -m tests.life.business --database NAME -- <odoo options>
"""

import random
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

from .. import script

SEED = 19
COMPANIES = (("Alder Europe", "EUR", "USD"), ("Alder America", "USD", "EUR"))
CUSTOMERS = 12
PRODUCTS = 5
ORDERS = 26  # one a fortnight
FORTNIGHT = timedelta(days=14)


class Business:
    """A company that sells for a year: orders and their invoices, direct ones, credit notes, and what is no revenue."""

    def __init__(self, env, name, currency, foreign):
        self.random = random.Random(f"{SEED} {name}")
        self.company = self._make_company(env, name, currency)
        self.foreign = self._currency(env, foreign)
        self.env = env(context={**env.context, "allowed_company_ids": self.company.ids})
        self.today = fields.Date.context_today(self.company)
        self.products = [self._make_product(number) for number in range(PRODUCTS)]
        self.customers = [self._make_customer(f"{name} {number}", number) for number in range(CUSTOMERS)]
        self.campaign = self.env["utm.campaign"].create({"title": f"Fair of {name}"})

    @staticmethod
    def _currency(env, name):
        found = env["res.currency"].with_context(active_test=False).search([("name", "=", name)])
        found.active = True
        return found

    def _make_company(self, env, name, currency):
        currency = self._currency(env, currency)
        company = env["res.company"].create({"name": name, "currency_id": currency.id})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.currency_id = currency  # the chart brings its own
        env.user.company_ids += company
        rate = {"currency_id": env.ref("base.USD").id, "company_id": company.id, "name": "2000-01-01"}
        if currency.name == "EUR":
            env["res.currency.rate"].create({**rate, "rate": 1.17})
        return company

    def _make_product(self, number):
        product = self.env["product.product"].create(
            {"name": f"Gauge {number}", "type": "consu", "invoice_policy": "order", "list_price": 50 * (number + 1)}
        )
        product.with_company(self.company).standard_price = 31.37 * (number + 1)
        return product

    def _make_customer(self, name, number):
        customer = self.env["res.partner"].create({"name": name, "is_company": number % 4 != 0})
        for kind in ("contact", "invoice"):
            self.env["res.partner"].create({"name": f"{name} {kind}", "parent_id": customer.id, "type": kind})
        return customer

    def conduct(self):
        """The year, oldest first."""
        for number in range(ORDERS):
            day = self.today - FORTNIGHT * (ORDERS - number - 1)
            customer = self.customers[int(CUSTOMERS * self.random.random() ** 3)]
            invoice = self._sell(customer, day, self.campaign if number % 3 == 0 else self.campaign.browse())
            if number % 5 == 0:
                self._credit(invoice, day + timedelta(days=3))
            if number % 4 == 0:
                self._bill("out_invoice", self.random.choice(self.customers).child_ids[-1:], day, self.foreign)
        self._not_revenue()
        self._rearrange()

    def _sell(self, customer, day, campaign):
        """A confirmed order of two lines and its posted invoice, to a contact now and then."""
        lines = [
            {"product_id": product.id, "product_uom_qty": self.random.randint(1, 9), "price_unit": self._price()}
            for product in self.random.sample(self.products, 2)
        ]
        order = self.env["sale.order"].create(
            {
                "partner_id": self.random.choice([customer, customer.child_ids[0]]).id,
                "date_order": fields.Datetime.to_datetime(day),
                "campaign_id": campaign.id,
                "order_line": [Command.create(line) for line in lines],
            }
        )
        order.action_confirm()
        order.date_order = fields.Datetime.to_datetime(day)
        invoice = order._create_invoices()
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _price(self):
        return round(self.random.paretovariate(1.16) * 10, 2)

    def _credit(self, invoice, day):
        """A posted credit note over the whole invoice."""
        wizard = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=invoice.ids)
        wizard = wizard.create({"journal_id": invoice.journal_id.id, "date": min(day, self.today)})
        note = invoice.browse(wizard.refund_moves()["res_id"])
        note.action_post()

    def _bill(self, move_type, partner, day, currency=None, post=True):
        """A document that no order stands behind, of a product and of something else."""
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": day,
                "currency_id": (currency or self.company.currency_id).id,
                "invoice_line_ids": [
                    Command.create({"product_id": self.products[0].id, "quantity": 3, "price_unit": self._price()}),
                    Command.create({"name": "Carriage", "quantity": 1, "price_unit": 7.77}),
                    Command.create({"display_type": "line_note", "name": "With thanks"}),
                ],
            }
        )
        if post:
            move.action_post()
        return move

    def _not_revenue(self):
        """A receipt and an invoice to nobody, which count; drafts, cancelled ones and vendor bills, which do not."""
        one, other = self.customers[:2]
        self._bill("out_receipt", one, self.today)
        self._bill("out_invoice", other, self.today, post=False)
        self._bill("out_invoice", other, self.today, post=False).button_cancel()
        self._bill("in_invoice", one, self.today)
        self.env["crm.lead"].create({"name": "Extension", "partner_id": one.id, "expected_revenue": 5000})

    def _rearrange(self):
        """A customer is archived, a contact has moved to another one."""
        self.customers[-1].active = False
        self.customers[0].child_ids[0].parent_id = self.customers[1]


def conduct(env):
    """Two companies' years; the number of posted customer documents."""
    for names in COMPANIES:
        Business(env, *names).conduct()
    types = ("out_invoice", "out_refund", "out_receipt")
    return env["account.move"].search_count([("state", "=", "posted"), ("move_type", "in", types)])


if __name__ == "__main__":
    script.main(__doc__, conduct, keep=True)
