"""Audiences: who belongs, for whom, and what a list saves."""

from collections import Counter
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from freezegun import api as frozen
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.crm_pareto.models.audience import crm_pareto_audience, crm_pareto_targeted_mixin
from odoo.addons.crm_pareto.models.common.tools import apart
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form
from odoo.tools import SQL, mute_logger
from psycopg2 import IntegrityError, InterfaceError
from psycopg2.errors import AdminShutdown, LockNotAvailable, ReadOnlySqlTransaction, SerializationFailure

from ..common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase

TODAY = "2026-06-30"


def dawdle(audience):
    """What PostgreSQL takes a second over, where the audience is called so."""
    if "Slow" in audience.name:
        yield "in", SQL("(SELECT id FROM (SELECT pg_sleep(1)) slept CROSS JOIN res_partner)")


class AudienceCase(LedgerCase):
    """Three customers: Alder bought gauges, Birch gauges and valves, Cedar valves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        category = cls.env["product.category"].create({"name": "Flow"})
        cls.category = cls.env["product.category"].create({"name": "Valves", "parent_id": category.id})
        cls.valve = cls.new_product("Valve", cost=10)
        cls.valve.categ_id = cls.category
        cls.anna, cls.ben = (cls.new_member(login, SALESPERSON) for login in ("anna", "ben"))
        cls.manager = cls.new_member("berta", SALES_MANAGER)
        cls.alder, cls.birch, cls.cedar = (cls.new_customer(name) for name in ("Alder", "Birch", "Cedar"))
        cls.invoice(cls.alder, (cls.product, 1, 1000), invoice_user_id=cls.anna.id)
        cls.invoice(cls.birch, (cls.product, 1, 300), (cls.valve, 1, 100), invoice_user_id=cls.anna.id)
        cls.invoice(cls.cedar, (cls.valve, 1, 50), invoice_user_id=cls.ben.id)
        cls.rows = cls.recompute()

    @classmethod
    def new_customer(cls, name, **values):
        return cls.new_partner(name, is_company=True, email=f"office@{name.lower()}.example", **values)

    @classmethod
    def audience(cls, domain=(), user=None, **values):
        """An audience, as a user makes it: by default as the administrator of the tests, who is the owner too."""
        values = {"name": "Audience", "company_id": cls.company.id, "domain": repr(list(domain)), **values}
        return cls.env["crm.pareto.audience"].with_user(user or cls.env.user).create(values)

    def customers(self, audience):
        rows, domain = audience._customers()
        return rows.search(domain).partner_id.sudo().sorted("id").with_env(self.env)

    def assert_customers(self, audience, expected):
        """By the customers, by the count, and by the contacts."""
        self.assertEqual(self.customers(audience).mapped("name"), expected.mapped("name"))
        self.assertEqual(audience.customer_count, len(expected))
        found = self.env["res.partner"].search([("pareto_audience_ids", "in", audience.ids)])
        self.assertEqual(found.commercial_partner_id.sorted("id"), expected)


class TestWhoBelongs(AudienceCase):
    def test_all_customers_of_the_company_where_nothing_is_asked(self):
        self.assert_customers(self.audience(), self.alder | self.birch | self.cedar)

    def test_those_that_the_domain_finds(self):
        self.assert_customers(self.audience([("turnover", ">", 200)]), self.alder | self.birch)

    def test_by_tier_and_by_what_stands_on_the_contact(self):
        tier = self.rows[self.cedar].tier_id
        self.birch.category_id = self.env["res.partner.category"].create({"name": "Fair"})
        self.assert_customers(self.audience([("tier_id", "in", tier.ids)]), self.cedar)
        self.assert_customers(self.audience([("partner_id.category_id.name", "=", "Fair")]), self.birch)

    def test_by_silence(self):
        self.env["crm.pareto.touch"].create(
            {"name": "Talk", "partner_id": self.birch.id, "date": "2026-06-01", "channel": "phone", "direction": "out"}
        )
        self.assert_customers(self.audience([("partner_id.pareto_silent_days", ">", 20)]), self.birch)

    def test_the_sums_are_those_of_the_customers(self):
        audience = self.audience([("turnover", ">", 200)])
        self.assertEqual((audience.turnover, audience.profit), (1400, 960 + 260 + 90))

    def test_who_bought_a_product(self):
        self.assert_customers(
            self.audience(bought_product_ids=[Command.set(self.product.ids)]), self.alder | self.birch
        )

    def test_who_bought_of_a_category_or_of_one_below_it(self):
        for category in (self.category, self.category.parent_id):
            audience = self.audience(bought_categ_ids=[Command.set(category.ids)])
            self.assert_customers(audience, self.birch | self.cedar)

    def test_who_bought_one_and_not_the_other(self):
        audience = self.audience(
            bought_product_ids=[Command.set(self.product.ids)], other_categ_ids=[Command.set(self.category.ids)]
        )
        self.assert_customers(audience, self.alder)

    def test_what_went_back_was_not_bought(self):
        self.invoice(self.cedar, (self.valve, 1, 50), move_type="out_refund")
        self.assert_customers(self.audience(bought_product_ids=[Command.set(self.valve.ids)]), self.birch)
        self.assert_customers(self.audience(other_product_ids=[Command.set(self.valve.ids)]), self.alder | self.cedar)

    def test_what_went_back_takes_nothing_off_another_product(self):
        self.invoice(self.alder, (self.valve, 1, 50), move_type="out_refund")
        both = [Command.set((self.product | self.valve).ids)]
        self.assert_customers(self.audience(bought_product_ids=both), self.alder | self.birch | self.cedar)

    def test_what_was_bought_before_the_window_does_not_count(self):
        self.invoice(self.alder, (self.valve, 1, 10), day=date(2025, 6, 30))
        audience = self.audience(other_product_ids=[Command.set(self.valve.ids)])
        self.assert_customers(audience, self.alder)

    def test_who_was_reached_by_a_campaign_and_who_was_won(self):
        campaign = self.env["utm.campaign"].create({"name": "Fair"})
        values = {
            "name": "Talk",
            "date": "2026-06-01",
            "channel": "phone",
            "direction": "in",
            "campaign_id": campaign.id,
        }
        for customer in (self.alder, self.cedar):
            self.env["crm.pareto.touch"].create({**values, "partner_id": customer.id})
        self.env["crm.pareto.attribution"].create(
            {
                "company_id": self.company.id,
                "move_id": self.env["account.move"].search([("partner_id", "=", self.alder.id)]).id,
                "date": "2026-06-15",
                "customer_id": self.alder.id,
                "campaign_id": campaign.id,
            }
        )
        self.assert_customers(self.audience(touched_campaign_ids=[Command.set(campaign.ids)]), self.alder | self.cedar)
        self.assert_customers(self.audience(credited_campaign_ids=[Command.set(campaign.ids)]), self.alder)

    def test_archived_customers_do_not_belong(self):
        self.birch.active = False
        self.assert_customers(self.audience(), self.alder | self.cedar)

    def test_a_snapshot_counts_nobody_twice(self):
        self.env["crm.pareto.recompute"]._snapshot(self.company, "customer", "24", date(2026, 6, 30))
        self.assert_customers(self.audience(), self.alder | self.birch | self.cedar)

    def test_who_belongs_later_belongs(self):
        audience = self.audience([("turnover", ">", 200)])
        self.invoice(self.cedar, (self.product, 1, 500))
        self.recompute()
        self.env.invalidate_all()
        self.assert_customers(audience, self.alder | self.birch | self.cedar)

    def test_the_figures_follow_the_filter_before_it_is_saved(self):
        with Form(self.env["crm.pareto.audience"]) as form:
            form.name = "Big"
            form.domain = "[('turnover', '>', 200)]"
            self.assertEqual((form.customer_count, form.turnover, form.contact_count), (2, 1400, 2))
            form.other_product_ids.add(self.valve)
            self.assertEqual((form.customer_count, form.turnover, form.contact_count), (1, 1000, 1))

    def test_without_the_mailing_app_there_is_no_button(self):
        self.assertFalse(self.audience().can_mail)

    def test_contacts_show_their_audiences(self):
        big = self.audience([("turnover", ">", 200)], name="Big")
        every = self.audience(name="Every")
        person = self.new_partner("Ada", parent_id=self.alder.id)
        self.assertEqual(person.pareto_audience_ids, big | every)
        self.assertEqual(self.cedar.pareto_audience_ids, every)
        self.assertNotIn(person, self.env["res.partner"].search([("pareto_audience_ids", "=", False)]))

    def test_an_audience_may_ask_for_another_one_and_not_for_itself(self):
        big = self.audience([("turnover", ">", 200)])
        audience = self.audience([("partner_id.pareto_audience_ids", "not in", big.ids)])
        self.assert_customers(audience, self.cedar)
        with self.assertRaisesRegex(ValidationError, "cannot ask for itself"):
            big.domain = repr([("partner_id.pareto_audience_ids", "in", big.ids)])

    def ask(self, audience, *others, operator="in"):
        """Have an audience ask for others as nobody could who saw it: two people at the same moment, say."""
        domain = repr([("partner_id.pareto_audience_ids", operator, [other.id for other in others])])
        self.env.flush_all()
        self.cr.execute("UPDATE crm_pareto_audience SET domain = %s WHERE id = %s", [domain, audience.id])
        self.env.invalidate_all()

    def test_audiences_that_ask_for_each_other_break_nothing_and_say_so(self):
        first, second = self.audience(name="First"), self.audience(name="Second")
        every = self.audience(name="Every")
        for operators in (("in", "in"), ("not in", "in"), ("not in", "not in")):
            self.ask(first, second, operator=operators[0])
            self.ask(second, first, operator=operators[1])
            for user in (self.env.user, self.manager, self.anna):
                with self.subTest(operators=operators, user=user.login):
                    partners = (
                        self.env["res.partner"].with_user(user).with_context(allowed_company_ids=self.company.ids)
                    )
                    self.assertEqual(partners.browse(self.alder.id).pareto_audience_ids.ids, every.ids)
                    self.assertFalse(partners.search([("pareto_audience_ids", "in", first.ids)]))
                    self.assertIn("cannot ask for itself", first.with_user(user).problem)
                    self.assertEqual(every.with_user(user).customer_count, 3)

    def test_nobody_belongs_to_an_audience_that_asks_for_a_broken_one(self):
        broken = self.audience(name="Broken")
        asks = self.audience([("partner_id.pareto_audience_ids", "not in", broken.ids)])
        self.ask(broken, broken)
        self.assertFalse(self.env["res.partner"].search([("pareto_audience_ids", "in", asks.ids)]))
        self.assertIn("cannot ask for itself", asks.problem)

    def test_an_audience_cannot_be_written_that_asks_for_itself_by_way_of_others(self):
        first = self.audience()
        second = self.audience([("partner_id.pareto_audience_ids", "in", first.ids)])
        with self.assertRaisesRegex(ValidationError, "cannot ask for itself"):
            first.domain = repr([("partner_id.pareto_audience_ids", "not in", second.ids)])

    def test_audiences_ask_for_each_other_up_to_a_depth(self):
        last = self.audience()
        for _depth in range(4):
            last = self.audience([("partner_id.pareto_audience_ids", "in", last.ids)])
        self.assert_customers(last, self.alder | self.birch | self.cedar)
        with self.assertRaisesRegex(ValidationError, "Too many audiences"):
            self.audience([("partner_id.pareto_audience_ids", "in", last.ids)])

    def test_an_audience_asks_for_so_many_others_and_no_more(self):
        many = [self.audience() for _number in range(8)]
        asks = [self.audience([("partner_id.pareto_audience_ids", "in", [one.id for one in many])]) for _times in many]
        with self.assertRaisesRegex(ValidationError, "Too many audiences"):
            self.audience([("partner_id.pareto_audience_ids", "in", [one.id for one in asks])])

    def test_what_a_client_says_is_being_resolved_is_ignored(self):
        audience = self.audience()
        for sent in ([audience.id], {"path": [audience.id]}, "x", 5):
            partners = self.env["res.partner"].with_context(pareto_resolving=sent)
            self.assertEqual(len(partners.search([("pareto_audience_ids", "in", audience.ids)])), 3)

    def test_a_text_that_is_no_filter_is_refused_and_breaks_nothing(self):
        every = self.audience()
        for text in ("5", "None", "[5]", "{}", "[('turnover',)]", "[[[]]]", "[('turnover', '>', [1, {}])]"):
            with self.subTest(text=text):
                with self.assertRaises(ValidationError):
                    every.copy({"domain": text})
                broken = every.copy()
                self.env.flush_all()
                self.cr.execute("UPDATE crm_pareto_audience SET domain = %s WHERE id = %s", [text, broken.id])
                self.env.invalidate_all()
                self.assertEqual(self.alder.pareto_audience_ids, every)
                self.assertTrue(broken.problem)
                broken.unlink()

    def test_what_is_archived_is_still_asked_for(self):
        """Without its condition an audience would be all customers, and a mailing go to everybody."""
        spring = self.env["utm.campaign"].create({"title": "Spring", "company_id": False})
        touch = {"name": "Fair", "date": "2026-06-01", "partner_id": self.alder.id, "company_id": self.company.id}
        self.env["crm.pareto.touch"].create({**touch, "campaign_id": spring.id})
        rules = {"touched_campaign_ids": spring, "bought_product_ids": self.valve, "other_product_ids": self.valve}
        audiences = [self.audience(**{name: asked.ids}) for name, asked in rules.items()]
        before = [self.customers(audience) for audience in audiences]
        self.assertNotIn(self.env["res.partner"], before[:2])
        spring.active = False
        self.valve.active = False
        self.env.invalidate_all()
        self.assertEqual(before, [self.customers(audience) for audience in audiences])


class TestWhatIsAskedFor(AudienceCase):
    @mute_logger("odoo.sql_db")
    def test_it_is_not_deleted(self):
        """Without it the audience would be of everybody."""
        product, category = self.new_product("Cap"), self.env["product.category"].create({"name": "Caps"})
        campaign = self.env["utm.campaign"].create({"title": "Fair"})
        for name, record in (
            ("bought_product_ids", product),
            ("other_product_ids", product),
            ("bought_categ_ids", category),
            ("other_categ_ids", category),
            ("touched_campaign_ids", campaign),
            ("credited_campaign_ids", campaign),
        ):
            audience = self.audience(**{name: [Command.set(record.ids)]})
            with self.subTest(name), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                record.unlink()
            audience.unlink()


class TestAgainstAnOracle(AudienceCase):
    """Random purchases; who bought and did not buy is worked out by hand."""

    purchases = st.lists(
        st.tuples(
            st.integers(0, 3),  # customer
            st.integers(0, 2),  # product
            st.sampled_from([date(2025, 6, 30), date(2025, 7, 1), date(2026, 6, 30)]),  # the first is before the window
            st.integers(1, 2),  # quantity
            st.booleans(),  # whether it went back
        ),
        max_size=6,
    )

    @settings(max_examples=10, deadline=None)
    @given(purchases, st.sets(st.integers(0, 2)), st.sets(st.integers(0, 2)))
    def test_bought_and_not_bought(self, purchases, bought, others):
        products = [self.new_product(f"P{index}") for index in range(3)]
        customers = [self.new_customer(f"C{index}") for index in range(4)]
        kept = Counter()
        for customer, product, day, quantity, back in purchases:
            kind = "out_refund" if back else "out_invoice"
            self.invoice(customers[customer], (products[product], quantity, 10), day=day, move_type=kind)
            if day >= date(2025, 7, 1):
                kept[customer, product] += -quantity if back else quantity
        self.recompute()
        known = {customer for customer, *_rest in purchases}
        has = {customer: {product for product in range(3) if kept[customer, product] > 0} for customer in known}
        expected = {
            customer for customer in known if (not bought or has[customer] & bought) and not has[customer] & others
        }
        audience = self.audience(
            [("partner_id", "in", [customer.id for customer in customers])],
            bought_product_ids=[Command.set([products[index].id for index in bought])],
            other_product_ids=[Command.set([products[index].id for index in others])],
        )
        self.assertEqual({customers.index(customer) for customer in self.customers(audience)}, expected)


class TestRights(AudienceCase):
    def test_a_salesperson_counts_whom_he_or_she_may_see(self):
        """Bought is by the invoices that they see, not bought by all there are."""
        rule = {"name": "Own customers", "model_id": self.env["ir.model"]._get_id("res.partner")}
        group = self.env.ref(SALESPERSON).id
        domain = "['|', ('user_id', '=', user.id), ('customer_rank', '=', 0)]"
        self.env["ir.rule"].create({**rule, "domain_force": domain, "groups": [Command.link(group)]})
        self.alder.user_id = self.anna
        self.assert_customers_of(self.anna, self.alder)
        self.assert_customers_of(self.ben, self.env["res.partner"])

    def test_a_rule_is_of_what_its_writer_may_see_whatever_of_it_is_false_today(self):
        """The owner's eyes find whom a mailing goes to: else one who may not see profit would find out by it."""
        manager, controller = self.manager, self.new_member("carl", f"{SALES_MANAGER},{PROFIT}")
        rich = self.audience([("profit", ">", 1)], user=controller)
        nobody_yet = ("partner_id.is_blacklisted", "=", True)
        rules = [[nobody_yet, leaf] for leaf in (("profit", ">", 1), ("partner_id.pareto_profit", ">", 1))]
        for names in (("in", rich.ids), ("!=", False), ("=like", "%")):
            rules.append([nobody_yet, ("partner_id.pareto_audience_ids", *names)])
        rules.append([nobody_yet, ("partner_id", "any", [("pareto_value_id", "any", [("profit", ">", 1)])])])
        for rule in rules:
            with self.subTest(rule=rule), self.assertRaises(ValidationError):
                self.audience(rule, user=manager)

    def test_who_does_not_see_all_has_no_mailing_find_what_others_see(self):
        """What runs without a reader is found with the owner's eyes: named, or given away, it would tell who bought."""
        stored = self.env["crm.pareto.stored.question"]
        self.company.pareto_own_values = False
        own_manager = self.new_member("otto", f"{SALESPERSON},crm_pareto.group_manager")
        marketer = self.new_member("mona", "crm_pareto.group_user")
        by_path = [("partner_id.sale_order_ids.amount_total", ">", 5)]
        bought = {"bought_product_ids": [Command.set(self.valve.ids)]}
        theirs = [self.audience(**bought), self.audience(by_path), self.audience([("turnover", ">", 5)])]
        own = self.audience(by_path, user=own_manager)
        for user in (self.anna, own_manager, marketer):
            for audience in theirs:
                with self.subTest(user=user.login), self.assertRaisesRegex(AccessError, "duplicate it"):
                    stored.with_user(user)._check_text(f"[('pareto_audience_ids', 'in', [{audience.id}])]", True)
        stored.with_user(own_manager)._check_text(f"[('pareto_audience_ids', 'in', [{own.id}])]", True)
        with self.assertRaisesRegex(ValidationError, "stays yours"):
            own.with_user(own_manager).user_id = self.manager
        with self.assertRaises(ValidationError):
            theirs[0].with_user(own_manager).bought_product_ids = self.product

    def test_it_belongs_to_somebody_who_works_in_its_company_now(self):
        """OdooBot sees everything of all companies: so would whoever named it."""
        chief = self.new_member("cy", f"{SALES_MANAGER},{PROFIT}")
        left = self.new_member("lou", SALES_MANAGER)
        left.active = False
        abroad = self.new_member("abroad", SALES_MANAGER, self.new_company("Abroad", "USD"))
        for owner in (self.env.ref("base.user_root"), left, abroad):
            with self.subTest(owner=owner.login), self.assertRaises(UserError):
                self.audience(user=chief, user_id=owner.id)
        self.assertTrue(self.audience(user=chief, user_id=self.manager.id))

    def test_a_filter_has_a_bound_number_of_conditions(self):
        with self.assertRaisesRegex(ValidationError, "100 conditions at most"):
            self.audience([("turnover", ">", number) for number in range(101)])
        linked = [("name", "!=", f"{number}") for number in range(101)]
        with self.assertRaisesRegex(ValidationError, "100 conditions at most"):
            self.audience([("partner_id", "any", linked)])
        self.audience([("partner_id", "in", list(range(1, 5000)))])

    def test_who_may_see_no_audience_is_told_of_none(self):
        employee = self.new_member("emil", "base.group_user")
        self.audience([("turnover", ">", 1)])
        [read] = self.alder.with_user(employee).read(["pareto_audience_ids"])
        self.assertEqual([], read["pareto_audience_ids"])

    def test_one_that_takes_too_long_is_refused_and_keeps_nobody_waiting(self):
        slow, quick = (self.audience([("turnover", ">", 1)], name=name) for name in ("Slow", "Quick"))
        with patch.object(type(slow), "_among", dawdle), mute_logger("odoo.sql_db"):
            self.env.invalidate_all()
            with patch.object(crm_pareto_audience, "PATIENCE", 0.2):
                self.assertRegex(slow.problem, "too long")
                self.assertTrue(quick.customer_count)
                with self.assertRaisesRegex(ValidationError, "ask for less"):
                    self.audience(name="Slow")
            with patch.object(crm_pareto_targeted_mixin, "AT_ONCE", 0.2):
                self.assertEqual(quick, self.alder.pareto_audience_ids & (slow | quick))

    def test_a_slow_one_leaves_the_others_of_a_list_their_time(self):
        slow, quick = (self.audience([("turnover", ">", 1)], name=name) for name in ("A Slow", "Quick"))
        with patch.object(type(slow), "_among", dawdle), mute_logger("odoo.sql_db"):
            self.env.invalidate_all()
            with patch.object(crm_pareto_audience, "PATIENCE", 1):
                with self.within_a_second():
                    self.assertFalse((slow + quick).mapped("problem")[1])

    def test_one_that_others_leave_out_is_not_deleted(self):
        asked = self.audience([("turnover", ">", 1)])
        asking = self.audience([("partner_id.pareto_audience_ids", "not in", asked.ids)])
        with self.assertRaisesRegex(UserError, "asks for this audience: archive it instead"):
            asked.unlink()
        (asking + asked).unlink()  # both at once

    def test_a_pattern_that_breaks_only_where_it_fits_is_none(self):
        with self.assertRaises(ValidationError):
            self.audience([("partner_id.name", "=like", "Zyx\\")])
        self.audience([("partner_id.name", "=like", "Zyx\\\\")])

    def test_nor_is_what_is_no_text(self):
        """Also where another part of the rule, false today, keeps it from being asked."""
        for text in ("a\0b", "\ud800"):
            for leaf in (("partner_id.name", "=", text), ("partner_id.name", "in", ["x", text])):
                with self.subTest(text=text), self.assertRaises(ValidationError):
                    self.audience(["|", ("turnover", ">", 1), "&", ("id", "=", 0), leaf])

    def test_each_condition_is_asked_by_itself_when_it_is_written(self):
        """Another part, false today, keeps it from being asked: nobody is tagged so, or called so."""
        nobody = ("partner_id.category_id", "child_of", "Nobody is tagged so")
        for leaf in (
            ("partner_id.company_id", ">", True),
            ("last_date.month_number", ">", True),
            ("partner_id", "any", [("category_id", "child_of", "Nobody is tagged so"), ("company_id", ">", True)]),
            ("partner_id.ref_company_ids", ">", 1),
        ):
            with self.subTest(leaf=leaf), mute_logger("odoo.sql_db"), self.assertRaises(ValidationError):
                self.audience([nobody, leaf], user=self.anna)

    def test_whatever_breaks_one_breaks_nothing_else(self):
        """By an error of PostgreSQL, or of Python, that no filter should end with."""
        broken, whole = (self.audience([("turnover", ">", 1)], name=name) for name in ("Broken", "Whole"))
        asking = self.audience([("partner_id.pareto_audience_ids", "in", broken.ids)], name="Asking")
        for breaks in ("SELECT 1 > TRUE", "SELECT 1 / 0", AssertionError("broken"), NotImplementedError(), OSError()):
            with self.subTest(breaks=breaks), mute_logger("odoo.sql_db"), self.broken(broken, breaks):
                self.env.invalidate_all()
                self.assertTrue(broken.problem and asking.problem)
                self.assertNotIn("SELECT", broken.problem)
                self.assertEqual((0, 0), (broken.contact_count, asking.contact_count))
                self.assertEqual((3, False), (whole.customer_count, whole.problem))
                self.assertEqual(whole, self.alder.pareto_audience_ids & (broken | whole | asking))
                partners = self.env["res.partner"].with_user(self.ben)
                self.assertFalse(partners.search([("pareto_audience_ids", "in", broken.ids)]))
                self.assertIn(self.alder, partners.search([("pareto_audience_ids", "in", (broken + whole).ids)]))
                self.assertNotIn(self.alder, partners.search([("pareto_audience_ids", "=", False)]))
                self.assertFalse(broken._contacts())

    @contextmanager
    def broken(self, audience, breaks):
        """The rule of an audience ends with an error: an exception, or what PostgreSQL refuses."""
        among = type(audience)._among

        def fail(self):
            if self._origin != audience:
                yield from among(self)
            elif isinstance(breaks, str):
                self.env.cr.execute(breaks)
            else:
                raise breaks

        with patch.object(type(audience), "_among", fail):
            yield

    def test_what_ends_the_transaction_ends_it(self):
        audience = self.audience([("turnover", ">", 1)])
        for error in (SerializationFailure, LockNotAvailable, AdminShutdown, InterfaceError, ReadOnlySqlTransaction):
            with self.subTest(error=error), self.broken(audience, error()), self.assertRaises(error):
                audience.invalidate_recordset()
                self.assertIsNone(audience.customer_count)

    def test_many_small_questions_take_no_longer_than_one(self):
        """Who is below whom, Odoo asks level by level."""
        chain = self.alder
        for level in range(60):
            chain = self.new_partner(f"Level {level}", parent_id=chain.id)
        others = [self.new_partner(f"Other {n}") for n in range(40)]
        below = [("partner_id", "child_of", [self.alder.id, other.id]) for other in others]
        slow = self.audience(["|"] * (len(below) - 1) + below, name="Below")
        quick = self.audience([("turnover", ">", 1)])
        self.env.flush_all()
        with patch.object(apart, "monotonic", frozen.real_monotonic):
            with patch.object(crm_pareto_audience, "PATIENCE", 0.3), self.within_a_second():
                self.env.invalidate_all()
                self.assertRegex(slow.problem, "too long")
                self.assertFalse(slow.contact_count)
                self.assertEqual(3, quick.customer_count)
            with patch.object(crm_pareto_targeted_mixin, "AT_ONCE", 0.3), self.within_a_second():
                self.assertIn(quick, self.birch.pareto_audience_ids)
            with patch.object(crm_pareto_targeted_mixin, "PATIENCE_TO_ACT", 0.3), self.within_a_second():
                self.assertFalse(self.env["res.partner"].search([("pareto_audience_ids", "in", slow.ids)]))

    @contextmanager
    def within_a_second(self):
        started = frozen.real_monotonic()
        yield
        self.assertLess(frozen.real_monotonic() - started, 1)

    def test_one_whose_filter_breaks_leaves_the_others(self):
        broken, whole = self.audience([("turnover", ">", 1)]), self.audience([("turnover", ">", 1)])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_pareto_audience SET domain = %s WHERE id = %s",
            (repr([("partner_id.name", "=like", f"{self.alder.name}\\")]), broken.id),
        )
        self.env.invalidate_all()
        self.assertTrue(broken.problem)
        self.assertTrue(whole.customer_count)
        self.assertEqual(whole, self.alder.pareto_audience_ids & (broken | whole))

    def assert_customers_of(self, user, expected):
        audience = self.audience(user=user)
        self.assertEqual(self.customers(audience), expected)
        self.assertEqual(audience.customer_count, len(expected))

    def test_bought_is_by_the_invoices_one_sees_and_not_bought_by_all(self):
        values = {"bought_product_ids": [Command.set(self.valve.ids)]}
        self.assertEqual(self.customers(self.audience(user=self.anna, **values)), self.birch)
        self.assertEqual(self.customers(self.audience(user=self.ben, **values)), self.cedar)
        others = {"other_product_ids": [Command.set(self.valve.ids)]}
        self.assertEqual(self.customers(self.audience(user=self.anna, **others)), self.alder)

    def test_nobody_without_the_group_asks_for_profit(self):
        with self.assertRaisesRegex(ValidationError, "may not see"), mute_logger("odoo.models"):
            self.audience([("profit", ">", 100)], user=self.manager)
        audience = self.audience()
        with self.assertRaisesRegex(ValidationError, "may not see"), mute_logger("odoo.models"):
            audience.with_user(self.manager).domain = "[('profit', '>', 100)]"
        with self.assertRaises(AccessError):
            audience.with_user(self.manager).read(["profit"])

    def test_who_may_not_see_what_it_asks_for_sees_nobody_and_why(self):
        carl = self.new_member("carl", f"{SALES_MANAGER},{PROFIT}")
        audience = self.audience([("profit", ">", 400)], user=carl)
        self.assertEqual((audience.customer_count, audience.profit), (1, 960))
        seen = audience.with_user(self.manager)
        self.assertEqual((seen.customer_count, seen.turnover, seen.contact_count), (0, 0, 0))
        self.assertIn("may not see", seen.problem)
        partners = self.env["res.partner"].with_user(self.manager)
        self.assertFalse(partners.search([("pareto_audience_ids", "in", audience.ids)]))

    def test_where_nobody_asks_the_owner_s_rights_hold(self):
        audience = self.audience(user=self.ben, bought_product_ids=[Command.set(self.valve.ids)])
        scheduler = self.env(su=True)["res.partner"]
        self.assertEqual(scheduler.search([("pareto_audience_ids", "in", audience.ids)]), self.cedar)

    def test_of_an_owner_who_left_the_company_nobody_is_found(self):
        audience = self.audience(user=self.ben)
        other = self.new_company("Birch Labs", "USD")
        self.ben.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.env.invalidate_all()
        scheduler = self.env(su=True)["res.partner"]
        self.assertFalse(scheduler.search([("pareto_audience_ids", "in", audience.ids)]))

    def test_under_sudo_somebody_finds_whom_he_or_she_sees_and_not_whom_the_owner_does(self):
        """Odoo searches followers with sudo, say, by a path that an employee names."""
        audience = self.audience(user=self.ben, bought_product_ids=[Command.set(self.valve.ids)])
        dora = self.new_member("dora", "base.group_user")
        for user, expected in (
            (dora, self.env["res.partner"]),
            (self.anna, self.birch),
            (self.ben, self.cedar),
        ):
            with self.subTest(user=user.login):
                partners = self.env(user=user, su=True, context={"allowed_company_ids": self.company.ids})[
                    "res.partner"
                ]
                self.assertEqual(partners.search([("pareto_audience_ids", "in", audience.ids)]), expected)
                found = partners.browse(self.cedar.id).pareto_audience_ids
                self.assertEqual(found, audience if self.cedar in expected else found.browse())

    def test_by_way_of_followers_nobody_finds_more(self):
        audience, dora = self.audience(), self.new_member("dora", "base.group_user")
        meetings = self.env["calendar.event"].with_user(dora)
        meeting = meetings.create({"name": "Mine", "start": "2026-07-01 10:00:00", "stop": "2026-07-01 11:00:00"})
        meeting.message_subscribe(self.alder.ids)
        self.assertTrue(meetings.search([("message_partner_ids.name", "=", "Alder")]))
        self.assertFalse(meetings.search([("message_partner_ids.pareto_audience_ids", "in", audience.ids)]))

    def test_owner_and_campaigns_are_of_the_company(self):
        other = self.new_company("Birch Labs", "USD")
        stranger = self.new_user("stranger", SALESPERSON)
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        campaign = self.env["utm.campaign"].create({"title": "Fair", "company_id": other.id})
        for values in (
            {"user_id": stranger.id},
            {"campaign_id": campaign.id},
            {"touched_campaign_ids": [Command.set(campaign.ids)]},
        ):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "company inconsistencies|works in its"):
                self.audience(user=self.manager, **values)
        with mute_logger("odoo.addons.auth_signup.models.res_users"):
            portal = self.new_user("portal", "base.group_portal")
        portal.write({"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id})
        with self.assertRaisesRegex(ValidationError, "works here"):
            self.audience(user=self.manager, user_id=portal.id)

    def test_whoever_sees_no_audience_finds_nobody(self):
        audience, dora = self.audience(), self.new_member("dora", "base.group_user")
        partners = self.env["res.partner"].with_user(dora)
        self.assertFalse(partners.search([("pareto_audience_ids", "in", audience.ids)]))

    def test_a_salesperson_changes_own_audiences_only(self):
        audience = self.audience(user=self.anna)
        audience.with_user(self.manager).name = "Named by a manager"
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            audience.with_user(self.ben).name = "Not by a colleague"
        with self.assertRaisesRegex(ValidationError, "Only a manager"):
            audience.user_id = self.manager

    def test_companies_are_apart(self):
        other = self.new_company("Birch Labs", "USD")
        self.invoice(self.alder, (self.product, 1, 70), company=other)
        self.recompute(company=other)
        theirs = self.audience(company_id=other.id)
        self.assertEqual(self.customers(theirs), self.alder)
        self.assertEqual((theirs.turnover, theirs.currency_id), (70, other.currency_id))
        self.assertFalse(self.env["crm.pareto.audience"].with_user(self.manager).search([("id", "=", theirs.id)]))


class TestSavedFromAList(AudienceCase):
    def saved(self, domain, selected=()):
        """What the button above a list of customers makes."""
        context = {
            "active_model": "crm.pareto.customer",
            "active_domain": domain,
            "active_ids": [self.rows[partner].id for partner in selected],
        }
        with Form(self.env["crm.pareto.audience"].with_context(**context)) as form:
            form.name = "Saved"
        return form.record

    def page(self):
        return self.env["crm.pareto.page"].get_figures()["domain"]

    def test_all_of_a_list_are_a_rule(self):
        audience = self.saved([*self.page(), ("turnover_rank", "<=", 2)])
        self.assert_customers(audience, self.alder | self.birch)
        self.assertNotIn("snapshot_id", audience.domain)
        self.invoice(self.cedar, (self.product, 1, 500))
        self.recompute()
        self.env.invalidate_all()
        self.assert_customers(audience, self.alder | self.cedar)

    def test_a_list_without_a_filter_is_everybody_to_come(self):
        self.assertEqual(self.saved([]).domain, "[]")

    def test_all_that_were_selected_are_a_rule_too(self):
        audience = self.saved([("turnover", ">", 200)], [self.alder, self.birch])
        self.assertEqual(audience.domain, "[('turnover', '>', 200)]")

    def test_some_that_were_selected_are_these(self):
        audience = self.saved(self.page(), [self.birch, self.cedar])
        self.assert_customers(audience, self.birch | self.cedar)
        self.assertEqual(audience.domain, repr([("partner_id", "in", (self.birch | self.cedar).ids)]))

    def test_those_of_a_snapshot_are_these(self):
        run = self.env["crm.pareto.recompute"]._snapshot(self.company, "customer", "24", date(2026, 6, 30))
        audience = self.saved([("snapshot_id", "=", run.id), ("turnover", "<", 500)])
        self.assert_customers(audience, self.birch | self.cedar)
        run.unlink()
        self.assert_customers(audience, self.birch | self.cedar)

    def test_an_audience_opens_its_customers_and_its_contacts(self):
        audience = self.audience([("turnover", ">", 200)])
        rows = self.env["crm.pareto.customer"].search(audience.action_open_customers()["domain"])
        self.assertEqual(rows.partner_id.sorted("id"), self.alder | self.birch)
        contacts = self.env["res.partner"].search(audience.action_open_contacts()["domain"])
        self.assertEqual((len(contacts), contacts.sorted("id")), (audience.contact_count, self.alder | self.birch))
