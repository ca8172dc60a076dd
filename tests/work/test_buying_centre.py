"""Who decides, pays and uses at a customer and on a deal, and the warning where that is not known."""

from datetime import date

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form

from ..common import SALES_MANAGER, SALESPERSON, LedgerCase

UNKNOWN, ONE = "It is not known who decides.", "No more than one contact is known."


class CentreCase(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.new_partner("Alder Works", is_company=True)
        cls.anna, cls.ben = (cls.new_partner(name, parent_id=cls.customer.id) for name in ("Anna", "Ben"))
        cls.user = cls.new_user("sam", SALESPERSON)
        cls.user.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})

    @classmethod
    def new_deal(cls, partner=None, **values):
        """An opportunity of the salesperson's."""
        values = {"name": "Line 3", "type": "opportunity", "company_id": cls.company.id, **values}
        return cls.env["crm.lead"].create({"partner_id": partner and partner.id, "user_id": cls.user.id, **values})

    def roles(self, record):
        return sorted((row.contact_id.name, row.role) for row in record.pareto_role_ids)

    def found(self, field, among):
        """The records of those, or of a list, that a filter finds."""
        return among.search([(field, "=", True), ("id", "in", among.ids)])


class TestRoles(CentreCase):
    def test_a_contact_can_have_several_roles(self):
        self.customer.write(
            {"pareto_decides_ids": [Command.link(self.anna.id)], "pareto_pays_ids": [Command.set(self.anna.ids)]}
        )
        self.assertEqual(self.roles(self.customer), [("Anna", "decides"), ("Anna", "pays")])

    def test_changing_one_role_leaves_the_others_alone(self):
        self.customer.pareto_uses_ids = self.ben
        self.customer.pareto_decides_ids = self.anna
        kept = self.customer.pareto_role_ids.filtered(lambda row: row.role == "uses")
        self.customer.pareto_decides_ids = self.ben
        self.assertEqual(self.roles(self.customer), [("Ben", "decides"), ("Ben", "uses")])
        self.assertTrue(kept.exists())

    def test_roles_on_a_deal_are_not_those_at_its_customer(self):
        self.customer.pareto_decides_ids = self.anna
        deal = self.new_deal(self.customer, pareto_champion_ids=[Command.set(self.ben.ids)])
        self.assertEqual(self.roles(deal), [("Ben", "champion")])
        self.assertFalse(deal.pareto_decides_ids)
        self.assertEqual(deal.pareto_customer_roles, "Decides: Anna")

    def test_a_role_is_at_a_customer_or_on_a_deal(self):
        for places in ({}, {"partner_id": self.customer.id, "lead_id": self.new_deal().id}):
            with self.assertRaises(ValidationError):
                self.env["crm.pareto.role"].create({"contact_id": self.anna.id, "role": "pays", **places})

    def test_who_left_does_not_count_and_does_when_back(self):
        self.customer.pareto_decides_ids = self.anna
        self.anna.active = False
        self.assertFalse(self.customer.pareto_decides_ids)
        self.customer.pareto_pays_ids = self.ben
        self.anna.active = True
        self.assertEqual(self.customer.pareto_decides_ids, self.anna)

    def test_a_salesperson_fills_the_map_in_the_form(self):
        with Form(self.customer.with_user(self.user)) as form:
            form.pareto_decides_ids.add(self.anna)
            form.pareto_influences_ids.add(self.ben)
        self.assertEqual(self.roles(self.customer), [("Anna", "decides"), ("Ben", "influences")])

    def test_roles_on_a_colleagues_deal_and_of_another_company_are_not_seen(self):
        self.customer.pareto_decides_ids = self.anna
        mine, theirs = self.new_deal(self.customer), self.new_deal(self.customer, user_id=self.env.user.id)
        other = self.new_company("Alder Inc", "USD")
        abroad = self.new_deal(self.customer, company_id=other.id, user_id=False)
        for deal in mine | theirs | abroad:
            deal.pareto_uses_ids = self.ben
        seen = (
            self.env["crm.pareto.role"].with_user(self.user).search([("contact_id", "in", (self.anna | self.ben).ids)])
        )
        self.assertEqual(seen.lead_id, mine)
        self.assertEqual(seen.partner_id, self.customer)

    def test_merged_contacts_have_each_role_once(self):
        self.customer.pareto_decides_ids = self.anna | self.ben
        self.customer.pareto_pays_ids = self.anna
        deal = self.new_deal(self.customer, pareto_uses_ids=[Command.set([self.anna.id, self.ben.id])])
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            [self.anna.id, self.ben.id], self.ben, extra_checks=False
        )
        self.assertEqual(self.roles(self.customer), [("Ben", "decides"), ("Ben", "pays")])
        self.assertEqual(self.roles(deal), [("Ben", "uses")])

    def test_merged_customers_have_the_roles_of_both(self):
        birch = self.new_partner("Birch", is_company=True)
        cara = self.new_partner("Cara", parent_id=birch.id)
        self.customer.pareto_decides_ids = self.anna
        birch.pareto_decides_ids = self.anna | cara
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            [self.customer.id, birch.id], birch, extra_checks=False
        )
        self.assertEqual(self.roles(birch), [("Anna", "decides"), ("Cara", "decides")])

    def test_merged_deals_have_the_roles_of_both(self):
        one = self.new_deal(self.customer, pareto_decides_ids=[Command.set(self.anna.ids)])
        other = self.new_deal(self.customer, pareto_decides_ids=[Command.set([self.anna.id, self.ben.id])])
        left = (one | other).merge_opportunity()
        self.assertEqual(self.roles(left), [("Anna", "decides"), ("Ben", "decides")])


class CompaniesCase(CentreCase):
    """A contact of one company, and what people of the other see of it on a customer and a deal that both share."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.new_company("Alder Inc", "USD")
        cls.boss = cls.new_member("boss", SALES_MANAGER, cls.company)
        cls.stranger = cls.new_member("stranger", SALESPERSON, cls.other)
        cls.both = cls.new_member("both", SALES_MANAGER, cls.company + cls.other)
        cls.hidden = cls.new_partner("Hidden", company_id=cls.other.id)

    def roles_of(self, user):
        companies = user.company_ids.ids
        return self.env["crm.pareto.role"].with_user(user).with_context(allowed_company_ids=companies)


class TestCompanies(CompaniesCase):
    def test_nobody_names_a_contact_that_others_there_may_not_see(self):
        deal = self.new_deal(self.customer)
        for place in ({"partner_id": self.customer.id}, {"lead_id": deal.id}):
            values = {"role": "decides", "contact_id": self.hidden.id, **place}
            with self.subTest(place=place), self.assertRaisesRegex(ValidationError, "of another company"):
                self.roles_of(self.both).create(values)
            with self.subTest(place=place), self.assertRaises(UserError):
                self.roles_of(self.user).create({**values, "role": "pays"})

    def test_nobody_names_a_contact_that_he_or_she_may_not_see(self):
        rule = {"name": "Not Anna", "model_id": self.env["ir.model"]._get_id("res.partner")}
        self.env["ir.rule"].create({**rule, "domain_force": f"[('id', '!=', {self.anna.id})]"})
        values = {"role": "decides", "partner_id": self.customer.id}
        row = self.roles_of(self.user).create({**values, "contact_id": self.ben.id})
        with self.assertRaises(AccessError):
            self.roles_of(self.user).create({**values, "contact_id": self.anna.id})
        with self.assertRaises(AccessError):
            row.contact_id = self.anna

    def test_nobody_gives_a_role_on_a_deal_that_is_a_colleagues(self):
        deal = self.new_deal(self.customer, user_id=self.boss.id)
        with self.assertRaises(AccessError):
            self.roles_of(self.user).create({"role": "pays", "contact_id": self.anna.id, "lead_id": deal.id})

    def test_a_contact_of_the_customers_own_company_has_roles(self):
        theirs = self.new_partner("Theirs", is_company=True, company_id=self.other.id)
        theirs.pareto_decides_ids = self.hidden
        self.assertEqual(self.roles(theirs), [("Hidden", "decides")])

    def test_forms_open_for_everybody_when_a_contact_was_moved_to_another_company(self):
        self.customer.pareto_decides_ids = self.anna | self.ben
        deal = self.new_deal(self.customer, pareto_decides_ids=[Command.set(self.anna.ids)])
        self.anna.company_id = self.other
        self.env.flush_all()
        for user, seen in ((self.user, self.ben), (self.boss, self.ben), (self.stranger, self.anna | self.ben)):
            self.env.invalidate_all()
            with self.subTest(user=user.login):
                alone = {"allowed_company_ids": user.company_id.ids}
                with Form(self.customer.with_user(user).with_context(**alone)) as form:
                    self.assertEqual(form.pareto_decides_ids[:].ids, seen.ids)
                    form.comment = "Opened, and saved"
                self.env.invalidate_all()
                self.assertEqual(self.roles_of(user).search([("partner_id", "=", self.customer.id)]).contact_id, seen)
        for user in (self.user, self.boss):
            self.env.invalidate_all()
            with Form(deal.with_user(user).with_company(self.company)) as form:
                self.assertFalse(form.pareto_decides_ids[:])
                self.assertEqual(form.pareto_customer_roles, "Decides: Ben")
        self.env.invalidate_all()
        self.assertEqual(self.roles(self.customer), [("Anna", "decides"), ("Ben", "decides")])
        brief = self.env["report.crm_pareto.handover_brief"].with_user(self.user).with_company(self.company)
        self.assertNotIn("Anna", str(brief._get_report_values(self.customer.ids)["briefs"]))

    def test_documents_show_our_fields_when_their_customer_was_moved_to_another_company(self):
        deal = self.new_deal(self.customer)
        line = [Command.create({"product_id": self.product.id})]
        seller = {"user_id": self.user.id, "company_id": self.company.id, "order_line": line}
        order = self.env["sale.order"].create({"partner_id": self.anna.id, **seller})
        self.env.flush_all()
        for partner in self.customer | self.anna:
            self.cr.execute("UPDATE res_partner SET company_id = %s WHERE id = %s", [self.other.id, partner.id])
        for record in (deal, order):
            for user in (self.user, self.boss):
                mine = record.with_user(user).with_company(self.company)
                for name, field in mine._fields.items():
                    if name.startswith("pareto_") and mine._has_field_access(field, "read"):
                        self.env.invalidate_all()
                        with self.subTest(field=f"{record._name}.{name}", user=user.login):
                            mine.web_read({name: {}})

    def test_merged_deals_leave_out_whom_nobody_there_may_see(self):
        one, theirs = self.new_deal(self.customer), self.new_deal(self.customer)
        theirs.pareto_decides_ids = self.anna | self.ben
        theirs.pareto_referred_by_id = one.pareto_referred_by_id = self.anna
        self.anna.company_id = self.other
        left = (one | theirs).with_user(self.user).with_company(self.company).merge_opportunity()
        self.assertEqual(self.roles(left.sudo()), [("Ben", "decides")])
        self.assertFalse(left.pareto_referred_by_id)


class TestReferrer(CompaniesCase):
    """The same of who referred a customer or lead."""

    def test_nobody_names_a_referrer_of_another_company(self):
        for record in (self.customer, self.new_deal(self.customer)):
            with self.assertRaisesRegex(ValidationError, "of another company"):
                record.with_user(self.both).write({"pareto_referred_by_id": self.hidden.id})
        values = {"name": "New", "pareto_referred_by_id": self.hidden.id}
        for model in ("res.partner", "crm.lead"):
            with self.assertRaises(UserError):
                self.env[model].with_user(self.user).create({**values, "company_id": self.company.id})

    def test_nobody_names_a_referrer_that_he_or_she_may_not_see(self):
        deal = self.new_deal(self.customer)
        rule = {"name": "Not Anna", "model_id": self.env["ir.model"]._get_id("res.partner")}
        self.env["ir.rule"].create({**rule, "domain_force": f"[('id', '!=', {self.anna.id})]"})
        for model in ("res.partner", "crm.lead"):
            mine = self.env[model].with_user(self.user).with_company(self.company)
            with self.assertRaises(AccessError):
                mine.create({"name": "New", "pareto_referred_by_id": self.anna.id})
            with self.assertRaises(AccessError):
                mine.with_context(default_pareto_referred_by_id=self.anna.id).create({"name": "New"})
        with self.assertRaises(AccessError):
            deal.with_user(self.user).pareto_referred_by_id = self.anna

    def test_a_lead_is_won_and_made_a_customer_though_its_referrer_was_moved(self):
        deal = self.new_deal(partner_name="Dapper", pareto_referred_by_id=self.anna.id)
        self.anna.company_id = self.other
        mine = deal.with_user(self.user).with_company(self.company)
        mine._handle_partner_assignment(create_missing=True)
        self.assertTrue(deal.partner_id)
        mine.action_set_won()
        self.assertFalse(deal.partner_id.commercial_partner_id.pareto_referred_by_id)

    def test_a_referrer_who_was_moved_is_taken_off_left_out_of_copies_and_of_what_is_merged(self):
        deal = self.new_deal(partner_name="Dapper", pareto_referred_by_id=self.anna.id)
        known, twin = (self.new_partner(name, pareto_referred_by_id=self.anna.id) for name in ("Dora", "Dora"))
        self.env.flush_all()
        self.anna.company_id = self.other
        self.env.invalidate_all()
        mine = deal.with_user(self.user).with_company(self.company)
        self.assertFalse(mine.copy().pareto_referred_by_id)
        mine.pareto_referred_by_id = False
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.user).with_company(self.company)
        wizard.sudo()._merge([known.id, twin.id], known)
        self.assertFalse(known.pareto_referred_by_id)


class TestWarning(CentreCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.small = cls.new_partner("Birch", is_company=True)
        cls.invoice(cls.customer, (cls.product, 1, 1000))
        cls.invoice(cls.small, (cls.product, 1, 1))
        cls.recompute(date(2026, 6, 30))
        cls.env.invalidate_all()

    def warning(self, record):
        record = record.with_user(self.user).with_company(self.company)
        record.invalidate_recordset()
        return record.pareto_centre_warning

    def test_on_a_customer_of_the_first_tier_only(self):
        self.assertEqual(self.warning(self.customer), UNKNOWN)
        self.assertFalse(self.warning(self.small))

    def test_it_goes_when_it_is_known_who_decides(self):
        self.customer.pareto_decides_ids = self.ben
        self.assertFalse(self.warning(self.customer))

    def test_one_contact_is_too_few(self):
        self.ben.active = False
        self.assertEqual(self.warning(self.customer), f"{UNKNOWN} {ONE}")
        self.customer.pareto_decides_ids = self.anna
        self.assertEqual(self.warning(self.customer), ONE)

    def test_an_address_is_no_contact_and_an_adviser_with_a_role_is(self):
        self.ben.active = False
        self.new_partner("Dock 4", parent_id=self.customer.id, type="delivery")
        self.customer.pareto_decides_ids = self.anna
        self.assertEqual(self.warning(self.customer), ONE)
        self.customer.pareto_influences_ids = self.new_partner("Adviser")
        self.assertFalse(self.warning(self.customer))

    def test_on_open_opportunities_with_companies(self):
        deal, nobody = self.new_deal(self.small), self.new_deal()
        self.assertEqual(self.warning(deal), f"{UNKNOWN} {ONE}")
        self.assertEqual(self.warning(nobody), f"{UNKNOWN} {ONE}")
        self.assertFalse(self.warning(self.new_deal(self.small, type="lead")))
        self.assertFalse(self.warning(self.new_deal(self.new_partner("Private"))))
        deal.action_set_won()
        self.assertFalse(self.warning(deal))

    def test_who_is_known_at_the_customer_is_known_on_the_deal(self):
        deal = self.new_deal(self.anna)
        self.assertEqual(self.warning(deal), UNKNOWN)
        self.customer.pareto_decides_ids = self.anna
        self.assertFalse(self.warning(deal))

    def test_an_address_without_a_name_is_called_by_its_company(self):
        address = self.env["res.partner"].create({"type": "other", "parent_id": self.customer.id})
        self.customer.pareto_pays_ids = address
        self.assertIn(f"Pays: {self.customer.name}", self.new_deal(self.anna).pareto_customer_roles)

    def test_contacts_at_the_customer_and_on_the_deal_count_together(self):
        self.ben.active = False
        deal = self.new_deal(self.customer, pareto_decides_ids=[Command.set(self.anna.ids)])
        self.assertEqual(self.warning(deal), ONE)
        deal.pareto_influences_ids = self.new_partner("Adviser")
        self.assertFalse(self.warning(deal))

    def test_the_filters_find_customers_and_deals(self):
        partners = self.customer | self.small | self.anna
        self.assertEqual(self.found("pareto_no_decider", partners), self.customer | self.small)
        self.assertEqual(self.found("pareto_one_contact", partners), self.small)
        self.assertEqual(
            partners.search([("pareto_one_contact", "=", False), ("id", "in", partners.ids)]), partners - self.small
        )
        of_company = [("company_id", "=", self.company.id)]
        values = self.env["crm.pareto.customer"].search([("partner_id.pareto_one_contact", "=", True), *of_company])
        self.assertEqual(values.partner_id, self.small)
        self.customer.pareto_decides_ids = self.anna
        of_one, of_many, nobody = self.new_deal(self.small), self.new_deal(self.customer), self.new_deal()
        deals = of_one | of_many | nobody
        self.assertEqual(self.found("pareto_no_decider", deals), of_one | nobody)
        self.assertEqual(self.found("pareto_one_contact", deals), of_one | nobody)
