"""Work on many rows, of which a broken one breaks only itself."""

from contextlib import contextmanager
from time import monotonic

from odoo.tools import SQL
from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import QueryCanceled, ReadOnlySqlTransaction

# PostgreSQL's codes of a statement that asks for too much: memory, depth, columns.
TOO_MUCH = ("53", "54")


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


class Patience:
    """How long somebody waits for several things together.

    Each may take half of what is left, so that a slow one leaves the others theirs; what is alone, all of it.

    :param seconds: for all of them
    :param things: how many there are
    """

    def __init__(self, seconds, things=1):
        self.ends = monotonic() + seconds
        self.share = 2 if things > 1 else 1

    @property
    def is_over(self):
        """Whether no time is left."""
        return monotonic() >= self.ends

    def check(self):
        """
        :raises psycopg2.errors.QueryCanceled: where no time is left, as PostgreSQL would
        """
        if self.is_over:
            raise QueryCanceled

    @property
    def left(self):
        """Seconds for the next; never none, which PostgreSQL takes for as long as it likes."""
        return max((self.ends - monotonic()) / self.share, 0.01)


@contextmanager
def in_time(env, patience):
    """What is asked within is given up where the patience ends, in a statement or between many; what failed is undone.

    :raises psycopg2.errors.QueryCanceled: where it takes longer
    """
    patience.check()
    cr, question = env.cr, Patience(patience.left)
    before, execute = vars(cr).get("execute"), cr.execute

    def execute_in_time(*args, **kwargs):
        question.check()
        execute(SQL("SET LOCAL statement_timeout = %s", f"{1000 * question.left:.0f}ms"))
        return execute(*args, **kwargs)

    with cr.savepoint(flush=False):
        cr.execute = execute_in_time
        try:
            yield
        finally:
            if before:
                cr.execute = before
            else:
                del cr.execute  # the class's again
        cr.execute(SQL("SET LOCAL statement_timeout TO DEFAULT"))


def ask(env, patience, call):
    """Call what asks as somebody wrote it: whatever is wrong with that is told, and breaks nothing else.

    :return: (the answer, None), or (None, the error)
    :raises: where the transaction as a whole is to be repeated or is over
    """
    try:
        with in_time(env, patience):
            return call(), None
    except Exception as error:
        if is_of_transaction(error):
            raise
        return None, error


def is_of_transaction(error):
    """Whether the transaction as a whole is to be repeated, on the primary perhaps, or is over."""
    if isinstance(error, OperationalError):
        return not (isinstance(error, QueryCanceled) or (error.pgcode or "").startswith(TOO_MUCH))
    return isinstance(error, InterfaceError | ReadOnlySqlTransaction)


def take_turns(records):
    """Let people who write at once what is checked together take turns: Odoo tries the second again, who then sees what
    the first did. A lock would not do: the second would go on with what the database looked like before.

    :param records: whose rows all of them write; of none, the table's first row
    """
    table = SQL.identifier(records._table)
    which = SQL("= ANY(%s)", records.ids) if records else SQL("= (SELECT MIN(id) FROM %s)", table)
    records.env.cr.execute(SQL("UPDATE %s SET id = id WHERE id %s", table, which))
