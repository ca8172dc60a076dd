"""Tiers and segments: whose they are, what they may ask for, and what a tier of somebody else's does not break."""

from datetime import date

from odoo.addons.crm_pareto.models.common.tools.bounds import MOST_LETTERS
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import mute_logger
from psycopg2 import IntegrityError
from psycopg2.errors import LockNotAvailable

from ...common import SALES_MANAGER, LedgerCase

SHARED = "shared by all companies"
TOO_LONG = 800_000  # days: two thousand years


class TierCase(LedgerCase):
    """Two companies, a manager of the first, and one of all there are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.new_company("Alder Inc", "USD")
        cls.boss = cls.new_manager("berta", cls.company)
        cls.chief = cls.new_manager("cy", cls.env["res.company"].search([]))
        cls.tier_a, cls.tier_c = (cls.env.ref(f"crm_pareto.crm_pareto_tier_{letter}") for letter in "ac")

    @classmethod
    def new_manager(cls, login, companies):
        user = cls.new_user(login, SALES_MANAGER)
        user.write({"company_ids": [Command.set(companies.ids)], "company_id": companies[0].id})
        return user

    def new_tier(self, company=None, user=None, **values):
        values = {"name": "X", "bound": 0.5, "company_id": company and company.id, **values}
        return self.env["crm.pareto.tier"].with_user(user or self.env.user).create(values)


class TestShared(TierCase):
    """What all companies share belongs to no one company's manager."""

    def attempts(self, user):
        tiers, segments = (self.env[f"crm.pareto.{name}"].with_user(user) for name in ("tier", "segment"))
        shared, segment = tiers.browse(self.tier_a.id), segments.search([("company_id", "=", False)], limit=1)
        own = self.new_tier(self.company, user)
        bounds = {"recency_min": 1, "recency_max": 5, "frequency_min": 1, "frequency_max": 5}
        return {
            "create a tier": lambda: tiers.create({"name": "Y", "bound": 0.4}),
            "change a tier": lambda: shared.write({"touch_days": 7}),
            "translate a tier": lambda: shared.update_field_translations("name", {"en_US": "Best"}),
            "delete a tier": lambda: shared.unlink(),
            "share a tier": lambda: own.write({"company_id": False}),
            "create a segment": lambda: segments.create({"name": "All", **bounds}),
            "change a segment": lambda: segment.write({"note": "Visit"}),
        }

    def test_a_manager_of_one_company_changes_none_of_it(self):
        for what, attempt in self.attempts(self.boss).items():
            with self.subTest(what), self.assertRaisesRegex(AccessError, SHARED):
                attempt()

    def test_whoever_works_in_all_companies_does(self):
        for what, attempt in self.attempts(self.chief).items():
            with self.subTest(what), self.env.cr.savepoint() as savepoint:
                attempt()
                savepoint.rollback()

    def test_a_company_that_is_archived_does_not_count(self):
        closed = self.new_company("Closed", "EUR")
        manager = self.new_manager("dora", self.chief.company_ids - closed)
        self.assertFalse(self.tier_a.with_user(manager).has_access("write"))
        closed.active = False
        self.tier_a.with_user(manager).touch_days = 7

    def test_a_manager_makes_tiers_of_his_or_her_own_company(self):
        tier = self.new_tier(self.company, self.boss)
        tier.touch_days = 7
        tier.unlink()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.new_tier(self.abroad, self.boss)

    def test_a_screen_knows_that_it_may_not_be_changed(self):
        self.assertFalse(self.tier_a.with_user(self.boss).has_access("write"))
        self.assertTrue(self.tier_a.with_user(self.boss).has_access("read"))

    def test_the_company_of_a_tier_that_is_used_stays(self):
        self.invoice(self.new_partner("Birch"), (self.product, 1, 100))
        self.recompute()
        with self.assertRaisesRegex(UserError, "is used already"):
            self.tier_a.company_id = self.company
        unused = self.new_tier(self.company)
        unused.company_id = self.abroad
        self.assertEqual(unused.company_id, self.abroad)

    def test_there_are_ten_of_a_company_at_most(self):
        for number in range(10):
            self.new_tier(self.company, bound=(number + 1) / 20)
        with self.assertRaisesRegex(ValidationError, "10 tiers at most"):
            self.new_tier(self.company, bound=0.9)
        self.new_tier(self.abroad)

    def test_tiers_and_segments_are_called_in_a_few_words(self):
        """Each row of a list of customers has them."""
        tier = self.env["crm.pareto.tier"].create({"name": "A" * 9_999, "bound": 0.123})
        segment = self.env["crm.pareto.segment"].create({"name": "A" * 9_999})
        for named in (tier, segment):
            self.assertEqual(MOST_LETTERS, len(named.name))
            named.update_field_translations("name", {"en_US": "B" * 9_999})
            named.invalidate_recordset()
            self.assertEqual("B" * MOST_LETTERS, named.name)

    def test_who_makes_some_at_once_take_turns(self):
        """Each counts what it sees: both write one row, so that the second is tried again."""
        with self.registry.cursor() as other:
            other.execute("UPDATE crm_pareto_tier SET id = id WHERE id = (SELECT MIN(id) FROM crm_pareto_tier)")
            self.env.cr.execute("SET LOCAL lock_timeout = '200ms'")
            with self.assertRaises(LockNotAvailable), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                self.new_tier(self.company)
            other.rollback()


class TestDeleting(TierCase):
    """What happened, and what people decided, stays written down."""

    def test_the_history_keeps_its_months(self):
        partner = self.new_partner("Birch")
        self.invoice(partner, (self.product, 1, 100), day=date(2026, 5, 10))
        tier = self.new_tier(self.company)
        self.recompute()
        rows = self.env["crm.pareto.history"].search([("partner_id", "=", partner.id)])
        self.assertEqual((rows.tier_id, rows.mapped("turnover")), (tier, [100]))
        tier.unlink()
        self.env.invalidate_all()
        self.assertEqual((rows.exists(), rows.tier_id, rows.mapped("turnover")), (rows, tier.browse(), [100]))

    def test_a_decision_stays_and_the_computed_tier_holds(self):
        partner, tier = self.new_partner("Birch"), self.new_tier(self.company, bound=0.7)
        self.invoice(partner, (self.product, 1, 100))
        row = self.recompute()[partner]
        values = {"company_id": self.company.id, "partner_id": partner.id, "reason": "pays late"}
        before, decision = self.env["crm.pareto.manual.tier"].create(
            [{**values, "tier_id": self.tier_c.id}, {**values, "tier_id": tier.id, "date_end": date(2099, 1, 1)}]
        )
        self.assertEqual(row.tier_id, tier)
        tier.unlink()
        self.env.invalidate_all()
        self.assertEqual(("pays late", tier.browse()), (decision.reason, decision.tier_id))
        self.assertEqual((tier.browse(), False), (row.manual_tier_id, row.manual_until))
        self.assertEqual(self.tier_c, before.tier_id)

    def handed_over_by(self, tier):
        """A draft: who is in the tier goes to another one than the rest."""
        people = [self.new_manager(name, self.company) for name in ("lena", "max", "eva")]
        lena, first, last = (user.id for user in people)
        shares = [Command.create({"user_id": first, "tier_ids": tier.ids}), Command.create({"user_id": last})]
        values = {"from_user_id": lena, "company_id": self.company.id, "share_ids": shares}
        return self.env["crm.pareto.handover"].with_user(self.boss).create(values)

    def test_a_draft_that_hands_over_by_it_would_give_everybody_to_one(self):
        tier = self.new_tier(self.company)
        handover = self.handed_over_by(tier)
        with self.assertRaisesRegex(UserError, "The hand-over of lena.*take it out there first"):
            tier.with_user(self.boss).unlink()
        handover.share_ids[0].tier_ids = False
        tier.with_user(self.boss).unlink()
        self.assertFalse(tier.exists())

    def test_what_is_handed_over_says_by_which_tier_it_was(self):
        tier = self.new_tier(self.company)
        handover = self.handed_over_by(tier)
        handover.action_hand_over()
        tier.with_user(self.boss).unlink()
        self.assertEqual(["X", False], handover.share_ids.mapped("tiers_then"))
        with self.assertRaisesRegex(UserError, "no tier like X any more"):
            handover.copy()


class TestForgetting(TierCase):
    """Where the tiers change, the tiers move, not the customers: there alone it is noted anew who is where."""

    def noted(self, change):
        """The companies that still know it, of the two, after a change."""
        partner = self.new_partner("Birch")
        companies = self.company + self.abroad
        rows = self.env["crm.pareto.treatment"]
        values = [{"company_id": company.id, "partner_id": partner.id} for company in companies]
        rows.search([("company_id", "in", companies.ids)]).unlink()
        rows.create(values)
        self.env.flush_all()
        change()
        return rows.search([("company_id", "in", companies.ids)]).company_id

    def test_a_companys_own_tiers_concern_that_company_alone(self):
        self.assertEqual(self.noted(lambda: self.new_tier(self.company)), self.abroad)
        tier = self.new_tier(self.company, bound=0.6)
        self.assertEqual(self.noted(lambda: tier.write({"bound": 0.7})), self.abroad)
        self.assertEqual(self.noted(lambda: tier.write({"company_id": self.abroad.id})), self.env["res.company"])
        self.assertEqual(self.noted(tier.unlink), self.company)

    def test_shared_tiers_concern_the_companies_without_their_own(self):
        self.new_tier(self.company)
        self.assertEqual(self.noted(lambda: self.new_tier(bound=0.3)), self.company)
        self.assertEqual(self.noted(lambda: self.tier_a.write({"bound": 0.81})), self.company)

    def test_other_changes_concern_nobody(self):
        both = self.company + self.abroad
        self.assertEqual(self.noted(lambda: self.tier_a.write({"touch_days": 7})), both)


class TestWhatItAsksFor(TierCase):
    def test_the_person_and_the_plans_are_of_the_company(self):
        stranger = self.new_manager("fay", self.abroad)
        values = {"name": "Call", "res_model": "res.partner", "company_id": self.abroad.id}
        plan = self.env["mail.activity.plan"].create(values)
        tier = self.new_tier(self.company)
        for wrong in (
            {"responsible": "user", "user_id": stranger.id},
            {"activity_plan_id": plan.id},
            {"leave_plan_id": plan.id},
        ):
            with self.subTest(wrong), self.assertRaisesRegex(UserError, "company"):
                tier.write(wrong)

    def test_nobody_of_another_company_is_responsible(self):
        self.tier_a.write({"responsible": "user", "user_id": self.new_manager("fay", self.abroad).id})
        customer = self.new_partner("Birch")
        self.assertFalse(self.tier_a._responsible_for(customer, self.company))
        self.assertEqual(self.tier_a._responsible_for(customer, self.abroad).login, "fay")

    @mute_logger("odoo.sql_db")
    def test_days_between_touches_have_a_bound(self):
        self.tier_a.touch_days = 3650
        with self.assertRaises(IntegrityError):
            self.tier_a.touch_days = 3651
            self.env.flush_all()

    def test_a_number_from_before_there_was_a_bound_breaks_nothing(self):
        partner = self.new_partner("Birch", is_company=True)
        self.invoice(partner, (self.product, 1, 100))
        tier = self.recompute()[partner].tier_id
        self.env.cr.execute("ALTER TABLE crm_pareto_tier DROP CONSTRAINT crm_pareto_tier_touch_days_range")
        self.env.cr.execute("UPDATE crm_pareto_tier SET touch_days = %s WHERE id = %s", (TOO_LONG, tier.id))
        self.env.invalidate_all()
        self.assertTrue(partner.pareto_is_overdue, "nobody ever talked to them")
        self.assertIn(partner, partner.search([("pareto_is_overdue", "=", True)]))


class TestForeign(TierCase):
    """A tier that a value names goes with it, whoever else's it is: no page breaks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partner = cls.new_partner("Birch", is_company=True, user_id=cls.boss.id)
        cls.invoice(cls.partner, (cls.product, 1, 100))
        cls.recompute(as_of=date(2026, 7, 1))  # June is over
        values = {"name": "Abroad", "bound": 0.1, "company_id": cls.abroad.id, "touch_days": 7, "color": 3}
        cls.foreign = cls.env["crm.pareto.tier"].create(values)
        for table, column in (
            ("crm_pareto_customer", "turnover_tier_id"),
            ("crm_pareto_product", "turnover_tier_id"),
            ("crm_pareto_history", "tier_id"),
        ):
            cls.env.cr.execute(
                f"UPDATE {table} SET {column} = %s WHERE company_id = %s", (cls.foreign.id, cls.company.id)
            )
        cls.env.invalidate_all()

    def of_boss(self, model):
        return self.env[model].with_user(self.boss).with_context(allowed_company_ids=self.company.ids)

    def test_the_reader_does_not_see_the_tier(self):
        self.assertFalse(self.of_boss("crm.pareto.tier").search([("id", "=", self.foreign.id)]))

    def test_every_field_of_ours_on_a_customer_is_read(self):
        partner = self.of_boss("res.partner").browse(self.partner.id)
        names = [
            name
            for name in partner._fields
            if name.startswith("pareto_") and partner._has_field_access(partner._fields[name], "read")
        ]
        [values] = partner.read(names)
        self.assertEqual(values["pareto_tier_id"], (self.foreign.id, "Abroad"))
        spec = {"pareto_tier_id": {"fields": {"display_name": {}}}, "pareto_is_overdue": {}}
        [values] = partner.web_read(spec)
        self.assertTrue(values["pareto_is_overdue"])

    def test_lists_of_values_open(self):
        for model in ("crm.pareto.customer", "crm.pareto.product", "crm.pareto.history"):
            rows = self.of_boss(model).search([])
            names = {"tier_id": {"fields": {"display_name": {}}}}
            self.assertEqual(rows.web_read(names)[0]["tier_id"]["display_name"], "Abroad")
            self.assertTrue(rows.formatted_read_group([], ["tier_id"], ["__count"]))

    def test_the_page_opens(self):
        figures = self.of_boss("crm.pareto.page").get_figures("customer", "turnover")
        self.assertEqual([tier["name"] for tier in figures["tiers"]], ["Abroad"])

    def test_who_moved_is_told(self):
        moves = self.of_boss("crm.pareto.page")._describe_moves([(self.partner.id, self.foreign.id, self.tier_c.id)])
        self.assertEqual([(move["before"], move["up"]) for move in moves], [("Abroad", False)])

    def test_the_brief_is_printed(self):
        report = self.of_boss("ir.actions.report")
        html, _kind = report._render_qweb_html("crm_pareto.handover_brief", self.partner.ids)
        self.assertIn("Abroad", html.decode())

    def test_the_plan_opens(self):
        self.env.cr.execute("UPDATE crm_pareto_customer SET alive = 0.2, has_prediction = TRUE")
        lines = self.of_boss("crm.pareto.plan.line")
        row = self.of_boss("crm.pareto.customer").search([("partner_id", "=", self.partner.id)])
        self.assertIn("for 7 days", list(lines._customer_reasons(row, ["overdue"]))[0])

    def test_a_product_has_its_tier(self):
        template = self.of_boss("product.template").browse(self.product.product_tmpl_id.id)
        self.assertEqual(template.read(["pareto_tier_id"])[0]["pareto_tier_id"], (self.foreign.id, "Abroad"))
