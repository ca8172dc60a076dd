from odoo import models

BATCH = 500  # what Odoo's own dialog takes at a time


class MailActivityPlan(models.Model):
    _inherit = "mail.activity.plan"

    def _pareto_start(self, partners, user, day):
        """Give partners the plan's activities, as Odoo's own dialog does; archived ones get none.

        Nobody is mailed about each activity: they stand in the lists of whoever is to do them.

        :param partners: BATCH of them at most
        :param user: who does what the plan leaves open
        :param day: that the plan counts from
        """
        partners = partners.filtered("active")
        if not self.active or not self.template_ids or not partners:
            return
        context = {"active_model": partners._name, "active_ids": partners.ids, "mail_activity_quick_update": True}
        # sudo: who may start it was asked then; what runs later writes on customers whom the starter may only read.
        dialog = self.env["mail.activity.schedule"].sudo().with_context(**context)
        values = {"plan_id": self.id, "plan_on_demand_user_id": user.id, "plan_date": day}
        dialog.create(values).action_schedule_plan()
