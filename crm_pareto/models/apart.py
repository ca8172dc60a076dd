"""Work on many rows, of which a broken one breaks only itself."""

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
