from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...analytics.in_touch import InTouch
from ..common.tools.bounds import MOST_REPORT_ID, as_choice, as_id, is_id, shown

PAGE = 40
MODELS = ("res.partner", "crm.lead", "sale.order")
FIELDS = (
    "date",
    "day",
    "moment",
    "date_promised",
    "direction",
    "channel",
    "kind",
    "conversation",
    "internal",
    "automatic",
    "title",
    "preview",
    "res_model",
    "res_id",
    "user_id",
    "partner_id",
    "amount",
    "currency_id",
)


class CrmParetoTimeline(models.AbstractModel):
    """What the History page of a partner, lead or order shows."""

    _name = "crm.pareto.timeline"
    _description = "History Page"

    @api.model
    @api.readonly
    def page(self, model, res_id, filters=None, before=None):
        """A page of the touches of a record's customer, newest first.

        :param model: res.partner, crm.lead or sale.order
        :param filters: {"channel", "direction", "user_id", "conversation"}, each of them optional
        :param before: (date, id) of the last touch shown
        :raises UserError: for what there is not
        :return: {"touches": at most 40 of them, "more": whether there are older ones}
        """
        domain = self._domain(model, res_id) & self._filtered(filters or {})
        if before:
            domain &= self._before(before)
        touches = self.env["crm.pareto.touchpoint"].search_fetch(domain, FIELDS, limit=PAGE + 1)
        kinds = dict(touches._fields["kind"]._description_selection(self.env))
        shown = touches[:PAGE].with_context(partner_display_name_hide_company=True).read(FIELDS)
        return {
            "touches": [{**touch, "kind_name": kinds.get(touch["kind"])} for touch in shown],
            "more": len(touches) > PAGE,
        }

    @api.model
    @api.readonly
    def summary(self, model, res_id):
        """Who was in touch with a record's customer, when and by what, and what can be filtered by.

        :return: {"count", "last_in", "last_out", "silent_days", "answer_hours", "people", "channels", "partner_id"}
        """
        touchpoints = self.env["crm.pareto.touchpoint"]
        names = dict(touchpoints._fields["channel"]._description_selection(self.env))
        field, id_ = self._subject(model, res_id)
        domain = [(field, "=", id_)]
        in_touch = touchpoints._in_touch(field, domain).get(id_) or InTouch()
        return {
            "count": in_touch.count,
            "channels": [[channel, names[channel], count] for channel, count in in_touch.channels.most_common()],
            "people": [[user.id, user.name, count] for user, count in in_touch.people.most_common()],
            "partner_id": id_ if field != "lead_id" else False,
            "last_in": in_touch.last_in,
            "last_out": in_touch.last_out,
            "silent_days": in_touch.silent_days(fields.Datetime.now()),
            "known_by": [[user.id, user.name] for user in in_touch.known_by],
            "answer_hours": touchpoints._answer_hours(field, domain).get(id_, False),
        }

    @api.model
    def _domain(self, model, res_id):
        """The touches that a record's page shows."""
        field, id_ = self._subject(model, res_id)
        return Domain(field, "=", id_)

    @api.model
    def _subject(self, model, res_id):
        """Whose touches a record's page shows: those of the customer; of a lead without one, its own.

        :return: (the field of the touch, id)
        """
        as_choice(self.env, model, MODELS, self.env._("The record"))
        record = self.env[model].browse(as_id(self.env, res_id, self.env._("The record")))
        record.check_access("read")
        if model == "crm.lead" and not record.partner_id:
            return "lead_id", res_id
        # sudo: whose touches they are, also where the customer is of another company now; which ones, say their rules.
        partner = record.sudo() if model == "res.partner" else record.sudo().partner_id.commercial_partner_id
        is_customer = partner == partner.commercial_partner_id
        return "customer_id" if is_customer else "partner_id", partner.id

    @api.model
    def _before(self, before):
        """What is older than a touch.

        :param before: its (date, id)
        :raises UserError: where that is none
        """
        try:
            date, id_ = before
            moment = fields.Datetime.to_datetime(date)
            if not moment or not is_id(id_, MOST_REPORT_ID):
                raise ValueError
        except (ValueError, TypeError):
            raise UserError(self.env._("The last touch shown is a date and a number: %s", shown(before))) from None
        return Domain("date", "<", moment) | Domain("date", "=", moment) & Domain("id", "<", id_)

    @api.model
    def _filtered(self, filters):
        if not isinstance(filters, dict):
            raise UserError(self.env._("What is filtered by is named: %s", shown(filters)))
        domain, touchpoints = Domain.TRUE, self.env["crm.pareto.touchpoint"]
        for name in ("channel", "direction"):
            if filters.get(name):
                choices = dict(touchpoints._fields[name].selection)
                label = touchpoints._fields[name]._description_string(self.env)
                domain &= Domain(name, "=", as_choice(self.env, filters[name], choices, label))
        if filters.get("user_id"):
            domain &= Domain("user_id", "=", as_id(self.env, filters["user_id"], self.env._("Our person")))
        if filters.get("conversation"):
            domain &= Domain("conversation", "=", True)
        return domain
