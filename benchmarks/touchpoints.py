"""How fast the report of touchpoints is, against a plain UNION ALL over the same tables and indexes."""

import statistics

from odoo import fields
from odoo.tools import SQL

from .measurements import TOUCH_FIELDS as FIELDS
from .measurements import Bench
from .touchpoint_rows import ROWS_PER_CUSTOMER

RUNS = 9
BARE = "bare UNION ALL"
PAGE = 40
# The customers asked for, by their place among all: the first has 1 % of all touches, of 10 million.
CUSTOMERS = {"usual": 0.2, "busy": 0.0047, "giant": 0.0}
LARGE = 20_000  # rows of a table that nobody shall read as a whole
WORST_RATIO, WORST_MS = 3, 60

# The same touches, written down by hand: kind, moment, tables. %(family)s are the customer's partners.
ON_DOCUMENTS = (
    ("mail", "date", "mail_message", "model", "touch.message_type NOT IN ('notification', 'user_notification')"),
    ("activity", "write_date", "mail_activity", "res_model", "touch.active IS NOT TRUE"),
)
DOCUMENTS = (
    "crm.lead sale.order account.move project.task helpdesk.ticket event.registration stock.picking repair.order"
    " survey.user_input crm.phonecall"
).split()
ON_PARTNERS = (
    ("logged", "date", "crm_pareto_touch", "TRUE"),
    ("lead_created", "create_date", "crm_lead", "TRUE"),
    ("lead_won", "date_closed", "crm_lead", "touch.won_status = 'won'"),
    ("lead_lost", "date_closed", "crm_lead", "touch.won_status = 'lost'"),
    ("order_confirmed", "date_order", "sale_order", "touch.state = 'sale'"),
    ("order_cancelled", "write_date", "sale_order", "touch.state = 'cancel'"),
    ("invoice", "invoice_date", "account_move", "touch.state = 'posted' AND touch.move_type = 'out_invoice'"),
    ("credit_note", "invoice_date", "account_move", "touch.state = 'posted' AND touch.move_type = 'out_refund'"),
    ("payment", "date", "account_payment", "touch.state = 'paid'"),
    ("pos_order", "date_order", "pos_order", "touch.state = 'paid'"),
    ("delivery", "date_done", "stock_picking", "touch.state = 'done' AND touch.return_id IS NULL"),
    ("return", "date_done", "stock_picking", "touch.state = 'done' AND touch.return_id IS NOT NULL"),
    ("ticket", "create_date", "helpdesk_ticket", "TRUE"),
    ("ticket_closed", "closed_date", "helpdesk_ticket", "touch.closed_date IS NOT NULL"),
    ("task", "create_date", "project_task", "TRUE"),
    ("timesheet", "date", "account_analytic_line", "touch.project_id IS NOT NULL"),
    ("event_registration", "create_date", "event_registration", "TRUE"),
    ("event_attendance", "date_closed", "event_registration", "touch.state = 'done'"),
    ("survey", "create_date", "survey_user_input", "touch.state = 'done'"),
    ("rating", "write_date", "rating_rating", "touch.consumed"),
    ("sign_up", "create_date", "res_users", "touch.share AND touch.active"),
    ("repair", "create_date", "repair_order", "touch.state <> 'cancel'"),
    ("call", "date", "crm_phonecall", "touch.state = 'done'"),
)
OTHERS = (
    (
        "quotation_sent",
        "touch.date",
        """sale_order document
           JOIN mail_message touch ON touch.model = 'sale.order' AND touch.res_id = document.id
          WHERE document.partner_id = ANY(%(family)s)
            AND touch.subtype_id = (SELECT res_id FROM ir_model_data
                                     WHERE module = 'sale' AND name = 'mt_order_sent')""",
    ),
    (
        "chat",
        "touch.create_date",
        """im_livechat_channel_member_history visitor JOIN discuss_channel touch ON touch.id = visitor.channel_id
          WHERE visitor.partner_id = ANY(%(family)s)""",
    ),
    (
        "meeting",
        "meeting.start",
        """calendar_event_res_partner_rel invited
           JOIN calendar_event meeting ON meeting.id = invited.calendar_event_id
           JOIN calendar_attendee touch ON touch.event_id = meeting.id AND touch.partner_id = invited.res_partner_id
          WHERE invited.res_partner_id = ANY(%(family)s)""",
    ),
)
TRACES = """(SELECT trace.* FROM mailing_trace trace
              WHERE trace.model = 'res.partner' AND trace.res_id = ANY(%(family)s)
              UNION ALL
             SELECT trace.* FROM mailing_contact reader
               JOIN mailing_trace trace ON trace.model = 'mailing.contact' AND trace.res_id = reader.id
              WHERE reader.email_normalized = ANY(%(emails)s)) touch"""
ON_TRACES = (
    ("mailing_sent", "touch.sent_datetime", f"{TRACES} WHERE touch.trace_status <> 'bounce'"),
    ("mailing_opened", "touch.open_datetime", f"{TRACES} WHERE touch.open_datetime IS NOT NULL"),
    ("mailing_replied", "touch.reply_datetime", f"{TRACES} WHERE touch.reply_datetime IS NOT NULL"),
    ("mailing_bounced", "touch.write_date", f"{TRACES} WHERE touch.trace_status = 'bounce'"),
    ("click", "click.create_date", f"{TRACES} JOIN link_tracker_click click ON click.mailing_trace_id = touch.id"),
)


def bare(family, emails):
    """The newest page of a customer's touches as plain SQL: through the indexes, without rules and titles."""
    branches = [*OTHERS, *ON_TRACES]
    for kind, moment, table, link, condition in ON_DOCUMENTS:
        own = f"touch.{link} = 'res.partner' AND touch.res_id = ANY(%(family)s)"
        branches.append((kind, f"touch.{moment}", f"{table} touch WHERE {own} AND {condition}"))
        for model in DOCUMENTS:
            on = f"touch.{link} = '{model}' AND touch.res_id = document.id"
            tables = f"{model.replace('.', '_')} document JOIN {table} touch ON {on}"
            branches.append(
                (kind, f"touch.{moment}", f"{tables} WHERE document.partner_id = ANY(%(family)s) AND {condition}")
            )
    for kind, moment, table, condition in ON_PARTNERS:
        branches.append(
            (kind, f"touch.{moment}", f"{table} touch WHERE touch.partner_id = ANY(%(family)s) AND {condition}")
        )
    selects = [
        f"SELECT touch.id, {moment} AS date, '{kind}' AS kind FROM {tables}" for kind, moment, tables in branches
    ]
    statement = f"SELECT * FROM ({' UNION ALL '.join(selects)}) bare ORDER BY date DESC, id DESC LIMIT {PAGE}"
    return SQL(statement, family=family, emails=emails)


class TouchpointBench(Bench):
    """One database with its generated touches."""

    def __init__(self, env, companies):
        super().__init__(env, companies)
        self.notes = []

    def run(self):
        customers = self.env["res.partner"].search_count([("name", "=like", "Customer %"), ("is_company", "=", True)])
        self.notes.append(f"{customers:,} customers, {ROWS_PER_CUSTOMER * customers:,} rows")
        for name, place in CUSTOMERS.items():
            position = f"Customer {int(place * customers)}"
            self._measure_customer(
                name, self.env["res.partner"].search([("name", "=", position), ("is_company", "=", True)])
            )
        self._measure_all()

    def report(self):
        """The table, what was found in the plans, and whether the bounds are kept."""
        lines = [f"{'':44}{'median':>12}{'min':>9}{'max':>9}{'SQL':>6}"]
        for name, times in self.times.items():
            median, least, most = (1000 * figure for figure in (statistics.median(times), min(times), max(times)))
            lines.append(f"{name:44}{median:>9.1f} ms{least:>9.1f}{most:>9.1f}{self.queries[name]:>6}")
        return "\n".join([*lines, *self.bounds, *self.notes])

    def results(self):
        """As of every bench, and what was found in the plans; the ratio is to the same customer's bare UNION ALL."""
        return {**super().results(), "notes": self.notes}

    def _bare_of(self, name):
        return f"{name.partition(', ')[0]}, {BARE}"

    def _touches(self, user):
        return self.env["crm.pareto.touchpoint"].with_user(user)

    def _median(self, name):
        return statistics.median(self.times[name])

    # -- a customer's timeline -------------------------------------------------------

    def _measure_customer(self, name, customer):
        domain = [("customer_id", "=", customer.id)]
        family = self.env["res.partner"].search([("commercial_partner_id", "=", customer.id)])
        plain = bare(family.ids, family.mapped("email_normalized"))
        readers = {
            "administrator": self.env.ref("base.user_admin"),
            "salesperson": customer.child_ids[:1].user_id,
            "manager": self.env["res.users"].search([("login", "=", "bench_manager")]),
        }
        self._explain(f"{name}, bare", plain)
        self.time(f"{name}, {BARE}", lambda: self.env.execute_query(plain), runs=RUNS)
        for reader, user in readers.items():
            touches = self._touches(user)
            statement = self._page(touches, domain)
            self._explain(f"{name}, {reader}", statement)
            self.time(f"{name}, {reader}: SQL", lambda s=statement: self.env.execute_query(s), runs=RUNS)
            self.time(f"{name}, {reader}: ORM", lambda t=touches: t.search_fetch(domain, FIELDS, limit=PAGE), runs=RUNS)
            self.time(f"{name}, {reader}: count", lambda t=touches: t.search_count(domain), runs=RUNS)
            self.notes.append(f"{name}, {reader}: {touches.search_count(domain):,} touches")
            if name != "giant":
                orm = 1000 * self._median(f"{name}, {reader}: ORM")
                self._bound(f"{name}, {reader}: ORM, ms", orm, at_most=WORST_MS)
        ratio = self._median(f"{name}, administrator: SQL") / self._median(f"{name}, {BARE}")
        self._bound(f"{name}: SQL / bare UNION ALL", ratio, at_most=WORST_RATIO)

    @staticmethod
    def _page(touches, domain):
        """What `search_fetch` asks PostgreSQL."""
        query = touches._search(domain, limit=PAGE, order=touches._order)
        return query.select("id", *(touches._field_to_sql(touches._table, field, query) for field in FIELDS))

    def _explain(self, name, statement):
        """Note how long planning and execution take, and which large tables are read as a whole."""
        self.env.flush_all()
        for _warm in range(2):
            [[[plan]]] = self.env.execute_query(SQL("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) %s", statement))
        large = dict(self.env.execute_query(SQL("SELECT relname, reltuples FROM pg_class WHERE reltuples > %s", LARGE)))
        scanned = {node["Relation Name"] for node in _nodes(plan["Plan"]) if node["Node Type"] == "Seq Scan"}
        found = ", ".join(sorted(scanned & large.keys())) or "none"
        self.notes.append(
            f"{name}: planning {plan['Planning Time']:.1f} ms, execution {plan['Execution Time']:.1f} ms,"
            f" JIT {plan.get('JIT', {}).get('Timing', {}).get('Total', 0):.1f} ms;"
            f" sequential scans over large tables: {found}"
        )

    # -- everybody's -------------------------------------------------------------------

    def _measure_all(self):
        touches = self._touches(self.env.ref("base.user_admin"))
        recent = [("date", ">=", fields.Date.subtract(fields.Date.today(), days=30))]
        for words, domain in (("30 days", recent), ("all", [])):
            self.time(f"{words}: list, first 80", lambda d=domain: touches.search_fetch(d, FIELDS, limit=80), runs=1)
            self.time(f"{words}: by channel", lambda d=domain: touches._read_group(d, ["channel"], ["__count"]), runs=1)
        self.time("30 days: by person", lambda: touches._read_group(recent, ["user_id"], ["__count"]), runs=1)


def _nodes(plan):
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
