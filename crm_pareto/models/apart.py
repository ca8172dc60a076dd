"""Work on many rows, of which a broken one breaks only itself."""

from contextlib import contextmanager

from odoo.tools import SQL
from psycopg2 import InterfaceError, OperationalError


def apart(env, call):
    """Call within a savepoint: what fails is undone, and the rest of the transaction goes on.

    :return: the error that it ended with, or None
    :raises: where the transaction as a whole is to be repeated or is over: a lock, another transaction, no connection
    """
    try:
        with env.cr.savepoint():
            call()
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one row's
        return error
    return None


@contextmanager
def in_time(env, seconds):
    """A statement within is given up after so many seconds, of which parts count too; what failed is undone.

    :raises psycopg2.errors.QueryCanceled: where it takes longer
    """
    with env.cr.savepoint(flush=False):
        env.cr.execute(SQL("SET LOCAL statement_timeout = %s", f"{1000 * seconds:.0f}ms"))
        yield
        env.cr.execute("SET LOCAL statement_timeout TO DEFAULT")
