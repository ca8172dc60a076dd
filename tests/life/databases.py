"""Databases at the stages of their lives, and what is read of them."""

import json
import lzma
import os
import subprocess
from contextlib import contextmanager

from dev.console import Failure
from dev.database import PROBLEM

from ..common import throwaway_database

MOMENTS = "id,create_date,write_date,full_at,refreshed_at,computed_at,seconds"  # when, and how long it took


def run(odoo, database, name, *words):
    """Run a script of this folder in a database; what it printed.

    :raises AssertionError: where Odoo's log complains
    """
    lines = odoo.run_script(database, f"tests.life.{name}", words, name, None).splitlines()
    complaints = [line for line in lines if PROBLEM.match(line)]
    assert not complaints, complaints[:3]
    return json.loads(lines[-1])


def install(odoo, database, *options):
    """Install the addon; a warning in Odoo's log is a failure."""
    odoo.run_server(database, ["-i", "crm_pareto", *options], "Installing", None, strict=True)


def night(odoo, database):
    """Run each scheduled action of ours."""
    run(odoo, database, "night", "--all")


@contextmanager
def copy_of(database, name="crm_pareto_life_copy"):
    """(odoo, name) of a copy of a database; dropped at the end."""
    with throwaway_database(name, database) as copy:
        yield copy


def columns(odoo, database):
    """{table: its columns}"""
    statement = """
        SELECT table_name, string_agg(column_name, ',' ORDER BY ordinal_position)
          FROM information_schema.columns JOIN pg_tables ON schemaname = 'public' AND tablename = table_name
         WHERE table_schema = 'public' GROUP BY 1
    """
    return {table: names.split(",") for table, names in odoo.server.query(statement, database)}


def fingerprints(odoo, database, tables, where=()):
    """{table: a checksum of its rows}

    :param tables: {table: the columns that count}
    :param where: {table: SQL, the rows that count}
    """
    parts = []
    for table, names in tables.items():
        row = f"md5(ROW({', '.join(chr(34) + name + chr(34) for name in names)})::text)"
        condition = dict(where).get(table, "TRUE")
        parts.append(
            f"""SELECT '{table}', md5(string_agg({row}, '' ORDER BY {row})) FROM "{table}" WHERE {condition}"""
        )
    return {table: digest for table, digest in odoo.server.query(" UNION ALL ".join(parts), database)}


def differing(one, other):
    """The tables whose fingerprints differ."""
    return {table for table in one.keys() | other.keys() if one.get(table) != other.get(table)}


def rows(odoo, database):
    """{one of our tables: its rows without ids and moments, sorted}"""
    ours = [table for table in columns(odoo, database) if table.startswith("crm_pareto_")]
    statement = " UNION ALL ".join(
        f"""SELECT '{table}', (to_jsonb(t) - '{{{MOMENTS}}}'::text[])::text FROM "{table}" t""" for table in ours
    )
    found = {table: [] for table in ours}
    for table, row in sorted(odoo.server.query(statement, database)):
        found[table].append(row)
    return found


def differing_rows(one, other):
    """(table, a row) of those that are in one and not in the other, to be looked at."""
    return [
        (table, sorted(set(one[table]) - set(other[table]))[:2], sorted(set(other[table]) - set(one[table]))[:2])
        for table in one.keys() | other.keys()
        if one.get(table) != other.get(table)
    ]


def against_the_ledger(odoo, database):
    """(how many customers have turnover in the ledger, those whose stored one is another), over all companies.

    Who is marked as no customer has none.
    """
    statement = """
        WITH ledger AS (
            SELECT move.company_id, COALESCE(linked.commercial_partner_id, move.commercial_partner_id) AS partner_id,
                   SUM(-line.balance) AS turnover
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN crm_pareto_run run
                ON run.company_id = move.company_id AND run.kind = 'customer' AND run.snapshot IS NOT TRUE
              LEFT JOIN res_partner linked ON linked.id = move.pareto_customer_id
              JOIN res_partner customer
                ON customer.id = COALESCE(linked.commercial_partner_id, move.commercial_partner_id)
             WHERE move.state = 'posted' AND line.display_type = 'product' AND customer.pareto_not_customer IS NOT TRUE
               AND move.move_type IN ('out_invoice', 'out_refund', 'out_receipt')
               AND move.invoice_date BETWEEN run.date_from AND run.as_of
             GROUP BY 1, 2
        ), stored AS (SELECT company_id, partner_id, turnover FROM crm_pareto_customer WHERE snapshot_id IS NULL)
        SELECT count(ledger), count(*) FILTER (
                   WHERE round(COALESCE(ledger.turnover, 0), 2) <> round(COALESCE(stored.turnover, 0)::numeric, 2))
          FROM ledger FULL JOIN stored USING (company_id, partner_id)
    """
    ((customers, wrong),) = odoo.server.query(statement, database)
    return int(customers), int(wrong)


def invalid(odoo, database):
    """Indexes and constraints that PostgreSQL holds for not valid."""
    statement = """
        SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready)
        UNION ALL SELECT conname::text FROM pg_constraint WHERE NOT convalidated
    """
    return odoo.server.query(statement, database)


# -- dumps ---------------------------------------------------------------------------------------


def dump(odoo, database, file):
    """Write a database, without its filestore, to a .sql.xz file."""
    command = ["pg_dump", "--no-owner", "--no-privileges", database]
    done = subprocess.run(command, env={**os.environ, **odoo.server.environment}, capture_output=True)
    if done.returncode:
        raise Failure(f"pg_dump: {done.stderr.decode()[-300:]}")
    file.write_bytes(lzma.compress(done.stdout, preset=9 | lzma.PRESET_EXTREME))


def restore(odoo, database, file):
    """Fill an empty database from a .sql.xz file."""
    command = ["psql", "-q", "-o", os.devnull, "-d", database]
    done = subprocess.run(
        command,
        input=lzma.decompress(file.read_bytes()),
        env={**os.environ, **odoo.server.environment},
        capture_output=True,
    )
    if done.returncode:
        raise Failure(f"psql: {done.stderr.decode()[-300:]}")
