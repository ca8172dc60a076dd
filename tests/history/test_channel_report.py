"""By which channels customers reach us, and the turnover that came through each."""

from datetime import date, datetime

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.tools import float_compare

from ..common import LedgerCase

TODAY = date(2026, 6, 30)
CHANNELS = ("phone", "email", "event")


@freeze_time(TODAY)
class TestChannelReport(LedgerCase):
    def rows(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["crm.pareto.channel.report"].search([])

    def reach(self, partner, channel, direction="in", day=TODAY):
        moment = datetime(day.year, day.month, day.day)
        values = {"partner_id": partner.id, "channel": channel, "direction": direction, "date": moment, "name": "Talk"}
        self.env["crm.pareto.touch"].create({**values, "company_id": self.company.id})

    def test_turnover_is_shared_by_the_number_of_touches(self):
        partner = self.new_partner("Alder")
        self.invoice(partner, (self.product, 1, 100))
        for channel in ("phone", "phone", "phone", "event"):
            self.reach(partner, channel)
        shares = {row.channel: (row.touches, row.turnover) for row in self.rows()}
        self.assertEqual(shares, {"phone": (3, 75), "event": (1, 25)})

    def test_what_nobody_reached_us_for_stands_under_no_channel(self):
        partner = self.new_partner("Alder")
        self.invoice(partner, (self.product, 1, 100))
        self.reach(partner, "phone", direction="out")
        self.reach(partner, "phone", day=date(2025, 6, 30))  # before the window
        row = self.rows()
        self.assertEqual((row.channel, row.turnover), (False, 100))

    @freeze_time("2026-06-30 05:00:00")
    def test_a_touch_of_the_last_day_counts_as_long_as_it_is_that_day_in_the_company(self):
        partner = self.new_partner("Alder")
        self.invoice(partner, (self.product, 1, 100))
        self.company.partner_id.tz = "America/Los_Angeles"
        log = {"partner_id": partner.id, "channel": "phone", "direction": "in", "company_id": self.company.id}
        # 29 June, in the evening; today is that day there still.
        self.env["crm.pareto.touch"].create({**log, "name": "Talk", "date": datetime(2026, 6, 30, 3)})
        row = self.rows()
        self.assertEqual((row.channel, row.touches), ("phone", 1))
        action = row.action_open_facts()
        for zone in ("UTC", "Pacific/Auckland"):
            touches = self.env["crm.pareto.touchpoint"].with_context(tz=zone)
            self.assertEqual(touches.search_count(action["domain"]), 1, zone)

    def test_a_row_opens_what_is_behind_it(self):
        partner, silent = self.new_partner("Alder"), self.new_partner("Birch")
        for customer in (partner, silent):
            self.invoice(customer, (self.product, 1, 100))
        self.reach(partner, "phone")
        for row in self.rows():
            action = row.action_open_facts()
            facts = self.env[action["res_model"]].search(action["domain"])
            if row.channel:
                self.assertEqual(len(facts), row.touches)
            else:
                self.assertEqual(sum(facts.mapped("revenue")), row.turnover)

    @settings(max_examples=10, deadline=None)
    @given(st.data())
    def test_the_channels_sum_to_the_ledger(self, data):
        cents = st.integers(-20_000, 100_000).map(lambda amount: amount / 100)
        with self.env.cr.savepoint(flush=False) as savepoint:
            for _customer in range(data.draw(st.integers(1, 4))):
                partner = self.new_partner("X")
                for amount in data.draw(st.lists(cents, max_size=3)):
                    kind = "out_invoice" if amount >= 0 else "out_refund"
                    self.invoice(partner, (self.product, 1, abs(amount)), move_type=kind)
                for channel in data.draw(st.lists(st.sampled_from(CHANNELS), max_size=4)):
                    self.reach(partner, channel)
            self.env.flush_all()
            self.env.cr.execute(
                """SELECT COALESCE(-SUM(line.balance), 0)
                     FROM account_move_line line JOIN account_move move ON move.id = line.move_id
                    WHERE move.company_id = %s AND move.state = 'posted' AND line.display_type = 'product'
                      AND move.invoice_date > '2025-06-30'""",
                [self.company.id],
            )
            ((ledger,),) = self.env.cr.fetchall()
            report = self.env["crm.pareto.channel.report"]._read_group([], [], ["turnover:sum"])[0][0]
            self.assertEqual(float_compare(report, ledger, precision_digits=2), 0, (report, ledger))
            savepoint.rollback()
        self.env.invalidate_all()
