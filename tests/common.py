"""What the tests build from: tagged base classes, people, and whole databases."""

from contextlib import contextmanager

from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

from dev import odoo_source, postgres
from dev.commands import BASE_DATABASE
from dev.database import Odoo

SALESPERSON = "sales_team.group_sale_salesman"
SALES_MANAGER = "sales_team.group_sale_manager"


# `standard` keeps Odoo's block on outgoing connections; without a tag pytest-odoo aborts the collection.
@tagged("standard", "post_install", "-at_install")
class ParetoCase(TransactionCase):
    """Tests inside one transaction that is rolled back."""

    @classmethod
    def new_user(cls, login, groups):
        """A user named and logged in as `login`.

        :param groups: comma-separated XML ids
        """
        return new_test_user(cls.env, login=login, name=login, groups=groups)


@tagged("standard", "post_install", "-at_install")
class ParetoHttpCase(HttpCase):
    """Tests in a real browser against Odoo's own web server."""


@contextmanager
def throwaway_database(name, template=BASE_DATABASE):
    """Yield (odoo, name): a database of its own, for what must commit; dropped at the end.

    :param template: the database it is a copy of
    """
    with postgres.server() as server:
        odoo = Odoo(odoo_source.find(), server)
        odoo.create(name, template)
        try:
            yield odoo, name
        finally:
            odoo.drop(name)
