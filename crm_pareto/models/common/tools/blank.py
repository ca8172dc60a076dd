"""Fields of figures that may be unknown: NULL in the database, False in Python, blank on the screen and in an export.

Odoo's own numbers take NULL for zero wherever they are read, searched or exported.
"""

from odoo import fields


class _Blank:
    """An unknown figure is neither zero nor more or less than anything; searched for as `= False`."""

    falsy_value = None

    def convert_to_cache(self, value, record, validate=True):
        return None if _unknown(value) else super().convert_to_cache(value, record, validate)

    def convert_to_column_insert(self, value, record, values=None, validate=True):
        return None if _unknown(value) else super().convert_to_column_insert(value, record, values, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if _unknown(value) else super().convert_to_export(value, record)


class BlankInteger(_Blank, fields.Integer):
    """A whole number that may be unknown."""


class BlankFloat(_Blank, fields.Float):
    """A number that may be unknown."""


class BlankMonetary(_Blank, fields.Monetary):
    """An amount that may be unknown."""


def _unknown(value):
    return value is None or value is False
