"""What is due, and what is done with it: a quotation, or an activity that closes itself."""

from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time
from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import PROFIT, SALES_MANAGER, SALESPERSON
from .test_repeat import RepeatCase, day

TODAY = date(2026, 6, 30)
NOON = timedelta(hours=12)


class DueCase(RepeatCase):
    """Birch bought the gauge each week, three at a time, last on June 15: due on June 22, overdue after."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buy(cls.birch, day("06-01"), day("06-08"), day("06-15"), quantity=3)
        cls.recompute(day("06-15"))
        cls.row = cls.row_of(cls.birch)

    @classmethod
    def row_of(cls, partner, product=None):
        domain = [("partner_id", "=", partner.id), ("product_id", "=", (product or cls.product).id)]
        return cls.env["crm.pareto.repeat"].search([("company_id", "=", cls.company.id), *domain])

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(datetime(2026, 6, 30, 12)))

    def state(self, when=TODAY, row=None):
        """The state as it is read, which a search must find too."""
        row = row or self.row
        with freeze_time(when):
            self.env.invalidate_all()
            domain = [("company_id", "=", self.company.id), ("order_state", "=", row.order_state)]
            self.assertIn(row, row.search(domain))
            return row.order_state

    def order(self, product=None, when=TODAY, quantity=3, **values):
        line = {"product_id": (product or self.product).id, "product_uom_qty": quantity}
        values = {"partner_id": self.birch.id, "company_id": self.company.id, "validity_date": False, **values}
        return self.env["sale.order"].create({**values, "date_order": when, "order_line": [Command.create(line)]})

    def confirmed(self, when, **values):
        order = self.order(**values)
        order.action_confirm()
        order.date_order = datetime.combine(when, datetime.min.time()) + NOON
        return order


class TestState(DueCase):
    def test_it_is_due_in_its_window_and_then_overdue(self):
        for when, state in (("06-21", False), ("06-22", "due"), ("06-23", "overdue")):
            self.assertEqual(state, self.state(day(when)), when)

    def test_it_is_silent_while_an_open_quotation_has_the_product(self):
        quotation = self.order(validity_date=day("07-02"))
        self.assertFalse(self.state())
        self.assertEqual("overdue", self.state(day("07-03")), "expired")
        quotation.validity_date = False
        quotation.action_quotation_sent()
        self.assertFalse(self.state(day("07-03")))
        quotation._action_cancel()
        self.assertEqual("overdue", self.state(day("07-03")))

    def test_a_quotation_of_another_product_does_not_silence_it(self):
        self.order(product=self.clamp)
        self.assertEqual("overdue", self.state())

    def test_a_quotation_of_another_company_does_not_silence_it_and_one_to_a_contact_does(self):
        abroad = self.new_company("Alder Inc", "USD")
        quotation = self.order(company_id=abroad.id)
        self.assertEqual("overdue", self.state())
        quotation.unlink()
        self.order(partner_id=self.new_partner("Berta", parent_id=self.birch.id).id)
        self.assertFalse(self.state())

    def test_an_order_after_the_last_purchase_silences_it(self):
        order = self.confirmed(day("06-16"))
        self.assertFalse(self.state())
        order._action_cancel()
        self.assertEqual("overdue", self.state())

    def test_an_older_order_silences_it_until_something_of_it_is_invoiced(self):
        self.product.invoice_policy = "order"
        order = self.confirmed(day("06-10"))
        self.assertFalse(self.state())
        order._create_invoices()
        self.assertEqual("overdue", self.state())

    def test_a_forgotten_order_does_not_silence_it(self):
        self.confirmed(day("06-08"))
        self.assertEqual("overdue", self.state())

    def test_an_invoice_ends_it_within_the_hour(self):
        self.buy(self.birch, day("06-29"))
        self.refresh(TODAY)
        self.assertFalse(self.state())

    def test_what_cannot_be_sold_and_who_is_archived_is_silent(self):
        for record, name in ((self.product, "sale_ok"), (self.product, "active"), (self.birch, "active")):
            record[name] = False
            self.assertFalse(self.state(), name)
            record[name] = True
        self.assertEqual("overdue", self.state())

    def test_it_is_grouped_by(self):
        self.buy(self.birch, day("06-10"), day("06-18"), day("06-28"), product=self.clamp)
        self.recompute(TODAY)
        groups = self.row._read_group([("company_id", "=", self.company.id)], ["order_state"], ["__count"])
        self.assertEqual({"overdue": 1, False: 1}, dict(groups))
        for name in ("user_id", "categ_id", "order_state"):
            self.assertTrue(self.row.fields_get([name], ["groupable"])[name]["groupable"], name)

    def test_a_page_costs_one_statement_for_the_states(self):
        rows = self.row.search([("company_id", "=", self.company.id)])
        self.env.invalidate_all()
        rows.mapped("due_to")
        self.env.user.mapped("tz")
        with self.assertQueryCount(1):
            rows.mapped("order_state")

    def test_the_contact_s_form_counts_the_customer_s(self):
        self.buy(self.birch, day("06-10"), day("06-18"), day("06-28"), product=self.clamp)
        self.recompute(TODAY)
        contact = self.new_partner("Berta", parent_id=self.birch.id)
        self.assertEqual((2, 1), (contact.pareto_repeat_count, contact.pareto_due_count))
        action = contact.action_open_pareto_repeats()
        rows = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual([self.product, self.clamp], [row.product_id for row in rows])
        self.assertEqual(
            (0, 0), tuple(self.new_partner("New")[name] for name in ("pareto_repeat_count", "pareto_due_count"))
        )

    def test_it_opens_the_lines_it_is_made_of(self):
        action = self.row.action_open_purchases()
        lines = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual([day("06-15"), day("06-08"), day("06-01")], lines.mapped("date"))


class TestQuotation(DueCase):
    def quotations(self, partner=None):
        return self.env["sale.order"].search([("partner_id", "=", (partner or self.birch).id)])

    def test_one_click_makes_the_quotation_of_the_usual_quantity(self):
        action = self.row.action_new_quotation()
        quotation = self.quotations()
        self.assertEqual(("sale.order", quotation.id), (action["res_model"], action["res_id"]))
        self.assertEqual((self.company, "draft"), (quotation.company_id, quotation.state))
        line = quotation.order_line
        self.assertEqual(
            (self.product, 3, self.product.uom_id), (line.product_id, line.product_uom_qty, line.product_uom_id)
        )
        self.assertEqual(self.product.list_price, line.price_unit)
        self.assertFalse(self.state(), "silent now")

    def test_a_customer_has_one_quotation_of_all(self):
        other = self.new_partner("Other")
        self.buy(self.birch, day("06-02"), day("06-09"), day("06-16"), product=self.clamp, quantity=5)
        self.buy(other, day("06-02"), day("06-09"), day("06-16"))
        self.recompute(TODAY)
        rows = self.row.search([("company_id", "=", self.company.id)])
        self.assertEqual(3, len(rows))
        action = rows.action_new_quotation()
        quotations = self.env["sale.order"].search(action["domain"])
        self.assertEqual(self.birch + other, quotations.partner_id)
        lines = self.quotations().order_line
        self.assertEqual({self.product: 3, self.clamp: 5}, {line.product_id: line.product_uom_qty for line in lines})

    def test_there_are_never_two_of_it(self):
        self.row.action_new_quotation()
        with self.assertRaisesRegex(UserError, f"Gauge for Birch \\({self.quotations().name}\\)"):
            self.row.action_new_quotation()
        self.assertEqual(1, len(self.quotations()))

    def test_what_is_on_the_way_is_left_out_and_named(self):
        self.buy(self.birch, day("06-02"), day("06-09"), day("06-16"), product=self.clamp)
        self.recompute(TODAY)
        order = self.confirmed(day("06-20"))
        action = (self.row + self.row_of(self.birch, self.clamp)).action_new_quotation()
        self.assertIn(f"Gauge for Birch ({order.name})", action["params"]["message"])
        quotation = self.env["sale.order"].browse(action["params"]["next"]["res_id"])
        self.assertEqual(self.clamp, quotation.order_line.product_id)

    def test_each_company_makes_its_own(self):
        abroad = self.new_company("Alder Inc", "USD")
        self.buy(self.birch, day("06-02"), day("06-09"), day("06-16"), company=abroad)
        self.recompute(TODAY, abroad)
        rows = self.row.search([("partner_id", "=", self.birch.id)])
        rows.action_new_quotation()
        self.assertEqual(self.company + abroad, self.quotations().company_id.sorted())


class TestActivity(DueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.buy(cls.birch, day("06-02"), day("06-09"), day("06-16"), product=cls.clamp, quantity=5)
        cls.recompute(day("06-16"))
        cls.both = cls.row + cls.row_of(cls.birch, cls.clamp)

    def activity(self):
        return self.birch.activity_ids.filtered(
            lambda activity: activity.activity_type_id == self.env.ref("crm_pareto.mail_activity_type_repeat")
        )

    def products(self, activity):
        return activity.with_user(SUPERUSER_ID).pareto_product_ids

    def plan(self, rows, when=TODAY):
        """The activity made for the rows, at noon; the database's own clock is not frozen."""
        before = self.activity()
        rows.action_schedule_activity()
        activity = self.activity() - before
        noon = datetime.combine(when, datetime.min.time()) + NOON
        self.env.flush_all()
        self.env.cr.execute("UPDATE mail_activity SET create_date = %s WHERE id = %s", (noon, activity.id))
        return activity

    def close(self):
        self.env.flush_all()
        self.env["mail.activity"]._close_pareto_repeats()
        self.env.invalidate_all()

    def test_a_customer_put_below_another_one_tells_nothing_of_that_one(self):
        other = self.new_partner("Cedar", is_company=True)
        activity = self.plan(self.row)
        self.buy(other, day("07-01"))
        self.birch.write({"is_company": False, "parent_id": other.id})
        self.close()
        self.assertTrue(activity.active)

    def test_who_left_gets_none(self):
        """It would be seen by nobody, and nobody could make another one."""
        abroad = self.new_company("Alder Inc", "USD")
        for leaves in ({"active": False}, {"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id}):
            left = self.new_user(f"left{len(leaves)}", SALESPERSON)
            self.birch.user_id = left
            left.write(leaves)
            self.assertEqual(self.env.user, self.plan(self.row).user_id)
            self.activity().unlink()

    def test_a_customer_has_one_activity_for_the_salesperson(self):
        anna = self.new_user("anna", SALESPERSON)
        self.birch.user_id = anna
        self.both.action_schedule_activity()
        activity = self.activity()
        self.assertEqual(
            (anna, TODAY, self.both.product_id),
            (activity.user_id, activity.date_deadline, self.products(activity).sorted()),
        )
        self.assertEqual([TODAY, TODAY], self.both.mapped("planned_date"))

    def test_what_is_due_is_told_to_who_may_know(self):
        """The customer's activities are read by everybody."""
        self.both.action_schedule_activity()
        activity = self.activity()
        self.assertEqual(("Reorder: see Repeat Orders", False), (activity.summary, activity.note or False))
        anna = self.new_user("anna", SALESPERSON)
        anna.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        for line in ("3 Units Gauge, last bought on 06/15/2026", "5 Units Clamp, last bought on 06/16/2026"):
            self.assertIn(line, activity.with_user(anna).pareto_why.splitlines())
        with self.assertRaises(AccessError):
            activity.with_user(self.new_user("ian", "base.group_user")).read(["pareto_why"])

    def test_nobody_reads_its_products_as_such(self):
        """It stands on a contact that colleagues see, too, who do not see what the customer buys again."""
        self.both.action_schedule_activity()
        boss = self.new_member("berta", f"{SALES_MANAGER},{PROFIT}")
        activities = self.activity().with_user(boss)
        for su in (False, True):
            for call in (
                lambda su=su: activities.sudo(su).read(["pareto_product_ids"]),
                lambda su=su: activities.sudo(su).search_count([("pareto_product_ids", "in", self.product.ids)]),
                lambda su=su: activities.sudo(su)._read_group([], ["pareto_product_ids"], ["__count"]),
                lambda su=su: activities.sudo(su)._read_group([], ["pareto_product_ids\n"], ["__count"]),
            ):
                with self.assertRaises(AccessError):
                    call()
        self.assertNotIn("pareto_product_ids", activities.fields_get())

    def test_it_stays_with_its_customer(self):
        """Moved to a colleague's, its closing would tell what that one ordered."""
        anna = self.new_user("anna", SALESPERSON)
        anna.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        self.both.action_schedule_activity()
        activity = self.activity()
        activity.user_id = anna
        with self.assertRaisesRegex(UserError, "stays there"):
            activity.with_user(anna).res_id = self.new_partner("Cedar").id
        activity.with_user(anna).summary = "Call"

    def test_what_is_planned_already_or_not_due_is_left_out(self):
        self.row.action_schedule_activity()
        self.both.action_schedule_activity()
        self.assertEqual([1, 1], [len(self.products(activity)) for activity in self.activity()])
        with self.assertRaisesRegex(UserError, "planned already"):
            self.both.action_schedule_activity()
        self.order()
        self.activity().unlink()
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "not due"):
            self.row.action_schedule_activity()

    def test_it_closes_itself_once_all_was_ordered(self):
        activity = self.plan(self.both)
        self.confirmed(TODAY)
        self.close()
        self.assertTrue(activity.active, "one of two")
        self.confirmed(TODAY, product=self.clamp)
        self.close()
        self.assertFalse(activity.active)
        self.assertEqual("Done by itself: see Repeat Orders.", activity.feedback)

    def test_the_chatter_does_not_name_the_orders(self):
        self.plan(self.row)
        order = self.confirmed(TODAY)
        self.close()
        said = self.birch.message_ids[0].body
        self.assertIn("Done by itself", said)
        for words in (order.name, "Gauge", "2026"):
            self.assertNotIn(words, said)

    def test_the_hourly_job_closes_it(self):
        activity = self.plan(self.row)
        self.confirmed(TODAY)
        with self.enter_registry_test_mode():
            self.env.ref("crm_pareto.crm_pareto_refresh_cron").method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(activity.active)

    def test_a_quotation_or_an_order_from_before_or_abroad_leaves_it_open(self):
        activity = self.plan(self.row)
        abroad = self.new_company("Alder Inc", "USD")
        self.order()
        self.confirmed(day("06-29"))
        self.confirmed(TODAY, company_id=abroad.id)
        self.confirmed(TODAY, product=self.clamp)
        self.close()
        self.assertTrue(activity.active)

    def test_an_invoice_without_an_order_closes_it(self):
        activity = self.plan(self.row)
        self.buy(self.birch, day("07-01"))
        self.refresh(day("07-01"))
        self.close()
        self.assertFalse(activity.active)

    def test_it_follows_customers_that_are_merged(self):
        activity = self.plan(self.row)
        other = self.new_partner("Other", is_company=True)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([self.birch.id, other.id], other, extra_checks=False)
        self.assertEqual(activity, other.activity_ids)
        self.confirmed(TODAY, partner_id=other.id)
        self.close()
        self.assertFalse(activity.active)

    def test_one_that_cannot_be_closed_keeps_no_other_open(self):
        broken, good = self.plan(self.row), self.plan(self.row_of(self.birch, self.clamp))
        self.confirmed(TODAY)
        self.confirmed(TODAY, product=self.clamp)
        close = type(broken)._action_done

        def fail(activity, *args, **values):
            if activity == broken:
                raise KeyError("broken")
            return close(activity, *args, **values)

        with (
            patch.object(type(broken), "_action_done", fail),
            self.assertLogs("odoo.addons.crm_pareto.models.work.repeat.mail_activity", "WARNING"),
        ):
            self.close()
        self.assertEqual((broken.active, good.active), (True, False))

    def test_looking_for_what_was_ordered_takes_one_statement(self):
        self.plan(self.both)
        with self.assertQueryCount(1):
            self.env["mail.activity"]._close_pareto_repeats()


class TestRights(DueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna, cls.ben, cls.berta = (
            cls.new_user(login, groups)
            for login, groups in (("anna", SALESPERSON), ("ben", SALESPERSON), ("berta", SALES_MANAGER))
        )
        (cls.anna + cls.ben + cls.berta).write(
            {"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id}
        )
        cls.birch.user_id = cls.ben
        cls.company.pareto_own_values = False

    def as_user(self, user):
        return self.row.with_user(user).with_context(allowed_company_ids=self.company.ids)

    def test_a_salesperson_with_own_documents_makes_own_quotations(self):
        self.as_user(self.anna).action_new_quotation()
        self.assertEqual(self.anna, self.env["sale.order"].search([("partner_id", "=", self.birch.id)]).user_id)

    def test_a_manager_s_quotation_is_the_customer_s_salesperson_s(self):
        self.as_user(self.berta).action_new_quotation()
        self.assertEqual(self.ben, self.env["sale.order"].search([("partner_id", "=", self.birch.id)]).user_id)

    def test_a_colleague_s_quotation_and_activity_count_for_everybody(self):
        self.as_user(self.anna).action_schedule_activity()
        self.assertEqual(TODAY, self.as_user(self.anna).planned_date)
        self.order(user_id=self.ben.id)
        self.env.invalidate_all()
        self.assertFalse(self.as_user(self.anna).order_state)
        with self.assertRaises(UserError):
            self.as_user(self.anna).action_new_quotation()

    def test_nobody_says_by_hand_what_closes_an_activity(self):
        """It names the orders of the company that it is said to be about."""
        abroad = self.new_company("Alder Inc", "USD")
        self.as_user(self.ben).action_schedule_activity()
        activity = self.birch.activity_ids.with_user(self.ben)
        values = {"res_model_id": self.env["ir.model"]._get_id("res.partner"), "res_id": self.birch.id}
        ours = {"pareto_company_id": abroad.id, "pareto_product_ids": [Command.set(self.product.ids)]}
        for name in ours:
            for attempt in (
                lambda name=name: activity.write({name: ours[name]}),
                lambda name=name: activity.create({**values, name: ours[name]}),
            ):
                with self.assertRaisesRegex(AccessError, "set by the button|enough rights to access the field"):
                    attempt()
        for su in (False, True):
            made = activity.sudo(su).with_context(default_pareto_company_id=abroad.id).create(values)
            self.assertFalse(made.pareto_company_id)
        with self.assertRaises(AccessError):
            activity.with_context(default_pareto_product_ids=self.product.ids).create(values)

    def test_the_lines_behind_are_those_one_may_see(self):
        action = self.as_user(self.anna).action_open_purchases()
        lines = self.env[action["res_model"]].with_user(self.anna).search(action["domain"])
        self.assertFalse(lines.filtered(lambda line: line.user_id not in (self.anna, self.env["res.users"])))

    def test_they_are_of_own_customers_and_nobody_s_unless_the_company_shows_all(self):
        self.company.pareto_own_values = True
        self.assertFalse(self.as_user(self.anna).search([("id", "=", self.row.id)]))
        self.assertEqual(self.row, self.as_user(self.ben).search([("id", "=", self.row.id)]))
        self.assertEqual(self.row, self.as_user(self.berta).search([("id", "=", self.row.id)]))
        self.birch.user_id = False
        self.assertEqual(self.row, self.as_user(self.anna).search([("id", "=", self.row.id)]))

    def test_rows_of_other_companies_are_out_of_sight(self):
        abroad = self.new_company("Alder Inc", "USD")
        dora = self.new_user("dora", SALES_MANAGER)
        dora.write({"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id})
        self.assertFalse(self.row.with_user(dora).with_context(allowed_company_ids=abroad.ids).search([]))

    def test_nobody_writes_rows_and_who_does_not_sell_does_not_read_them(self):
        with self.assertRaises(AccessError):
            self.as_user(self.berta).write({"quantity": 5})
        employee = self.new_user("emil", "base.group_user")
        with self.assertRaises(AccessError):
            self.as_user(employee).read(["quantity"])

    def test_nobody_deletes_the_kind_of_activity_that_they_are(self):
        kind = self.env.ref("crm_pareto.mail_activity_type_repeat")
        with self.assertRaises(UserError):
            kind.with_user(self.berta).unlink()
