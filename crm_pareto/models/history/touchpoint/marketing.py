"""What marketing sent and what came of it: mailings, clicks, events, surveys."""

from odoo.fields import Domain
from odoo.tools import SQL

from .source import Source

# What a mailing leaves of one person: the step, its moment, its direction. Odoo keeps no moment of a bounce.
STEPS = (
    (80, "sent", "sent_datetime", "out"),
    (81, "opened", "open_datetime", "in"),
    (82, "replied", "reply_datetime", "in"),
    (83, "bounced", "write_date", "none"),
)
# An answer within a second of sending is a machine's: a mail filter that opens all there is.
MACHINE = SQL("interval '1 second'")

# To whom a mailing goes, and how that leads to a contact.
RECIPIENTS = ("res.partner", "mailing.contact", "crm.lead", "sale.order", "event.registration")

# The columns by which the contact of a mailing's address is found.
LOOKUPS = (("res.partner", "email_normalized"), ("mailing.contact", "email_normalized"))
# The traces of those whose touches are sought (see `with_traces`).
OF_FAMILY = SQL("(SELECT trace.id FROM trace)")


def sources(env):
    if "mailing.trace" in env:
        yield from _mailings(env)
        yield _clicks(env)
    if "event.registration" in env:
        yield from _events(env)
    if "survey.user_input" in env:
        yield _surveys(env)
    if "rating.rating" in env:
        yield _ratings(env)
    yield _sign_ups(env)


# -- mailings --------------------------------------------------------------------------


def _mailings(env):
    labels = {
        "sent": env._("Mailing Sent"),
        "opened": env._("Mailing Opened"),
        "replied": env._("Mailing Answered"),
        "bounced": env._("Mailing Bounced"),
    }
    bounced = Domain("trace_status", "=", "bounce")
    for number, step, moment, direction in STEPS:
        domain = Domain([("is_test_trace", "=", False), (moment, "!=", False)])
        domain &= bounced if step == "bounced" else ~bounced
        yield Source(
            number=number,
            kind=f"mailing_{step}",
            label=labels[step],
            model="mailing.trace",
            domain=domain,
            where=_not_by_machine if step == "opened" else None,
            date=moment,
            direction=direction,
            channel=_trace_channel,
            conversation=step == "replied",
            by_campaign=direction == "in",
            partner=_person,
            title="mass_mailing_id.subject",
            user="mass_mailing_id.user_id",
            utm=("campaign_id", "mass_mailing_id.source_id", "mass_mailing_id.medium_id"),
            document=("model", "res_id"),
            reach=lambda family: Domain("id", "in", OF_FAMILY),
            index="res_id, model",
        )


def _clicks(env):
    """Each click, where the person is known; not those of a machine, which follows all links at once."""
    return Source(
        number=84,
        kind="click",
        label=env._("Link Clicked"),
        model="link.tracker.click",
        domain=_of_traces(env, [("is_test_trace", "=", False)]),
        join=_clicked_by_person,
        date="create_date",
        by_campaign=True,
        direction="in",
        channel=lambda row: _trace_channel(row, "mailing_trace_id."),
        partner=lambda row: _person(row, "mailing_trace_id."),
        title=lambda row: SQL("COALESCE(%s, %s)", row("link_id.title"), row("link_id.url")),
        utm=("link_id.campaign_id", "link_id.source_id", "link_id.medium_id"),
        document=("mailing_trace_id.model", "mailing_trace_id.res_id"),
        reach=lambda family: Domain("mailing_trace_id", "in", OF_FAMILY),
    )


def _of_traces(env, domain):
    """The clicks of these traces: any employee may read clicks, but whose they are stands in the trace."""
    traces = env["mailing.trace"]
    return Domain("mailing_trace_id", "in", traces._search(domain)) if traces.has_access("read") else Domain.FALSE


def _not_by_machine(row):
    return SQL("%s > %s + %s", row("open_datetime"), row("sent_datetime"), MACHINE)


def _clicked_by_person(row):
    sent = row("mailing_trace_id.sent_datetime")
    row.query.add_where(SQL("(%s IS NULL OR %s > %s + %s)", sent, row("create_date"), sent, MACHINE))
    _add_where_believable(row)


def _add_where_believable(row):
    """Once a day, trace and link, of a link of the trace's own mailing.

    Whoever has a tracked link may ask for it without an account, as often as they like and with any trace's number.
    """
    own, link = row("mailing_trace_id.mass_mailing_id"), row("link_id.mass_mailing_id")
    row.query.add_where(SQL("(%s IS NULL OR %s = %s)", link, link, own))
    row.query.add_where(
        SQL(
            """
            NOT EXISTS (SELECT FROM link_tracker_click earlier
                         WHERE earlier.mailing_trace_id = %(trace)s AND earlier.link_id = %(link)s
                           AND earlier.id < %(id)s AND earlier.create_date::date = %(date)s::date)
            """,
            trace=row("mailing_trace_id"),
            link=row("link_id"),
            id=row("id"),
            date=row("create_date"),
        )
    )


def _trace_channel(row, path=""):
    return SQL("CASE %s WHEN 'sms' THEN 'sms' ELSE 'email' END", row(path + "trace_type"))


def _person(row, path=""):
    """The contact a trace is of: the recipient itself, the contact of the recipient, or who has its address.

    A mailing contact is no partner: the first one with the same address is meant, of those in use if there is any.
    """
    model, id_ = row(path + "model"), row(path + "res_id")
    cases = [SQL("WHEN 'res.partner' THEN %s", id_)]
    for name in RECIPIENTS[2:]:
        if name in row.env:
            recipient = row.env[name]
            # Not joined: a row is of one model only, and PostgreSQL orders eight joins at most (join_collapse_limit).
            partner = SQL(
                "(SELECT %s FROM %s recipient WHERE recipient.id = %s)",
                recipient._field_to_sql("recipient", "partner_id"),
                SQL.identifier(recipient._table),
                id_,
            )
            cases.append(SQL("WHEN %s THEN %s", name, partner))
    cases.append(
        SQL(
            """WHEN 'mailing.contact' THEN (
                   SELECT person.id FROM mailing_contact recipient JOIN res_partner person ON %s = %s
                    WHERE recipient.id = %s ORDER BY %s DESC, person.id LIMIT 1)""",
            row.env["res.partner"]._field_to_sql("person", "email_normalized"),
            row.env["mailing.contact"]._field_to_sql("recipient", "email_normalized"),
            id_,
            row.env["res.partner"]._field_to_sql("person", "active"),
        )
    )
    return SQL("CASE %s %s END", model, SQL(" ").join(cases))


def with_traces(env, reach):
    """The traces of some partners, found through the recipients, for all branches to read from: `trace AS (…)`.

    The same as `_person` the other way round.
    """
    # sudo: only where to look: the traces themselves are found by the reader's own rules.
    found = {"res.partner": Domain("id", "in", reach.family)}
    found.update({name: Domain("partner_id", "in", reach.family) for name in RECIPIENTS[2:] if name in env})
    emails = env["res.partner"].sudo().with_context(active_test=False)._search(found["res.partner"])
    found["mailing.contact"] = Domain("email_normalized", "in", emails.subselect("email_normalized"))
    selects = []
    for name, domain in found.items():
        recipients = env[name].sudo().with_context(active_test=False)._search(domain)
        traces = env["mailing.trace"].sudo()._search([("model", "=", name), ("res_id", "in", recipients)])
        selects.append(traces.select())
    # Apart, each is found through the index on both columns; with OR they would not be.
    return SQL("trace AS MATERIALIZED (%s)", SQL(" UNION ALL ").join(selects))


# -- events, surveys, ratings, sign-ups ------------------------------------------------------


def _events(env):
    registration = {
        "model": "event.registration",
        "by_campaign": True,
        "direction": "in",
        "channel": "event",
        "title": "event_id.name",
        "user": "event_id.user_id",
        "utm": ("utm_campaign_id", "utm_source_id", "utm_medium_id"),
        "reach": lambda family: _registrations_of(env, family),
        "index": "email",
    }
    yield Source(
        number=85,
        kind="event_registration",
        label=env._("Event Registration"),
        domain=[("state", "in", ["open", "done"])],
        date="create_date",
        partner=lambda row: SQL("COALESCE(%s, %s)", row("partner_id"), _guest(row)),
        **registration,
    )
    yield Source(
        number=86,
        kind="event_attendance",
        label=env._("Event Attended"),
        domain=[("state", "=", "done")],
        date=_took_place,
        conversation=True,
        partner=_attendee,
        **registration,
    )


def _registrations_of(env, family):
    """Booked by them, or for an address of theirs."""
    # sudo: only where to look.
    people = env["res.partner"].sudo().with_context(active_test=False)._search([("id", "in", family)])
    addresses = Domain.OR(
        Domain("email", "in", people.subselect(SQL.identifier(people.table, name)))
        for name in ("email", "email_normalized")
    )
    return Domain("partner_id", "in", family) | addresses


def _guest(row):
    """Who has the address that a registration is for, of those in use if there is any; SQL."""
    person = row.env["res.partner"]
    return SQL(
        "(SELECT person.id FROM res_partner person WHERE %s = lower(%s) ORDER BY %s DESC, person.id LIMIT 1)",
        person._field_to_sql("person", "email_normalized"),
        row("email"),
        person._field_to_sql("person", "active"),
    )


def _attendee(row):
    """The guest; whoever booked, only where it is for nobody else."""
    booker = row.joined("res.partner", row("partner_id"), "pareto_booker", "email_normalized")
    return SQL(
        "COALESCE(%s, CASE WHEN COALESCE(%s, '') IN ('', %s) OR %s IS NULL THEN %s END)",
        _guest(row),
        row("email"),
        booker,
        booker,
        row("partner_id"),
    )


def _took_place(row):
    """When the event, or the part of it, began; earlier where the guest was checked in before."""
    begins = [row("event_slot_id.start_datetime")] if row.has("event_slot_id") else []
    begin = SQL("COALESCE(%s)", SQL(", ").join([*begins, row("event_id.date_begin")]))
    return SQL("LEAST(%s, %s)", begin, row("date_closed"))


def _surveys(env):
    return Source(
        number=87,
        kind="survey",
        label=env._("Survey Answered"),
        model="survey.user_input",
        domain=[("state", "=", "done"), ("test_entry", "=", False)],
        date=lambda row: SQL("COALESCE(%s, %s)", row("end_datetime"), row("create_date")),
        direction="in",
        channel="survey",
        partner="partner_id",
        title="survey_id.title",
    )


def _ratings(env):
    return Source(
        number=88,
        kind="rating",
        label=env._("Rating"),
        model="rating.rating",
        domain=[("consumed", "=", True), ("partner_id", "!=", False)],
        date=lambda row: SQL("COALESCE(%s, %s)", row("rated_on"), row("write_date")),
        direction="in",
        channel="survey",
        partner="partner_id",
        title=lambda row: SQL("concat_ws(': ', %s, round(%s::numeric, 1) || '/5')", row("res_name"), row("rating")),
        user=lambda row: row.user_of(row("rated_partner_id")),
        document=("res_model", "res_id"),
        index="partner_id",
        preview=("rating.rating", "feedback"),
    )


def _sign_ups(env):
    return Source(
        number=89,
        kind="sign_up",
        label=env._("Portal Access"),
        model="res.users",
        domain=[("share", "=", True), ("active", "=", True)],
        date="create_date",
        direction="in",
        channel="portal",
        partner="partner_id",
        title="login",
    )
