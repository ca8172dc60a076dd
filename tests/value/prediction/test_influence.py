"""Who referred whom, and what a customer brought by referring others."""

from datetime import date
from fractions import Fraction
from random import Random
from unittest.mock import patch

from odoo.addons.crm_pareto.analytics.windows import window
from odoo.addons.crm_pareto.models.value.prediction import crm_pareto_referral
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL

from ...common import PROFIT, SALES_MANAGER, SALESPERSON, LedgerCase
from . import referral_oracle

AS_OF = date(2026, 6, 30)
COLUMNS = ("referred_count", "referred_turnover", "referred_profit")


class ReferralCase(LedgerCase):
    """Customers with value rows of their own making, without invoices."""

    @classmethod
    def customer(cls, name, turnover=0, profit=0, by=None, company=None, **values):
        """A partner who is a customer.

        :param by: the partner who referred it
        """
        partner = cls.new_partner(name, pareto_referred_by_id=by and by.id, **values)
        cls.value(partner, turnover, profit, company)
        return partner

    @classmethod
    def value(cls, partner, turnover, profit=0, company=None, **values):
        return cls.env["crm.pareto.customer"].create(
            {
                "partner_id": partner.id,
                "company_id": (company or cls.company).id,
                "turnover": turnover,
                "profit": profit,
                "last_date": AS_OF,
                **values,
            }
        )

    def update(self, company=None):
        """Work out the influence, as each night.

        :return: {partner: its row}
        """
        company = company or self.company
        self.refresh(company)
        self.env.invalidate_all()
        rows = self.env["crm.pareto.customer"].search([("company_id", "=", company.id)])
        return {row.partner_id: row for row in rows}

    def refresh(self, company):
        self.env.flush_all()
        period = window(company.pareto_window, AS_OF)
        self.env["crm.pareto.ranking"]._rank_stored(self.env["crm.pareto.customer"], company, period)

    def assert_brought(self, row, count, turnover):
        self.assertEqual((count, turnover), (row.referred_count, row.referred_turnover))

    def merge(self, partners, into):
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, into)
        self.env.invalidate_all()


class TestReferredBy(ReferralCase):
    """The link."""

    def lead(self, referrer, **values):
        return self.env["crm.lead"].create(
            {"name": "Gauges", "type": "opportunity", "pareto_referred_by_id": referrer.id, **values}
        )

    def test_nobody_is_referred_by_itself(self):
        partner = self.new_partner("Birch")
        with self.assertRaisesRegex(ValidationError, "Birch cannot be referred by itself"):
            partner.pareto_referred_by_id = partner

    def test_a_longer_loop_can_be_written(self):
        one = self.new_partner("One")
        other = self.new_partner("Other", pareto_referred_by_id=one.id)
        one.pareto_referred_by_id = other

    def test_a_copy_was_not_referred(self):
        partner = self.new_partner("Birch", pareto_referred_by_id=self.new_partner("Ash").id)
        self.assertFalse(partner.copy().pareto_referred_by_id)

    def test_company_and_person_made_from_a_lead_have_its_referrer(self):
        referrer = self.new_partner("Ash")
        lead = self.lead(referrer, partner_name="Birch", contact_name="Berta Birch")
        lead._handle_partner_assignment()
        person = lead.partner_id
        self.assertEqual(("Berta Birch", "Birch"), (person.name, person.parent_id.name))
        self.assertEqual([referrer] * 2, [partner.pareto_referred_by_id for partner in (person, person.parent_id)])

    def test_an_existing_customer_takes_over_the_referrer_of_a_lead_that_is_won(self):
        referrer, company = self.new_partner("Ash"), self.new_partner("Birch", is_company=True)
        person = self.new_partner("Berta", parent_id=company.id)
        lead = self.lead(referrer, partner_id=person.id)
        self.assertFalse(company.pareto_referred_by_id)
        lead.action_set_won()
        self.assertEqual(referrer, company.pareto_referred_by_id)

    def test_whoever_wins_the_lead_needs_no_right_to_change_contacts(self):
        referrer, customer = self.new_partner("Ash"), self.new_partner("Birch")
        seller = self.new_user("anna", SALESPERSON)
        seller.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.env["ir.model.access"].search([("model_id.model", "=", "res.partner")]).perm_write = False
        lead = self.lead(referrer, partner_id=customer.id, user_id=seller.id)
        lead.with_user(seller).action_set_won()
        self.assertEqual(referrer, customer.pareto_referred_by_id)

    def test_a_customer_keeps_the_referrer_it_has(self):
        first, second = self.new_partner("First"), self.new_partner("Second")
        customer = self.new_partner("Birch", pareto_referred_by_id=first.id)
        self.lead(second, partner_id=customer.id).action_set_won()
        self.assertEqual(first, customer.pareto_referred_by_id)

    def test_a_customer_that_brought_its_own_lead_is_not_referred(self):
        customer = self.new_partner("Birch", is_company=True)
        person = self.new_partner("Berta", parent_id=customer.id)
        self.lead(person, partner_id=customer.id).action_set_won()
        self.lead(customer, partner_id=customer.id).action_set_won()
        self.assertFalse(customer.pareto_referred_by_id)

    def test_leads_that_are_merged_keep_it(self):
        referrer = self.new_partner("Ash")
        first, second = self.lead(self.env["res.partner"]), self.lead(referrer)
        self.assertEqual(referrer, (first + second).merge_opportunity().pareto_referred_by_id)


class TestInfluence(ReferralCase):
    """The figures, in examples."""

    def test_half_of_those_referred_directly_and_a_quarter_of_those_they_referred(self):
        ash = self.customer("Ash")
        birch = self.customer("Birch", 100, 40, by=ash)
        self.customer("Cedar", 60, 10, by=birch)
        self.customer("Dogwood", 8, 4, by=ash)
        rows = self.update()
        self.assert_brought(rows[ash], 2, 50 + 15 + 4)
        self.assertEqual(20 + 2.5 + 2, rows[ash].referred_profit)
        self.assert_brought(rows[birch], 1, 30)

    def test_the_figures_are_those_of_the_window(self):
        ash, birch = self.new_partner("Ash"), self.new_partner("Birch")
        birch.pareto_referred_by_id = ash
        for day, price in ((date(2026, 6, 1), 100), (date(2023, 6, 1), 1000)):
            for partner in (ash, birch):
                self.invoice(partner, (self.product, 1, price), day=day)
        row = self.recompute(AS_OF)[ash]
        self.assert_brought(row, 1, 50)
        self.assertEqual(30, row.referred_profit)

    def test_one_who_never_bought_counts_for_nobody_and_passes_on(self):
        ash = self.customer("Ash")
        prospect = self.new_partner("Prospect", pareto_referred_by_id=ash.id)
        self.customer("Birch", 100, by=prospect)
        self.assert_brought(self.update()[ash], 0, 25)

    def test_a_manual_tier_alone_makes_no_customer(self):
        ash = self.customer("Ash")
        self.value(self.new_partner("Birch", pareto_referred_by_id=ash.id), 0, last_date=False)
        self.assert_brought(self.update()[ash], 0, 0)

    def test_a_customer_with_refunds_only_takes_away(self):
        ash = self.customer("Ash")
        self.value(self.new_partner("Birch", pareto_referred_by_id=ash.id), -100, last_date=False)
        self.assert_brought(self.update()[ash], 1, -50)

    def test_who_brought_nobody_has_a_blank_and_comes_last(self):
        ash = self.customer("Ash")
        self.customer("Birch", 100, by=ash)
        rows = self.update()
        for order in ("referred_turnover", "referred_turnover desc"):
            found = self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)], order=order)
            self.assertEqual(rows[ash], found[0], order)
        self.env.cr.execute(SQL("SELECT referred_count FROM crm_pareto_customer WHERE id = %s", found[-1].id))
        self.assertEqual([(None,)], self.env.cr.fetchall())

    def test_a_figure_goes_when_the_link_does(self):
        ash = self.customer("Ash")
        birch = self.customer("Birch", 100, by=ash)
        self.update()
        birch.pareto_referred_by_id = False
        self.assert_brought(self.update()[ash], 0, 0)

    def test_two_who_referred_each_other_count_for_each_other_only(self):
        ash = self.customer("Ash", 1000)
        birch = self.customer("Birch", 100, by=ash)
        ash.pareto_referred_by_id = birch
        rows = self.update()
        self.assert_brought(rows[ash], 1, 50)
        self.assert_brought(rows[birch], 1, 500)

    def test_round_a_long_loop_each_counts_once_and_nobody_for_itself(self):
        ring = [self.customer(f"Ring {number}", 1024) for number in range(6)]
        for before, after in zip(ring, ring[1:] + ring[:1], strict=True):
            after.pareto_referred_by_id = before
        for row in self.update().values():
            self.assert_brought(row, 1, 512 + 256 + 128 + 64 + 32)

    def test_a_contact_referred_by_its_own_company_is_no_referral(self):
        ash = self.customer("Ash", 100, is_company=True)
        self.new_partner("Ada", parent_id=ash.id, pareto_referred_by_id=ash.id)
        self.assert_brought(self.update()[ash], 0, 0)

    def test_contacts_refer_and_are_referred_for_their_companies(self):
        ash, birch = self.customer("Ash", is_company=True), self.customer("Birch", 100, is_company=True)
        ada, alf = (self.new_partner(name, parent_id=ash.id) for name in ("Ada", "Alf"))
        for name, referrer in (("Berta", ada), ("Bert", alf), ("Bo", ash)):
            self.new_partner(name, parent_id=birch.id, pareto_referred_by_id=referrer.id)
        self.assert_brought(self.update()[ash], 1, 50)

    def test_by_the_shortest_way(self):
        ash = self.customer("Ash")
        birch = self.customer("Birch", by=ash)
        cedar = self.customer("Cedar", 100, by=birch, is_company=True)
        self.assert_brought(self.update()[ash], 1, 25)
        self.new_partner("Cleo", parent_id=cedar.id, pareto_referred_by_id=ash.id)
        self.assert_brought(self.update()[ash], 2, 50)

    def test_archived_ones_count(self):
        ash = self.customer("Ash", active=False)
        birch = self.customer("Birch", 100, by=ash, active=False)
        self.customer("Cedar", 40, by=birch)
        self.assert_brought(self.update()[ash], 1, 60)

    def test_each_company_has_its_own_figures(self):
        other = self.new_company("Alder Inc", "USD")
        ash = self.customer("Ash")
        birch = self.customer("Birch", 100, by=ash)
        self.value(ash, 0, company=other)
        self.value(birch, 30, company=other)
        self.customer("Cedar", 40, by=ash, company=other)
        self.assert_brought(self.update()[ash], 1, 50)
        self.assert_brought(self.update(other)[ash], 2, 35)

    def test_a_snapshot_counts_nothing(self):
        ash = self.customer("Ash")
        birch = self.customer("Birch", 100, by=ash)
        run = self.env["crm.pareto.run"].create(
            {"company_id": self.company.id, "kind": "customer", "snapshot": True, "as_of": AS_OF}
        )
        self.value(birch, 5000, snapshot_id=run.id)
        self.assert_brought(self.update()[ash], 1, 50)

    def test_after_forty_steps_nobody_counts(self):
        chain = [self.customer("First")]
        for number in range(45):
            chain.append(self.customer(f"Link {number}", 2**20, by=chain[-1]))
        row = self.update()[chain[0]]
        self.assert_brought(row, 1, 2**20)  # to the cent all that there is in an endless chain
        steps = self.env["crm.pareto.referral"].search([("referrer_id", "=", chain[0].id)]).mapped("steps")
        self.assertEqual(list(range(1, 41)), steps)

    def test_a_customer_has_a_bound_number_of_referrers(self):
        """Where everybody referred everybody, the ways would grow with the cube of the customers."""
        referrers = [self.customer(f"Referrer {number}") for number in range(7)]
        firm = self.customer("Firm", 100, is_company=True)
        for referrer in referrers:
            self.new_partner(f"Of {referrer.name}", parent_id=firm.id, pareto_referred_by_id=referrer.id)
        rows = self.update()
        self.assertEqual([1] * 5 + [0] * 2, [rows[referrer].referred_count for referrer in referrers])

    @patch.object(crm_pareto_referral, "ENOUGH_REFERRERS", 2)
    def test_of_very_many_who_reach_a_customer_those_of_the_fewest_steps_count(self):
        chain = [self.customer("First", 10)]
        for name in ("Second", "Third", "Fourth", "Fifth"):
            chain.append(self.customer(name, 10, by=chain[-1]))
        rows = self.update()
        self.assertEqual([5 + 2.5, 5 + 2.5, 5 + 2.5, 5, 0], [rows[one].referred_turnover for one in chain])

    def test_dropped_and_computed_again_they_are_the_same(self):
        ash, birch = self.new_partner("Ash"), self.new_partner("Birch")
        birch.pareto_referred_by_id = ash
        for partner in (ash, birch):
            self.invoice(partner, (self.product, 1, 100))
        before = [self.recompute(AS_OF)[ash][name] for name in COLUMNS]
        self.assertEqual([1, 50, 30], before)
        self.env["crm.pareto.customer"].search([("company_id", "=", self.company.id)]).unlink()
        self.assertEqual(before, [self.recompute(AS_OF)[ash][name] for name in COLUMNS])

    def test_the_hourly_refresh_brings_them_up_to_date(self):
        ash, birch, cedar = (self.new_partner(name) for name in ("Ash", "Birch", "Cedar"))
        birch.pareto_referred_by_id = ash
        for partner in (ash, birch, cedar):
            self.invoice(partner, (self.product, 1, 100))
        row = self.recompute(AS_OF)[ash]
        self.assert_brought(row, 1, 50)
        self.invoice(birch, (self.product, 1, 8))
        cedar.pareto_referred_by_id = birch
        self.env["crm.pareto.recompute"]._refresh(self.company, AS_OF)
        self.env.invalidate_all()
        self.assert_brought(row, 1, 54 + 25)


class TestCrowd(ReferralCase):
    """Thousands of contacts who referred one another: anybody can write them."""

    SIZE = 3000

    def crowd(self):
        """Companies, five contacts each, of whom others of the crowd referred each."""
        first = self.env["res.partner"].search([], order="id desc", limit=1).id + 1000
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO res_partner (id, name, is_company, active, type, commercial_partner_id, parent_id,
                                         partner_share, autopost_bills, pareto_referred_by_id)
                SELECT %(first)s + one, 'Crowd ' || one, one < firms, TRUE, 'contact', %(first)s + one %% firms,
                       CASE WHEN one >= firms THEN %(first)s + one %% firms END, TRUE, 'ask',
                       CASE WHEN one >= firms THEN %(first)s + one * 7919 %% firms END
                  FROM GENERATE_SERIES(0, %(size)s - 1) one, (SELECT %(size)s / 6 AS firms) counted
                 ORDER BY one
                """,
                first=first,
                size=self.SIZE,
            )
        )
        self.env.invalidate_all()
        return self.env["res.partner"].browse(range(first, first + self.SIZE))

    def chain(self):
        chain = [self.customer("First")]
        for number in range(6):
            chain.append(self.customer(f"Link {number}", 64, by=chain[-1]))
        return chain

    def rows_read(self):
        """How many rows PostgreSQL has in hand while it finds the ways, in all its steps."""
        table = self.env["crm.pareto.referral"]._table_query
        [[[plan]]] = self.env.execute_query(SQL("EXPLAIN (ANALYZE, FORMAT JSON) %s", table))
        nodes, rows = [plan["Plan"]], 0
        while nodes:
            node = nodes.pop()
            nodes += node.get("Plans", ())
            rows += node["Actual Rows"] * node["Actual Loops"]
        return rows

    def test_who_never_bought_takes_no_step(self):
        chain = self.chain()
        rows = self.update()
        before, figures = self.rows_read(), [rows[one].referred_turnover for one in chain]
        self.crowd()
        rows = self.update()
        self.assertEqual(figures, [rows[one].referred_turnover for one in chain])
        self.assertLess(self.rows_read() - before, 10 * self.SIZE)  # each is read, and followed nowhere

    def test_whom_a_crowd_referred_takes_nothing_from_others(self):
        chain = self.chain()
        rows = self.update()
        figures = [rows[one].referred_turnover for one in chain]
        crowd = self.crowd()
        for number in range(5):
            self.customer(f"Birch {number}", 100, by=crowd[number])
        rows = self.update()
        self.assertEqual(figures, [rows[one].referred_turnover for one in chain])
        reaching = self.env["crm.pareto.referral"]._read_group([], ["customer_id"], ["__count"])
        most = crm_pareto_referral.ENOUGH_REFERRERS * (1 + crm_pareto_referral.MOST_REFERRERS)
        self.assertLessEqual(max(count for _customer, count in reaching), most)

    def test_what_a_referrer_brought_is_found_beside_a_crowd(self):
        chain, crowd = self.chain(), self.crowd()
        customer = self.customer("Birch", 100, by=crowd[0])
        found = self.env["crm.pareto.referral"].search([("referrer_id", "=", crowd[0].id)])
        self.assertEqual([(customer, 1)], [(row.customer_id, row.steps) for row in found])
        found = self.env["crm.pareto.referral"].search([("referrer_id", "=", chain[2].id)])
        self.assertEqual([1, 2, 3, 4], found.mapped("steps"))


class TestAgainstPlainPython(ReferralCase):
    """The figures of random referrals, with loops, contacts of companies, archived ones, and two companies."""

    def make(self, random, size, degree):
        """The partners; `degree` links a customer."""
        other = self.new_company(f"Other {random.random()}", "USD")
        firms = self.env["res.partner"].create(
            [{"name": f"Firm {n}", "is_company": True, "active": random.random() > 0.1} for n in range(size)]
        )
        people = self.env["res.partner"].create(
            [{"name": f"Person {n}", "parent_id": random.choice(firms).id} for n in range(size // 2)]
        )
        partners = firms + people
        for partner in random.sample(list(partners), round(degree * size)):
            referrer = random.choice(partners - partner)
            partner.pareto_referred_by_id = referrer
        for company in (self.company, other):
            self.env["crm.pareto.customer"].create(
                [
                    {
                        "partner_id": firm.id,
                        "company_id": company.id,
                        "turnover": random.randint(-(10**5), 10**6) / 100,
                        "profit": random.randint(-(10**6), 10**6) / 100,
                        "last_date": AS_OF,
                    }
                    for firm in firms
                    if random.random() < 0.8
                ]
            )
        return partners, other

    def test_random_referrals(self):
        for seed, (size, degree) in enumerate(((12, 0.5), (40, 0.9), (60, 1.2), (80, 0.3))):
            partners, other = self.make(Random(seed), size, degree)
            pairs = referral_oracle.links(partners)
            for company in (self.company, other):
                rows = {partner: row for partner, row in self.update(company).items() if partner in partners}
                for measure in ("turnover", "profit"):
                    values = {partner: Fraction(round(row[measure] * 100), 100) for partner, row in rows.items()}
                    brought = referral_oracle.influence(pairs, values)
                    expected = {partner: brought.get(partner, (0, 0)) for partner in rows}
                    found = {partner: (row.referred_count, row[f"referred_{measure}"]) for partner, row in rows.items()}
                    self.assertEqual(expected, found, (seed, measure, company.name))

    def test_each_referral_has_the_fewest_steps(self):
        partners, _other = self.make(Random(7), 60, 1.2)
        with_value = {row.partner_id for row in self.update().values()}
        steps = referral_oracle.fewest_steps(referral_oracle.links(partners), 40)
        expected = {
            (referrer, customer): count
            for referrer, found in steps.items()
            for customer, count in found.items()
            if customer in with_value
        }
        referrals = self.env["crm.pareto.referral"].search([("company_id", "=", self.company.id)])
        self.assertEqual(expected, {(row.referrer_id, row.customer_id): row.steps for row in referrals})
        self.assertEqual(len(expected), len(referrals))

    def test_the_number_of_statements_does_not_grow(self):
        counts = []
        for number, size in enumerate((10, 10, 80)):  # the first fills Odoo's caches
            self.make(Random(number), size, 0.7)
            self.update()
            self.env.flush_all()
            before = self.cr.sql_log_count
            self.refresh(self.company)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


class TestMerge(ReferralCase):
    """After duplicates are merged, the links follow."""

    def test_whom_a_merged_contact_referred_was_referred_by_the_one_that_stays(self):
        ash, duplicate = self.customer("Ash"), self.customer("Ash again")
        self.customer("Birch", 100, by=duplicate)
        self.customer("Cedar", 60, by=ash)
        self.merge(ash + duplicate, ash)
        self.assert_brought(self.update()[ash], 2, 80)

    def test_who_referred_a_merged_contact_referred_the_one_that_stays(self):
        ash = self.customer("Ash")
        birch, duplicate = self.customer("Birch", 100), self.customer("Birch again", by=ash)
        self.merge(birch + duplicate, birch)
        self.assertEqual(ash, birch.pareto_referred_by_id)
        self.assert_brought(self.update()[ash], 1, 50)

    def test_referrer_and_referred_merged_leave_no_referral(self):
        for stays in ("referrer", "referred"):
            with self.subTest(stays=stays):
                ash = self.customer("Ash", 10)
                birch = self.customer("Birch", 100, by=ash)
                cedar = self.customer("Cedar", 60, by=birch)
                one = ash if stays == "referrer" else birch
                self.merge(ash + birch, one)
                self.assertFalse(one.pareto_referred_by_id)
                self.assertEqual(one, cedar.pareto_referred_by_id)
                self.assert_brought(self.update()[one], 1, 30)

    def test_a_merge_that_closes_a_loop_is_harmless(self):
        ash = self.customer("Ash", 1000)
        birch = self.customer("Birch", 100, by=ash)
        again = self.customer("Ash again", by=birch)
        self.merge(ash + again, ash)
        self.assertEqual((ash, birch), (birch.pareto_referred_by_id, ash.pareto_referred_by_id))
        rows = self.update()
        self.assert_brought(rows[ash], 1, 50)
        self.assert_brought(rows[birch], 1, 500)

    def test_a_lead_follows_too(self):
        ash, duplicate = self.new_partner("Ash"), self.new_partner("Ash again")
        lead = self.env["crm.lead"].create({"name": "Gauges", "pareto_referred_by_id": duplicate.id})
        self.merge(ash + duplicate, ash)
        self.assertEqual(ash, lead.pareto_referred_by_id)


class TestDrillDown(ReferralCase):
    """Each figure opens what is behind it."""

    def setUp(self):
        super().setUp()
        self.ash = self.customer("Ash", is_company=True)
        self.birch = self.customer("Birch", 101, 31, by=self.ash)
        self.cedar = self.customer("Cedar", 63, 17, by=self.birch)
        self.customer("Elsewhere", 1000, 1000, by=self.customer("Dogwood"))
        self.row = self.update()[self.ash]

    def opened(self, action):
        model = self.env[action["res_model"]].with_context(**action["context"])
        return model.search(action["domain"])

    def test_it_opens_the_customers_with_what_of_each_counts(self):
        referrals = self.opened(self.row.action_open_referrals())
        self.assertEqual(
            [(self.birch, 1, 0.5), (self.cedar, 2, 0.25)],
            [(row.customer_id, row.steps, row.weight) for row in referrals],
        )
        self.assertAlmostEqual(sum(referrals.mapped("turnover_counted")), self.row.referred_turnover)
        self.assertAlmostEqual(sum(referrals.mapped("profit_counted")), self.row.referred_profit)
        self.assertEqual(referrals, self.opened(self.ash.action_open_pareto_referrals()))

    def test_the_list_sums_them(self):
        [(referrer, turnover)] = self.env["crm.pareto.referral"]._read_group(
            [("referrer_id", "=", self.ash.id)], ["referrer_id"], ["turnover_counted:sum"]
        )
        self.assertEqual((self.ash, self.row.referred_turnover), (referrer, turnover))

    def test_a_referral_is_read_again_by_its_id(self):
        referrals = self.env["crm.pareto.referral"].search([("company_id", "=", self.company.id)])
        self.assertEqual(4, len(referrals))
        for referral in referrals:
            self.env.invalidate_all()
            again = self.env["crm.pareto.referral"].search([("id", "=", referral.id)])
            self.assertEqual(referral, again)
            self.assertEqual(again.customer_id, referral.value_id.partner_id)

    def test_a_referral_opens_the_invoices(self):
        invoiced, by = self.new_partner("Invoiced"), self.ash
        invoiced.pareto_referred_by_id = by
        self.invoice(invoiced, (self.product, 1, 70))
        self.recompute(AS_OF)
        referral = self.env["crm.pareto.referral"].search([("customer_id", "=", invoiced.id)])
        self.assertEqual(70, sum(self.opened(referral.action_open_revenue()).mapped("revenue")))

    def test_the_button_counts_and_opens_the_contacts_that_the_company_referred(self):
        ada = self.new_partner("Ada", parent_id=self.ash.id)
        prospect = self.new_partner("Prospect", pareto_referred_by_id=ada.id, active=False)
        for partner in (self.ash, ada):
            self.assertEqual(2, partner.pareto_referral_count)
            opened = self.opened(partner.action_open_pareto_referred_contacts())
            self.assertEqual(self.birch + prospect, opened.sorted("id"))

    def test_partners_show_them_and_are_found_by_them(self):
        partners = self.env["res.partner"]
        mine = [("id", "in", (self.ash + self.birch + self.cedar).ids)]
        self.assertEqual((1, 66.25), (self.ash.pareto_referred_count, self.ash.pareto_referred_turnover))
        self.assertEqual(self.ash + self.birch, partners.search([*mine, ("pareto_referred_count", ">", 0)], order="id"))
        self.assertEqual(self.ash, partners.search([*mine, ("pareto_referred_turnover", ">", 50)]))
        self.assertEqual(
            self.ash + self.birch,
            self.env["crm.pareto.customer"]
            .search([*[("partner_id", "in", mine[0][2])], ("referred_count", ">", 0)], order="partner_id")
            .partner_id.sorted("id"),
        )


class TestRights(ReferralCase):
    def setUp(self):
        super().setUp()
        self.other = self.new_company("Alder Inc", "USD")
        self.ash = self.customer("Ash")
        self.customer("Birch", 100, 40, by=self.ash)
        self.row = self.update()[self.ash]
        self.referral = self.env["crm.pareto.referral"].search([("referrer_id", "=", self.ash.id)])

    def member(self, login, groups):
        user = self.new_user(login, groups)
        user.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        return user

    def test_turnover_is_for_users_and_profit_for_those_who_may_see_it(self):
        seller, manager = self.member("anna", SALESPERSON), self.member("berta", SALES_MANAGER)
        owner = self.member("carl", PROFIT)
        for user in (seller, manager):
            self.assertEqual(50, self.row.with_user(user).referred_turnover)
            self.assertEqual(50, self.referral.with_user(user).turnover_counted)
            for record, field in (
                (self.row, "referred_profit"),
                (self.ash, "pareto_referred_profit"),
                (self.referral, "profit"),
                (self.referral, "profit_counted"),
            ):
                with self.assertRaises(AccessError):
                    record.with_user(user).read([field])
                with self.assertRaises(AccessError):
                    self.env[record._name].with_user(user).search([(field, ">", 0)])
        self.assertEqual(20, self.row.with_user(owner).referred_profit)
        self.assertEqual(20, self.referral.with_user(owner).profit_counted)

    def test_another_company_shows_nothing(self):
        outsider = self.new_user("dora", SALES_MANAGER)
        outsider.write({"company_ids": [(6, 0, self.other.ids)], "company_id": self.other.id})
        referrals = self.env["crm.pareto.referral"].with_user(outsider).with_context(allowed_company_ids=self.other.ids)
        self.assertFalse(referrals.search([]))

    def test_without_the_app_there_is_none(self):
        clerk = self.member("emil", "base.group_user")
        with self.assertRaises(AccessError):
            self.env["crm.pareto.referral"].with_user(clerk).search([])
        self.assertNotIn("pareto_referred_count", self.ash.with_user(clerk).fields_get())

    def test_nobody_changes_a_referral(self):
        with self.assertRaises(AccessError):
            self.referral.with_user(self.member("berta", SALES_MANAGER)).write({"steps": 1})
