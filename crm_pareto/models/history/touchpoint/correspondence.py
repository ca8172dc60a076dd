"""What people wrote, said and planned on the documents of customers."""

from collections import defaultdict
from dataclasses import dataclass

from odoo import SUPERUSER_ID, fields
from odoo.fields import Domain
from odoo.tools import SQL, Query

from .sales import LAYOUT, is_quotation_mail
from .source import Row, Source, arrived

# Messages of these types say nothing to customers: changes of a record, notices to one of us.
NOT_TOUCHES = ("notification", "user_notification")
AUTOMATIC = ("email_outgoing", "auto_comment", "out_of_office")  # types of what Odoo says by itself
CHATS = ("whatsapp", "whatsapp_message")  # what the app of Odoo Enterprise calls them, and once did


@dataclass(frozen=True, kw_only=True)
class Document:
    """A kind of document on which customers are written to and called about, where its app is installed."""

    model: str
    domain: tuple = ()  # of those that customers have
    partner: str = "partner_id"
    customer: str = ""  # the partner whose commercial entity is the customer; by default `partner`
    title: str = "name"
    team: str = ""
    lead: str = ""

    @property
    def whose(self):
        """The field that says whose it is."""
        return self.customer or self.partner


def documents(env):
    """The kinds there are, those of optional apps included."""
    sales = env["account.move"].get_sale_types(include_receipts=True)
    return [
        Document(model="res.partner", partner="id"),
        Document(model="crm.lead", team="team_id", lead="id"),
        Document(model="sale.order", team="team_id", lead="opportunity_id"),
        Document(
            model="account.move",
            domain=(("move_type", "in", sales),),
            customer="commercial_partner_id",
            team="team_id",
        ),
        Document(model="project.task"),
        Document(model="helpdesk.ticket"),
        Document(model="event.registration", title="event_id.name"),
        Document(
            model="stock.picking", domain=("|", ("picking_type_code", "=", "outgoing"), ("return_id", "!=", False))
        ),
        Document(model="repair.order"),
        Document(model="survey.user_input", title="survey_id.title"),
        Document(model="crm.phonecall", team="team_id", lead="opportunity_id"),
    ]


def sources(env):
    yield _mails(env)
    yield _activities(env)
    yield _meetings(env)


# -- on documents ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OnDocuments(Source):
    """Touches that hang on documents by model and number, and are seen by whoever may see the document."""

    link: tuple  # the fields that name the document's model and id
    moment: str  # the field with the moment, or the day

    def _row(self, env, reach):
        if reach.ids is not None and self.number not in reach.ids:
            return None
        model = env[self.model]
        query = Query(env, f"pareto_{model._table}", SQL.identifier(model._table))
        row = Row(model, query, reach.customer)
        condition = SQL("document.model = %s AND document.id = %s", *map(row, self.link))
        query.add_join("JOIN", "document", None, condition)
        self.join(row)
        return row

    def _has_customer(self, row):
        return SQL("(%s OR document.model = 'crm.lead')", super()._has_customer(row))

    def _customer_id(self, row, name):
        return _customer(row)

    def _of_document(self, row, name):
        return SQL.identifier("document", name)

    _company_id = _team_id = _lead_id = _of_document


def documents_of(env, sources, ids):
    """{model: ids} of the documents on which some touches are.

    :param sources: all sources; asked are the `OnDocuments`
    :param ids: {source number: record numbers}
    """
    found = defaultdict(list)
    for source in sources:
        if isinstance(source, OnDocuments) and source.number in ids:
            # sudo: only where to look; what is found there is decided by the documents' own rules.
            query = env[source.model].sudo().browse(ids[source.number])._as_query(ordered=False)
            for model, id_ in env.execute_query(query.select(*map(SQL.identifier, source.link))):
                found[model].append(id_)
    return dict(found)


def _customer(row):
    """The commercial entity of the document's customer."""
    if row.customer:
        return SQL("%s", row.customer)
    return row.joined("res.partner", SQL("document.customer_id"), "pareto_customer", "commercial_partner_id")


def with_documents(env, documents, sources, reach):
    """What all branches read from: `document AS (…)`, the documents that the reader may see.

    Worked out once where they are few: those of some customers, or on which something happened of late. Else each
    branch finds its own.

    :param documents: `Document`s
    :param sources: all sources; what happened of late is asked of the `OnDocuments`
    """
    selects = [sql for document in documents if (sql := _select_documents(env, document, reach))]
    few = reach.is_narrow or reach.documents is not None or reach.is_recent
    table = SQL(
        "document AS %s (%s)",
        SQL("MATERIALIZED") if few else SQL("NOT MATERIALIZED"),
        SQL(" UNION ALL ").join(selects or [NO_DOCUMENTS]),
    )
    return SQL("%s, %s", _with_recent(env, sources, reach), table) if reach.is_recent else table


def _with_recent(env, sources, reach):
    """`recent AS (…)`: the documents on which something happened since then, whoever may see them."""
    selects = []
    for source in sources:
        if isinstance(source, OnDocuments):
            # sudo: only where to look; what is found there is decided by the documents' own rules.
            model = env[source.model].sudo().with_context(active_test=False)
            is_day = model._fields[source.moment].type == "date"
            # Moments of a day lie on it in UTC or, east of there, on the one before.
            since = reach.since.date() if is_day else reach.since
            query = model._search([(source.moment, ">=", since)])
            model_name, res_id = (model._field_to_sql(query.table, name, query) for name in source.link)
            selects.append(query.select(SQL("%s AS model", model_name), SQL("%s AS id", res_id)))
    return SQL("recent AS MATERIALIZED (%s)", SQL(" UNION ").join(selects))


NO_DOCUMENTS = SQL(
    """SELECT NULL::varchar AS model, NULL::integer AS id, NULL::integer AS partner_id, NULL::integer AS customer_id,
              NULL::varchar AS title, NULL::integer AS company_id, NULL::integer AS team_id, NULL::integer AS lead_id,
              NULL::boolean AS may_post
        WHERE FALSE"""
)


def _select_documents(env, document, reach):
    """Those of one kind, and whether the reader may see what others do on them (`may_post`)."""
    if document.model not in env or not env[document.model].has_access("read"):
        return None
    if reach.leads is not None and not document.lead:
        return None
    domain = Domain(list(document.domain)) if document.domain else Domain.TRUE
    if reach.documents is not None:
        if document.model not in reach.documents:
            return None
        domain &= Domain("id", "in", reach.documents[document.model])
    if reach.family is not None:
        domain &= Domain(document.whose, "in", reach.family)
    if reach.leads is not None:
        domain &= Domain(document.lead, "in", reach.leads)
    model = env[document.model].with_context(active_test=False)
    query = model._search(domain)
    row = Row(model, query)
    if reach.is_recent:
        recent = SQL("(SELECT recent.id FROM recent WHERE recent.model = %s)", document.model)
        query.add_where(SQL("%s IN %s", row("id"), recent))
    return query.select(
        SQL("%s::varchar AS model", document.model),
        SQL("%s AS id", row("id")),
        SQL("%s AS partner_id", row(document.partner)),
        SQL("%s AS customer_id", row(document.whose)),
        SQL("%s::varchar AS title", row(document.title)),
        SQL("%s AS company_id", row("company_id") if row.has("company_id") else SQL("NULL::integer")),
        SQL("%s AS team_id", row(document.team) if document.team else SQL("NULL::integer")),
        SQL("%s AS lead_id", row(document.lead) if document.lead else SQL("NULL::integer")),
        SQL("%s AS may_post", _may_post(row)),
    )


def _may_post(row):
    """Whether the reader may post on the document: mail.activity asks for that right to show others' activities."""
    operation = getattr(row.model, "_mail_post_access", "read")
    if row.env.su or operation == "read":
        return SQL("TRUE")
    if not row.model.has_access(operation):
        return SQL("FALSE")
    rules = row.env["ir.rule"]._compute_domain(row.model._name, operation)
    if rules.is_true():
        return SQL("TRUE")
    # sudo: the rules of writing stand in the domain themselves, in place of those of reading.
    model = row.model.sudo()
    return rules.optimize_full(model)._to_sql(model, row.alias, row.query)


# -- mails -----------------------------------------------------------------------------


def _mails(env):
    return OnDocuments(
        number=1,
        kind="mail",
        label=env._("Message"),
        model="mail.message",
        link=("model", "res_id"),
        moment="date",
        join=_join_subtype,
        date=arrived,
        direction=_mail_direction,
        channel=_mail_channel,
        conversation=_is_talk,
        internal=_is_note,
        automatic=_is_automatic,
        partner=_mail_contact,
        title=lambda row: SQL("COALESCE(NULLIF(%s, ''), document.title)", row("subject")),
        user=lambda row: SQL("CASE WHEN %s THEN NULLIF(%s, %s) END", _is_ours(row), _author_user(row), SUPERUSER_ID),
        utm=(),
        document=("model", "res_id"),
        preview=("mail.message", "preview"),
    )


def _join_subtype(row):
    row.query.add_where(SQL("%s NOT IN %s", row("message_type"), NOT_TOUCHES))
    row.query.add_where(_is_no_quotation(row))
    if "mailing.trace" in row.env:
        row.query.add_where(_is_no_mailing(row))
    row.query.add_join("LEFT JOIN", "subtype", "mail_message_subtype", SQL("subtype.id = %s", row("subtype_id")))


def _is_no_quotation(row):
    """The mail that brings a quotation is a touch of its own kind."""
    return SQL(
        """(%(layout)s IS DISTINCT FROM %(quotation)s OR %(model)s <> 'sale.order' OR NOT EXISTS (
                SELECT FROM sale_order quoted WHERE quoted.id = %(id)s AND %(is_mail)s))""",
        layout=row("email_layout_xmlid"),
        quotation=LAYOUT,
        model=row("model"),
        id=row("res_id"),
        is_mail=is_quotation_mail(row.env, row.alias, "quoted"),
    )


def _is_no_mailing(row):
    """A mailing that keeps its mails leaves a message beside its trace: the trace is the touch.

    Of one customer's messages few are of mailings: looked up for those. Of all messages PostgreSQL joins what is left
    out only where the condition is nothing but the absence.
    """
    sent, message = SQL("%s = 'email_outgoing'", row("message_type")), row("res_id")
    traced = SQL(
        """NOT EXISTS (SELECT FROM mailing_trace mailed
                        WHERE mailed.model = %s AND mailed.message_id = %s AND mailed.res_id = %s)""",
        row("model"),
        row("message_id"),
        message if row.customer else SQL("CASE WHEN %s THEN %s END", sent, message),
    )
    return SQL("(NOT %s OR %s)", sent, traced) if row.customer else traced


def _is_note(row):
    """Odoo's own rule of what is kept from portal users (mail.message `_get_search_domain_share`).

    Odoo files what it texts, posts, and sends by template under notes too.
    """
    type_, internal, subtype = row("message_type"), row("is_internal"), row("subtype_id")
    note = SQL("(%s IS TRUE OR %s IS NULL OR subtype.internal IS TRUE)", internal, subtype)
    return SQL("(%s NOT IN %s AND %s)", type_, ("sms", "snailmail", *CHATS, *AUTOMATIC), note)


def _is_talk(row):
    """Neither a note nor what Odoo sent by itself, or to many."""
    return SQL("(NOT %s AND NOT %s)", _is_note(row), _is_automatic(row))


def _is_automatic(row):
    """What nobody wrote to this customer: what Odoo sent by itself or to many, from a template with the layout of
    documents (an invoice by Send & Print, the confirmation of an order, a delivery), or what came as an automatic
    answer.
    """
    return SQL(
        """(%(type)s IN %(automatic)s OR %(user)s IS NOT DISTINCT FROM %(odoo)s OR %(marked)s IS TRUE
            OR COALESCE(%(layout)s, '') LIKE 'mail.mail_notification_%%' AND %(type)s <> 'email'
            OR %(type)s = 'sms' AND %(model)s = 'stock.picking')""",
        type=row("message_type"),
        automatic=AUTOMATIC,
        user=_author_user(row),
        odoo=SUPERUSER_ID,
        marked=row("pareto_automatic"),
        layout=row("email_layout_xmlid"),
        model=row("model"),
    )


def _author_user(row):
    return row.user_of(row("author_id"))


def _is_ours(row):
    """Whether one of us wrote it, with a login or without; not where he or she is the customer."""
    employee = SQL("FALSE")
    if "hr.employee" in row.env:
        # sudo: whether it is one of us, of whatever company.
        employees = row.env["hr.employee"].sudo().with_context(active_test=False)._search([])
        contact = SQL.identifier(employees.table, "work_contact_id")
        employee = SQL("%s IN %s", row("author_id"), employees.subselect(contact))
    commercial = row.joined("res.partner", row("author_id"), "pareto_author", "commercial_partner_id")
    return SQL(
        """((%(user)s IS NOT NULL OR %(employee)s)
            AND (%(user)s = %(odoo)s OR %(author)s IS DISTINCT FROM %(customer)s))""",
        user=_author_user(row),
        employee=employee,
        odoo=SUPERUSER_ID,
        author=commercial,
        customer=_customer(row),
    )


def _mail_direction(row):
    """From us where one of us wrote it or where it can only be ours; a note goes nowhere."""
    return SQL(
        """CASE WHEN %(type)s IN %(both)s AND NOT %(ours)s THEN 'in' WHEN %(note)s THEN 'none'
                WHEN %(ours)s OR %(type)s NOT IN ('email', 'comment') THEN 'out' ELSE 'in' END""",
        both=("email", *CHATS),
        note=_is_note(row),
        ours=_is_ours(row),
        type=row("message_type"),
    )


def _mail_channel(row):
    return SQL(
        """CASE WHEN %(type)s = 'sms' THEN 'sms' WHEN %(type)s = 'snailmail' THEN 'post'
                WHEN %(type)s IN %(chats)s THEN 'chat' ELSE 'email' END""",
        type=row("message_type"),
        chats=CHATS,
    )


def _mail_contact(row):
    """Who wrote in; else the first of the customer's people it was addressed to; else the document's contact."""
    return SQL(
        """COALESCE(CASE WHEN NOT %(ours)s AND %(type)s IN %(both)s THEN %(author)s END,
                    (SELECT min(addressed.res_partner_id)
                       FROM mail_message_res_partner_rel addressed
                       JOIN res_partner person ON person.id = addressed.res_partner_id
                      WHERE addressed.mail_message_id = %(message)s
                        AND person.commercial_partner_id = %(customer)s),
                    document.partner_id)""",
        ours=_is_ours(row),
        both=("email", "comment", *CHATS),
        type=row("message_type"),
        author=row("author_id"),
        message=row("id"),
        customer=_customer(row),
    )


# -- done activities -------------------------------------------------------------------


def _activities(env):
    return OnDocuments(
        number=2,
        kind="activity",
        label=env._("Activity"),
        model="mail.activity",
        link=("res_model", "res_id"),
        moment="date_done",
        join=_only_done,
        date=lambda row: SQL("COALESCE(done.moment, %s)", _written_that_day(row)),
        day="date_done",
        direction=lambda row: SQL("CASE WHEN %s = 'other' THEN 'none' ELSE 'out' END", _activity_channel(row)),
        channel=lambda row: _activity_channel(row),
        conversation=lambda row: SQL("%s <> 'other'", _activity_channel(row)),
        partner=lambda row: SQL("document.partner_id"),
        title=lambda row: SQL("COALESCE(NULLIF(%s, ''), %s)", row("summary"), row("activity_type_id.name")),
        user="user_id",
        utm=(),
        document=("res_model", "res_id"),
        preview=("mail.activity", "feedback"),
    )


def _only_done(row):
    """Done activities; those with a meeting that the customer attended are left to the meeting."""
    row.query.add_join("LEFT JOIN", "done", SQL("LATERAL (%s)", _note_of_done(row)), SQL("TRUE"))
    row.query.add_where(SQL("%s IS NOT TRUE AND %s IS NOT NULL", row("active"), row("date_done")))
    row.query.add_where(_has_no_meeting(row))
    row.query.add_where(SQL("(%s = %s OR document.may_post)", row("user_id"), row.env.uid))


def _has_no_meeting(row):
    """Not with EXISTS: PostgreSQL would then read all attendees into a hash table."""
    return SQL(
        """(%(meeting)s IS NULL OR (
                SELECT attendee.id FROM calendar_attendee attendee JOIN res_partner person ON person.id = %(partner)s
                 WHERE attendee.event_id = %(meeting)s AND person.commercial_partner_id = %(customer)s
                 LIMIT 1) IS NULL)""",
        meeting=row("calendar_event_id"),
        partner=row.env["calendar.attendee"]._field_to_sql("attendee", "partner_id"),
        customer=_customer(row),
    )


def _note_of_done(row):
    """The moment of the note that Odoo leaves on the document as somebody marks the activity as done.

    The activity itself keeps a day, of UTC: for people in the west that may be the day after. Of several activities of
    one type on one document and day, each has the last note before it was written itself.
    """
    note = row.env["mail.message"]._field_to_sql
    return SQL(
        """SELECT MAX(%(moment)s) AS moment
             FROM mail_message note
            WHERE %(model)s = %(of)s AND %(res_id)s = %(id)s AND %(kind)s = %(type)s AND %(subtype)s = %(done)s
              AND %(moment)s::date = %(day)s AND %(moment)s <= %(written)s + interval '1 minute'""",
        moment=note("note", "date"),
        model=note("note", "model"),
        of=row("res_model"),
        res_id=note("note", "res_id"),
        id=row("res_id"),
        kind=note("note", "mail_activity_type_id"),
        type=row("activity_type_id"),
        subtype=note("note", "subtype_id"),
        done=row.id_of("mail.mt_activities"),
        day=row("date_done"),
        written=row("write_date"),
    )


def _written_that_day(row):
    """Where the note is gone: Odoo writes the activity as it is done, and nobody may have written it since."""
    written = row("write_date")
    return SQL("CASE WHEN %s::date = %s THEN %s END", written, row("date_done"), written)


def _activity_channel(row):
    return SQL(
        """CASE WHEN %(category)s = 'phonecall' THEN 'phone' WHEN %(category)s = 'meeting' THEN 'meeting'
                WHEN %(type)s = %(email)s THEN 'email' ELSE 'other' END""",
        category=row("activity_type_id.category"),
        type=row("activity_type_id"),
        email=row.id_of("mail.mail_activity_data_email"),
    )


# -- meetings ----------------------------------------------------------------------------


def _meetings(env):
    """One touch an attendee who is none of us, once the meeting has begun.

    Without the private meetings of others: Odoo does not tell whom those are with.
    """
    event = env["calendar.event"]
    mine = Domain(event._get_default_privacy_domain()) | Domain("partner_ids", "in", env.user.partner_id.ids)
    return Source(
        number=3,
        kind="meeting",
        label=env._("Meeting"),
        model="calendar.event",
        domain=Domain("active", "=", True) & _has_begun(env) & (Domain.TRUE if env.su else mine),
        join=_join_attendees,
        date=lambda row: SQL("CASE WHEN %s IS NOT TRUE THEN %s END", row("allday"), row("start")),
        day=lambda row: SQL("CASE WHEN %s THEN %s END", row("allday"), row("start_date")),
        direction="out",
        channel="meeting",
        conversation=True,
        partner=lambda row: row.of("calendar.attendee", "partner_id"),
        user="user_id",
        lead="opportunity_id",
        utm=(),
        reach=lambda family: Domain("partner_ids", "in", family),
    )


def _has_begun(env):
    """Of an all-day meeting Odoo keeps a moment too, eight o'clock in UTC, which is nobody's."""
    today = fields.Datetime.context_timestamp(env["calendar.event"], env.cr.now()).date()
    moment = Domain("allday", "!=", True) & Domain("start", "<=", env.cr.now())
    return moment | Domain("allday", "=", True) & Domain("start_date", "<=", today)


def _join_attendees(row):
    attendee = row.query.make_alias(row.alias, "pareto_attendee")
    row.touch = attendee
    condition = SQL(
        "%s = %s AND %s IS DISTINCT FROM 'declined'",
        row.of("calendar.attendee", "event_id"),
        SQL.identifier(row.alias, "id"),
        row.of("calendar.attendee", "state"),
    )
    row.query.add_join("JOIN", attendee, "calendar_attendee", condition)
    row.query.add_where(SQL("%s IS NULL", row.user_of(row.of("calendar.attendee", "partner_id"))))
