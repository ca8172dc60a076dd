"""Service figures, tiers and profit after service on customers, against plain Python over the documents."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.common import PROFIT, SALESPERSON

from .service import HOURLY_COST, PART_COST, RandomServiceCase, Service, events

END = date(2100, 1, 1)  # the last day of a window that has everything in it
BOUNDS = {"A": Decimal("0.8"), "B": Decimal("0.95"), "C": Decimal(1)}


def ranked(values):
    """{customer id: (rank, name of the tier)} by the tier rule, from {customer id: value}."""
    order = sorted(values, key=lambda customer: (-values[customer], customer))
    total = sum(value for value in values.values() if value > 0)
    before, found = Decimal(0), {}
    for place, customer in enumerate(order, 1):
        tier = "C"
        if values[customer] > 0:
            tier = next((name for name, bound in BOUNDS.items() if before < bound * total), "C")
            before += values[customer]
        found[customer] = (place, tier)
    return found


class ServedCase(RandomServiceCase):
    """Tests in a company that counts everything ever, with five customers of whom four were invoiced."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.pareto_window = "all"
        env = cls.at(cls.clara)
        cls.services += [
            Service(env, cls.clara, cls.new_contact(name), cls.gauge) for name in ("Elbe", "Fjord", "Grove")
        ]
        *invoiced, cls.stranger = cls.services
        for service in invoiced:
            service.invoice()

    def rows_by_customer(self, as_of=END):
        """{customer id: its row}"""
        self.env.flush_all()
        return {partner.id: row for partner, row in self.recompute(as_of).items()}

    def row(self, service, as_of=END):
        return self.rows_by_customer(as_of)[service.customer.id]

    def judged_by_customer(self):
        """{customer id: {"cases": …, "hours": …, "cost": …}}"""
        found = defaultdict(lambda: {"events": set(), "hours": Decimal(0), "cost": Decimal(0)})
        for customer, _product, kind, document, hours, cost in self.judged():
            figures = found[customer.commercial_partner_id.id]
            figures["hours"] += Decimal(str(hours))
            figures["cost"] += Decimal(str(round(cost, 4)))
            if kind != "timesheet":
                figures["events"].add((kind, document.id))
        return {
            customer: {"cases": len(figures["events"]), "hours": figures["hours"], "cost": round(figures["cost"], 2)}
            for customer, figures in found.items()
        }

    def measure_of(self, found):
        for measure in ("cost", "hours"):
            if any(figures[measure] > 0 for figures in found.values()):
                return measure
        return "cases"

    def assert_as_judged(self):
        """Figures, ranks and tiers of all rows are those that plain Python finds."""
        rows, found = self.rows_by_customer(), self.judged_by_customer()
        nothing = {"cases": 0, "hours": 0, "cost": 0}
        found = {customer: found.get(customer, nothing) for customer in {*rows, *found}}
        measure = self.measure_of(found)
        self.assertEqual(self.standing().service_measure, measure)
        places = ranked({customer: Decimal(figures[measure]) for customer, figures in found.items()})
        for customer, row in rows.items():
            figures = found[customer]
            self.assertTrue(row.has_service and row.has_service_hours and row.has_service_cost)
            self.assertEqual(row.service_cases, figures["cases"])
            self.assertAlmostEqual(row.service_hours, float(figures["hours"]), 6)
            self.assertEqual(row.service_cost, float(figures["cost"]))
            self.assertEqual((row.service_rank, row.service_tier_id.name), places[customer])
            self.assertAlmostEqual(row.served_profit, row.profit - row.service_cost, 6)
        left = ranked({customer: Decimal(str(round(row.served_profit, 6))) for customer, row in rows.items()})
        for customer, row in rows.items():
            self.assertEqual((row.served_profit_rank, row.served_profit_tier_id.name), left[customer])
        return rows

    def standing(self):
        return self.env["crm.pareto.run"]._standing(self.company, "customer")

    def opened(self, row):
        """What a click on a row's service shows Clara."""
        action = self.at(self.clara, row).action_open_service()
        return self.at(self.clara)[action["res_model"]].search(action["domain"])

    def assert_opens(self, row):
        """The rows that a click opens sum to the figures."""
        opened = self.opened(row)
        cases = {event.event for event in opened if event.kind != "timesheet"}
        self.assertEqual(len(cases), row.service_cases)
        self.assertAlmostEqual(sum(opened.mapped("hours")), row.service_hours, 6)
        self.assertEqual(round(sum(opened.mapped("cost")), 2), row.service_cost)


class TestTiers(ServedCase):
    @settings(max_examples=6, deadline=None)
    @given(st.lists(events(5), min_size=4, max_size=9))
    def test_service_tiers_are_those_of_the_documents(self, happened):
        for event in happened:
            self.happen(*event)
        for row in self.assert_as_judged().values():
            self.assert_opens(row)

    def test_the_one_who_crosses_eighty_percent_is_still_in_the_first_tier(self):
        for service, hours in zip(self.services, (70, 20, 6, 4), strict=False):
            service.log_hours(service.task(), hours)
        rows = self.rows_by_customer()
        tiers = [rows[service.customer.id].service_tier_id.name for service in self.services[:4]]
        self.assertEqual(tiers, ["A", "A", "B", "C"])

    def test_where_nothing_has_a_cost_tiers_go_by_hours_and_say_so(self):
        self.clara.with_env(self.env).employee_id.hourly_cost = 0
        self.corvex.log_hours(self.corvex.task(), 1)
        self.dunlin.log_hours(self.dunlin.task(), 9)
        rows = self.assert_as_judged()
        self.assertEqual(self.standing().service_measure, "hours")
        row = rows[self.dunlin.customer.id]
        self.assertEqual((row.service_rank, row.service_tier_id.name, row.service_cost), (1, "A", 0))
        self.assertIn("by hours", row.service_message)

    def test_where_there_are_no_hours_either_tiers_go_by_cases(self):
        self.corvex.ticket()
        self.dunlin.ticket()
        self.dunlin.credit_note((self.gauge, 1))
        row = self.assert_as_judged()[self.dunlin.customer.id]
        self.assertEqual((row.service_cases, row.service_rank, row.service_tier_id.name), (2, 1, "A"))
        self.assertIn("by cases", row.service_message)

    def test_whoever_never_got_an_invoice_counts_for_the_others_tiers(self):
        self.stranger.log_hours(self.stranger.task(), 90)
        self.corvex.log_hours(self.corvex.task(), 10)
        rows = self.rows_by_customer()
        self.assertNotIn(self.stranger.customer.id, rows)
        row = rows[self.corvex.customer.id]
        self.assertEqual((row.service_rank, row.service_tier_id.name), (2, "B"))

    def test_corrected_hours_leave_nothing(self):
        task = self.corvex.task()
        self.corvex.log_hours(task, 2)
        self.corvex.log_hours(task, -3)
        row = self.row(self.corvex)
        self.assertEqual((row.service_hours, row.service_cost), (-1, -HOURLY_COST))
        self.assertEqual(row.service_tier_id.name, "C")


class TestFigures(ServedCase):
    def test_hours_that_nobody_works_end_no_computation(self):
        self.clara.with_env(self.env).employee_id.hourly_cost = 0  # Odoo itself refuses a cost without end
        for _time in range(2):
            self.corvex.log_hours(self.corvex.task(), 1e308)
        self.dunlin.log_hours(self.dunlin.task(), 2)
        rows = self.rows_by_customer()
        self.assertEqual(rows[self.dunlin.customer.id].service_hours, 2)
        self.assertEqual(rows[self.corvex.customer.id].service_rank, 1)

    def test_who_needed_nothing_has_zero_and_the_last_tier(self):
        row = self.row(self.corvex)
        self.assertTrue(row.has_service and row.has_service_hours and row.has_service_cost)
        self.assertEqual((row.service_cases, row.service_hours, row.service_cost), (0, 0, 0))
        self.assertEqual((row.served_profit, row.service_tier_id.name), (row.profit, "C"))

    def test_profit_after_service(self):
        self.corvex.log_hours(self.corvex.task(), 3)
        self.corvex.finished_repair(self.part)
        row = self.row(self.corvex)
        cost = 3 * HOURLY_COST + 2 * PART_COST
        self.assertEqual((row.service_cost, row.profit, row.served_profit), (cost, 100, 100 - cost))
        self.assert_opens(row)

    def test_a_customer_with_nothing_but_refunds(self):
        self.stranger.credit_note((self.gauge, 2))
        row = self.row(self.stranger)
        self.assertEqual((row.service_cases, row.service_hours, row.service_cost), (1, 0, 0))
        self.assertLess(row.turnover, 0)
        self.assertEqual(row.served_profit, row.profit)
        self.assert_opens(row)

    def test_the_window_is_that_of_turnover(self):
        self.company.pareto_window = "3"
        task = self.corvex.task()
        self.corvex.log_hours(task, 2)
        self.corvex.log_hours(task, 5).date = date(2026, 9, 16)
        for day, hours in ((date(2026, 9, 14), 2), (date(2026, 9, 15), 0), (date(2026, 9, 16), 5)):
            row = self.row(self.corvex, day)
            self.assertEqual(row.service_hours, hours, day)
            self.assert_opens(row)

    def test_what_opens_stays_that_of_the_night_while_the_window_moves_on(self):
        self.company.pareto_window = "3"
        self.corvex.log_hours(self.corvex.task(), 2)
        row = self.row(self.corvex, date(2026, 9, 14))
        self.env["crm.pareto.recompute"]._refresh(self.company, date(2026, 9, 15))
        self.env.invalidate_all()
        self.assertEqual(row.as_of, date(2026, 9, 15))
        self.assert_opens(row)

    def test_each_hour_profit_after_service_follows_the_profit(self):
        self.corvex.log_hours(self.corvex.task(), 3)
        row = self.row(self.corvex)
        self.corvex.invoice()
        self.env["crm.pareto.recompute"]._refresh(self.company, END)
        self.env.invalidate_all()
        self.assertEqual((row.profit, row.served_profit), (200, 200 - 3 * HOURLY_COST))
        self.assertEqual(
            row.served_profit_rank,
            1
            + sum(
                other.profit > 50
                for other in self.env[row._name].search([("company_id", "=", self.company.id), ("id", "!=", row.id)])
            ),
        )

    def test_a_customer_since_last_night_is_blank_and_says_why(self):
        self.rows_by_customer()
        self.stranger.invoice()
        self.env["crm.pareto.recompute"]._refresh(self.company, END)
        row = self.env["crm.pareto.customer"].search([("partner_id", "=", self.stranger.customer.id)])
        self.assertFalse(row.has_service or row.has_service_hours or row.has_service_cost or row.service_tier_id)
        self.assertEqual(row.service_message, "Service is summed each night.")
        self.assertTrue(self.row(self.stranger).has_service)

    def test_dropped_and_computed_again_they_are_the_same(self):
        self.corvex.log_hours(self.corvex.task(), 3)
        self.dunlin.ticket()
        names = ["service_cases", "service_hours", "service_cost", "service_rank", "service_tier_id", "served_profit"]
        before = {customer: row.read(names)[0] | {"id": 0} for customer, row in self.rows_by_customer().items()}
        self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)]).unlink()
        after = {customer: row.read(names)[0] | {"id": 0} for customer, row in self.rows_by_customer().items()}
        self.assertEqual(before, after)

    def test_another_company_s_service_does_not_count(self):
        abroad = self.new_company("Ridgeline", "USD")
        dora = self.new_member("dora", "project.group_project_manager,hr_timesheet.group_timesheet_manager", abroad)
        there = Service(
            self.env(user=dora, su=True, context={"allowed_company_ids": abroad.ids}),
            dora,
            self.corvex.contact,
            self.gauge,
        )
        there.log_hours(there.task(), 5)
        self.assertEqual(self.row(self.corvex).service_hours, 0)


class TestScreens(ServedCase):
    def test_big_but_loses_money(self):
        self.corvex.invoice()
        self.corvex.log_hours(self.corvex.task(), 10)
        self.stranger.invoice(invoice_line_ids=[(0, 0, {"name": "Screw", "price_unit": 1, "tax_ids": [(5, 0, 0)]})])
        self.stranger.log_hours(self.stranger.task(), 10)
        rows = self.rows_by_customer()
        self.assertEqual(rows[self.stranger.customer.id].turnover_tier_id.name, "C")
        customers = self.at(self.clara)["crm.pareto.customer"]
        found = customers.search([("big_but_loses", "=", True)])
        self.assertEqual(found.partner_id.ids, self.corvex.customer.ids)
        self.assertEqual(customers.search([]).filtered("big_but_loses"), found)
        others = customers.search([("big_but_loses", "=", False)])
        self.assertEqual(others | found, customers.search([]))
        self.assertFalse(others & found)

    def test_the_whale_curve_after_service(self):
        self.corvex.log_hours(self.corvex.task(), 3)
        rows = self.rows_by_customer()
        env = self.at(self.clara)
        figures = env["crm.pareto.page"].get_figures("customer", "served_profit")
        self.assertEqual((figures["net"], figures["total"], figures["reason"]), (250, 300, ""))
        curve = [round(bucket["cumulative"], 4) for bucket in figures["buckets"]]
        self.assertEqual(curve, [0.4, 0.8, 1.2, 1])
        opened = env["crm.pareto.customer"].search(figures["domain"])
        self.assertEqual(sum(opened.mapped("served_profit")), figures["net"])
        self.assertEqual(len(opened), len(rows))

    @freeze_time("2026-06-30")
    def test_the_whale_curve_of_another_window_is_not_known_and_says_so(self):
        self.rows_by_customer()
        page = self.at(self.clara)["crm.pareto.page"]
        snapshot = page.open_window("customer", "3")
        figures = page.get_figures("customer", "served_profit", snapshot)
        self.assertFalse(figures["buckets"])
        self.assertIn("own window only", figures["reason"])

    def test_who_sees_what(self):
        self.corvex.log_hours(self.corvex.task(), 3)
        row = self.row(self.corvex)
        expected = {
            SALESPERSON: set(),
            "sales_team.group_sale_manager": {"service_hours"},
            f"{SALESPERSON},{PROFIT}": {"service_cost", "service_rank", "served_profit", "big_but_loses"},
        }
        for groups, seen in expected.items():
            reader = self.new_member(f"reader {groups}", groups)
            fields = self.at(reader, row).fields_get()
            hidden = {"service_hours", "service_cost", "service_rank", "served_profit", "big_but_loses"}
            self.assertEqual(hidden & set(fields), seen)
            self.assertLessEqual({"service_cases", "service_tier_id", "service_message"}, set(fields))
            view = self.env.ref("crm_pareto.crm_pareto_customer_view_list_served_profit")
            arch = self.at(reader)["crm.pareto.customer"].get_view(view.id, "list")["arch"]
            self.assertEqual("action_open_service" in arch, "sale_manager" in groups)


class TestProducts(ServedCase):
    def reported(self, product):
        self.env.flush_all()
        self.env.invalidate_all()
        report = self.at(self.clara)["crm.pareto.product.service.report"]
        return report.search([("product_id", "=", product.id)])

    def sell(self, product, quantity, **values):
        line = {"product_id": product.id, "quantity": quantity, "price_unit": 1, "tax_ids": [(5, 0, 0)]}
        return self.corvex.invoice(invoice_line_ids=[(0, 0, line)], **values)

    def test_hours_and_cost_for_a_hundred_sold(self):
        self.sell(self.gauge, 45)
        self.corvex.credit_note((self.gauge, 5))
        for hours in (1, 3):
            self.corvex.log_hours(self.corvex.task(), hours, product_id=self.gauge.id)
        self.dunlin.finished_repair(self.part)
        row = self.reported(self.gauge)
        cost = 4 * HOURLY_COST + 2 * PART_COST
        self.assertEqual((row.events, row.hours, row.cost, row.units), (4, 4, cost, 40))
        self.assertTrue(row.has_ratio)
        self.assertEqual((row.hours_per_100, row.cost_per_100), (10, cost * 100 / 40))
        action = row.action_open_service()
        opened = row.env[action["res_model"]].search(action["domain"])
        self.assertEqual((sum(opened.mapped("hours")), sum(opened.mapped("cost"))), (row.hours, row.cost))
        self.assertEqual(len(set(opened.mapped("event"))), row.events)

    def test_what_was_not_sold_has_no_ratio(self):
        self.corvex.log_hours(self.corvex.task(), 1, product_id=self.gauge.id)
        row = self.reported(self.gauge)
        self.assertEqual((row.has_ratio, row.hours, row.units), (False, 1, 0))

    @freeze_time("2026-06-30")
    def test_the_window_is_the_company_s(self):
        self.company.pareto_window = "3"
        self.sell(self.gauge, 10)
        self.corvex.log_hours(self.corvex.task(), 1, product_id=self.gauge.id)
        self.corvex.log_hours(self.corvex.task(), 7, product_id=self.gauge.id).date = date(2026, 3, 31)
        row = self.reported(self.gauge)
        self.assertEqual((row.hours, row.units, row.hours_per_100), (1, 10, 10))
        self.assertEqual((row.date_from, row.date_to), (date(2026, 4, 1), date(2026, 6, 30)))
