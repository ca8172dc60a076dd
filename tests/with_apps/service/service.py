"""What customers need after the sale: builders, random events, and what plain Python finds in the documents."""

from datetime import date

from hypothesis import strategies as st
from odoo import Command

from tests.common import PROFIT

from ..affairs import Affairs
from ..common import EVERY_APP, AppsCase

HOURLY_COST, GAUGE_COST, PART_COST = 50, 40, 15
JUNE = date(2026, 6, 15)


class Service(Affairs):
    """What a customer needs after the sale."""

    def finished_repair(self, part, quantity=2, device=None, sell=False, **values):
        """A repair in which parts are added; with `sell`, on an order."""
        line = {"repair_line_type": "add", "product_id": part.id, "product_uom_qty": quantity}
        values = {"product_id": (device or self.product).id, "move_ids": [Command.create(line)], **values}
        repair = self.make("repair.order", partner_id=self.contact.id, user_id=self.user.id, **values)
        if sell:
            repair.action_create_sale_order()
            repair.sale_order_id.action_confirm()
        repair.action_repair_start()
        repair.move_ids.quantity = quantity
        repair.action_repair_end()
        return repair

    def returned(self, *goods):
        """What comes back of a delivery of (product, quantity)."""
        lines = [Command.create({"product_id": product.id, "product_uom_qty": quantity}) for product, quantity in goods]
        order = self.order(order_line=lines)
        order.action_confirm()
        delivery = order.picking_ids
        for move in delivery.move_ids:
            move.quantity = move.product_uom_qty
        delivery.button_validate()
        wizard = self.env["stock.return.picking"].with_context(active_id=delivery.id, active_model="stock.picking")
        wizard = wizard.create({})
        for line in wizard.product_return_moves:
            line.quantity = line.move_quantity
        transfer = self.env["stock.picking"].browse(wizard.action_create_returns()["res_id"])
        transfer.user_id = self.user
        for move in transfer.move_ids:
            move.quantity = move.product_uom_qty
        transfer.button_validate()
        return transfer

    def credit_note(self, *goods, **values):
        lines = [
            Command.create({"product_id": product.id, "quantity": quantity, "price_unit": 9, "tax_ids": [(5, 0, 0)]})
            for product, quantity in goods
        ]
        return self.invoice(move_type="out_refund", invoice_line_ids=lines, **values)

    def rate(self, task, grade):
        return task.rating_apply(grade, token=task._rating_get_access_token(self.contact), feedback="So so")

    def log_hours(self, task, hours, **values):
        values = {"task_id": task.id, "project_id": task.project_id.id, "user_id": self.user.id, **values}
        return self.make("account.analytic.line", name="Calibration", date=JUNE, unit_amount=hours, **values)


class ServiceCase(AppsCase):
    """Tests in a company whose Clara serves the customers Corvex and Dunlin."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clara = cls.new_member("clara", f"{EVERY_APP},{PROFIT}")
        cls.gauge, cls.part = cls.new_goods("Gauge", GAUGE_COST), cls.new_goods("Battery", PART_COST)
        env = cls.at(cls.clara)
        cls.corvex, cls.dunlin = (
            Service(env, cls.clara, cls.new_contact(name), cls.gauge) for name in ("Corvex", "Dunlin")
        )
        cls.clara.with_env(cls.env).employee_id.hourly_cost = HOURLY_COST

    @classmethod
    def new_goods(cls, name, cost, company=None):
        """Goods of which there are plenty."""
        values = {"name": name, "is_storable": True, "list_price": 100, "taxes_id": [Command.clear()]}
        goods = cls.env["product.product"].create(values)
        cls.stock(goods, cost, company or cls.company)
        return goods

    @classmethod
    def stock(cls, goods, cost, company):
        goods.with_company(company).standard_price = cost
        warehouse = cls.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1)
        cls.env["stock.quant"].with_company(company)._update_available_quantity(goods, warehouse.lot_stock_id, 1000)

    def rows(self, *kinds, user=None):
        """The rows that a reader sees, by default Clara."""
        self.env.flush_all()
        self.env.invalidate_all()
        env = self.at(user or self.clara)
        return env["crm.pareto.service.report"].search([("kind", "in", kinds)] if kinds else [])

    def assertRow(self, kind, document, day, product=None, hours=0, cost=0, quantity=0, under_warranty=False):
        """There is one row of this kind: Corvex's and Clara's, about this document."""
        row = self.rows(kind)
        self.assertEqual(len(row), 1, kind)
        found = (row.customer_id.id, row.user_id.id, row.company_id.id, row.currency_id.id, row.date, row.product_id.id)
        company = self.company
        expected = (self.corvex.customer.id, self.clara.id, company.id, company.currency_id.id, day)
        self.assertEqual(found, (*expected, product.id if product else False))
        found = (row.hours, row.cost, row.quantity, row.under_warranty)
        self.assertEqual(found, (hours, cost, quantity, under_warranty))
        action = row.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), (document._name, document.id))
        return row


def events(customers):
    """A strategy: what happens to one of so many customers."""
    return st.tuples(
        st.sampled_from(["hours", "sold", "ticket", "repair", "return", "credit_note", "rating"]),
        st.integers(0, customers - 1),
        st.booleans(),  # which product
        st.integers(1, 5),  # hours, pieces or stars
        st.booleans(),  # done and unpaid, or not
    )


class RandomServiceCase(ServiceCase):
    """Tests in which anything happens to `services`: what counts of it, the documents themselves say."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.services = [cls.corvex, cls.dunlin]
        cls.goods = [cls.gauge, cls.part]
        cls.no_product = cls.env["product.product"]

    def happen(self, kind, customer, other_product, number, whole):
        getattr(self, f"happen_{kind}")(self.services[customer], self.goods[other_product], number, whole)

    def happen_hours(self, service, product, number, whole):
        task = service.task()
        if not whole:
            task.project_id.billing_type = "manually"
        service.log_hours(task, number / 4)

    def happen_sold(self, service, product, number, whole):
        hours = service.log_hours(service.task(), number)
        hours.so_line = service.order(order_line=[Command.create({"product_id": self.training().id})]).order_line

    def happen_ticket(self, service, product, number, whole):
        service.ticket()

    def happen_repair(self, service, product, number, whole):
        if whole:
            service.finished_repair(product, number, under_warranty=product == self.part, sell=number % 2)
        else:
            service.repair()

    def happen_return(self, service, product, number, whole):
        if whole:
            service.returned((product, number), (self.gauge, 1))
        else:
            service.delivery()

    def happen_credit_note(self, service, product, number, whole):
        if whole:
            service.credit_note((product, number), (product, 1), (self.gauge, 2))
        else:
            service.credit_note((product, number)).button_draft()

    def happen_rating(self, service, product, number, whole):
        service.rate(service.task(), number)

    def training(self):
        values = {"name": "Training", "type": "service", "service_policy": "delivered_timesheet"}
        return self.env["product.product"].create(values)

    def judged(self):
        """(customer, product, kind, document, hours, cost) of all that counts, as the ORM shows the documents."""
        yield from self.judged_hours()
        for ticket in self.ours("helpdesk.ticket"):
            yield ticket.partner_id, self.no_product, "ticket", ticket, 0, 0
        yield from self.judged_repairs()
        yield from self.judged_goods()
        yield from self.judged_ratings()

    def ours(self, model, *domain):
        return self.env[model].search([("company_id", "=", self.company.id), *domain])

    def judged_hours(self):
        for line in self.ours("account.analytic.line", ("project_id", "!=", False), ("partner_id", "!=", False)):
            if line.timesheet_invoice_type == "non_billable":
                yield line.partner_id, self.no_product, "timesheet", line, line.unit_amount, -line.amount

    def judged_repairs(self):
        for repair in self.ours("repair.order", ("state", "=", "done")):
            given_away = repair.under_warranty or not repair.sale_order_id
            costs = (move.quantity * move.product_id.standard_price for move in repair.move_ids if given_away)
            yield repair.partner_id, repair.product_id, "repair", repair, 0, sum(costs)

    def judged_goods(self):
        for picking in self.ours("stock.picking", ("state", "=", "done")):
            if picking.return_id.picking_type_code == "outgoing":
                for product in picking.move_ids.product_id:
                    yield picking.partner_id, product, "return", picking, 0, 0
        for move in self.ours("account.move", ("state", "=", "posted"), ("move_type", "=", "out_refund")):
            for product in move.invoice_line_ids.product_id:
                yield move.partner_id, product, "credit_note", move, 0, 0

    def judged_ratings(self):
        tasks = self.ours("project.task").ids
        rated = [("res_model", "=", "project.task"), ("res_id", "in", tasks), ("consumed", "=", True)]
        for rating in self.env["rating.rating"].search(rated):
            if 1 <= rating.rating < 3:
                yield rating.partner_id, self.no_product, "complaint", rating, 0, 0
