"""The model invoices: what Odoo's API makes of each group of invoices alike in customer, kind of document and currency.

One invoice of each group is posted and rolled back; its rows stay behind in the temporary tables ledger_model and
ledger_model_line. All invoices of the group are copied from them.
"""

from contextlib import closing
from unittest.mock import patch

from odoo.fields import Command
from odoo.tools import SQL

from .ledger_tables import MOVE, PRODUCT_LINE, TERM_LINE, fetch, new_table, run

# Odoo fills in an invoice from these: customers, and products, alike in them get invoices and lines alike.
PARTNER_PROFILE = (
    "user_id lang country_id state_id property_account_receivable_id property_payment_term_id "
    "property_account_position_id property_inbound_payment_method_line_id property_outbound_payment_method_line_id"
).split()
PRODUCT_PROFILE = "categ_id uom_id type is_storable property_account_income_id".split()
# Figures that are the same on every invoice, whatever its amount.
CONSTANT_FIGURES = {"deductible_amount"}


def profile_customers(env):
    """Make ledger_partner: each customer's own columns, and the number of the profile it shares with others."""
    run(env, "DROP TABLE IF EXISTS ledger_partner")
    # A plain contact in a family without delivery addresses is delivered to itself.
    run(
        env,
        "CREATE TEMP TABLE ledger_partner ON COMMIT DROP AS"
        " SELECT p.id AS partner_id, p.commercial_partner_id, p.complete_name AS partner_name,"
        "   COALESCE(c.lang, '-') AS lang, 0::bigint AS profile,"
        "   CASE WHEN p.type = 'contact' AND p.commercial_partner_id NOT IN ("
        "     SELECT commercial_partner_id FROM res_partner WHERE type = 'delivery' AND active"
        "       AND commercial_partner_id IS NOT NULL) THEN p.id END AS shipping_id"
        " FROM res_partner p JOIN res_partner c ON c.id = p.commercial_partner_id"
        " WHERE p.id IN (SELECT partner_id FROM ledger_invoice)",
    )
    partners = env["res.partner"]
    shipping = [
        (partner_id, partners.browse(partner_id).address_get(["delivery"])["delivery"])
        for (partner_id,) in fetch(env, "SELECT partner_id FROM ledger_partner WHERE shipping_id IS NULL")
    ]
    new_table(env, "ledger_shipping", {"partner_id": "integer", "shipping_id": "integer"}, shipping)
    run(
        env,
        "UPDATE ledger_partner p SET shipping_id = s.shipping_id FROM ledger_shipping s"
        " WHERE s.partner_id = p.partner_id",
    )
    run(
        env,
        "UPDATE ledger_partner l SET profile = ranked.profile FROM (SELECT l.partner_id, DENSE_RANK() OVER ("
        # Other delivery addresses and bank accounts of a customer's own end up on its invoices.
        "   ORDER BY jsonb_build_array(%s, %s, LEFT(p.vat, 2), NULLIF(l.shipping_id, p.id),"
        "     (SELECT MIN(b.partner_id) FROM res_partner_bank b WHERE b.partner_id = c.id))) AS profile"
        "   FROM ledger_partner l JOIN res_partner p ON p.id = l.partner_id"
        "   JOIN res_partner c ON c.id = p.commercial_partner_id) ranked WHERE ranked.partner_id = l.partner_id",
        _fields(env, "res.partner", "p", PARTNER_PROFILE),
        _fields(env, "res.partner", "c", PARTNER_PROFILE),
    )
    run(env, "ANALYZE ledger_partner")


def profile_products(env):
    """Make ledger_product: the profile each product shares with others."""
    run(env, "DROP TABLE IF EXISTS ledger_product")
    run(
        env,
        "CREATE TEMP TABLE ledger_product ON COMMIT DROP AS"
        " SELECT p.id AS product_id, DENSE_RANK() OVER (ORDER BY jsonb_build_array(%s)) AS profile"
        " FROM product_product p JOIN product_template t ON t.id = p.product_tmpl_id"
        " WHERE p.id IN (SELECT product_id FROM ledger_line)",
        _fields(env, "product.template", "t", PRODUCT_PROFILE),
    )
    run(env, "ANALYZE ledger_product")


def _fields(env, model, alias, names):
    """Those of the named fields that exist here, as seen from the company."""
    model = env[model]
    return SQL(", ").join(model._field_to_sql(alias, name) for name in names if name in model._fields)


def post_models(env, journal, values):
    """Post a model invoice for each group, keep its rows in ledger_model and ledger_model_line, and undo it.

    :param values: values of account.move that all invoices share
    :raises ValueError: where a model invoice shows something that the copies would not
    """
    products = fetch(env, "SELECT MIN(product_id) FROM ledger_product GROUP BY profile")
    lines = [
        Command.create({"product_id": product_id, "quantity": 1, "price_unit": 1, "tax_ids": [Command.set([])]})
        for (product_id,) in products
    ]
    # The earliest invoice of a group is the one that a lock date would move.
    groups = fetch(
        env,
        "SELECT i.move_type, i.currency_id, MIN(i.partner_id), MIN(i.invoice_date)"
        " FROM ledger_invoice i JOIN ledger_partner p ON p.partner_id = i.partner_id"
        " GROUP BY i.move_type, i.currency_id, p.profile",
    )
    shared = {**values, "journal_id": journal.id, "invoice_line_ids": lines}
    keys = ("move_type", "currency_id", "partner_id", "invoice_date")
    # Odoo adds to the rank after the commit, which would count also what was rolled back.
    rank = patch.object(env.registry["res.partner"], "_increase_rank", lambda *args: None)
    with closing(env.cr.savepoint()), rank:
        documents = [shared | dict(zip(keys, group, strict=True)) for group in groups]
        models = env["account.move"].create(documents)
        models.action_post()
        env.flush_all()
        for model in models:
            _check_model(model, len(lines))
        [[moves, move_lines]] = fetch(
            env,
            "SELECT (SELECT jsonb_agg(m) FROM account_move m WHERE m.id = ANY(%(ids)s))::text,"
            " (SELECT jsonb_agg(l) FROM account_move_line l WHERE l.move_id = ANY(%(ids)s))::text",
            ids=models.ids,
        )
    _keep_models(env, moves, move_lines)


def _keep_models(env, moves, move_lines):
    """Make ledger_model and ledger_model_line, with the profile each row stands for.

    :param moves: rows of account_move, as a JSON list
    :param move_lines: rows of account_move_line, as a JSON list
    """
    run(env, "DROP TABLE IF EXISTS ledger_model, ledger_model_line")
    run(
        env,
        "CREATE TEMP TABLE ledger_model ON COMMIT DROP AS SELECT m.*, p.profile AS partner_profile"
        " FROM jsonb_populate_recordset(NULL::account_move, %s) m JOIN ledger_partner p USING (partner_id)",
        moves,
    )
    run(
        env,
        "CREATE TEMP TABLE ledger_model_line ON COMMIT DROP AS SELECT l.*, p.profile AS product_profile"
        " FROM jsonb_populate_recordset(NULL::account_move_line, %s) l"
        " LEFT JOIN ledger_product p USING (product_id)",
        move_lines,
    )


def name_products(env):
    """Make ledger_label: what Odoo prints for a product in a customer's language."""
    unnamed = fetch(
        env,
        "SELECT DISTINCT l.product_id, p.lang FROM ledger_line l JOIN ledger_invoice i USING (key)"
        " JOIN ledger_partner p USING (partner_id) WHERE l.name IS NULL",
    )
    labels = []
    for product_id, lang in unnamed:
        product = env["product.product"].with_context(lang=env.lang if lang == "-" else lang).browse(product_id)
        label = "\n".join(filter(None, (product.display_name, product.description_sale)))
        labels.append((product_id, lang, label))
    new_table(env, "ledger_label", {"product_id": "integer", "lang": "varchar", "name": "varchar"}, labels)


def _check_model(move, line_count):
    """Refuse a model invoice whose like the columns of ledger_tables would not reproduce.

    :param line_count: how many product lines it was made with
    :raises ValueError: with what is odd about it
    """
    kinds = sorted(move.line_ids.mapped("display_type"))
    if move.state != "posted" or move.date != move.invoice_date:
        raise ValueError(f"Odoo does not post a document of {move.invoice_date} on that date: is there a lock date?")
    if kinds != ["payment_term"] + ["product"] * line_count:
        raise ValueError(f"Odoo adds lines of its own, or several due dates: {', '.join(kinds)}")
    if move.invoice_payment_term_id.line_ids.filtered(lambda line: line.delay_type != "days_after"):
        raise ValueError(f"{move.invoice_payment_term_id.display_name} is not a fixed number of days")
    for record, known in [(move, MOVE), *((line, PRODUCT_LINE | TERM_LINE) for line in move.line_ids)]:
        for name, field in record._fields.items():
            if field.store and name not in known and name not in CONSTANT_FIGURES and _varies(record, field, move.name):
                raise ValueError(f"Not known how {record._name}.{name} comes about: {record[name]!r}")


def _varies(record, field, number):
    """Whether a stored value looks as if it belonged to this one invoice only."""
    value = record[field.name]
    if field.type == "many2many" or field.name == "analytic_distribution":
        return bool(value)
    if field.type in ("date", "datetime", "monetary", "float"):
        return bool(value)
    return field.type in ("char", "text") and value == number
