"""The service load of customers and products: what each app's documents bring, against plain Python."""

from collections import defaultdict
from datetime import date

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo import Command

from tests.common import PROFIT

from .affairs import MONDAY, Affairs
from .common import EVERY_APP, AppsCase

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


class TestKinds(ServiceCase):
    """Each kind of event, and what is none."""

    def test_unsold_hours(self):
        task = self.corvex.task()
        hours = self.corvex.log_hours(task, 2.5)
        row = self.assertRow("timesheet", hours, JUNE, hours=2.5, cost=2.5 * HOURLY_COST)
        self.assertEqual(row.name, "Calibrate")
        self.clara.with_env(self.env).employee_id.hourly_cost = 99
        self.assertRow("timesheet", hours, JUNE, hours=2.5, cost=2.5 * HOURLY_COST)

    def test_hours_on_the_project_of_a_customer(self):
        project = self.corvex.task().project_id
        project.partner_id = self.corvex.contact
        values = {"project_id": project.id, "user_id": self.clara.id, "date": JUNE, "unit_amount": 1}
        hours = self.corvex.make("account.analytic.line", name="Meeting", **values)
        self.assertRow("timesheet", hours, JUNE, hours=1, cost=HOURLY_COST)

    def sold_task(self):
        """The task of a service that was sold by the hour."""
        values = {"name": "Training", "type": "service", "service_policy": "delivered_timesheet"}
        values |= {"service_tracking": "task_in_project", "taxes_id": [Command.clear()]}
        training = self.env["product.product"].create(values)
        order = self.corvex.order(order_line=[Command.create({"product_id": training.id, "product_uom_qty": 8})])
        order.action_confirm()
        return order.order_line.task_id, training

    def test_sold_hours_do_not_count(self):
        task, training = self.sold_task()
        hours = self.corvex.log_hours(task, 3)
        self.assertTrue(hours.so_line)
        self.assertFalse(self.rows())
        hours.write({"so_line": False, "is_so_line_edited": True})
        self.assertRow("timesheet", hours, JUNE, product=training, hours=3, cost=3 * HOURLY_COST)

    def test_hours_billed_by_hand_and_hours_for_nobody_do_not_count(self):
        task = self.corvex.task()
        task.project_id.billing_type = "manually"
        self.assertEqual(self.corvex.log_hours(task, 3).timesheet_invoice_type, "billable_manual")
        nobody = self.corvex.task()
        nobody.partner_id = False
        self.corvex.log_hours(nobody, 3)
        self.assertFalse(self.rows())

    def test_a_ticket(self):
        ticket = self.corvex.ticket()
        row = self.assertRow("ticket", ticket, ticket.create_date.date())
        self.assertEqual(row.name, f"{ticket.number} No display")
        ticket.active = False
        self.assertEqual(len(self.rows("ticket")), 1)

    def test_a_duplicate_of_a_ticket_does_not_count(self):
        ticket = self.corvex.ticket()
        self.corvex.ticket(duplicate_id=ticket.id)
        self.assertRow("ticket", ticket, ticket.create_date.date())

    @freeze_time(MONDAY)
    def test_a_repair(self):
        repair = self.corvex.finished_repair(self.part, under_warranty=True)
        expected = {"product": self.gauge, "cost": 2 * PART_COST, "quantity": 1, "under_warranty": True}
        self.assertRow("repair", repair, MONDAY.date(), **expected)
        self.part.standard_price = 99
        self.assertRow("repair", repair, MONDAY.date(), **expected)

    @freeze_time(MONDAY)
    def test_a_repair_that_is_paid_for_has_no_cost(self):
        repair = self.corvex.finished_repair(self.part, sell=True)
        self.assertRow("repair", repair, MONDAY.date(), product=self.gauge, quantity=1)

    @freeze_time(MONDAY)
    def test_a_part_under_warranty_is_counted_once(self):
        repair = self.corvex.finished_repair(self.part, sell=True, under_warranty=True)
        expected = {"product": self.gauge, "quantity": 1, "under_warranty": True}
        self.assertRow("repair", repair, MONDAY.date(), cost=2 * PART_COST, **expected)
        invoice = repair.sale_order_id._create_invoices()
        self.assertRow("repair", repair, MONDAY.date(), cost=2 * PART_COST, **expected)
        invoice.action_post()
        self.assertRow("repair", repair, MONDAY.date(), **expected)
        lines = self.at(self.clara)["crm.pareto.revenue.report"].search([("move_id", "=", invoice.id)])
        self.assertEqual(sum(lines.mapped("cost")), 2 * PART_COST)

    @freeze_time(MONDAY)
    def test_parts_taken_out_have_no_cost(self):
        old = {"repair_line_type": "remove", "product_id": self.part.id, "product_uom_qty": 2}
        new = {"repair_line_type": "add", "product_id": self.part.id, "product_uom_qty": 2}
        repair = self.corvex.finished_repair(self.part, move_ids=[Command.create(old), Command.create(new)])
        expected = {"product": self.gauge, "quantity": 1, "cost": 2 * PART_COST}
        self.assertRow("repair", repair, MONDAY.date(), **expected)

    def test_repairs_that_are_not_done_do_not_count(self):
        self.corvex.repair()
        self.corvex.repair().action_repair_start()
        self.corvex.repair().action_repair_cancel()
        self.assertFalse(self.rows())

    @freeze_time(MONDAY)
    def test_a_return(self):
        transfer = self.corvex.returned((self.gauge, 3))
        self.assertRow("return", transfer, MONDAY.date(), product=self.gauge, quantity=3)

    def test_a_return_of_two_products_is_one_event(self):
        self.corvex.returned((self.gauge, 3), (self.part, 1))
        rows = self.rows("return")
        self.assertEqual({row.product_id: row.quantity for row in rows}, {self.gauge: 3, self.part: 1})
        self.assertEqual(len(set(rows.mapped("event"))), 1)

    def test_deliveries_and_planned_returns_do_not_count(self):
        delivery = self.corvex.delivery()
        self.assertEqual(delivery.state, "done")
        wizard = self.corvex.env["stock.return.picking"]
        wizard = wizard.with_context(active_id=delivery.id, active_model="stock.picking").create({})
        wizard.product_return_moves.quantity = 1
        wizard.action_create_returns()
        self.assertFalse(self.rows())

    def test_goods_sent_out_again_are_no_return(self):
        transfer = self.corvex.returned((self.gauge, 1))
        again = self.corvex.take_back(transfer)
        self.assertEqual((again.return_id, again.state), (transfer, "done"))
        self.assertEqual(self.rows("return").res_id, transfer.id)

    def test_a_credit_note(self):
        note = self.corvex.credit_note((self.gauge, 2))
        self.assertRow("credit_note", note, JUNE, product=self.gauge, quantity=2)

    @freeze_time(MONDAY)
    def test_a_complaint(self):
        task = self.corvex.task()
        self.corvex.rate(task, 2)
        self.assertRow("complaint", task, MONDAY.date())

    @freeze_time(MONDAY)
    def test_a_complaint_about_what_was_sold(self):
        task, training = self.sold_task()
        task.user_ids = self.clara
        self.corvex.rate(task, 1)
        self.assertRow("complaint", task, MONDAY.date(), product=training)

    @freeze_time(MONDAY)
    def test_a_complaint_in_a_project_of_no_company_is_of_the_one_where_the_rated_person_works(self):
        task = self.corvex.task()
        task.project_id.company_id = False
        self.assertFalse(task.company_id)
        self.corvex.rate(task, 2.9)
        self.assertRow("complaint", task, MONDAY.date())

    def test_content_customers_and_open_questions_are_no_complaints(self):
        for grade in (3, 4, 5):
            self.corvex.rate(self.corvex.task(), grade)
        self.corvex.task()._rating_get_access_token(self.corvex.contact)
        self.assertFalse(self.rows())

    def test_all_kinds_are_known(self):
        self.assertFalse(self.env["crm.pareto.service.report"]._get_missing_kinds())


class TestCompanies(ServiceCase):
    def test_another_company_s_are_not_shown(self):
        abroad = self.new_company("Ridgeline", "USD")
        for goods in self.gauge | self.part:
            self.stock(goods, 7, abroad)
        dora = self.new_member("dora", f"{EVERY_APP},{PROFIT}", abroad)
        both = self.new_member("both", f"{EVERY_APP},{PROFIT}", self.company | abroad)
        there = Service(self.at(dora), dora, self.corvex.contact, self.gauge)
        for service in (self.corvex, there):
            task = service.task()
            service.log_hours(task, 1)
            service.rate(task, 1)
            service.ticket()
            service.finished_repair(self.part)
            service.returned((self.gauge, 1))
            service.credit_note((self.gauge, 1))
        for reader, companies in ((self.clara, self.company), (dora, abroad), (both, self.company | abroad)):
            for kind, _label in self.env["crm.pareto.service.report"]._fields["kind"].selection:
                rows = self.rows(kind, user=reader)
                self.assertEqual(len(rows), len(companies), (reader.name, kind))
                self.assertEqual(rows.company_id, companies)
                self.assertEqual(rows.currency_id, companies.currency_id)
        parts = {row.company_id.id: row.cost for row in self.rows("repair", user=both)}
        self.assertEqual(parts, {self.company.id: 2 * PART_COST, abroad.id: 14})


EVENTS = st.tuples(
    st.sampled_from(["hours", "sold", "ticket", "repair", "return", "credit_note", "rating"]),
    st.booleans(),  # which customer
    st.booleans(),  # which product
    st.integers(1, 5),  # hours, pieces or stars
    st.booleans(),  # done and unpaid, or not
)


class TestSums(ServiceCase):
    """Random events: the sums by customer and by product are those that plain Python finds in the documents."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.goods = [cls.gauge, cls.part]
        cls.no_product = cls.env["product.product"]

    def happen(self, kind, other_customer, other_product, number, whole):
        service = self.dunlin if other_customer else self.corvex
        getattr(self, f"happen_{kind}")(service, self.goods[other_product], number, whole)

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

    def sums(self, place):
        """{(customer or product, kind): (events, hours, cost)} of what is judged."""
        found = defaultdict(lambda: (set(), 0, 0))
        for fact in self.judged():
            of, kind, document = (fact[0].commercial_partner_id, fact[1])[place], *fact[2:4]
            documents, hours, cost = found[of.id, kind]
            found[of.id, kind] = (documents | {document.id}, hours + fact[4], cost + fact[5])
        return {key: (len(documents), hours, round(cost, 2)) for key, (documents, hours, cost) in found.items()}

    def reported(self, name):
        report = self.at(self.clara)["crm.pareto.service.report"]
        groups = report._read_group([], [name, "kind"], ["event:count_distinct", "hours:sum", "cost:sum"])
        return {(of.id, kind): (events, hours, round(cost, 2)) for of, kind, events, hours, cost in groups}

    @settings(max_examples=6, deadline=None)
    @given(st.lists(EVENTS, min_size=4, max_size=9))
    def test_sums(self, events):
        for event in events:
            self.happen(*event)
        self.env.flush_all()
        self.env.invalidate_all()
        for place, name in enumerate(("customer_id", "product_id")):
            self.assertEqual(self.reported(name), self.sums(place))
