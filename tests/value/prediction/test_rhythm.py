"""How often each customer buys, and when the next order is due."""

from collections import defaultdict
from datetime import date, timedelta
from math import floor
from random import Random

from freezegun import freeze_time
from odoo.fields import Command

from ...common import SALESPERSON, LedgerCase

AS_OF = date(2026, 6, 30)
COLUMNS = ("order_gap", "next_order_date", "due_from", "due_to")


def day(text):
    return date.fromisoformat(f"2026-{text}")


def quantile(values, share):
    """Between the two values beside the place (n - 1) share: type 7 of Hyndman and Fan."""
    values, place = sorted(values), (len(values) - 1) * share
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (values[above] - values[below]) * (place - below)


def rhythm(days):
    """(median gap, next order, due from, due until) from the purchase days; None without two gaps."""
    days = sorted(days)
    gaps = [(after - before).days for before, after in zip(days, days[1:], strict=False)]
    if len(gaps) < 2:
        return None
    low, median, high = (quantile(gaps, share) for share in (0.25, 0.5, 0.75))
    dates = [days[-1] + timedelta(days=floor(gap + 0.5)) for gap in (median, low, high)]
    return (median, *dates)


class RhythmCase(LedgerCase):
    def buy(self, partner, *days, **values):
        for when in days:
            self.invoice(partner, (self.product, 1, 100), day=when, **values)

    def row(self, partner, as_of=AS_OF, company=None):
        return self.recompute(as_of, company)[partner]

    def assert_blank(self, row):
        self.assertEqual((0, False, False, False, False), (*(row[name] for name in COLUMNS), row.order_state))


class TestRhythm(RhythmCase):
    """The figures."""

    def test_median_and_quartiles_of_the_customers_own_gaps(self):
        birch = self.new_partner("Birch")
        self.buy(birch, day("01-01"), day("01-11"), day("01-31"), day("03-02"), day("04-11"))  # 10, 20, 30, 40
        row = self.row(birch)
        self.assertEqual(25, row.order_gap)
        self.assertEqual(day("05-06"), row.next_order_date)
        # 17.5 and 32.5 days, half a day up
        self.assertEqual((day("04-29"), day("05-14")), (row.due_from, row.due_to))

    def test_two_purchases_are_no_rhythm_and_three_are(self):
        birch = self.new_partner("Birch")
        self.buy(birch, day("06-01"), day("06-08"))
        self.assert_blank(self.row(birch))
        self.buy(birch, day("06-15"))
        row = self.row(birch)
        self.assertEqual((7, day("06-22")), (row.order_gap, row.next_order_date))

    def test_a_second_invoice_on_a_day_and_a_credit_note_are_no_purchases(self):
        birch = self.new_partner("Birch")
        self.buy(birch, day("06-01"), day("06-01"), day("06-08"))
        self.buy(birch, day("06-15"), move_type="out_refund")
        self.assert_blank(self.row(birch))
        self.buy(birch, day("06-21"), move_type="out_receipt")
        self.assertEqual(10, self.row(birch).order_gap)

    def test_what_came_after_the_day_does_not_count(self):
        birch = self.new_partner("Birch")
        self.buy(birch, day("06-01"), day("06-08"), day("06-15"), day("06-25"))
        self.assertEqual(day("06-22"), self.row(birch, day("06-20")).next_order_date)

    def test_purchases_of_contacts_are_the_companys(self):
        birch = self.new_partner("Birch", is_company=True)
        people = [self.new_partner(name, parent_id=birch.id) for name in ("Berta", "Bert")]
        for partner, when in zip((birch, *people), (day("06-01"), day("06-08"), day("06-15")), strict=True):
            self.buy(partner, when)
        self.assertEqual(7, self.row(birch).order_gap)

    def test_a_rhythm_that_is_gone_is_blank_again(self):
        birch = self.new_partner("Birch")
        self.buy(birch, day("06-01"), day("06-08"), day("06-15"))
        self.assertTrue(self.row(birch).next_order_date)
        self.env["account.move"].search([("partner_id", "=", birch.id)], limit=1).button_draft()
        self.assert_blank(self.row(birch))

    def test_random_ledgers(self):
        random = Random(23)
        other = self.new_company("Alder Inc", "USD")
        partners = [self.new_partner(f"P{number}") for number in range(8)]
        for company in (self.company, other):
            days = defaultdict(set)
            for _number in range(60):
                partner = random.choice(partners)
                when = AS_OF - timedelta(days=random.randint(-5, 120))
                kind = random.choice(("out_invoice",) * 4 + ("out_receipt", "out_refund"))
                self.buy(partner, when, move_type=kind, company=company)
                if kind != "out_refund" and when <= AS_OF:
                    days[partner].add(when)
            rows = self.recompute(AS_OF, company)
            expected = {partner: rhythm(days[partner]) for partner in partners}
            found = {
                partner: row.next_order_date and tuple(row[name] for name in COLUMNS) or None
                for partner, row in rows.items()
            }
            self.assertEqual(expected, found)
            self.assertTrue(any(expected.values()))


class TestDue(RhythmCase):
    """What is due on a day."""

    def setUp(self):
        super().setUp()
        self.birch = self.new_partner("Birch")
        self.buy(self.birch, day("01-01"), day("01-11"), day("01-31"))  # 10 and 20 days: due after 12.5 to 17.5
        self.other = self.new_partner("Other")
        self.buy(self.other, day("01-31"))

    def state(self, when, user=None):
        with freeze_time(when):
            self.env.invalidate_all()
            row = self.row_of(self.birch).with_user(user or self.env.user)
            found = self.env["crm.pareto.customer"].search(
                [("company_id", "=", self.company.id), ("order_state", "=", row.order_state)]
            )
            self.assertIn(row, found)
            return row.order_state

    def row_of(self, partner):
        return self.env["crm.pareto.customer"].search(
            [("partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
        )

    def quote(self, **values):
        line = Command.create({"product_id": self.product.id})
        return self.env["sale.order"].create(
            {"partner_id": self.birch.id, "company_id": self.company.id, "order_line": [line], **values}
        )

    def test_it_is_due_from_the_lower_quartile_to_the_upper_one_and_then_overdue(self):
        self.recompute(day("02-01"))
        row = self.row_of(self.birch)
        self.assertEqual((day("02-13"), day("02-18")), (row.due_from, row.due_to))
        for when, state in (("02-12", False), ("02-13", "due"), ("02-18", "due"), ("02-19", "overdue")):
            self.assertEqual(state, self.state(day(when)), when)

    def test_it_is_silent_while_a_quotation_is_open(self):
        self.recompute(day("02-01"))
        quotation = self.quote(validity_date=day("02-25"))
        self.assertFalse(self.state(day("02-20")))
        self.assertEqual("overdue", self.state(day("02-26")), "expired")
        quotation.validity_date = False
        self.assertFalse(self.state(day("02-26")))
        quotation.action_quotation_sent()
        self.assertFalse(self.state(day("02-26")))
        quotation._action_cancel()
        self.assertEqual("overdue", self.state(day("02-26")))

    def test_a_quotation_to_a_contact_is_the_companys_and_one_of_another_company_is_not(self):
        self.recompute(day("02-01"))
        contact = self.new_partner("Berta", parent_id=self.birch.id)
        abroad = self.new_company("Alder Inc", "USD")
        quotation = self.quote(validity_date=False, company_id=abroad.id)
        self.assertEqual("overdue", self.state(day("02-20")))
        quotation.unlink()
        self.quote(validity_date=False, partner_id=contact.id)
        self.assertFalse(self.state(day("02-20")))

    def test_a_colleagues_quotation_silences_it_for_everybody(self):
        self.recompute(day("02-01"))
        anna, ben = (self.new_user(login, SALESPERSON) for login in ("anna", "ben"))
        (anna + ben).write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.quote(validity_date=False, user_id=anna.id)
        self.assertFalse(self.env["sale.order"].with_user(ben).search([("partner_id", "=", self.birch.id)]))
        self.assertFalse(self.state(day("02-20"), ben))

    def test_an_invoice_of_the_last_hour_ends_it_before_the_night(self):
        self.recompute(day("02-01"))
        self.buy(self.birch, day("02-20"))
        self.assertEqual("overdue", self.state(day("02-20")))
        self.env["crm.pareto.recompute"]._refresh(self.company, day("02-20"))
        self.assertFalse(self.state(day("02-20")))

    def test_who_has_no_rhythm_has_no_state_and_comes_last(self):
        self.recompute(day("02-01"))
        with freeze_time(day("02-15")):
            customers = self.env["crm.pareto.customer"]
            mine = [("company_id", "=", self.company.id)]
            blank = customers.search([*mine, ("order_state", "=", False)])
            self.assertEqual(self.other, blank.partner_id)
            self.assertEqual(self.birch, customers.search([*mine, ("order_state", "!=", False)]).partner_id)
            for order in ("next_order_date", "next_order_date desc", "order_state", "order_gap desc"):
                self.assertEqual(self.other, customers.search(mine, order=order)[-1].partner_id, order)
            groups = customers._read_group(mine, ["order_state"], ["__count"])
            self.assertEqual([("due", 1), (False, 1)], groups)

    def test_partners_show_it_and_are_found_by_it(self):
        contact = self.new_partner("Berta", parent_id=self.birch.id)
        self.recompute(day("02-01"))
        mine = [("id", "in", (self.birch + contact + self.other).ids)]
        with freeze_time(day("02-15")):
            self.env.invalidate_all()
            self.assertEqual(
                (15, day("02-15"), "due"),
                (contact.pareto_order_gap, contact.pareto_next_order_date, contact.pareto_order_state),
            )
            partners = self.env["res.partner"]
            self.assertEqual(self.birch + contact, partners.search([*mine, ("pareto_order_state", "=", "due")]))
            self.assertFalse(partners.search([*mine, ("pareto_order_state", "=", "overdue")]))
            self.assertEqual(self.other, partners.search([*mine, ("pareto_order_state", "=", False)]))
        self.assertFalse(self.other.pareto_next_order_date)

    def test_it_opens_the_purchases(self):
        self.buy(self.birch, day("01-20"), move_type="out_refund")
        self.recompute(day("02-01"))
        for action in (self.birch.action_open_pareto_purchases(), self.row_of(self.birch).action_open_purchases()):
            lines = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual([day("01-31"), day("01-11"), day("01-01")], lines.mapped("date"))

    def test_a_page_of_rows_costs_one_statement_for_the_states(self):
        self.recompute(day("02-01"))
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        self.env.invalidate_all()
        rows.mapped("due_to")
        self.env.user.mapped("tz")  # read once a request
        with self.assertQueryCount(1):
            rows.mapped("order_state")
