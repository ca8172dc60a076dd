"""Linking changes nothing that accounting relies on: entries, lock dates and the inalterability hash."""

from datetime import date

from odoo.fields import Command
from odoo.tools import SQL

from dev.demo.ledger import write_invoices

from .linking import DAY, LinkCase

INVOICES = 1000
# What linking may change on account.move; the last two are Odoo's own log of any write.
OURS = {"pareto_customer_id", "campaign_id", "write_date", "write_uid"}


class TestHashedJournal(LinkCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.birch.email = "info@birch.example"
        cls.walk_in.email = "shop@birch.example"
        cls.spring = cls.env["utm.campaign"].create({"name": "Spring"})
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", cls.company.id)], limit=1
        )
        touch = {"name": "Talk", "partner_id": cls.birch.id, "campaign_id": cls.spring.id, "date": DAY}
        cls.env["crm.pareto.touch"].create({**touch, "company_id": cls.company.id})
        cls.auditor = cls.new_user("agnes", "account.group_account_user")
        cls.auditor.write({"company_ids": [Command.link(cls.company.id)], "company_id": cls.company.id})
        cls.moves = cls.post_hashed(INVOICES)

    @classmethod
    def post_hashed(cls, count):
        """Posted invoices in a restricted journal of a closed period, the chain of hashes over them all."""
        invoices = [(number, cls.walk_in.id, None, DAY, None, None) for number in range(count)]
        lines = [(number, None, cls.product.id, None, 1, 100) for number in range(count)]
        write_invoices(cls.env, cls.company, cls.journal, invoices, lines)
        cls.journal.restrict_mode_hash_table = True
        moves = cls.env["account.move"].search([("journal_id", "=", cls.journal.id)])
        moves._hash_moves()
        cls.company.hard_lock_date = date(2026, 6, 30)
        cls.env.cr.flush()
        cls.env.execute_query(SQL("ANALYZE account_move, account_move_line"))  # as autovacuum does elsewhere
        return moves

    def test_a_restricted_journal_is_intact_after_linking_and_undoing_a_thousand_invoices(self):
        self.assertEqual(len(self.moves.filtered("inalterable_hash")), INVOICES)
        before = self.accounting()
        self.link_all("customer", tracking_disable=False)
        self.assertEqual(self.moves.pareto_customer_id, self.birch)
        self.assertEqual(len(self.env["mail.message"].search(self.in_the_chatter())), INVOICES)
        self.link_all("campaign")
        self.assertEqual(self.moves.campaign_id, self.spring)
        self.assert_unchanged(before)
        self.env["crm.pareto.link"].search([]).with_user(self.accountant).action_undo()
        self.assertFalse(self.moves.pareto_customer_id or self.moves.campaign_id)
        self.assert_unchanged(before)

    def test_a_hashed_invoice_can_be_credited_by_hand(self):
        before = self.accounting()
        self.moves[0].with_user(self.accountant).write(
            {"pareto_customer_id": self.birch.id, "campaign_id": self.spring.id}
        )
        self.assertEqual(self.moves[0].pareto_customer_id, self.birch)
        self.assert_unchanged(before)

    def link_all(self, subject, **context):
        """Accept all suggestions from 0.6 on, as an accountant."""
        wizards = self.env["crm.pareto.link.invoices"].with_user(self.accountant)
        wizard = wizards.with_context(**context).create({"certainty": 0.6})
        self.assertEqual(wizard.document_count, INVOICES)
        wizard.action_link()
        self.env.cr.flush()
        links = self.env["crm.pareto.link"].search([("subject", "=", subject)])
        self.assertEqual((len(links), len(set(links.mapped("batch")))), (INVOICES, 1))

    def in_the_chatter(self):
        """The messages that say that an invoice is credited to another customer."""
        return [("tracking_value_ids.field_id.name", "=", "pareto_customer_id"), ("res_id", "in", self.moves.ids)]

    def accounting(self):
        """All rows of the journal and of its items, but for the columns that linking may change."""
        self.env.flush_all()
        return {
            table: self.env.execute_query(
                SQL(
                    "SELECT TO_JSONB(row) - %s FROM %s row WHERE journal_id = %s ORDER BY id",
                    sorted(OURS),
                    SQL.identifier(table),
                    self.journal.id,
                )
            )
            for table in ("account_move", "account_move_line")
        }

    def assert_unchanged(self, before):
        """Bit by bit, and by Odoo's own data inalterability check."""
        for table, rows in self.accounting().items():
            self.assertEqual(rows, before[table])
        self.assertGreater(len(before["account_move_line"]), INVOICES)
        results = self.company.with_user(self.auditor)._check_hash_integrity()["results"]
        self.assertEqual([result["status"] for result in results if result["status"] != "no_data"], ["verified"])
