"""The service load of customers and products: what each app's documents bring, against plain Python."""

from collections import defaultdict
from datetime import date

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo import Command

from tests.common import PROFIT

from ..affairs import MONDAY
from ..common import EVERY_APP
from .service import HOURLY_COST, JUNE, PART_COST, RandomServiceCase, Service, ServiceCase, events


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

    def test_what_happened_is_of_the_day_it_was_in_its_company(self):
        abroad = self.new_company("Alder Ltd", "USD")
        abroad.partner_id.tz = "Pacific/Auckland"
        tickets = self.corvex.ticket() + self.corvex.ticket().sudo()
        tickets[1].company_id = abroad
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE helpdesk_ticket SET create_date = '2026-06-30 20:00' WHERE id IN %s", [tuple(tickets.ids)]
        )
        report = self.env["crm.pareto.service.report"].with_context(allowed_company_ids=(self.company + abroad).ids)
        rows = report.sudo().search([("res_model", "=", "helpdesk.ticket"), ("res_id", "in", tickets.ids)])
        days = {row.company_id: row.date for row in rows}
        self.assertEqual(days, {self.company: date(2026, 6, 30), abroad: date(2026, 7, 1)})

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


class TestSums(RandomServiceCase):
    """Random events: the sums by customer and by product are those that plain Python finds in the documents."""

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
    @given(st.lists(events(2), min_size=4, max_size=9))
    def test_sums(self, happened):
        for event in happened:
            self.happen(*event)
        self.env.flush_all()
        self.env.invalidate_all()
        for place, name in enumerate(("customer_id", "product_id")):
            self.assertEqual(self.reported(name), self.sums(place))
