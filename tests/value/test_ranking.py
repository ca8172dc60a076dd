"""Rank, share and tier of customers and products."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from unittest.mock import patch

import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.analytics.windows import window
from odoo.addons.crm_pareto.models.value import crm_pareto_ranking
from odoo.exceptions import UserError
from odoo.tools import SQL, mute_logger
from psycopg2 import IntegrityError

from ..common import LedgerCase
from . import oracle
from .value_rows import hourly_figures

A, B, C = "A", "B", "C"


class TestTiers(LedgerCase):
    def tiers_of(self, *amounts):
        """The tiers, in the order of the amounts, of customers with one invoice each."""
        partners = [self.new_partner(f"Customer {index}") for index in range(len(amounts))]
        for partner, amount in zip(partners, amounts, strict=True):
            if amount:
                self.invoice(partner, (None, 1, abs(amount)), move_type="out_invoice" if amount > 0 else "out_refund")
        rows = self.recompute()
        return [rows[partner].tier_id.name for partner in partners]

    def test_the_one_who_crosses_the_bound_is_still_in(self):
        self.assertEqual(self.tiers_of(500, 350, 100, 50), [A, A, B, C])

    def test_one_customer_is_the_first_tier(self):
        self.assertEqual(self.tiers_of(10), [A])

    def test_a_customer_with_refunds_only_is_in_the_last_tier_and_takes_nothing_from_the_others(self):
        self.assertEqual(self.tiers_of(900, 100, -400), [A, B, C])

    def test_who_has_nothing_but_credit_notes_before_both_windows_has_no_row(self):
        partner = self.new_partner("Long Gone")
        self.invoice(partner, (self.product, 1, 100), day=date(2020, 1, 1), move_type="out_refund")
        rows = self.recompute()
        self.assertNotIn(partner, rows)
        self.assertFalse(self.env["crm.pareto.product"].search([("company_id", "=", self.company.id)]))

    def test_equal_values_are_ranked_by_id(self):
        partners = [self.new_partner(name) for name in "zyx"]
        for partner in reversed(partners):
            self.invoice(partner, (None, 1, 100))
        rows = self.recompute()
        self.assertEqual([rows[partner].turnover_rank for partner in partners], [1, 2, 3])

    def test_shares_are_of_the_positive_total(self):
        first, second, third = (self.new_partner(name) for name in "abc")
        self.invoice(first, (None, 1, 300))
        self.invoice(second, (None, 1, 100))
        self.invoice(third, (None, 1, 40), move_type="out_refund")
        rows = self.recompute()
        self.assertEqual([rows[p].turnover_share for p in (first, second, third)], [0.75, 0.25, -0.1])
        self.assertEqual([rows[p].turnover_cumulative_share for p in (first, second, third)], [0.75, 1, 1])

    def test_no_invoices_no_rows(self):
        self.assertEqual(self.recompute(), {})

    def test_all_zero_is_the_last_tier(self):
        partner = self.new_partner("Nil")
        self.invoice(partner, (None, 1, 0))
        row = self.recompute()[partner]
        self.assertEqual((row.tier_id.name, row.turnover_share, row.turnover_growth), (C, 0, 0))

    def test_a_companys_own_tiers_replace_the_shared_ones(self):
        self.env["crm.pareto.tier"].create(
            [
                {"name": "Gold", "bound": 0.5, "company_id": self.company.id},
                {"name": "Other", "bound": 1, "company_id": self.company.id},
            ]
        )
        self.assertEqual(self.tiers_of(500, 350), ["Gold", "Other"])


class TestWindow(LedgerCase):
    def test_growth_is_against_the_window_before(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 1, 100), day=date(2024, 7, 1))
        self.invoice(partner, (self.product, 1, 150), day=date(2025, 7, 1))
        self.invoice(partner, (self.product, 1, 999), day=date(2024, 6, 30))
        self.invoice(partner, (self.product, 1, 999), day=date(2026, 7, 1))
        row = self.recompute(date(2026, 6, 30))[partner]
        self.assertEqual((row.turnover, row.turnover_previous, row.turnover_growth), (150, 100, 0.5))
        self.assertEqual((row.profit, row.profit_previous), (110, 60))
        self.assertEqual((row.first_date, row.last_date), (date(2024, 6, 30), date(2025, 7, 1)))
        self.assertEqual(row.invoice_count, 1)

    def test_this_calendar_year_is_against_the_same_days_of_the_last(self):
        self.company.pareto_window = "year"
        partner = self.new_partner("Birch")
        for day, amount in ((date(2025, 6, 30), 100), (date(2025, 7, 1), 999), (date(2026, 1, 1), 150)):
            self.invoice(partner, (None, 1, amount), day=day)
        row = self.recompute(date(2026, 6, 30))[partner]
        self.assertEqual((row.turnover, row.turnover_previous), (150, 100))

    def test_this_fiscal_year_is_the_companys(self):
        self.company.write({"pareto_window": "fiscal", "fiscalyear_last_month": "4", "fiscalyear_last_day": 5})
        partner = self.new_partner("Birch")
        for amount, day in ((1, date(2025, 4, 6)), (20, date(2026, 4, 5)), (300, date(2026, 4, 6))):
            self.invoice(partner, (None, 1, amount), day=day)
        row = self.recompute(date(2026, 5, 31))[partner]
        self.assertEqual((row.turnover, row.turnover_previous), (300, 1))
        history = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
        months = {line.date: line.turnover for line in history}
        self.assertEqual((months[date(2026, 3, 31)], months[date(2026, 4, 30)]), (1, 300))
        self.company.fiscalyear_last_day = 4
        self.refresh(date(2026, 5, 31))
        self.env.invalidate_all()
        self.assertEqual(row.turnover, 320)
        months = {line.date: line.turnover for line in history.search([("company_id", "=", self.company.id)])}
        self.assertEqual(months[date(2026, 4, 30)], 320)

    def test_figure_and_drill_down_agree_for_every_figure_of_the_partner_form(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 3, 33.33), (None, 1, 0.01), day=date(2025, 7, 1))
        self.invoice(partner, (self.product, 1, 20), move_type="out_refund")
        self.invoice(partner, (self.product, 7, 12.34), day=date(2025, 6, 30))
        self.invoice(self.new_partner("Other"), (self.product, 1, 200), pareto_customer_id=partner.id)
        self.invoice(self.new_partner("Third"), (self.product, 1, 50))
        self.recompute()
        lines = self.env["crm.pareto.revenue.report"]
        opened = lines.search(partner.action_open_pareto_revenue()["domain"])
        earlier = lines.search(partner.action_open_pareto_previous_revenue()["domain"])
        self.assertEqual(round(sum(opened.mapped("revenue")), 2), partner.pareto_turnover)
        self.assertEqual(round(sum(opened.mapped("margin")), 2), partner.pareto_profit)
        self.assertEqual(round(sum(earlier.mapped("revenue")), 2), partner.pareto_turnover_previous)
        self.assertEqual(round(sum(earlier.mapped("margin")), 2), partner.pareto_profit_previous)
        growth = sum(opened.mapped("revenue")) / sum(earlier.mapped("revenue")) - 1
        self.assertAlmostEqual(partner.pareto_turnover_growth, growth, 12)
        whole = lines.search([("company_id", "=", self.company.id), ("date", ">=", "2025-07-01")])
        share = sum(opened.mapped("revenue")) / sum(whole.mapped("revenue"))
        self.assertAlmostEqual(partner.pareto_turnover_share, share, 12)
        self.assertEqual(max(opened.filtered(lambda line: line.revenue > 0).mapped("date")), partner.pareto_last_date)

    def test_the_drill_down_reads_few_lines_through_indexes(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 1, 100))
        domain = self.recompute()[partner]._get_revenue_domain()
        query = self.env["crm.pareto.revenue.report"]._search(domain).select()
        self.assertIn("move.commercial_partner_id = ANY", query.code)

    def test_history_holds_the_tier_at_each_months_end(self):
        early, late = self.new_partner("Early"), self.new_partner("Late")
        self.invoice(early, (None, 1, 100), day=date(2025, 1, 10))
        self.invoice(late, (None, 1, 900), day=date(2026, 5, 10))
        self.recompute(date(2026, 6, 15))
        history = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)], order="date")
        tiers = {(row.partner_id.name, row.date): row.tier_id.name for row in history}
        self.assertEqual(tiers["Early", date(2025, 1, 31)], A)
        self.assertEqual(tiers["Late", date(2026, 5, 31)], A)
        self.assertNotIn(("Early", date(2026, 1, 31)), tiers)
        self.assertEqual(max(history.mapped("date")), date(2026, 5, 31))

    def history_of(self, partner):
        rows = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
        return {row.date: row.turnover for row in rows if row.partner_id == partner}

    def test_on_its_last_day_a_month_is_not_over(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (None, 1, 100), day=date(2026, 5, 10))
        self.recompute(date(2026, 5, 31))
        self.assertFalse(self.history_of(partner))
        self.invoice(partner, (None, 1, 20), day=date(2026, 5, 31))
        self.recompute(date(2026, 6, 1))
        self.assertEqual(self.history_of(partner), {date(2026, 5, 31): 120})

    def test_a_month_is_written_again_when_it_is_over_in_every_time_zone(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (None, 1, 100), day=date(2026, 5, 10))
        self.recompute(date(2026, 6, 1))
        self.invoice(partner, (None, 1, 20), day=date(2026, 5, 31))
        self.env["crm.pareto.history"]._complete(self.company, date(2026, 6, 1), again=False)
        self.assertEqual(self.history_of(partner), {date(2026, 5, 31): 100})
        self.env["crm.pareto.history"]._complete(self.company, date(2026, 6, 2), again=False)
        self.assertEqual(self.history_of(partner), {date(2026, 5, 31): 120})

    def test_once_over_a_month_is_not_written_again(self):
        self.invoice(self.new_partner("Birch"), (None, 1, 100), day=date(2026, 5, 10))
        self.recompute(date(2026, 6, 2))
        rows = self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)])
        self.recompute(date(2026, 6, 3))
        self.recompute(date(2026, 6, 30))
        self.assertEqual(self.env["crm.pareto.history"].search([("company_id", "=", self.company.id)]), rows)

    def test_months_that_were_written_when_nobody_noted_how_early_are_corrected(self):
        partner, gone = self.new_partner("Birch"), self.new_partner("Gone")
        self.invoice(partner, (None, 1, 100), day=date(2026, 4, 10))
        self.recompute(date(2026, 6, 2))
        self.env["crm.pareto.run"]._standing(self.company, "customer").history_as_of = False
        history = self.env["crm.pareto.history"]
        history.search([("partner_id", "=", partner.id)]).turnover = 1
        history.create({"company_id": self.company.id, "partner_id": gone.id, "date": date(2026, 5, 31)})
        self.recompute(date(2026, 6, 5))
        self.assertEqual(self.history_of(partner), {date(2026, 4, 30): 100, date(2026, 5, 31): 100})
        self.assertFalse(self.history_of(gone))


@pytest.mark.dated
class TestScheduled(LedgerCase):
    def test_the_scheduled_actions_bring_values_and_history_of_every_company(self):
        other = self.new_company("Alder Inc", "USD")
        partner = self.new_partner("Birch")
        for company in (self.company, other):
            self.invoice(partner, (None, 1, 100), day=date(2026, 10, 5), company=company)
        for name in ("refresh", "recompute"):
            with self.subTest(action=name), freeze_time("2026-11-22"):
                self.env["crm.pareto.run"].search([]).unlink()
                self.env.flush_all()
                with self.enter_registry_test_mode():
                    self.env.ref(f"crm_pareto.crm_pareto_{name}_cron").method_direct_trigger()
                self.env.invalidate_all()
                domain = [("partner_id", "=", partner.id), ("company_id", "in", (self.company + other).ids)]
                self.assertEqual(self.env["crm.pareto.customer"].search(domain).mapped("turnover"), [100, 100])
                self.assertEqual(
                    set(self.env["crm.pareto.history"].search(domain).mapped("date")), {date(2026, 10, 31)}
                )


class TestRewriting(LedgerCase):
    def test_rows_unchanged_are_not_written_again(self):
        partners = [self.new_partner(name) for name in "ab"]
        for partner in partners:
            self.invoice(partner, (None, 1, 100))
        self.recompute()
        self.env.cr.execute("SELECT ctid, id FROM crm_pareto_customer ORDER BY id")
        before = self.env.cr.fetchall()
        self.recompute()
        self.env.cr.execute("SELECT ctid, id FROM crm_pareto_customer ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_a_row_whose_customer_has_no_invoice_left_goes(self):
        partner = self.new_partner("Gone")
        move = self.invoice(partner, (None, 1, 100))
        self.assertIn(partner, self.recompute())
        move.button_draft()
        self.assertNotIn(partner, self.recompute())

    def test_dropped_rows_come_back_the_same(self):
        for name, amount in (("a", 300), ("b", 20), ("c", 7)):
            self.invoice(self.new_partner(name), (self.product, 1, amount))
        fields = ["partner_id", "turnover", "turnover_rank", "turnover_share", "turnover_tier_id", "profit_tier_id"]
        rows = self.env["crm.pareto.customer"]
        before = [row.read(fields + ["profit"])[0] for row in self.recompute().values()]
        rows.search([]).unlink()
        after = [row.read(fields + ["profit"])[0] for row in self.recompute().values()]
        self.assertEqual([{**row, "id": 0} for row in after], [{**row, "id": 0} for row in before])

    def tables(self):
        """Compute everything: {temporary table: (whether it was planned with merge joins, its query)}"""
        made, make = {}, type(self.env["crm.pareto.ranking"])._make_table

        def watched(ranking, name, query):
            made[name] = self.env.execute_query(SQL("SHOW enable_mergejoin"))[0][0] == "on", query.code
            return make(ranking, name, query)

        with patch.object(type(self.env["crm.pareto.ranking"]), "_make_table", watched):
            self.recompute()
        return made

    def test_only_the_pass_over_the_ledger_is_planned_without_merge_joins(self):
        """The insertion of all rows went through nested loops for it, three times as slowly."""
        self.invoice(self.new_partner("Customer"), (None, 1, 100))
        made = self.tables()
        self.assertEqual([name for name, (merged, _query) in made.items() if not merged], ["crm_pareto_sums"])

    def test_the_lines_of_more_customers_than_fit_into_memory_are_sorted(self):
        for name in "abc":
            self.invoice(self.new_partner(name), (self.product, 1, 100))
        for fit, is_sorted in ((3, False), (2, True)):
            with patch.object(crm_pareto_ranking, "HASHED", fit):
                merged, query = self.tables()["crm_pareto_sums"]
            self.assertEqual((merged, "ORDER BY customer_id OFFSET 0" in query), (is_sorted, is_sorted))

    def test_another_transactions_recompute_is_not_waited_for(self):
        with self.registry.cursor() as other:
            other.execute("SELECT pg_advisory_xact_lock(%s, %s)", (20260119, self.company.id))
            self.assertFalse(self.env["crm.pareto.recompute"]._recompute(self.company))
        self.assertEqual(self.env["crm.pareto.recompute"]._recompute(self.company), self.company)


class TestRefresh(LedgerCase):
    def refreshed(self, as_of=date(2026, 6, 30)):
        self.env["crm.pareto.recompute"]._refresh(self.company, as_of)
        return self.figures()

    def figures(self):
        return hourly_figures(self.env, self.company)

    def test_it_gives_the_rows_of_a_full_computation(self):
        random = Random(19)
        partners = [self.new_partner(f"P{index}") for index in range(12)]
        moves = [self.invoice(partner, (self.product, 1, random.randint(50, 900))) for partner in partners]
        self.recompute()
        moves[0].button_draft()
        moves[1].pareto_customer_id = partners[2]
        self.invoice(partners[3], (self.product, 1, 5000))
        self.invoice(partners[4], (self.product, 9, 100), move_type="out_refund")
        self.invoice(self.new_partner("New"), (self.product, 2, 450))
        refreshed = self.refreshed()
        self.recompute()
        self.assertEqual(refreshed, self.figures())
        self.assertEqual(len(refreshed), 11)

    def test_a_tiers_new_bound_holds_from_the_next_refresh_without_new_documents(self):
        partners = [self.new_partner(name) for name in "ab"]
        for partner, amount in zip(partners, (700, 300), strict=True):
            self.invoice(partner, (self.product, 1, amount))
        rows = self.recompute()
        self.assertEqual([rows[partner].tier_id.name for partner in partners], [A, A])
        self.env.ref("crm_pareto.crm_pareto_tier_a").bound = 0.6
        self.refreshed()
        self.assertEqual([rows[partner].tier_id.name for partner in partners], [A, B])

    def test_on_another_day_the_windows_move_on(self):
        random = Random(20)
        partners = [self.new_partner(f"P{index}") for index in range(8)]
        for _index in range(60):
            day = date(2026, 6, 30) - timedelta(days=random.randint(-40, 900))
            move_type = random.choice(["out_invoice"] * 4 + ["out_refund"])
            self.invoice(
                random.choice(partners), (self.product, 1, random.randint(1, 900)), day=day, move_type=move_type
            )
        self.env.cr.execute(SQL("UPDATE account_move SET write_date = '2020-01-01'"))  # nothing is new
        for kind, days in (("12", 1), ("3", 17), ("year", 3), ("year", 250), ("all", 30), ("24", 400)):
            with self.subTest(window=kind, days=days):
                self.company.pareto_window = kind
                self.recompute(date(2026, 6, 30))
                as_of = date(2026, 6, 30) + timedelta(days=days)
                refreshed = self.refreshed(as_of)
                run = self.env["crm.pareto.run"]._standing(self.company, "customer")
                self.assertEqual(run.as_of, as_of)
                self.recompute(as_of)
                self.assertEqual(refreshed, self.figures())

    def test_the_cost_of_a_receipt_without_customer_is_frozen_too(self):
        self.recompute()
        receipt = self.invoice(self.env["res.partner"], (self.product, 1, 100), move_type="out_receipt")
        self.refreshed()
        self.product.with_company(self.company).standard_price = 77
        line = self.env["crm.pareto.revenue.report"].search([("move_id", "=", receipt.id)])
        self.assertEqual(line.cost, 40)

    def test_it_reads_no_document_again_where_none_changed(self):
        self.invoice(self.new_partner("Birch"), (self.product, 1, 100), day=date(2025, 7, 1))
        self.env.cr.execute(SQL("UPDATE account_move SET write_date = '2020-01-01'"))
        self.recompute(date(2026, 6, 30))
        run = self.env["crm.pareto.run"]._standing(self.company, "customer")
        period = window("12", date(2026, 7, 1))
        self.assertEqual(self.env["crm.pareto.recompute"]._sum_changed(self.company, run, period), set())

    def test_an_invoice_credited_to_somebody_else_makes_the_next_refresh_a_full_one(self):
        agency, client, other = (self.new_partner(name) for name in ("Agency", "Client", "Other"))
        move = self.invoice(agency, (self.product, 1, 100), pareto_customer_id=client.id)
        self.recompute()
        move.pareto_customer_id = other
        self.refreshed()
        turnovers = {
            row.partner_id: row.turnover
            for row in self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)])
        }
        self.assertEqual(turnovers, {other: 100})

    def test_what_is_due_is_due_until_it_is_computed(self):
        run = self.env["crm.pareto.run"]._standing(self.company, "customer")
        due = [run._is_due()]
        for step in (self.recompute, lambda: run._forget(self.company), self.refreshed):
            step()
            due.append(run._is_due())
        self.assertEqual(due, [True, False, True, False])

    def test_what_is_due_of_the_customers_is_not_the_repeat_orders(self):
        runs = [self.env["crm.pareto.run"]._standing(self.company, kind) for kind in ("customer", "repeat")]
        self.env["crm.pareto.repeat"]._recompute(self.company)
        runs[0]._forget(self.company)
        self.refreshed()
        self.assertEqual([run._is_due() for run in runs], [False, True])

    def test_another_company_that_is_due_is_that_one_alone(self):
        self.recompute()
        run = self.env["crm.pareto.run"]._standing(self.company, "customer")
        run._forget(self.new_company("Second", "USD"))
        self.assertFalse(run._is_due())

    def test_who_makes_it_due_may_not_compute_oftener_than_that_takes(self):
        self.recompute()
        run = self.env["crm.pareto.run"]._standing(self.company, "customer")
        run.write({"full_at": datetime.now(), "seconds": 3600})
        run._forget(self.company)
        with self.assertRaisesRegex(UserError, "computed a moment ago, in 3600 seconds"):
            run._check_rested()


class TestBitForBit(LedgerCase):
    def test_two_computations_give_the_same_rows_with_workers_or_without(self):
        random = Random(21)
        partners = [self.new_partner(f"P{index}") for index in range(10)]
        for _index in range(40):
            lines = [(self.product, random.randint(1, 9), random.choice([0.1, 0.2, 33.33])) for _line in range(3)]
            self.invoice(random.choice(partners), *lines)
        runs = [self.computed(workers) for workers in (0, 4, 0)]
        self.assertEqual(runs[0], runs[1])
        self.assertEqual(runs[0], runs[2])

    def computed(self, workers):
        """All columns of the rows as PostgreSQL prints them, computed from nothing."""
        self.env["crm.pareto.customer"].search([]).unlink()
        self.env["crm.pareto.product"].search([]).unlink()
        for setting, value in (
            ("max_parallel_workers_per_gather", workers),
            ("parallel_setup_cost", 0),
            ("min_parallel_table_scan_size", 0),
            ("min_parallel_index_scan_size", 0),
        ):
            self.env.cr.execute(SQL("SELECT set_config(%s, %s, TRUE)", setting, str(value)))
        if workers:
            self.env.flush_all()
            self.env.cr.execute("ANALYZE account_move, account_move_line")  # else it takes them for empty
            self.assertIn("Workers Planned", self.plan())
        self.recompute()
        return sorted(
            self.env.execute_query(
                SQL(
                    "SELECT (TO_JSONB(value) - 'id')::text FROM crm_pareto_customer value"
                    " WHERE company_id = %(company)s"
                    " UNION ALL SELECT (TO_JSONB(value) - 'id')::text FROM crm_pareto_product value"
                    " WHERE company_id = %(company)s",
                    company=self.company.id,
                )
            )
        )

    def plan(self):
        report = self.env["crm.pareto.revenue.report"]._table_query
        rows = self.env.execute_query(
            SQL("EXPLAIN SELECT customer_id, SUM(margin) FROM (%s) report GROUP BY customer_id", report)
        )
        return "\n".join(row[0] for row in rows)


class TestBadInput(LedgerCase):
    @mute_logger("odoo.sql_db")
    def test_a_bound_above_the_whole_is_refused(self):
        with self.assertRaises(IntegrityError):
            self.env["crm.pareto.tier"].create({"name": "X", "bound": 1.2})

    @mute_logger("odoo.sql_db")
    def test_two_tiers_with_one_bound_are_refused(self):
        with self.assertRaises(IntegrityError):
            self.env["crm.pareto.tier"].create({"name": "X", "bound": 0.8})


class TestReconciles(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.new_company("Alder Inc", "USD")
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.env.ref("base.USD").id,
                "name": "2024-01-01",
                "rate": 1.0837,
                "company_id": cls.company.id,
            }
        )

    @settings(max_examples=5, deadline=None)
    @given(st.integers(0, 2**32))
    def test_customers_and_no_customer_make_the_ledger_and_tiers_are_those_of_the_oracle(self, seed):
        with self.env.cr.savepoint(flush=True) as savepoint:
            self.make_ledger(Random(seed))
            for company in (self.company, self.other):
                self.check(company)
            savepoint.rollback()
        self.env.invalidate_all(flush=False)

    def make_ledger(self, random):
        """Documents of all kinds in both companies, with children, links, foreign currency and a merge."""
        partners = [self.new_partner(f"P{index}", is_company=True) for index in range(6)]
        partners += [self.new_partner(f"C{index}", parent_id=random.choice(partners).id) for index in range(4)]
        for _index in range(random.randint(0, 25)):
            move_type = random.choices(["out_invoice", "out_refund", "out_receipt"], [8, 3, 1])[0]
            nobody = move_type == "out_receipt" and random.random() < 0.5
            company = random.choice([self.company, self.other])
            values = {"currency_id": random.choice([self.env.ref("base.USD"), company.currency_id]).id}
            if random.random() < 0.2:
                values["pareto_customer_id"] = random.choice(partners).id
            lines = [
                (random.choice([self.product, None]), random.choice([1, 2, 0]), round(random.lognormvariate(4, 2), 2))
                for _line in range(random.randint(1, 3))
            ]
            if random.random() < 0.3:
                lines.append((None, -1, min(price * quantity for _product, quantity, price in lines)))
            self.invoice(
                self.env["res.partner"] if nobody else random.choice(partners),
                *lines,
                day=date(random.choice([2024, 2025, 2026]), random.randint(1, 6), random.randint(1, 28)),
                move_type=move_type,
                company=company,
                **values,
            )
        merge = self.env["base.partner.merge.automatic.wizard"].create({})
        merge._merge([partners[0].id, partners[1].id], partners[1])

    def check(self, company):
        rows = self.recompute(date(2026, 6, 30), company)
        turnovers = oracle.turnovers(self.env, company, date(2025, 7, 1), date(2026, 6, 30))
        figures = {row.partner_id.id: Decimal(str(row.turnover)).quantize(Decimal("0.01")) for row in rows.values()}
        no_customer = sum(
            self.env["crm.pareto.revenue.report"]
            .search([("company_id", "=", company.id), ("customer_id", "=", False), ("date", ">=", "2025-07-01")])
            .mapped("revenue")
        )
        self.assertEqual(
            {key: value for key, value in figures.items() if value or key in turnovers}.keys() - {0},
            turnovers.keys() - {False},
        )
        self.assertEqual({key: figures[key] for key in turnovers if key}, {k: v for k, v in turnovers.items() if k})
        self.assertAlmostEqual(no_customer, float(turnovers.get(False, 0)), 2)
        expected = oracle.tiers(figures, ["0.80", "0.95", "1.00"])
        self.assertEqual({row.partner_id.id: "ABC".index(row.tier_id.name) for row in rows.values()}, expected)
