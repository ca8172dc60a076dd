from collections import defaultdict, namedtuple
from datetime import datetime, time, timedelta

import pytz
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.intervals import Intervals

from ....analytics.plan import fill
from ...common.tools.bounds import bounded
from ...common.tools.groups import PROFIT
from ...common.tools.trust import as_scheduler
from ...common.tools.zones import zone_of

DAYS = 7  # today and the days after it
FORGOTTEN_AFTER = timedelta(days=30)  # the deadline of a to-do
MOST = 200  # lines a person: more than anybody can do in a week
LAPSES_WITHIN = 7  # days
HOT = 50  # percent, by Odoo's own score
NO_CHANCE_KNOWN = 0.5  # of a quotation without an opportunity
RISKY = 0.9  # chance of being active below which a customer may be lost
LOST_BY_SILENCE = 0.1  # of the profit of the window: what it costs to let a contact lapse, an assumption
# What is to be said, and the minutes it takes.
MINUTES = {"quotation": 15, "reorder": 15, "overdue": 30, "risk": 45, "lead": 30}
Candidate = namedtuple(
    "Candidate", "user_id customer_id lead_id stake minutes latest kinds orders leads fixed", defaults=[None]
)


class CrmParetoPlan(models.AbstractModel):
    """Whom to call today and in the days after: what is worth most an hour, cut to the hours that are free.

    A line is a customer, or a lead without one, with all there is to say. At stake, in margin of the company for who
    may see profit; for others in revenue, as the order of the lines tells what they are ranked by:

    - risk: the lifetime value (or turnover) times the chance that the customer has left, where that of being active is
      below RISKY
    - reorder: the mean profit (or turnover) of an invoice, where the next order is due or overdue
    - overdue: LOST_BY_SILENCE of the profit (or turnover), where nobody talked with the customer for longer than the
      tier says
    - quotation: its margin (or untaxed amount) times its chance, where it lapses within LAPSES_WITHIN days
    - lead: expected revenue times chance (times the company's margin), from a chance of HOT percent

    Of the first three, which are about the same orders, the greatest counts; quotations and leads are added. Where
    nobody knows what it cost, turnover counts at the company's margin.

    Left out is who is archived, not to be profiled, out of the reader's sight (of another company by now) or on a
    blacklist of mails or phones, with whom something is planned already, and whom the person put off. Nothing is stored
    until a person decides. All in one statement for any number of people, under the reader's rules.
    """

    _name = "crm.pareto.plan"
    _description = "Plan of the Week"

    @api.model
    def _plan(self, users, today=None):
        """The lines of the people, each with its day: [(day, Candidate)].

        :param users: whose plans; in the current company
        """
        today = today or fields.Date.context_today(self)
        days = [today + timedelta(days=ahead) for ahead in range(DAYS)]
        free = self._free_minutes(users, days)
        candidates = defaultdict(list)
        for candidate in self._candidates(users, today):
            candidates[candidate.user_id].append(candidate)
        return [
            (day, candidates[user.id][index])
            for user in users
            for index, day in sorted(
                fill(candidates[user.id], free[user.id]).items(), key=lambda item: (item[1], item[0])
            )
        ]

    # -- what is worth doing -------------------------------------------------------------

    @api.model
    def _candidates(self, users, today):
        """What could be done by the people, the best an hour first: Candidates."""
        self.env.flush_all()
        parts = SQL(" UNION ALL ").join(
            [
                *self._from_customers(users),
                *([self._from_quotations(users, today)] if self.env["sale.order"].has_access("read") else []),
                *([self._from_leads(users)] if self.env["crm.lead"].has_access("read") else []),
            ]
        )
        query = SQL(
            """
            SELECT user_id, customer_id, lead_id, stake, minutes, latest, kinds, orders, leads, decision.day
              FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY user_id
                                                 ORDER BY stake / minutes DESC, customer_id, lead_id) AS place
                      FROM (SELECT user_id, customer_id, lead_id,
                                   ROUND(COALESCE(MAX(stake) FILTER (WHERE kind IN ('risk', 'reorder', 'overdue')), 0)
                                         + COALESCE(SUM(stake) FILTER (WHERE kind IN ('quotation', 'lead')), 0),
                                         %(cents)s) AS stake,
                                   MAX(%(minutes)s) AS minutes, MIN(latest) AS latest,
                                   array_agg(DISTINCT kind ORDER BY kind) AS kinds,
                                   array_remove(array_agg(order_id ORDER BY order_id), NULL) AS orders,
                                   array_remove(array_agg(of_lead ORDER BY of_lead), NULL) AS leads
                              FROM (%(parts)s) part
                             GROUP BY user_id, customer_id, lead_id) subject
                     WHERE stake > 0 AND %(visible)s AND %(open)s) ranked
              LEFT JOIN (%(put)s) decision USING (user_id, customer_id, lead_id)
             WHERE place <= %(most)s
             ORDER BY user_id, place
            """,
            cents=self.env.company.currency_id.decimal_places,
            minutes=SQL(
                "CASE kind %s END",
                SQL(" ").join(SQL("WHEN %s THEN %s", kind, minutes) for kind, minutes in MINUTES.items()),
            ),
            parts=parts,
            visible=self._is_visible(),
            open=self._is_open(today),
            put=self.env["crm.pareto.plan.decision"]._put(today),
            most=MOST,
        )
        return [Candidate(*row) for row in self.env.execute_query(query)]

    @api.model
    def _part(self, query, kind, user, customer, stake, lead=None, latest=None, order=None, of_lead=None):
        """A source as rows of: user, customer (0: none), lead (0: of a customer), kind, stake, last day, records."""
        return query.select(
            SQL("%s AS user_id", user),
            SQL("COALESCE(%s, 0) AS customer_id", customer),
            SQL("%s AS lead_id", lead or SQL("0")),
            SQL("%s AS kind", kind),
            # Within bounds: what sums up to no double would leave the whole team without a plan.
            SQL("%s AS stake", bounded(SQL("(%s)::numeric", stake))),
            SQL("%s AS latest", latest or SQL("NULL::date")),
            SQL("%s AS order_id", order or SQL("NULL::integer")),
            SQL("%s AS of_lead", of_lead or SQL("NULL::integer")),
        )

    @api.model
    def _partner(self, query, alias, field):
        """Join the partner of a query's record; its alias."""
        return query.left_join(alias, field, "res_partner", "id", field)

    @api.model
    def _from_customers(self, users):
        """Risk, reorders and silence, of the people's own customers."""
        values, company = self.env["crm.pareto.customer"], self.env.company
        own = [("company_id", "=", company.id), ("partner_id.user_id", "in", users.ids)]
        silent = self.env["res.partner"]._search([("pareto_is_overdue", "=", True), ("user_id", "in", users.ids)])
        future = "lifetime_value" if self._by_margin() else "turnover"
        for kind in ("risk", "reorder", "overdue"):
            query = values._search(own)
            alias = query.table
            worth = SQL("GREATEST(%s, 0)", self._past_worth(alias, company))
            if kind == "risk":
                alive = SQL("%s::numeric", SQL.identifier(alias, "alive"))
                stake = SQL("GREATEST(%s, 0) * (1 - %s)", SQL.identifier(alias, future), alive)
                query.add_where(SQL("%s > 0", SQL.identifier(alias, future)))
                query.add_where(SQL("%s < %s", SQL.identifier(alias, "alive"), RISKY))
            elif kind == "reorder":
                stake = SQL("%s / NULLIF(%s, 0)", worth, SQL.identifier(alias, "invoice_count"))
                query.add_where(SQL("%s IS NOT NULL", values._field_to_sql(alias, "order_state", query)))
            else:
                stake = SQL("%s * %s", worth, LOST_BY_SILENCE)
                query.add_where(SQL("%s IN %s", SQL.identifier(alias, "partner_id"), silent.subselect()))
            partner = self._partner(query, alias, "partner_id")
            query.add_where(self._is_reachable(partner))
            query.add_where(self._is_profiled(partner))
            yield self._part(
                query, kind, SQL.identifier(partner, "user_id"), SQL.identifier(alias, "partner_id"), stake
            )

    @api.model
    def _from_quotations(self, users, today):
        """The people's quotations that lapse soon."""
        orders = self.env["sale.order"]
        query = orders._search(
            [
                ("user_id", "in", users.ids),
                ("company_id", "=", self.env.company.id),
                ("state", "in", ("draft", "sent")),
                ("validity_date", ">=", today),
                ("validity_date", "<=", today + timedelta(days=LAPSES_WITHIN)),
            ]
        )
        alias = query.table
        partner = self._partner(query, alias, "partner_id")
        lead = query.left_join(alias, "opportunity_id", "crm_lead", "id", "opportunity_id")
        customer = self._partner(query, partner, "commercial_partner_id")
        query.add_where(self._is_reachable(customer))
        query.add_where(SQL("%s AND %s", self._is_profiled(partner), self._is_profiled(customer)))
        return self._part(
            query,
            "quotation",
            SQL.identifier(alias, "user_id"),
            SQL.identifier(customer, "id"),
            SQL(
                "GREATEST(%s, 0) / COALESCE(NULLIF(%s, 0), 1)::numeric * COALESCE(%s::numeric / 100, %s)",
                self._quoted_worth(alias) if self._by_margin() else SQL.identifier(alias, "amount_untaxed"),
                SQL.identifier(alias, "currency_rate"),
                SQL.identifier(lead, "probability"),
                NO_CHANCE_KNOWN,
            ),
            latest=SQL.identifier(alias, "validity_date"),
            order=SQL.identifier(alias, "id"),
        )

    @api.model
    def _from_leads(self, users):
        """The people's leads and opportunities that are likely to be won."""
        leads, company = self.env["crm.lead"], self.env.company
        query = leads._search(
            Domain("user_id", "in", users.ids)
            & Domain("company_id", "in", (False, company.id))
            & Domain("won_status", "=", "pending")
            & Domain("probability", ">=", HOT)
        )
        alias = query.table
        partner = self._partner(query, alias, "partner_id")
        buyer = self._partner(query, partner, "commercial_partner_id")
        customer = SQL.identifier(buyer, "id")
        query.add_where(self._is_reachable(alias))
        query.add_where(SQL("(%s IS NULL OR (%s))", customer, self._is_reachable(buyer)))
        query.add_where(SQL("%s AND %s", self._is_profiled(partner), self._is_profiled(buyer)))
        return self._part(
            query,
            "lead",
            SQL.identifier(alias, "user_id"),
            customer,
            SQL(
                "GREATEST(%s, 0) * %s::numeric / 100 * %s",
                SQL.identifier(alias, "expected_revenue"),
                SQL.identifier(alias, "probability"),
                self._margin_ratio(company) if self._by_margin() else 1,
            ),
            lead=SQL("CASE WHEN %s IS NULL THEN %s ELSE 0 END", customer, SQL.identifier(alias, "id")),
            of_lead=SQL.identifier(alias, "id"),
        )

    @api.model
    def _by_margin(self):
        """Whether the lines are ranked by margin: for who may see profit."""
        return self.env.user.has_group(PROFIT)

    @api.model
    def _quoted_worth(self, alias):
        """The margin of a quotation, in its currency; SQL.

        Odoo takes an unknown cost for none: what such lines leave is at the company's margin.
        """
        unknown = SQL(
            """
            COALESCE((SELECT SUM(line.margin)::numeric
                        FROM sale_order_line line
                        JOIN product_product product ON product.id = line.product_id
                        JOIN product_template template ON template.id = product.product_tmpl_id
                       WHERE line.order_id = %s AND template.type = 'consu'
                         AND COALESCE(line.purchase_price, 0) = 0), 0)
            """,
            SQL.identifier(alias, "id"),
        )
        ratio = self._margin_ratio(self.env.company)
        return SQL("(%s - %s * (1 - %s))", SQL.identifier(alias, "margin"), unknown, SQL("%s::numeric", ratio))

    @api.model
    def _past_worth(self, alias, company):
        """What a customer brought in the window: profit, or for who may not see it turnover; SQL.

        Where none of it has a known cost, the turnover at the company's margin.
        """
        turnover = SQL.identifier(alias, "turnover")
        if not self._by_margin():
            return turnover
        return SQL("COALESCE(%s, %s * %s)", SQL.identifier(alias, "profit"), turnover, self._margin_ratio(company))

    @api.model
    def _margin_ratio(self, company):
        """The share of turnover with a known cost that is left to the company as profit; 1 where none is known."""
        run = as_scheduler(self.env["crm.pareto.run"])._standing(company, "customer")  # which makes one if need be
        costed = run.turnover_total - run.uncosted_total
        ratio = run.profit_total / costed if costed > 0 else 0
        return ratio if ratio > 0 else 1

    @api.model
    def _is_reachable(self, alias):
        """Whether a partner or lead may be written to and called; SQL. A blacklist holds for whoever may not read it.

        Not by Odoo's search for who is on one: that of numbers reads the whole table into Python.
        """
        return SQL(
            """
            %(active)s
            AND NOT EXISTS (SELECT FROM mail_blacklist barred WHERE barred.active AND barred.email = %(email)s)
            AND NOT EXISTS (SELECT FROM phone_blacklist barred WHERE barred.active AND barred.number = %(number)s)
            """,
            active=SQL.identifier(alias, "active"),
            email=SQL.identifier(alias, "email_normalized"),
            number=SQL.identifier(alias, "phone_sanitized"),
        )

    @api.model
    def _is_profiled(self, alias):
        """Whether a partner, where there is one, may be profiled; SQL."""
        profiled = self.env["res.partner"]._pareto_is_profiled(SQL.identifier(alias, "id"))
        return SQL("COALESCE(%s, TRUE)", profiled)

    @api.model
    def _is_visible(self):
        """Whether the reader may see the customer; SQL. Its documents stay here when it moves to another company."""
        partners = self.env["res.partner"].with_context(active_test=False)._search(Domain.TRUE)
        return SQL("(customer_id = 0 OR customer_id IN %s)", partners.subselect())

    @api.model
    def _is_open(self, today):
        """Whether nothing is planned with the subject yet by the person, and it was not put off; SQL.

        A to-do that was due long ago is forgotten, and plans nothing.
        """
        # sudo: one's own activities and meetings, on whatever document.
        return SQL(
            """
            NOT EXISTS (SELECT FROM mail_activity activity
                          JOIN res_partner person ON person.id = activity.res_id
                         WHERE %(planned)s AND activity.res_model = 'res.partner'
                           AND person.commercial_partner_id = subject.customer_id)
            AND NOT EXISTS (SELECT FROM mail_activity activity
                             WHERE %(planned)s AND activity.res_model = 'crm.lead'
                               AND activity.res_id = ANY(subject.leads))
            AND NOT EXISTS (SELECT FROM mail_activity activity
                             WHERE %(planned)s AND activity.res_model = 'sale.order'
                               AND activity.res_id = ANY(subject.orders))
            AND NOT EXISTS (SELECT FROM calendar_event meeting
                              JOIN calendar_event_res_partner_rel guest ON guest.calendar_event_id = meeting.id
                              JOIN res_partner person ON person.id = guest.res_partner_id
                             WHERE meeting.active AND meeting.user_id = subject.user_id
                               AND meeting.start >= %(today)s AND person.commercial_partner_id = subject.customer_id)
            AND %(not_silenced)s
            """,
            today=today,
            planned=SQL(
                "activity.active AND activity.user_id = subject.user_id AND activity.date_deadline >= %s",
                today - FORGOTTEN_AFTER,
            ),
            not_silenced=self.env["crm.pareto.plan.decision"]._is_not_silenced(today),
        )

    @api.model
    def _forgotten(self, candidates, today):
        """{(user id, customer id): the deadline of the oldest to-do with the customer that was forgotten}"""
        # sudo: only that there is one, of the person whose plan it is.
        activities = self.env["mail.activity"].sudo()
        found = activities._read_group(
            [
                ("user_id", "in", [candidate.user_id for candidate in candidates]),
                ("res_model", "=", "res.partner"),
                ("res_id", "in", [candidate.customer_id for candidate in candidates]),
                ("date_deadline", "<", today - FORGOTTEN_AFTER),
            ],
            ["user_id", "res_id"],
            ["date_deadline:min"],
        )
        return {(user.id, partner): day for user, partner, day in found}

    # -- when there is time ----------------------------------------------------------------

    @api.model
    def _free_minutes(self, users, days):
        """{user id: {day: minutes}}: working hours, less meetings and what is planned for the day."""
        # sudo: only when people work and are busy comes out, whoever may read their calendars.
        here = [("user_id", "in", users.ids), ("company_id", "in", (False, self.env.company.id))]
        resources = self.env["resource.resource"].sudo().search(here, order="company_id desc")  # none's come first
        resource_of = {resource.user_id: resource for resource in resources}
        taken = self.env["crm.pareto.plan.decision"]._minutes_taken(users, days)
        busy = self._meetings(users, days)
        free = {}
        for user in users:
            zone, resource = zone_of(self.env, user.tz), resource_of.get(user, self.env["resource.resource"])
            minutes = defaultdict(int)
            for begin, stop, _calendar in self._working_hours(zone, resource, days) - busy[user.id]:
                minutes[begin.astimezone(zone).date()] += (stop - begin).total_seconds() / 60
            free[user.id] = {day: max(0, int(minutes[day]) - taken[user.id, day]) for day in days}
        return free

    @api.model
    def _working_hours(self, zone, resource, days):
        """Intervals from now on in which a person works; without leaves where one is of no day that there is."""
        calendar = resource.calendar_id or self.env.company.sudo().resource_calendar_id  # sudo: as above
        if not calendar:
            return Intervals()
        start, end = (zone.localize(datetime.combine(day, time.min)) for day in (days[0], days[-1] + timedelta(days=1)))
        try:
            work = calendar._work_intervals_batch(start, end, resource)
        except (ValueError, OverflowError):  # everybody enters leaves, and the plan is the whole team's
            work = calendar._work_intervals_batch(start, end, resource, compute_leaves=False)
        return work[resource.id] & Intervals([(pytz.utc.localize(fields.Datetime.now()), end, calendar)])

    @api.model
    def _meetings(self, users, days):
        """{user id: Intervals of the meetings that keep the person busy}: own ones, and those that he or she accepted.

        Not what nobody answered: whoever invites a team for years would leave it without a plan.
        """
        # A day more on either side: somewhere it is yesterday, or tomorrow already.
        first, last = days[0] - timedelta(days=1), days[-1] + timedelta(days=1)
        start, end = (datetime.combine(day, time.min) for day in (first, last + timedelta(days=1)))
        # sudo: as above.
        attendees = (
            self.env["calendar.attendee"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", users.partner_id.ids),
                    ("state", "!=", "declined"),
                    ("event_id.active", "=", True),
                    ("event_id.show_as", "=", "busy"),
                    ("event_id.start", "<", end),
                    ("event_id.stop", ">", start),
                ]
            )
        )
        user_of, meetings = {user.partner_id: user for user in users}, defaultdict(list)
        for attendee in attendees:
            event, user = attendee.event_id, user_of[attendee.partner_id]
            if attendee.state == "needsAction" and event.user_id != user:
                continue
            if event.allday:
                zone = zone_of(self.env, user.tz)
                # Within the days: the year 1 or 9999, which anybody can invite to, is none elsewhere.
                until = min(event.stop_date, last) + timedelta(days=1)
                begin = zone.localize(datetime.combine(max(event.start_date, first), time.min))
                stop = zone.localize(datetime.combine(until, time.min))
            else:
                begin, stop = pytz.utc.localize(max(event.start, start)), pytz.utc.localize(min(event.stop, end))
            meetings[user.id].append((begin, stop, event))
        return defaultdict(Intervals, {user: Intervals(of) for user, of in meetings.items()})
