"""Prints as JSON what the timeline shows of one event registration, for test_optional_apps.

python -m tests.common.optional_apps --database NAME -- <odoo options>
"""

from ..script import main


def _kinds(env):
    """The kinds of the touches of a customer to whom somebody talked, and who registered where that is possible."""
    partner = env["res.partner"].create({"name": "Alder Instruments"})
    env["crm.pareto.touch"].create({"name": "Talk", "partner_id": partner.id})
    if "event.registration" in env:
        day = {"date_begin": "2026-06-15 08:00:00", "date_end": "2026-06-15 16:00:00"}
        event = env["event.event"].create({"name": "Open House", **day})
        env["event.registration"].create({"event_id": event.id, "partner_id": partner.id})
    return env["crm.pareto.touchpoint"].search([("customer_id", "=", partner.id)]).mapped("kind")


if __name__ == "__main__":
    main(__doc__, _kinds)
