"""Whose a document was before: values, repeat orders and months follow when it leaves a customer without a trace."""

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from ..common import LedgerCase
from .value_rows import hourly_figures

AS_OF = date(2026, 6, 30)
EVENTS = ("customer", "deleted", "date", "parent", "reversed", "anew", "price", "credited", "posted")


class ChangedCase(LedgerCase):
    def setUp(self):
        super().setUp()
        self.ashby, self.bexley = (self.new_partner(name, is_company=True) for name in ("Ashby", "Bexley"))

    def settled(self):
        """Everything was computed, and no document was written lately."""
        self.recompute(AS_OF)
        self.env.flush_all()
        self.env.cr.execute("UPDATE account_move SET write_date = '2020-01-01'")
        self.env.invalidate_all()

    def turnovers(self):
        """{customer: turnover} after the hourly action."""
        self.refresh(AS_OF)
        self.env.invalidate_all()
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        return {row.partner_id: row.turnover for row in rows}


class TestFormerOwner(ChangedCase):
    def test_an_invoice_reset_and_posted_for_somebody_else_leaves_the_former_customer(self):
        move = self.invoice(self.ashby, (self.product, 5, 100))
        self.invoice(self.bexley, (self.product, 1, 100))
        self.settled()
        move.button_draft()
        move.partner_id = self.bexley
        move.action_post()
        self.assertEqual(self.turnovers(), {self.bexley: 600})

    def test_an_invoice_that_was_deleted_leaves_its_customer(self):
        move = self.invoice(self.ashby, (self.product, 5, 100))
        self.invoice(self.ashby, (self.product, 1, 100))
        self.settled()
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.assertEqual(self.turnovers(), {self.ashby: 100})

    def test_an_invoice_that_is_credited_to_its_own_customer_again_leaves_the_other(self):
        move = self.invoice(self.ashby, (self.product, 5, 100))
        move.pareto_customer_id = self.bexley
        self.settled()
        self.env.cr.execute("UPDATE account_move SET pareto_customer_id = NULL WHERE id = %s", [move.id])
        self.assertEqual(self.turnovers(), {self.ashby: 500})

    def test_an_invoice_dated_after_today_is_in_no_value(self):
        move = self.invoice(self.ashby, (self.product, 5, 100))
        self.settled()
        move.button_draft()
        move.invoice_date = AS_OF + timedelta(days=3)
        move.action_post()
        self.assertEqual(self.turnovers(), {})

    def test_a_person_who_gets_a_company_is_no_customer_any_more(self):
        person = self.new_partner("Petra Person")
        self.invoice(person, (self.product, 5, 100))
        self.settled()
        person.parent_id = self.ashby
        self.assertEqual(self.turnovers(), {self.ashby: 500})

    def test_a_firm_that_becomes_a_contact_of_another_is_no_customer_any_more(self):
        self.invoice(self.ashby, (self.product, 5, 100))
        self.settled()
        self.ashby.write({"is_company": False, "parent_id": self.bexley.id})
        self.assertEqual(self.turnovers(), {self.bexley: 500})

    def test_merged_customers_are_one(self):
        self.invoice(self.ashby, (self.product, 5, 100))
        self.invoice(self.bexley, (self.product, 1, 100))
        self.settled()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.ashby + self.bexley).ids, self.bexley)
        self.assertEqual(self.turnovers(), {self.bexley: 600})

    def test_repeat_orders_leave_the_former_customer_too(self):
        moves = [self.invoice(self.ashby, (self.product, 5, 100), day=AS_OF - timedelta(days=30 * n)) for n in range(5)]
        self.settled()
        repeats = self.env["crm.pareto.repeat"]
        self.assertEqual(repeats.search([("company_id", "=", self.company.id)]).partner_id, self.ashby)
        for move in moves:
            move.button_draft()
            move.partner_id = self.bexley
            move.action_post()
        self.refresh(AS_OF)
        self.env.invalidate_all()
        self.assertEqual(repeats.search([("company_id", "=", self.company.id)]).partner_id, self.bexley)

    def test_where_nothing_changed_nobody_is_summed_again(self):
        self.invoice(self.ashby, (self.product, 5, 100))
        self.invoice(self.bexley, (self.product, 5, 100), move_type="out_refund")
        self.settled()
        self.assertFalse(self.env["crm.pareto.customer"]._search_others(self.company, AS_OF))


class TestRandomEvents(ChangedCase):
    def figures(self):
        self.env.invalidate_all()
        return hourly_figures(self.env, self.company)

    @settings(max_examples=4, deadline=None)
    @given(st.integers(0, 10_000))
    def test_the_hourly_refresh_gives_what_a_full_computation_does(self, seed):
        with self.env.cr.savepoint(flush=True) as savepoint:
            random = Random(seed)
            people = [self.new_partner(f"P{number}", is_company=number % 2 == 0) for number in range(6)]
            moves = [
                self.invoice(
                    random.choice(people),
                    (self.product, random.randint(1, 9), random.randint(1, 900)),
                    day=AS_OF - timedelta(days=random.randrange(500)),
                    move_type=random.choice(["out_invoice"] * 3 + ["out_refund"]),
                )
                for _number in range(10)
            ]
            self.settled()
            for _event in range(4):
                self.happen(random, moves, people)
                self.refresh(AS_OF)
                refreshed = self.figures()
                self.recompute(AS_OF)
                self.assertEqual(refreshed, self.figures())
            savepoint.rollback()
        self.env.invalidate_all()

    def happen(self, random, moves, people):
        """Something that takes a document from a customer, or gives it to one."""
        move = random.choice(moves)
        event = random.choice(EVENTS)
        if event == "parent":
            child, parent = random.sample([person for person in people if not person.parent_id], 2)
            child.write({"is_company": False, "parent_id": parent.id})
        elif event == "posted":
            moves.append(self.invoice(random.choice(people), (self.product, 1, random.randint(1, 900))))
        elif event == "credited":
            move.pareto_customer_id = random.choice(people)
        elif event in ("reversed", "anew", "price"):
            if move.move_type == "out_invoice" and move.state == "posted":
                moves.extend(self.reverse(move, event))
        else:
            move.button_draft()
            if event == "deleted":
                moves.remove(move)
                move.with_context(force_delete=True).unlink()
                return
            if event == "customer":
                move.partner_id = random.choice(people)
            else:
                day = AS_OF - timedelta(days=random.randrange(-20, 500))
                move.write({"name": False, "invoice_date": day, "date": day})
            move.action_post()

    def reverse(self, move, event):
        """Credit a document in full, or a tenth of its price, or make it anew.

        :return: the documents that came of it
        """
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=move.ids)
        wizard = reversal.create({"journal_id": move.journal_id.id, "date": AS_OF})
        before = self.env["account.move"].search([("company_id", "=", self.company.id)])
        if event == "anew":
            wizard.modify_moves()
        else:
            wizard.refund_moves()
        made = self.env["account.move"].search([("company_id", "=", self.company.id)]) - before
        drafts = made.filtered(lambda document: document.state == "draft")
        if event == "price":
            drafts.invoice_line_ids.price_unit = 1
        for draft in drafts:
            draft.invoice_date = draft.invoice_date or AS_OF
        drafts.action_post()
        return made


class TestPastMonths(ChangedCase):
    MAY = date(2026, 5, 31)

    def months(self, partner):
        """{month end: turnover} after the night."""
        self.recompute(AS_OF)
        self.env.invalidate_all()
        rows = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
        return {row.date: row.turnover for row in rows if row.partner_id == partner}

    def test_an_invoice_dated_into_a_month_that_is_over_changes_it(self):
        self.invoice(self.ashby, (self.product, 1, 100), day=date(2026, 5, 5))
        self.settled()
        self.assertEqual(self.months(self.ashby), {self.MAY: 100})
        self.invoice(self.ashby, (self.product, 1, 20), day=self.MAY)
        self.assertEqual(self.months(self.ashby), {self.MAY: 120})

    def test_an_invoice_with_another_amount_changes_its_month(self):
        move = self.invoice(self.ashby, (self.product, 1, 100), day=date(2026, 5, 5))
        self.settled()
        move.button_draft()
        move.invoice_line_ids.price_unit = 70
        move.action_post()
        self.assertEqual(self.months(self.ashby), {self.MAY: 70})

    def test_a_customer_who_is_put_below_another_takes_the_months_along(self):
        person = self.new_partner("Petra Person")
        self.invoice(person, (self.product, 1, 100), day=date(2026, 4, 5))
        self.settled()
        person.parent_id = self.ashby
        self.assertEqual(self.months(self.ashby), {date(2026, 4, 30): 100, self.MAY: 100})
        self.assertFalse(self.months(person))

    def test_a_deleted_invoice_is_in_no_month(self):
        move = self.invoice(self.ashby, (self.product, 1, 100), day=date(2026, 5, 5))
        self.settled()
        move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.assertFalse(self.months(self.ashby))

    def test_only_the_months_whose_windows_hold_the_day_are_written_again(self):
        self.invoice(self.ashby, (self.product, 1, 100), day=date(2026, 2, 5))
        self.settled()
        history = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
        self.assertEqual(len(history), 4)
        self.invoice(self.bexley, (self.product, 1, 20), day=date(2026, 4, 5))
        self.recompute(AS_OF)
        kept = history.exists()
        self.assertEqual({row.date for row in kept}, {date(2026, 2, 28), date(2026, 3, 31)})


class TestNoCustomer(ChangedCase):
    def no_customer(self):
        """The revenue that is no customer's."""
        domain = [("company_id", "=", self.company.id), ("customer_id", "=", False)]
        return sum(self.env["crm.pareto.revenue.report"].search(domain).mapped("revenue"))

    def test_who_is_marked_as_no_customer_is_not_ranked_and_stays_in_the_sums(self):
        walk_in = self.new_partner("Cash sale", pareto_not_customer=True)
        self.invoice(walk_in, (self.product, 50, 100))
        self.invoice(self.ashby, (self.product, 5, 100))
        rows = self.recompute(AS_OF)
        self.assertEqual({partner: row.turnover_rank for partner, row in rows.items()}, {self.ashby: 1})
        self.assertEqual(self.no_customer(), 5000)
        found = self.env["crm.pareto.reconciliation"].create({"company_id": self.company.id})
        self.assertEqual((found.ledger, found.customers, found.no_customer), (5500, 500, 5000))
        self.assertFalse(self.env["crm.pareto.history"].search([("partner_id", "=", walk_in.id)]))

    def test_the_mark_counts_from_the_next_hour_on_and_so_does_taking_it_away(self):
        self.invoice(self.ashby, (self.product, 5, 100))
        self.invoice(self.bexley, (self.product, 1, 100))
        self.settled()
        self.ashby.pareto_not_customer = True
        self.assertEqual(self.turnovers(), {self.bexley: 100})
        self.ashby.pareto_not_customer = False
        self.assertEqual(self.turnovers(), {self.ashby: 500, self.bexley: 100})

    def test_what_is_credited_to_a_customer_is_that_ones(self):
        walk_in = self.new_partner("Cash sale", pareto_not_customer=True)
        self.invoice(walk_in, (self.product, 5, 100)).pareto_customer_id = self.ashby
        self.assertEqual({p: row.turnover for p, row in self.recompute(AS_OF).items()}, {self.ashby: 500})
        self.assertEqual(self.no_customer(), 0)
