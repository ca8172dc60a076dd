"""Two companies' ledgers compared column by column: the one that Odoo's API posted, the other written by SQL."""

from collections import defaultdict

from odoo.fields import Command, Date
from odoo.tools import SQL

from ..common import ParetoCase

# Left out of the comparison. The ids are given by PostgreSQL, and move_id follows: lines are compared beneath their
# invoice. The stamps are the moment of writing. Ids of records that each company has of its own are compared by
# what they are called (see RowReader).
NOT_COMPARED = {
    "account_move": {"id", "create_date", "write_date"},
    "account_move_line": {"id", "move_id", "create_date", "write_date"},
}


class RowReader:
    """Reads the invoices of one company, every stored column, so that two companies' rows can be compared."""

    def __init__(self, company):
        self.env = company.env(su=True, context={"allowed_company_ids": [company.id], "active_test": False})
        self.company = company
        self.names = {"company_id": {company.id: "the company"}}
        for field, model, label in (
            ("journal_id", "account.journal", "code"),
            ("account_id", "account.account", "code"),
            ("product_id", "product.product", "name"),
            ("partner_id", "res.partner", "display_name"),
            ("fiscal_position_id", "account.fiscal.position", "name"),
        ):
            self.names[field] = {record.id: record[label] for record in self.env[model].search([])}
        self.names["commercial_partner_id"] = self.names["partner_shipping_id"] = self.names["partner_id"]

    def invoices(self):
        """(invoice, its lines) as dictionaries, in the order of kind, date and number."""
        self.env.flush_all()
        moves = self._rows(
            "account_move",
            "SELECT id, TO_JSONB(t) FROM account_move t WHERE company_id = %s"
            " AND move_type IN ('out_invoice', 'out_refund')"
            " ORDER BY move_type, date, sequence_prefix, sequence_number",
        )
        lines = defaultdict(list)
        for move_id, row in self._rows(
            "account_move_line",
            "SELECT move_id, TO_JSONB(t) FROM account_move_line t WHERE company_id = %s ORDER BY display_type DESC, id",
        ):
            lines[move_id].append(row)
        return [(row, lines[move_id]) for move_id, row in moves]

    def _rows(self, table, query):
        return [
            (
                key,
                {
                    column: self.names.get(column, {}).get(value, value)
                    for column, value in row.items()
                    if column not in NOT_COMPARED[table]
                },
            )
            for key, row in self.env.execute_query(SQL(query, self.company.id))
        ]


class LedgerCase(ParetoCase):
    """Asserts on two companies' ledgers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))

    def assert_same_ledger(self, posted, written):
        """The two companies' invoices and lines are the same in every column that is compared."""
        posted, written = RowReader(posted).invoices(), RowReader(written).invoices()
        self.assertEqual(len(posted), len(written))
        for (move, lines), (other_move, other_lines) in zip(posted, written, strict=True):
            self.assertEqual(len(lines), len(other_lines), move["name"])
            for row, other in zip([move, *lines], [other_move, *other_lines], strict=True):
                differing = {column: (row[column], other[column]) for column in row if row[column] != other[column]}
                self.assertEqual({}, differing, f"{move['name']}: (posted, written)")

    def rank(self, partner):
        """The customer rank, with what Odoo will add to it after the commit."""
        waiting = self.env.cr.postcommit.data.get("account.res.partner.increase_rank.customer_rank", {})
        return partner.customer_rank + waiting.get(partner.id, 0)

    def new_invoice(self, company, partner, product, day=None, **values):
        """A posted invoice over 10.00, made by Odoo's API."""
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": day or Date.today(),
                    "invoice_line_ids": [
                        Command.create({"product_id": product.id, "price_unit": 10, "tax_ids": [Command.clear()]})
                    ],
                    **values,
                }
            )
        )
        move.action_post()
        return move
