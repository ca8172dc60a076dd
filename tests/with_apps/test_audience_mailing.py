"""A mailing to an audience: whom it reaches when it is sent."""

from freezegun import freeze_time

from odoo.fields import Command

from tests.common import SALES_MANAGER, ParetoHttpCase, new_test_user

from .common import AppsCase

MANAGER = f"{SALES_MANAGER},mass_mailing.group_mass_mailing_user"
