"""The rows of a database, so that they can be compared: without ids and moments, numbers to six digits."""

import re
from collections import Counter

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
    """{table: Counter of its rows}"""
    connection = connect(server, database)
    try:
        with connection.cursor() as cursor:
            return {table: _read(cursor, table) for table in tables}
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
    return Counter(tuple(_plain(row[index]) for index in kept) for row in cursor)


def _plain(value):
    return f"{value:.6g}" if isinstance(value, float) else MOMENT.sub("moment", str(value))


def differing(found, wanted):
    """One row of each table that is not as wanted, with one of those that are missing, to be looked at."""
    return {
        table: [
            str(next(iter(rows), ""))[:300] for rows in (found[table] - wanted[table], wanted[table] - found[table])
        ]
        for table in wanted
        if found[table] != wanted[table]
    }


def compare(found, old, new):
    """What the rows are: "old", "new", "both" where each is one or the other, or how many are neither."""
    if found == new:
        return "new"
    if found == old:
        return "old"
    strange = sum((found[table] - (old[table] | new[table])).total() for table in found)
    return f"{strange} strange" if strange else "both"
