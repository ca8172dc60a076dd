"""Which day a moment lies on: the one place where time zones are worked out."""

from datetime import datetime, time

import pytz
from odoo.tools import SQL

from .bounds import EARLIEST, LATEST, within_days

# The hour, in UTC, at which it is the same day from Hawaii to New Zealand, summer and winter.
SAME_DAY_EVERYWHERE = SQL("interval '10 hours'")


def zone_of(env, name):
    """The time zone of this name; UTC without one, and for one that is none any more: as Odoo has it.

    The reader's own is `env.tz`, with a time zone in the context or without.
    """
    return env(context={**env.context, "tz": name or "UTC"}).tz


def day_of(moment, zone):
    """The day on which a moment lies in a time zone; SQL.

    :param moment: SQL of a timestamp in UTC
    :param zone: a time zone, its name, or SQL of that
    """
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", moment, zone if isinstance(zone, SQL) else str(zone))


def company_day(env, moment, company):
    """The day on which a moment lies in the company of a row, of a row without one in the current company; SQL.

    :param moment: SQL of a timestamp in UTC
    :param company: SQL of a company's id
    """
    # sudo: where a company is is no secret.
    companies = env["res.company"].sudo().with_context(active_test=False).search([])
    zones = companies.grouped(lambda company: company._pareto_zone())
    here = env.company._pareto_zone()
    cases = [
        SQL("WHEN %s THEN %s", SQL("%s IN %s", company, elsewhere._ids), zone)
        for zone, elsewhere in zones.items()
        if zone != here
    ]
    return day_of(moment, SQL("CASE %s ELSE %s END", SQL(" ").join(cases), here) if cases else here)


def beginning_of(day, zone):
    """The moment, in UTC, at which a day begins in a time zone; SQL.

    :param day: SQL of a date within the bounds of what any business has
    """
    return SQL("((%s)::timestamp AT TIME ZONE %s AT TIME ZONE 'UTC')", day, str(zone))


def begins_at(day, zone):
    """The same of one day, within bounds, in Python.

    :param zone: a time zone of pytz
    :return: a moment in UTC, without a time zone, as Odoo has them
    """
    midnight = datetime.combine(min(max(day, EARLIEST), LATEST), time.min)
    return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)


def among_moments(day):
    """Where a day stands among moments: in UTC, and on the same day for whoever reads it; SQL.

    Within bounds: the first day of the year 1 is, west of Greenwich, in a year that Python does not have.

    :param day: SQL of a date
    """
    return SQL("(%s + %s)", within_days(day), SAME_DAY_EVERYWHERE)
