"""The translation template holds exactly the texts the addon shows."""

from pathlib import Path

import polib

from dev import odoo_source, postgres
from dev.commands import TEST_DATABASE
from dev.database import Odoo
from dev.paths import ADDON

TEMPLATE = ADDON / "i18n" / "crm_pareto.pot"


def texts(file):
    """{(context, text): places it is used}"""
    return {(entry.msgctxt, entry.msgid): sorted(entry.occurrences) for entry in polib.pofile(str(file))}


def test_the_template_is_current(tmp_path):
    fresh = Path(tmp_path) / "crm_pareto.pot"
    with postgres.server() as server:
        Odoo(odoo_source.find(), server).export_translation_template(TEST_DATABASE, fresh)
    assert texts(fresh), "the addon has texts"
    assert texts(TEMPLATE) == texts(fresh), "run `make pot` and commit the result"
