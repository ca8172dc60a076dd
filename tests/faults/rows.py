"""The rows of a database, so that they can be compared: without ids and moments, numbers to six digits."""

import re
from collections import Counter, defaultdict

import psycopg2

VOLATILE = {"id", "create_date", "write_date", "full_at", "refreshed_at", "done_on", "batch", "access_token"}
DATES = {"date_last_stage_update", "date_open", "date", "message_main_attachment_id"}
# In the journal of a hand-over, what was there before and what is there now.
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?")


def connect(server, database):
    connection = psycopg2.connect(dbname=database, host=server["PGHOST"], port=server["PGPORT"], user=server["PGUSER"])
    connection.autocommit = True
    return connection


def read(server, database, tables):
    """{(table, company): Counter of its rows}: what one transaction writes; of runs, by kind as well"""
    connection = connect(server, database)
    try:
        with connection.cursor() as cursor:
            return {group: rows for table in tables for group, rows in _read(cursor, table).items()}
    finally:
        connection.close()


def _read(cursor, table):
    cursor.execute(f'SELECT * FROM "{table}"')
    names = [column.name for column in cursor.description]
    kept = [
        index
        for index, name in enumerate(names)
        if name not in VOLATILE
        and not (table in ("crm_lead", "ir_model_data", "mail_activity") and name in DATES)
        and not (table == "ir_model_data" and name == "res_id")  # a number that is drawn anew each time
    ]
    groups = [names.index(name) for name in ("company_id", "kind") if name in names]
    found = defaultdict(Counter)
    for row in cursor:
        found[(table, *(row[index] for index in groups))][tuple(_plain(row[index]) for index in kept)] += 1
    return found


def _plain(value):
    return f"{value:.6g}" if isinstance(value, float) else MOMENT.sub("moment", str(value))


def differing(found, wanted):
    """One row of each group that is not as wanted, with one of those that are missing, to be looked at."""
    return {
        group: [str(next(iter(rows), ""))[:300] for rows in (one - other, other - one)]
        for group, one, other in _pairs(found, wanted)
        if one != other
    }


def compare(found, old, new):
    """What the rows are: "old", "new", "both" where each group is one or the other, or how many groups are neither."""
    if found == new:
        return "new"
    if found == old:
        return "old"
    neither = differing(found, old).keys() & differing(found, new).keys()
    return f"{len(neither)} neither" if neither else "both"


def written(old, new):
    """How many rows are other ones than before."""
    return sum((after - before).total() for _group, before, after in _pairs(old, new))


def _pairs(one, other):
    """(group, its rows in the one, its rows in the other)"""
    return [(group, one.get(group, Counter()), other.get(group, Counter())) for group in one.keys() | other.keys()]
