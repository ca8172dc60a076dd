"""Rows that are touches, written straight into the tables of Odoo's apps.

They are spread over three years and, heavy-tailed, over the customers. Fixed seed.
"""

from odoo.tools import SQL

SEED = 0.19
ROWS_PER_CUSTOMER = 100
TAIL = 2.5  # one of 100,000 customers has 1 % of all rows, half of them have 60 or fewer
SELLERS = 20
MAILINGS = 50

# The share of all rows, and the columns, of records that have a customer themselves. There are: `n`, the row's number
# from 1; `moment`; `partner`, the customer or its contact; `customer`; `seller`; `chance`; and the %(parameters)s.
DOCUMENTS = {
    "crm_lead": (
        0.03,
        {
            "name": "'Lead ' || n",
            "type": "'opportunity'",
            "active": "chance > 0.2",
            "won_status": "CASE WHEN chance < 0.2 THEN 'lost' WHEN chance < 0.5 THEN 'won' ELSE 'pending' END",
            "date_closed": "CASE WHEN chance < 0.5 THEN moment + interval '20 days' END",
            "expected_revenue": "1000 * chance",
            "partner_id": "partner",
            "user_id": "seller",
            "team_id": "%(team)s",
            "company_id": "%(company)s",
        },
    ),
    "sale_order": (
        0.05,
        {
            "name": "'S' || n",
            "state": "CASE WHEN chance < 0.05 THEN 'cancel' WHEN chance < 0.8 THEN 'sale' ELSE 'sent' END",
            "date_order": "moment",
            "partner_id": "partner",
            "partner_invoice_id": "customer",
            "partner_shipping_id": "customer",
            "picking_policy": "'direct'",
            "amount_total": "1000 * chance",
            "currency_id": "%(currency)s",
            "user_id": "seller",
            "team_id": "%(team)s",
            "company_id": "%(company)s",
        },
    ),
    "account_move": (
        0.06,
        {
            "name": "'BENCH/' || n",
            "state": "'posted'",
            "move_type": "CASE WHEN chance < 0.04 THEN 'out_refund' ELSE 'out_invoice' END",
            "auto_post": "'no'",
            "date": "moment",
            "invoice_date": "moment",
            "partner_id": "partner",
            "commercial_partner_id": "customer",
            "journal_id": "%(sales)s",
            "currency_id": "%(currency)s",
            "amount_total_in_currency_signed": "1000 * chance",
            "invoice_user_id": "seller",
            "team_id": "%(team)s",
            "company_id": "%(company)s",
        },
    ),
    "helpdesk_ticket": (
        0.01,
        {
            "name": "'Ticket ' || n",
            "number": "n",
            "description": "''",
            "active": "TRUE",
            "closed_date": "CASE WHEN chance < 0.8 THEN moment + interval '3 days' END",
            "partner_id": "partner",
            "commercial_partner_id": "customer",
            "user_id": "seller",
            "company_id": "%(company)s",
        },
    ),
    "project_task": (
        0.01,
        {
            "name": "'Task ' || n",
            "state": "'1_done'",
            "active": "TRUE",
            "project_id": "%(project)s",
            "partner_id": "partner",
            "company_id": "%(company)s",
        },
    ),
    "stock_picking": (
        0.02,
        {
            "name": "'OUT/' || n",
            "state": "'done'",
            "move_type": "'direct'",
            "picking_type_id": "%(shipping)s",
            "location_id": "%(stock)s",
            "location_dest_id": "%(customers)s",
            "date_done": "moment",
            "partner_id": "partner",
            "user_id": "seller",
            "company_id": "%(company)s",
        },
    ),
}
RECORDS = {
    "account_payment": (
        0.04,
        {
            "name": "'PAY/' || n",
            "state": "'paid'",
            "payment_type": "'inbound'",
            "partner_type": "'customer'",
            "date": "moment",
            "amount": "1000 * chance",
            "partner_id": "partner",
            "journal_id": "%(bank)s",
            "currency_id": "%(currency)s",
            "company_id": "%(company)s",
        },
    ),
    "account_analytic_line": (
        0.02,
        {
            "name": "'Work'",
            "date": "moment",
            "amount": "-50",
            "project_id": "%(project)s",
            "partner_id": "partner",
            "user_id": "seller",
            "company_id": "%(company)s",
        },
    ),
    "event_registration": (
        0.01,
        {
            "name": "'Guest'",
            "active": "TRUE",
            "state": "CASE WHEN chance < 0.7 THEN 'done' ELSE 'open' END",
            "event_id": "%(event)s",
            "date_closed": "moment",
            "partner_id": "partner",
            "company_id": "%(company)s",
        },
    ),
    "mailing_trace": (
        0.2,
        {
            "trace_type": "'mail'",
            "model": "CASE WHEN n %% 3 = 0 THEN 'mailing.contact' ELSE 'res.partner' END",
            "res_id": "CASE WHEN n %% 3 = 0 THEN %(list)s + (customer - %(partners)s) / 2 ELSE partner END",
            "email": "CASE WHEN n %% 3 = 0 THEN 'p' || customer + 1 ELSE 'p' || partner END || '@example.com'",
            "mass_mailing_id": "(%(mailings)s)[1 + n %% %(many)s]",
            "trace_status": "CASE WHEN chance > 0.95 THEN 'bounce' WHEN chance < 0.3 THEN 'open' ELSE 'sent' END",
            "sent_datetime": "moment",
            "open_datetime": "CASE WHEN chance < 0.3 THEN moment + interval '5 hours' END",
            "reply_datetime": "CASE WHEN chance < 0.02 THEN moment + interval '7 hours' END",
        },
    ),
    "calendar_event": (
        0.015,
        {
            "name": "'Visit'",
            "active": "TRUE",
            "show_as": "'busy'",
            "privacy": "'public'",
            "start": "moment",
            "stop": "moment + interval '1 hour'",
            "user_id": "seller",
        },
    ),
    "survey_user_input": (
        0.01,
        {
            "survey_id": "%(survey)s",
            "access_token": "'bench' || n",
            "state": "'done'",
            "test_entry": "FALSE",
            "partner_id": "partner",
        },
    ),
}
# Where messages and activities hang, and their shares there.
THREADS = {
    "res.partner": 0.15,
    "crm.lead": 0.2,
    "sale.order": 0.3,
    "account.move": 0.25,
    "helpdesk.ticket": 0.04,
    "project.task": 0.03,
    "stock.picking": 0.03,
}
MESSAGES = 0.5
ACTIVITIES = 0.05
PER_PERSON = (
    # Half of the outgoing messages name the person they went to.
    """INSERT INTO mail_message_res_partner_rel (mail_message_id, res_partner_id)
       SELECT %(mail_message)s + n, partner FROM drawn_mail_message WHERE chance BETWEEN 0.4 AND 0.85""",
    # The subtype of a sent quotation is a notification with a subtype of its own.
    """UPDATE mail_message SET message_type = 'notification', subtype_id = %(sent)s
        WHERE id > %(mail_message)s AND model = 'sale.order' AND id %% 5 = 0""",
    """INSERT INTO calendar_event_res_partner_rel (calendar_event_id, res_partner_id)
       SELECT %(calendar_event)s + n, partner FROM drawn_calendar_event""",
    """INSERT INTO calendar_attendee (event_id, partner_id, state)
       SELECT %(calendar_event)s + n, person, 'accepted' FROM drawn_calendar_event,
              unnest(ARRAY[partner, (SELECT partner_id FROM res_users WHERE id = seller)]) person""",
    """INSERT INTO project_task_user_rel (task_id, user_id)
       SELECT %(project_task)s + n, seller FROM drawn_project_task""",
    """INSERT INTO link_tracker_click (link_id, mailing_trace_id, create_date)
       SELECT %(link)s, %(mailing_trace)s + n, moment + interval '5 hours'
         FROM drawn_mailing_trace WHERE chance < 0.1""",
)


def generate(env, rows):
    """Fill the database with about `rows` rows of touches.

    :return: {table: number of rows written}
    """
    writer = TouchpointRows(env, rows)
    writer.write()
    return writer.counts


class TouchpointRows:
    """Writes the rows, without foreign keys being checked and with the indexes made afterwards."""

    def __init__(self, env, rows):
        self.env = env
        self.rows = rows
        self.customers = rows // ROWS_PER_CUSTOMER
        self.counts = {}
        self.values = {}

    def write(self):
        self._execute(f"SELECT setseed({SEED})")
        self._prepare()
        self.env.flush_all()
        tables = [*DOCUMENTS, *RECORDS, "mail_message", "mail_activity", "res_partner", "calendar_attendee"]
        tables += ["mail_message_res_partner_rel", "calendar_event_res_partner_rel", "mailing_contact"]
        tables += ["link_tracker_click"]
        for setting in ("session_replication_role = replica", "work_mem = '1GB'", "maintenance_work_mem = '1GB'"):
            self._execute(f"SET LOCAL {setting}")
        # An index that is not ready is not written to; REINDEX makes it anew.
        self._execute(
            "UPDATE pg_index SET indisready = FALSE, indisvalid = FALSE"
            " WHERE NOT indisunique AND indrelid = ANY(%(tables)s::regclass[])",
            tables=tables,
        )
        self._write_partners()
        for table, (share, columns) in {**DOCUMENTS, **RECORDS}.items():
            self._draw(table, int(self.rows * share))
            self._insert(table, columns)
        self._write_on_documents()
        for statement in PER_PERSON:
            written = self._execute(statement)
            if statement.startswith("INSERT"):
                self.counts[statement.split()[2]] = written
        for table in tables:
            self._execute(f"REINDEX TABLE {table}")
        self.env.invalidate_all(flush=False)

    def _execute(self, statement, **values):
        self.env.cr.execute(SQL(statement, **{**self.values, **values}))
        return self.env.cr.rowcount

    def _prepare(self):
        """What all rows refer to, through the API."""
        env, company = self.env, self.env.company
        salesman = [(4, env.ref("sales_team.group_sale_salesman").id)]
        sellers = env["res.users"].create(
            [{"name": f"Seller {n}", "login": f"bench{n}", "group_ids": salesman} for n in range(SELLERS)]
        )
        manager = {"name": "Manager", "login": "bench_manager"}
        env["res.users"].create({**manager, "group_ids": [(4, env.ref("sales_team.group_sale_manager").id)]})
        partner_model = env["ir.model"]._get_id("res.partner")
        mailings = env["mailing.mailing"].create(
            [{"subject": f"News {n}", "mailing_model_id": partner_model} for n in range(MAILINGS)]
        )
        shipping = env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).out_type_id
        days = {"date_begin": "2024-01-01", "date_end": "2024-01-02"}
        journal = env["account.journal"].search
        self.values = {
            "sellers": sellers.ids,
            "mailings": mailings.ids,
            "many": MAILINGS,
            "company": company.id,
            "currency": company.currency_id.id,
            "team": env["crm.team"].search([], limit=1).id,
            "sales": journal([("type", "=", "sale"), ("company_id", "=", company.id)], limit=1).id,
            "bank": journal([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1).id,
            "project": env["project.project"].create({"name": "Bench", "privacy_visibility": "employees"}).id,
            "event": env["event.event"].create({"name": "Fair", **days}).id,
            "link": env["link.tracker"].create({"url": "https://example.com", "title": "Example"}).id,
            "survey": env["survey.survey"].create({"title": "How was it?"}).id,
            "shipping": shipping.id,
            "stock": shipping.default_location_src_id.id,
            "customers": env.ref("stock.stock_location_customers").id,
            "sent": env.ref("sale.mt_order_sent").id,
            "comment": env.ref("mail.mt_comment").id,
            "note": env.ref("mail.mt_note").id,
            "call": env.ref("mail.mail_activity_data_call").id,
            "to_do": env.ref("mail.mail_activity_data_todo").id,
        }

    def _write_partners(self):
        """Companies, each with one contact: ids side by side; and the mailing list of the contacts."""
        self.values["partners"] = self._last_id("res_partner")[0] + 1
        self.counts["res_partner"] = self._execute(
            """INSERT INTO res_partner (id, name, complete_name, active, is_company, parent_id, commercial_partner_id,
                                        type, email, email_normalized, user_id, autopost_bills, group_rfq, group_on,
                                        partner_share, customer_rank, create_date, write_date)
               SELECT id, name, name, TRUE, contact = 0, NULLIF(id - contact, id), id - contact, 'contact', email,
                      email, (%(sellers)s)[1 + pos %% %(many_sellers)s], 'ask', 'default', 'default',
                      TRUE, 1, now(), now()
                 FROM (SELECT %(partners)s + 2 * pos + contact AS id, 'Customer ' || pos AS name, pos, contact,
                              'p' || %(partners)s + 2 * pos + contact || '@example.com' AS email
                         FROM generate_series(0, %(number)s - 1) pos, generate_series(0, 1) contact) person""",
            number=self.customers,
            many_sellers=SELLERS,
        )
        self.values["list"] = self._last_id("mailing_contact")[0] + 1
        self.counts["mailing_contact"] = self._execute(
            """INSERT INTO mailing_contact (id, name, email, email_normalized)
               SELECT %(list)s + pos, 'Reader', email, email
                 FROM generate_series(0, %(number)s - 1) pos,
                      LATERAL (SELECT 'p' || %(partners)s + 2 * pos + 1 || '@example.com' AS email) person""",
            number=self.customers,
        )
        for table in ("res_partner", "mailing_contact"):
            self._advance(table)

    def _draw(self, table, count, source=None):
        """Make drawn_<table>: who and when, of each new row, in the order of time."""
        source = source or (
            "SELECT n, floor(%(number)s * power(random(), %(tail)s))::int AS pos FROM generate_series(1, %(count)s) n"
        )
        self._execute(
            f"""CREATE TEMPORARY TABLE drawn_{table} ON COMMIT DROP AS
                SELECT drawn.*, now()::timestamp - interval '3 years' * (1 - n::float / %(count)s) AS moment,
                       %(partners)s + 2 * pos AS customer, %(partners)s + 2 * pos + n %% 2 AS partner,
                       (%(sellers)s)[1 + (CASE WHEN random() < 0.8 THEN pos ELSE n END) %% %(many_sellers)s] AS seller,
                       random() AS chance
                  FROM ({source}) drawn""",
            number=self.customers,
            tail=TAIL,
            count=count,
            many_sellers=SELLERS,
        )

    def _insert(self, table, columns):
        """Write the drawn rows; they get the numbers after the last one's."""
        self.values[table] = self._last_id(table)[0]
        columns = {"id": f"%({table})s + n", "create_date": "moment", "write_date": "moment", **columns}
        self.counts[table] = self._execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM drawn_{table}"
        )
        self._advance(table)

    def _write_on_documents(self):
        """Messages and activities, on documents that are a little older than they."""
        for table, share in (("mail_message", MESSAGES), ("mail_activity", ACTIVITIES)):
            count = int(self.rows * share)
            self._draw(table, count, self._on_documents(count))
            self._execute(f"CREATE INDEX ON drawn_{table} (n)")
        self._insert(
            "mail_message",
            {
                "model": "model",
                "res_id": "res_id",
                "date": "moment",
                "message_type": "CASE WHEN chance < 0.4 THEN 'email' WHEN chance < 0.95 THEN 'comment'"
                " ELSE 'notification' END",
                "subtype_id": "CASE WHEN chance < 0.85 THEN %(comment)s ELSE %(note)s END",
                "author_id": "CASE WHEN chance < 0.4 THEN partner"
                " ELSE (SELECT partner_id FROM res_users WHERE id = seller) END",
                "subject": "CASE WHEN chance < 0.3 THEN 'Re: ' || n END",
                "message_id": "'<' || n || '@bench>'",
                "body": "'<p>As agreed.</p>'",
            },
        )
        self._insert(
            "mail_activity",
            {
                "res_model": "model",
                "res_model_id": "(SELECT id FROM ir_model WHERE ir_model.model = drawn_mail_activity.model)",
                "res_id": "res_id",
                "active": "FALSE",
                "date_done": "moment",
                "date_deadline": "moment",
                "activity_type_id": "CASE WHEN chance < 0.5 THEN %(call)s ELSE %(to_do)s END",
                "user_id": "seller",
            },
        )

    def _on_documents(self, count):
        """Each row's document, and its customer."""
        customer = f"floor({self.customers} * power(random(), {TAIL}))::int"
        first = self.values["partners"]
        parts = [
            f"SELECT 'res.partner' AS model, {first} + 2 * pos AS res_id, pos, random() * {count} AS at"
            f" FROM (SELECT {customer} AS pos FROM generate_series(1, {int(count * THREADS['res.partner'])})) c"
        ]
        for model, share in THREADS.items():
            table = model.replace(".", "_")
            if table not in DOCUMENTS:
                continue
            documents = self.counts[table]
            parts.append(
                f"""SELECT '{model}', {self.values[table]} + document, drawn.pos, at
                      FROM (SELECT {count} * place AS at,
                                   1 + floor({documents} * greatest(0, place - 0.05 * random()))::int AS document
                              FROM (SELECT random() AS place FROM generate_series(1, {int(count * share)})) p) placed
                      JOIN drawn_{table} drawn ON drawn.n = document"""
            )
        return (
            "SELECT model, res_id, pos, (row_number() OVER (ORDER BY at))::int AS n"
            f" FROM ({' UNION ALL '.join(parts)}) placed"
        )

    def _last_id(self, table):
        return self.env.execute_query(SQL("SELECT COALESCE(max(id), 0) FROM %s", SQL.identifier(table)))[0]

    def _advance(self, table):
        self._execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
