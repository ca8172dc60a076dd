"""No mail leaves the machine, and none waits to."""

import contextlib

# Scheduled actions that mail, text or ask a web service.
CRONS = (
    "mail.ir_cron_mail_scheduler_action",
    "mail.ir_cron_module_update_notification",
    "mass_mailing.ir_cron_mass_mailing_queue",
    "event.event_mail_scheduler",
    "sms.ir_cron_sms_scheduler_action",
    "snailmail.snailmail_print",
    "crm_iap_enrich.ir_cron_lead_enrichment",
)


def _install_dummy_server(env):
    """What Odoo's own `neutralize` does: a server nobody can reach comes before any from the command line."""
    servers = env["ir.mail_server"].with_context(active_test=False)
    if servers.search([("smtp_host", "=", "invalid")]):
        return
    servers.search([]).active = False
    servers.create(
        {"name": "Demo data: nothing is sent", "smtp_host": "invalid", "smtp_port": 1025, "smtp_encryption": "none"}
    )


@contextlib.contextmanager
def kept_inside(scene):
    """Inside, mails are written and taken for sent without a server being asked."""
    _install_dummy_server(scene.env)
    for name in CRONS:
        if cron := scene.env.ref(name, raise_if_not_found=False):
            cron.active = False
    yield
    take_for_sent(scene)


def take_for_sent(scene):
    """Do what Odoo does after a successful sending: notifications say `sent`, the queue is empty."""
    mails = scene.env["mail.mail"].search([("state", "in", ("outgoing", "exception"))])
    mails.write({"state": "sent"})
    mails._postprocess_sent_message(success_pids=[], success_emails=[])
