"""Odoo's privacy lookup finds what people wrote down about a contact, and erases it."""

from odoo.addons.crm_pareto.models.audience.privacy_lookup_wizard import WRITTEN
from odoo.tools import SQL, mute_logger

from ..common import PROFIT, SALES_MANAGER, LedgerCase

# Of these a row of a partner goes with it, and comes again from the ledger while there are invoices.
COMPUTED = {
    "crm.pareto.attribution",
    "crm.pareto.customer",
    "crm.pareto.history",
    "crm.pareto.repeat",
    "crm.pareto.treatment",
}


class TestPrivacyLookup(LedgerCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = cls.new_partner("Ada Alder", email="ada@alder.example")
        cls.other = cls.new_partner("Ben Birch", email="ben@birch.example")
        cls.written = {person: cls.write_about(person) for person in (cls.person, cls.other)}

    @classmethod
    def write_about(cls, person):
        """A row of each model that people write in about the person."""
        invoice = cls.invoice(cls.new_partner("Agency"), (cls.product, 1, 100))
        company = {"company_id": cls.company.id}
        audience = cls.env["crm.pareto.audience"].create({"name": "All", **company})
        plan = cls.env["mail.activity.plan"].create({"name": "Welcome", "res_model": "res.partner"})
        tier = cls.env["crm.pareto.tier"]._for_company(cls.company)[0]
        values = {
            "crm.pareto.dismissal": {"partner_id": person.id, "product_id": cls.product.id, **company},
            "crm.pareto.link": {
                "move_id": invoice.id,
                "subject": "customer",
                "customer_id": person.id,
                "explanation": "Paid from their account DE02 1203",
                "user_id": cls.env.uid,
                **company,
            },
            "crm.pareto.manual.tier": {"partner_id": person.id, "tier_id": tier.id, "reason": "A friend", **company},
            "crm.pareto.plan.decision": {
                "partner_id": person.id,
                "user_id": cls.env.uid,
                "date": "2026-06-30",
                "why": "Order due",
                "minutes": 15,
                "state": "skipped",
                **company,
            },
            "crm.pareto.role": {"contact_id": person.id, "partner_id": person.id, "role": "decides"},
            "crm.pareto.started.plan": {
                "partner_id": person.id,
                "audience_id": audience.id,
                "plan_id": plan.id,
                "starter_id": cls.env.uid,
                "user_id": cls.env.uid,
                "date": "2026-06-30",
                **company,
            },
            "crm.pareto.touch": {"partner_id": person.id, "name": "Is moving house", **company},
        }
        return {name: cls.env[name].create(row) for name, row in values.items()}

    def lookup(self, user=None):
        """The lines that the wizard finds of the person."""
        wizard = self.env["privacy.lookup.wizard"].with_user(user or self.env.user)
        wizard = wizard.create({"name": self.person.name, "email": self.person.email})
        wizard.action_lookup()
        return wizard.line_ids

    def test_what_people_wrote_is_found_once_and_nobody_elses(self):
        found = [(line.res_model, line.res_id) for line in self.lookup() if line.res_model in WRITTEN]
        self.assertEqual(sorted(found), sorted((name, row.id) for name, row in self.written[self.person].items()))

    def test_each_stored_row_of_ours_that_points_at_a_contact_is_found_or_goes_with_it(self):
        ours = {
            (name, field.name, field.ondelete)
            for name, model in self.env.items()
            if name.startswith("crm.pareto.") and model._auto and not model._transient and not model._abstract
            for field in model._fields.values()
            if field.store and field.comodel_name == "res.partner"
        }
        self.assertEqual({name for name, _field, _ondelete in ours}, {*WRITTEN, *COMPUTED})
        self.assertEqual(
            {row for row in ours if row[2] != "cascade"}, {("crm.pareto.link", "customer_before_id", "set null")}
        )

    def test_an_administrator_erases_them_and_the_log_says_so(self):
        user = self.new_user("root", f"base.group_system,{SALES_MANAGER},{PROFIT}")
        lines = self.lookup(user).filtered(lambda line: line.res_model in WRITTEN)
        lines.action_unlink_all()
        self.env.invalidate_all()
        for name, row in self.written[self.person].items():
            self.assertFalse(row.exists(), name)
        for name, row in self.written[self.other].items():
            self.assertTrue(row.exists(), name)
        log = lines.wizard_id.log_id
        self.assertEqual(log.user_id, user)
        self.assertIn("Deleted Logged Touch", log.execution_details)
        self.assertNotIn("Ada", log.anonymized_name)

    def test_with_the_contact_all_goes(self):
        self.recompute()
        with mute_logger("odoo.models.unlink"):
            self.lookup().filtered(lambda line: line.res_model == "res.partner").action_unlink()
        self.assertFalse(self.person.exists())
        self.env.invalidate_all()
        for name, row in self.written[self.person].items():
            self.assertFalse(row.exists(), name)

    def test_no_words_of_a_message_are_stored(self):
        """Texts are what our people type, names of settings and of models, and the reasons of a link."""
        columns = self.env.execute_query(
            SQL(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_name LIKE %s"
                " AND table_schema = 'public' AND data_type IN ('text', 'character varying', 'jsonb')",
                "crm\\_pareto\\_%",
            )
        )
        stored = {
            (name, field.name)
            for name, model in self.env.items()
            if name.startswith("crm.pareto.") and not model._transient
            for field in model._fields.values()
            if (model._table, field.name) in columns and field.type not in ("selection", "float")
        }
        typed = {
            ("crm.pareto.audience", "name"),
            ("crm.pareto.audience", "domain"),
            ("crm.pareto.manual.tier", "reason"),
            ("crm.pareto.plan.decision", "reason"),
            ("crm.pareto.segment", "name"),
            ("crm.pareto.segment", "note"),
            ("crm.pareto.tier", "name"),
            ("crm.pareto.tier", "note"),
            ("crm.pareto.touch", "name"),
        }
        made = {
            ("crm.pareto.campaign", "advice_code"),
            ("crm.pareto.handover", "name"),  # of our own people
            ("crm.pareto.handover.change", "after"),
            ("crm.pareto.handover.change", "before"),
            ("crm.pareto.handover.change", "res_model"),
            ("crm.pareto.handover.share", "tiers_then"),  # names of tiers
            ("crm.pareto.link", "explanation"),
            ("crm.pareto.plan.decision", "why"),
            ("crm.pareto.run", "history_months"),  # numbers
            ("crm.pareto.run", "pareto_window"),
        }
        self.assertEqual(stored, typed | made)
