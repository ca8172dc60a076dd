"""Several companies: one that fails, one that was archived, branches."""

from datetime import date, datetime, timedelta
from math import inf
from unittest.mock import patch

import pytest
from odoo.addons.crm_pareto.models.value.crm_pareto_recompute import CrmParetoRecompute
from odoo.addons.crm_pareto.models.work.repeat.crm_pareto_repeat import CrmParetoRepeat
from odoo.addons.crm_pareto.models.work.suggestion.crm_pareto_pairing import CrmParetoPairing
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from ..common import PROFIT, SALES_MANAGER, LedgerCase
from ..value import oracle

AS_OF = date(2026, 6, 30)
LOGGER = "odoo.addons.crm_pareto.models.value.crm_pareto_recompute"
CONFLICT = "DO $$ BEGIN RAISE serialization_failure; END $$"


class CompaniesCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.new_partner("Birch", is_company=True)

    def turnover(self, company):
        """The customer's turnover in a company, as it is stored."""
        rows = (
            self.env["crm.pareto.customer"]
            .sudo()
            .search([("company_id", "=", company.id), ("partner_id", "=", self.partner.id)])
        )
        return rows.turnover if rows else None

    @classmethod
    def new_manager(cls, *companies):
        user = cls.new_user(f"manager{len(companies)}", f"{SALES_MANAGER},{PROFIT}")
        ids = [company.id for company in companies]
        user.write({"company_ids": [Command.set(ids)], "company_id": ids[0]})
        return user

    def rows_for(self, user, *companies):
        ids = [company.id for company in companies]
        rows = self.env["crm.pareto.customer"].with_user(user).with_context(allowed_company_ids=ids)
        return rows.search([("partner_id", "=", self.partner.id)])


class TestFailure(CompaniesCase):
    """One company cannot be computed; those after it are none the worse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.last = cls.new_company("Zeder", "EUR")
        cls.invoice(cls.partner, (None, 1, 100))
        cls.invoice(cls.partner, (None, 1, 300), company=cls.last)

    def fail(self, statement="SELECT 1 / 0", times=inf, part=(CrmParetoRecompute, "_compute_all")):
        """Let the statements of the first company fail so many times, after some have written."""
        compute, bad, failed = getattr(*part), self.company, []

        def compute_or_fail(model, company, *args, **kwargs):
            compute(model, company, *args, **kwargs)
            if company == bad and len(failed) < times:
                failed.append(company)
                model.env.cr.execute(statement)

        return patch.object(*part, compute_or_fail)

    def run_cron(self, name):
        """Run a scheduled action as Odoo's scheduler does; how often in a row it failed, by Odoo's count."""
        return self.run_action(self.env.ref(f"crm_pareto.{name}"))

    def run_action(self, cron):
        job = {**cron.read(load=None)[0], "done": 0, "remaining": 0, "timed_out_counter": 0}
        self.env.flush_all()
        muted = mute_logger("odoo.sql_db", "odoo.addons.base.models.ir_cron")
        with self.enter_registry_test_mode(), muted, self.registry.cursor() as cr:
            self.registry["ir.cron"]._process_job(cr, job)
        self.env.invalidate_all()
        return cron.failure_count

    def test_the_others_are_computed_and_odoo_counts_the_failure(self):
        for name in ("crm_pareto_recompute_cron", "crm_pareto_refresh_cron"):
            self.env["crm.pareto.customer"].search([("partner_id", "=", self.partner.id)]).unlink()
            self.env["crm.pareto.run"].search([("company_id", "in", (self.company + self.last).ids)]).full_at = False
            with self.fail(), self.assertLogs(LOGGER, "ERROR") as logs:
                failures = self.run_cron(name)
            self.assertEqual((failures, len(logs.output)), (1, 1), name)
            self.assertIn("Failed for the company Alder Instruments", logs.output[0])
            self.assertIsNone(self.turnover(self.company))  # what it wrote was taken back
            self.assertEqual(self.turnover(self.last), 300)
            self.assertEqual(self.run_cron(name), 0)
            self.assertEqual(self.turnover(self.company), 100)

    def test_what_met_another_transaction_is_done_again_at_once(self):
        for name in ("crm_pareto_recompute_cron", "crm_pareto_refresh_cron"):
            self.env["crm.pareto.customer"].search([("partner_id", "=", self.partner.id)]).unlink()
            self.env["crm.pareto.run"].search([("company_id", "in", (self.company + self.last).ids)]).full_at = False
            with self.fail(CONFLICT, times=1), self.assertNoLogs(LOGGER, "ERROR"):
                self.assertEqual(self.run_cron(name), 0, name)
            self.assertEqual((self.turnover(self.company), self.turnover(self.last)), (100, 300), name)

    def test_who_always_meets_another_transaction_waits_for_the_next_run(self):
        with self.fail(CONFLICT), self.assertLogs(LOGGER, "ERROR") as logs:
            self.assertEqual(self.run_cron("crm_pareto_refresh_cron"), 1)
        self.assertEqual(len(logs.output), 1)
        self.assertEqual((self.turnover(self.company), self.turnover(self.last)), (None, 300))

    @pytest.mark.dated
    def test_a_part_that_failed_is_made_up_for_by_another_run_of_the_night_and_only_that(self):
        action = self.env.ref("crm_pareto.crm_pareto_recompute_cron")
        due = action.nextcall = datetime.now().replace(microsecond=0) - timedelta(hours=1)
        for model, kind in ((CrmParetoRepeat, "repeat"), (CrmParetoPairing, "pairing")):
            self.env["crm.pareto.run"].search([("company_id", "in", (self.company + self.last).ids)]).full_at = False
            with self.subTest(kind):
                with self.fail(part=(model, "_recompute")), self.assertLogs(LOGGER, "ERROR"):
                    self.run_action(action.copy({"nextcall": due}))
                run = self.env["crm.pareto.run"]._standing(self.company, kind)
                self.assertFalse(run.full_at)
                with patch.object(CrmParetoRecompute, "_compute_all") as compute_all:
                    self.run_action(action.copy({"nextcall": due}))
                self.assertTrue(run.full_at)
                self.assertNotIn(self.company, [call.args[0] for call in compute_all.call_args_list])

    def test_the_error_names_the_company(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr, mute_logger("odoo.sql_db", LOGGER):
            compute = self.env(cr=cr)["crm.pareto.recompute"]
            with self.fail(), self.assertRaisesRegex(UserError, "It failed for Alder Instruments: the server"):
                compute._cron_recompute()


@pytest.mark.dated
class TestArchived(CompaniesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.closed = cls.new_company("Closed", "USD")
        before = date.today() - timedelta(days=9)
        cls.invoice(cls.partner, (None, 1, 100), day=before)
        cls.invoice(cls.partner, (None, 1, 700), company=cls.closed, day=before)
        for company in (cls.company, cls.closed):
            cls.recompute(before, company)
        cls.manager = cls.new_manager(cls.company, cls.closed)
        # Posted since, and not summed any more.
        cls.invoice(cls.partner, (None, 1, 50), company=cls.closed, day=date.today())
        cls.closed.active = False

    def cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_pareto.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def test_its_rows_stay_as_they_were_and_no_scheduled_action_touches_it(self):
        run = self.env["crm.pareto.run"]._standing(self.closed, "customer")
        before = run.full_at, run.refreshed_at
        for name in ("refresh", "recompute", "attribution", "treatment"):
            self.cron(f"crm_pareto_{name}_cron")
        self.assertEqual(self.turnover(self.closed), 700)
        self.assertEqual((run.full_at, run.refreshed_at), before)

    def test_who_worked_in_it_sees_the_other_and_the_page_opens(self):
        self.assertEqual(self.rows_for(self.manager, self.company).mapped("turnover"), [100])
        page = self.env["crm.pareto.page"].with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(page.get_figures("customer", "turnover")["company_id"], self.company.id)
        partner = self.partner.with_user(self.manager).with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(partner.pareto_turnover, 100)

    def test_a_page_of_the_archived_company_itself_opens(self):
        page = self.env["crm.pareto.page"].with_context(allowed_company_ids=self.closed.ids)
        figures = page.get_figures("customer", "turnover")
        self.assertEqual((figures["company_name"], figures["net"]), ("Closed", 700))

    def test_taken_up_again_it_is_computed_with_the_next_run(self):
        self.closed.active = True
        # Not overdue, however old the database is: what was computed since an action was due is not computed again.
        self.env.ref("crm_pareto.crm_pareto_recompute_cron").nextcall = datetime.now() + timedelta(hours=1)
        self.cron("crm_pareto_recompute_cron")
        self.assertEqual(self.env["crm.pareto.run"]._standing(self.closed, "customer").as_of, date.today())
        self.assertEqual(self.turnover(self.closed), 750)


class TestBranches(CompaniesCase):
    """A branch's documents are its own: a company with two branches has three values of one customer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.child_ids = [Command.create({"name": "North"}), Command.create({"name": "South"})]
        cls.cr.precommit.run()  # Odoo loads the chart of accounts
        cls.north, cls.south = cls.company.child_ids
        cls.env.user.company_ids += cls.north + cls.south
        cls.all = (cls.company, cls.north, cls.south)
        for price, company in zip((100, 200, 400), cls.all, strict=True):
            cls.invoice(cls.partner, (None, 1, price), company=company)
        cls.env["crm.pareto.recompute"]._recompute(cls.company + cls.north + cls.south, AS_OF)

    def test_each_has_its_own_figures_that_are_its_ledgers(self):
        for price, company in zip((100, 200, 400), self.all, strict=True):
            expected = oracle.turnovers(self.env, company, date(2025, 7, 1), AS_OF)
            self.assertEqual(expected, {self.partner.id: price})
            self.assertEqual(self.turnover(company), price)

    def test_who_works_in_the_parent_and_its_branches_sees_each_and_the_sum(self):
        rows = self.rows_for(self.new_manager(*self.all), *self.all)
        self.assertEqual(sorted(rows.mapped("turnover")), [100, 200, 400])
        [(total,)] = rows._read_group([("id", "in", rows.ids)], aggregates=["turnover:sum"])
        self.assertEqual(total, 700)

    def test_who_works_in_one_branch_sees_that_alone(self):
        user = self.new_manager(self.south)
        self.assertEqual(self.rows_for(user, self.south).mapped("turnover"), [400])
        lines = self.env["crm.pareto.revenue.report"].with_user(user).with_context(allowed_company_ids=self.south.ids)
        self.assertEqual(lines.search([("customer_id", "=", self.partner.id)]).mapped("revenue"), [400])
        self.assertEqual(
            self.partner.with_user(user).with_context(allowed_company_ids=self.south.ids).pareto_turnover, 400
        )

    def test_the_page_and_the_customer_are_of_the_company_one_is_in(self):
        user = self.new_manager(*self.all)
        for price, company in zip((100, 200, 400), self.all, strict=True):
            page = self.env["crm.pareto.page"].with_user(user).with_context(allowed_company_ids=company.ids)
            self.assertEqual(page.get_figures("customer", "turnover")["net"], price)
            self.assertEqual(
                self.partner.with_user(user).with_context(allowed_company_ids=company.ids).pareto_turnover, price
            )
