from odoo import fields


class Moment(fields.Datetime):
    """A moment, or no more than a day: where `all_day` of the record is set, only the `day` of the record counts.

    A day that is written down as a moment is the day before, or after, in somebody's time zone.
    """

    def convert_to_export(self, value, record):
        return record.day if value and record.all_day else super().convert_to_export(value, record)

    def convert_to_display_name(self, value, record):
        if value and record.all_day:
            return fields.Date.to_string(record.day)
        return super().convert_to_display_name(value, record)
