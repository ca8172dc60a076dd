from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd, DomainCondition
from odoo.tools import SQL, OrderedSet, Query, sql

from ...analytics.in_touch import InTouch
from ..common.tools.bounds import MOST_ID, as_id, is_id, of_one
from ..common.tools.opening import open_document
from ..common.tools.zones import begins_at, day_of
from .crm_pareto_touch import CHANNELS, DIRECTIONS, SELLS
from .moment import Moment
from .touchpoint import correspondence, logged, marketing, sales, service
from .touchpoint.source import COLUMNS, NAMES, NULLS, NUMBERS, Reach, select_together

FEW = 1000  # records up to which their numbers are told to each source
MOST = MOST_ID * NUMBERS + NUMBERS - 1  # of a touch's id


def _is_few(value):
    return isinstance(value, OrderedSet) and len(value) <= FEW and all(value)


COLLECTIONS = (list, tuple, set, frozenset, OrderedSet)
FEEDBACK = ("survey", "rating", "logged")  # kinds of touches
ANSWERED_WITHIN = timedelta(days=14)  # what follows later is no answer


class CrmParetoTouchpoint(models.Model):
    """One contact with a customer, read live from Odoo's own records as the reader may see them.

    Each source (see `_sources`) is a branch of the SQL and enters through its model's own `_search`: the reader's
    record rules are in there, and a model that the reader may not read is left out. Nothing is stored.

    Of some touches Odoo knows the moment, of others only the day (an invoice, a payment, hours, an all-day meeting).
    `day` is the day of all of them: a moment's where the reader is, any other as it stands on the document, wherever
    one is. `moment` is empty where there is none. `date` orders them, in an index's way: the moment, or 10:00 in UTC,
    at which it is that day nearly everywhere.

    An id is made of the number of the record and that of the source: it stays as long as the record does.
    """

    _name = "crm.pareto.touchpoint"
    _inherit = "crm.pareto.valued.mixin"
    _description = "Touchpoint"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "title"
    _pareto_partner_field = "customer_id"

    date = Moment(
        readonly=True,
        help="By which touches are ordered. Where All Day is set, only the day of it means anything.",
    )
    day = fields.Date(
        readonly=True,
        depends_context=("uid", "tz"),
        help="The day where the reader is; of what has no time of day, the one that stands on the document.",
    )
    moment = fields.Datetime(readonly=True, help="Empty where Odoo knows the day only.")
    all_day = fields.Boolean(readonly=True, help="Odoo knows the day only, no time.")
    date_promised = fields.Datetime("Promised", readonly=True)
    direction = fields.Selection(DIRECTIONS, readonly=True)
    channel = fields.Selection(CHANNELS, readonly=True)
    kind = fields.Selection("_selection_kind", readonly=True)
    conversation = fields.Boolean("Real Conversation", readonly=True)
    internal = fields.Boolean("Internal Note", readonly=True)
    automatic = fields.Boolean(
        readonly=True,
        help="Nobody wrote it: a notice that Odoo sent, or an automatic answer. Neither silence nor reach counts it.",
    )
    title = fields.Char(readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_id = fields.Many2oneReference("Document", model_field="res_model", readonly=True)
    user_id = fields.Many2one("res.users", "Our Person", readonly=True)
    partner_id = fields.Many2one("res.partner", "Contact", readonly=True)
    customer_id = fields.Many2one("res.partner", readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True, groups=SELLS)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    amount = fields.Monetary(readonly=True, aggregator=None)
    currency_id = fields.Many2one("res.currency", readonly=True)
    preview = fields.Text(compute="_compute_preview")

    # -- sources ---------------------------------------------------------------------

    @api.model
    def _sources(self):
        """All sources whose app is installed, as `Source`; an addon adds its own to the list."""
        env = self.env
        groups = (correspondence, logged, sales, marketing, service)
        return [source for group in groups for source in group.sources(env) if source.model in env]

    @api.model
    def _documents(self):
        """The kinds of documents on which customers are written to and called about; an addon adds its own."""
        return correspondence.documents(self.env)

    @api.model
    def _selection_kind(self):
        return list({source.kind: source.label for source in self._sources()}.items())

    @property
    def _table_query(self):
        reach = self.env.context.get("pareto_reach")
        reach = reach if isinstance(reach, Reach) else Reach()  # what is none came from a client
        sources = self._sources()
        groups = defaultdict(list)
        for source in sources:
            if not source.is_readable(self.env):
                continue
            # Where the rows are few, planning takes longer than reading: then as few branches as possible.
            groups[(reach.is_narrow and source.records) or source.number].append(source)
        branches = [sql for group in groups.values() if (sql := select_together(self.env, group, reach)) is not None]
        tables = [correspondence.with_documents(self.env, self._documents(), sources, reach)]
        if reach.family is not None and "mailing.trace" in self.env:
            tables.append(marketing.with_traces(self.env, reach))
        return SQL("WITH %s %s", SQL(", ").join(tables), SQL(" UNION ALL ").join(branches or [self._nothing()]))

    @api.model
    def _by_campaign(self, partners=None):
        """SQL: the touches that campaigns brought about; what earns them credit for sales.

        :param partners: ids; only touches with their commercial entities
        """
        family = self._family(partners)[1] if partners is not None else None
        return self._within(Reach(family=family, by_campaign=True))._table_query

    @api.model
    def _feedback(self, since):
        """SQL: the touches by which customers may have told us something, of the channel "survey", and others.

        :param since: a moment
        """
        sources = [source for source in self._sources() if source.kind in FEEDBACK and source.is_readable(self.env)]
        selects = [source.select(self.env, Reach(since=since)) for source in sources]
        return SQL(" UNION ALL ").join([select for select in selects if select is not None] or [self._nothing()])

    @api.model
    def _kinds_by_campaign(self):
        """The kinds of touches that campaigns bring about."""
        return [source.kind for source in self._sources() if source.by_campaign]

    @staticmethod
    def _nothing():
        columns = SQL(", ").join(SQL("%s AS %s", NULLS[name], NAMES[name]) for name in COLUMNS)
        return SQL("SELECT NULL::bigint AS id, %s WHERE FALSE", columns)

    # -- day or moment -----------------------------------------------------------------

    def _field_to_sql(self, alias, field_expr, query=None):
        """`day` and `moment` follow from what the sources tell."""
        if field_expr not in ("day", "moment"):
            return super()._field_to_sql(alias, field_expr, query)
        date, all_day = (super(CrmParetoTouchpoint, self)._field_to_sql(alias, n, query) for n in ("date", "all_day"))
        if field_expr == "moment":
            return SQL("CASE WHEN NOT %s THEN %s END", all_day, date)
        return SQL("CASE WHEN %s THEN %s::date ELSE %s END", all_day, date, day_of(date, self.env.tz))

    def _where_the_reader_is(self):
        """Self, whose context names the reader's time zone: of groups Odoo asks nothing else, of days the user too."""
        return self.with_context(tz=str(self.env.tz))

    @api.model
    def _read_group(self, *args, **kwargs):
        return super(CrmParetoTouchpoint, self._where_the_reader_is())._read_group(*args, **kwargs)

    @api.model
    def _read_grouping_sets(self, *args, **kwargs):
        return super(CrmParetoTouchpoint, self._where_the_reader_is())._read_grouping_sets(*args, **kwargs)

    @api.model
    @api.readonly
    def formatted_read_group(self, *args, **kwargs):
        return super(CrmParetoTouchpoint, self._where_the_reader_is()).formatted_read_group(*args, **kwargs)

    @api.model
    @api.readonly
    def formatted_read_grouping_sets(self, *args, **kwargs):
        return super(CrmParetoTouchpoint, self._where_the_reader_is()).formatted_read_grouping_sets(*args, **kwargs)

    @api.model
    @api.readonly
    @api.deprecated("Since 19.0, read_group is deprecated: use formatted_read_group.")
    def read_group(self, *args, **kwargs):
        return super(CrmParetoTouchpoint, self._where_the_reader_is()).read_group(*args, **kwargs)

    # -- where to look ---------------------------------------------------------------

    @api.model
    def _search(self, domain, *args, **kwargs):
        """The touches, looked for only where the domain leaves some: through the indexes of the documents."""
        domain = self._with_checked_ids(Domain(domain)).optimize_full(self)
        there = self._where_the_reader_is()._within(self._reach(domain))
        return super(CrmParetoTouchpoint, there)._search(domain, *args, **kwargs)

    @api.model
    def _with_checked_ids(self, domain):
        """The domain, whose ids are numbers.

        :raises UserError: where one is none
        """
        for leaf in domain.iter_conditions():
            if leaf.field_expr == "id" and not isinstance(leaf.value, Query | SQL | bool | None):
                for id_ in leaf.value if isinstance(leaf.value, COLLECTIONS) else [leaf.value]:
                    as_id(self.env, id_ or 1, self.env._("The touch"), MOST)  # False and 0 are nobody's id
        return domain

    def _as_query(self, ordered=True):
        for id_ in self._ids:
            as_id(self.env, id_, self.env._("The touch"), MOST)
        return super(CrmParetoTouchpoint, self._within(Reach(**self._by_ids(self._ids))))._as_query(ordered)

    def _within(self, reach):
        """Self, whose SQL looks there only; the records that are found do not carry it on."""
        return self.with_context(pareto_reach=reach)

    @api.model
    def _by_ids(self, ids):
        numbers = self._numbers(ids)
        return {"ids": numbers, "documents": correspondence.documents_of(self.env, self._sources(), numbers)}

    @api.model
    def _reach(self, domain):
        """Where to look for what a domain describes, from its conditions that all must hold."""
        found, since = {}, None
        for condition in domain.children if isinstance(domain, DomainAnd) else [domain]:
            if not isinstance(condition, DomainCondition):
                continue
            if condition.operator == "in" and _is_few(condition.value):
                found[condition.field_expr] = tuple(condition.value)
            elif condition.field_expr in ("date", "day") and condition.operator in (">", ">="):
                since = self._since(condition.field_expr, condition.value)
        partners = found.get("customer_id")
        if not partners and "partner_id" in found:
            written_to = self._written_to(found["partner_id"])
            # A document without a customer is found nowhere but among all.
            known_to = (*written_to, *self._were_of(found["partner_id"]))
            partners = None if None in known_to else (*found["partner_id"], *known_to)
        customers, family = self._family(partners) if partners else (None, None)
        by_campaign = "campaign_id" in found and set(found.get("kind", [""])) <= set(self._kinds_by_campaign())
        return Reach(
            family=family,
            customer=customers[0] if customers and len(customers) == 1 else None,
            leads=found.get("lead_id"),
            since=since,
            by_campaign=by_campaign,
            **(self._by_ids(found["id"]) if "id" in found else {}),
        )

    @api.model
    def _since(self, name, value):
        """The moment before which there is nothing of what is after a moment, or a day where the reader is."""
        if name == "date":
            return fields.Datetime.to_datetime(value)
        return min(begins_at(value, self.env.tz), fields.Datetime.to_datetime(value))

    @api.model
    def _written_to(self, contacts):
        """The partners of the documents that some contacts wrote on: they need not be of the same company; or none."""
        documents = {document.model: document.whose for document in self._documents() if document.model in self.env}
        # sudo: only where to look; what is found there is decided by the documents' own rules.
        messages = self.env["mail.message"].sudo()
        written = Domain("author_id", "in", contacts) & Domain("model", "in", list(documents))
        partners = []
        for (name,) in messages._read_group(written, ["model"]):
            query = messages._search(written & Domain("model", "=", name))
            model = self.env[name].sudo().with_context(active_test=False)
            found = model._search([("id", "in", query.subselect(SQL.identifier(query.table, "res_id")))])
            partner = model._field_to_sql(found.table, documents[name])
            partners += [id_ for (id_,) in self.env.execute_query(found.select(SQL("DISTINCT %s", partner)))]
        return partners

    @api.model
    def _were_of(self, contacts):
        """Whose some contacts were, as far as a source has kept that: they may work for somebody else by now."""
        kept = {(source.model, source.partner, source.customer) for source in self._sources() if source.customer}
        partners = []
        for name, contact, customer in kept:
            # sudo: only where to look; what is found there is decided by the documents' own rules.
            model = self.env[name].sudo().with_context(active_test=False)
            found = model._search([(contact, "in", contacts), (customer, "!=", False)])
            field = model._field_to_sql(found.table, customer)
            partners += [id_ for (id_,) in self.env.execute_query(found.select(SQL("DISTINCT %s", field)))]
        return partners

    @staticmethod
    def _numbers(ids):
        """{source number: record numbers} of some ids; not of what cannot be one: a text is formatted by %."""
        numbers = defaultdict(list)
        for id_ in ids:
            if is_id(id_, MOST):
                numbers[id_ % NUMBERS].append(id_ // NUMBERS)
        return dict(numbers)

    @api.model
    def _family(self, partners):
        """All partners of the commercial entities that these partners belong to."""
        # sudo: only where to look; what is found there is decided by the documents' own rules.
        every = self.env["res.partner"].sudo().with_context(active_test=False)
        customers = every.browse(partners).exists().commercial_partner_id
        return customers.ids, every._search([("commercial_partner_id", "in", customers.ids)]).get_result_ids()

    # -- who was in touch --------------------------------------------------------------

    @api.model
    def _in_touch(self, field, domain):
        """Who was in touch, when and by what, of all touches in a domain.

        :param field: "customer_id", "partner_id" or "lead_id"
        :return: {id: InTouch}
        """
        by = [field, "direction", "channel", "conversation", "automatic", "user_id"]
        found = defaultdict(InTouch)
        for record, *group in self._read_group(domain, by, ["__count", "date:max"]):
            found[record.id].add(*group)
        return dict(found)

    @api.model
    def _answer_hours(self, field, domain):
        """Half of the answers to the customer's mails, on the same document, came within so many hours.

        :return: {id: hours}; not those without an answer
        """
        mails = Domain("kind", "in", ["mail", "quotation_sent"]) & Domain("direction", "in", ["in", "out"])
        mails &= Domain("automatic", "=", False)
        query = self._search(Domain(domain) & mails)
        columns = [field, "direction", "res_model", "res_id", "date"]
        selected = [SQL("%s AS %s", self._field_to_sql(self._table, c, query), SQL.identifier(c)) for c in columns]
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT %(field)s, percentile_cont(0.5) WITHIN GROUP (
                               ORDER BY EXTRACT(epoch FROM answered - date)) / 3600
                      FROM (SELECT %(field)s, direction, date, min(date) FILTER (WHERE direction = 'out') OVER (
                                       PARTITION BY %(field)s, res_model, res_id ORDER BY date
                                       ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS answered
                              FROM (%(mails)s) mail) mail
                     WHERE direction = 'in' AND answered < date + %(limit)s
                     GROUP BY %(field)s
                    """,
                    field=SQL.identifier(field),
                    mails=query.select(*selected),
                    limit=ANSWERED_WITHIN,
                )
            )
        )

    @api.model
    def _customers_having(self, domain, having):
        """The customers of whose touches something holds, as a subselect.

        :param having: SQL about the touches of one customer
        """
        query = self._search(Domain(domain) & Domain("customer_id", "!=", False))
        query.groupby = customer = self._field_to_sql(self._table, "customer_id", query)
        query.having = having
        return SQL("(%s)", query.select(customer))

    # -- what it was about -------------------------------------------------------------

    @api.depends_context("uid")
    def _compute_preview(self):
        """The first words, of what the reader may read: through the ORM, never in the report's own SQL."""
        sources = {source.number: source for source in self._sources()}
        numbers = self._numbers(self.ids)
        texts = {}
        for number, ids in numbers.items():
            if number not in sources or not sources[number].preview:
                continue
            model, name = sources[number].preview
            records = self.env[model].with_context(active_test=False).search([("id", "in", ids)])
            texts.update({record.id * NUMBERS + number: record[name] for record in records})
        for touch in self:
            touch.preview = texts.get(touch.id, False)

    @api.readonly
    @of_one
    def action_open_document(self):
        """Open the record that a touch was read from."""
        return open_document(self.env[self.res_model].browse(self.res_id), self)

    # -- indexes ---------------------------------------------------------------------------

    def _register_hook(self):
        """Have the indexes by which a partner's records are found, also of apps installed after this one."""
        super()._register_hook()
        indexes = [(source.model, source.index) for source in self._sources() if source.index]
        if "mailing.trace" in self.env:
            indexes += marketing.LOOKUPS
        for model, columns in indexes:
            if not getattr(self.env[model]._fields[columns.split(", ")[0]], "index", False):
                self._ensure_index(self.env[model]._table, columns)

    def _ensure_index(self, table, columns):
        name = sql.make_index_name(table, INDEX + columns.replace(", ", "_"))
        if not sql.index_exists(self.env.cr, name):
            names = map(SQL.identifier, columns.split(", "))
            on = SQL("%s (%s)", SQL.identifier(table), SQL(", ").join(names))
            self.env.cr.execute(SQL("CREATE INDEX IF NOT EXISTS %s ON %s", SQL.identifier(name), on))


INDEX = "pareto_by_"


def drop_touchpoint_indexes(cr):
    """Drop what `_register_hook` made."""
    cr.execute(SQL("SELECT indexname FROM pg_indexes WHERE indexname LIKE %s", f"%\\_\\_{INDEX}%\\_index"))
    for (name,) in cr.fetchall():
        cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
