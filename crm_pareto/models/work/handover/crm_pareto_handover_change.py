import json
import logging
from collections import defaultdict
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command, Domain

from ...common.tools.apart import apart
from ...common.tools.ours import as_ours, is_ours
from ...common.tools.trust import ALL_DOCUMENTS, works_in

_logger = logging.getLogger(__name__)

# What is moved, and the columns that moving may change, by Odoo's own doing, too; those of apps as far as installed.
COLUMNS = {
    "res.partner": ("user_id",),
    "crm.lead": ("user_id", "team_id", "company_id", "stage_id", "date_open", "lead_properties"),
    "sale.order": ("user_id", "team_id", "warehouse_id"),
    "mail.activity": ("user_id",),
    "calendar.event": ("user_id", "partner_ids"),
    "account.move": (),  # whose activities are moved
}
FOLLOWED = ("res.partner", "crm.lead", "sale.order", "account.move")
WITH_CUSTOMER = ("crm.lead", "sale.order", "account.move")  # activities on these go with the customer
# Set by Odoo whenever the person or the team changes: put back after that.
SET_BY_ODOO = ("date_open", "stage_id", "lead_properties", "warehouse_id")


class CrmParetoHandoverChange(models.Model):
    """The journal of a hand-over: one record that was moved, as it was before and after.

    `before` and `after` are {column: value}; of many-to-one fields the id, of meetings the ids of those who attend with
    their answers ("answers"), of what can be followed the subtypes by follower ("followers").

    Back goes what the successor still has and what is still to be done: what was confirmed, won, done or held meanwhile
    is a figure of the past by then, and stays.
    """

    _name = "crm.pareto.handover.change"
    _description = "Record that Was Handed Over"
    _log_access = False

    handover_id = fields.Many2one("crm.pareto.handover", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="handover_id.company_id")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(required=True, model_field="res_model")
    # Who is in it is archived, not deleted: without the journal nothing goes back.
    user_id = fields.Many2one("res.users", "Went to", required=True, ondelete="restrict")
    before = fields.Json(required=True)
    after = fields.Json(required=True)

    @api.model_create_multi
    def create(self, vals_list):
        """Written down by the hand-over alone: what goes back is whatever it says.

        :raises AccessError: for all others
        """
        if not is_ours(self.env):
            raise AccessError(self.env._("The journal of a hand-over is written by the hand-over alone."))
        return super().create(vals_list)

    # -- what is open ------------------------------------------------------------------------

    @api.model
    def _open(self, handover, model):
        """The records of a model that the person has to hand over.

        None where the person is of another company, or the reader is, or sees none of them: a form asks before it is
        saved.
        """
        records, company = self.env[model], handover.company_id
        if company not in self.env.companies or not works_in(handover.from_user_id, company):
            return records
        if not records.has_access("read"):
            return records
        own = Domain("user_id", "=", handover.from_user_id.id)
        here = Domain("company_id", "in", [False, company.id])
        if model == "res.partner":  # a branch has its parents' contacts, too
            here = Domain("company_id", "in", [False, *company.sudo().parent_ids.ids])
        if model == "res.partner":
            return records.search(own & here)
        if model == "crm.lead":
            return records.search(own & here & Domain("won_status", "=", "pending"))
        if model == "sale.order":
            return records.search(own & here & Domain("state", "in", ("draft", "sent")))
        if model == "mail.activity":
            return self._open_activities(handover, own)
        return self._open_meetings(handover)

    @api.model
    def _open_activities(self, handover, own):
        """Those on customers and what is sold to them; not those of other apps, which concern the person alone."""
        here = Domain("pareto_company_id", "in", [False, handover.company_id.id])
        # sudo: activities of somebody else; their documents are those of the company that the reader may see.
        activities = self.env["mail.activity"].sudo()
        found = activities.search(own & here & Domain("res_model", "in", ("res.partner", *WITH_CUSTOMER)))
        return self._on_ours(handover, found)

    @api.model
    def _on_ours(self, handover, records):
        """Those of activities or meetings whose document is of the company and may be read."""
        found = records.browse()
        for model, its in records.grouped("res_model").items():
            documents = self.env[model].with_context(active_test=False)
            here = [False, *handover.company_id.sudo().parent_ids.ids]
            domain = [("id", "in", its.mapped("res_id")), ("company_id", "in", here)]
            if model == "account.move":  # what is sold, and no bill
                domain.append(("move_type", "in", documents.get_sale_types(include_receipts=True)))
            ids = set(documents.search(domain).ids) if documents.has_access("read") else ()
            found += its.filtered(lambda record, ids=ids: record.res_id in ids)
        return found

    @api.model
    def _open_meetings(self, handover):
        """Meetings to come with somebody from outside; private ones stay, and what is another app's: an interview."""
        person = handover.from_user_id.partner_id
        # sudo: meetings of somebody else; private ones are left out.
        meetings = self.env["calendar.event"].sudo()
        mine = Domain("user_id", "=", handover.from_user_id.id) | Domain("partner_ids", "in", person.ids)
        to_come = Domain("start", ">", fields.Datetime.now())
        found = meetings.search(mine & to_come & Domain("partner_ids.partner_share", "=", True))
        on_documents = found.filtered(lambda meeting: meeting.res_model and meeting.res_id)
        ours = on_documents.filtered(lambda meeting: meeting.res_model in ("res.partner", *WITH_CUSTOMER))
        found = (found - on_documents) + self._on_ours(handover, ours)
        here = (self.env["res.company"], handover.company_id)
        return found.filtered(
            lambda meeting: (
                meeting.effective_privacy != "private"
                and meeting.opportunity_id.company_id in here
                and not meeting.partner_ids.filtered("partner_share").company_id - handover.company_id.sudo().parent_ids
            )
        )

    # -- there -------------------------------------------------------------------------------

    @api.model
    def _check_may_move(self):
        """
        :raises AccessError: for who sees own leads and quotations only, or none: what is moved is somebody else's
        """
        if not self.env.user.has_group(ALL_DOCUMENTS):
            raise AccessError(
                self.env._("Handing over moves leads and quotations: it is for who sees those of everybody.")
            )

    @api.model
    def _hand_over(self, handover):
        """Move everything that is open, and write down how it was.

        Moving an activity lets the successor follow its document, so that has its line in the journal, too.
        """
        self = self.with_env(handover.env)
        moving = {model: self._open(handover, model) for model in COLUMNS if COLUMNS[model]}
        customers = {model: self._customers(records) for model, records in moving.items()}
        everybody = self.env["res.partner"].union(*[customer for of in customers.values() for customer in of.values()])
        receivers = handover.share_ids._receivers(everybody)
        to = {record: receivers[customers[model][record]] for model, records in moving.items() for record in records}
        touched = dict(moving)
        for model, activities in moving["mail.activity"].grouped("res_model").items():
            documents = self.env[model].browse(activities.mapped("res_id"))
            to = {**{document: to[activity] for document, activity in zip(documents, activities, strict=True)}, **to}
            touched[model] = touched.get(model, documents) | documents
        people = self._people(handover)
        before = {model: self._state(records, people) for model, records in touched.items()}
        for model, records in moving.items():
            for user, own in records.grouped(to.get).items():
                self._move(handover, own, user, before[model])
        self._unfollow_unseen(handover, {activity: to[activity] for activity in moving["mail.activity"]}, before)
        self._write_down(handover, touched, before, to)

    @api.model
    def _people(self, handover):
        """Who may follow more or less because of it."""
        return (handover.from_user_id + handover.share_ids.user_id).partner_id

    @api.model
    def _write_down(self, handover, touched, before, to):
        self.env.flush_all()
        after = {model: self._state(records, self._people(handover)) for model, records in touched.items()}
        # sudo: the journal is written by this alone.
        as_ours(self.sudo()).create(
            [
                {
                    "handover_id": handover.id,
                    "res_model": model,
                    "res_id": record.id,
                    "user_id": to[record].id,
                    "before": before[model][record.id],
                    "after": after[model][record.id],
                }
                for model, records in touched.items()
                for record in records
            ]
        )

    @api.model
    def _customers(self, records):
        """{record: its commercial partner, or none}."""
        # sudo: a customer that moved to another company is out of sight; who it is decides who takes its leads over.
        if records._name == "res.partner":
            return {partner: partner.sudo().commercial_partner_id for partner in records}
        if records._name == "mail.activity":
            found = {}
            for model, activities in records.grouped("res_model").items():
                documents = self.env[model].browse(activities.mapped("res_id"))
                of = {document.id: customer for document, customer in self._customers(documents).items()}
                found |= {activity: of[activity.res_id] for activity in activities}
            return found
        if records._name == "calendar.event":
            return {
                meeting: meeting.partner_ids.filtered("partner_share")[:1].commercial_partner_id for meeting in records
            }
        return {record: record.sudo().partner_id.commercial_partner_id for record in records}

    @api.model
    def _move(self, handover, records, user, before):
        """Give the records to one user, as the one who hands over.

        Followers and meetings are changed with sudo: they are somebody else's, and that is the purpose.
        """
        person = handover.from_user_id.partner_id
        if records._name == "calendar.event":
            attending = [Command.unlink(person.id), Command.link(user.partner_id.id)]
            for (organizer, attends), alike in (
                records.sudo().grouped(lambda meeting: (meeting.user_id, person in meeting.partner_ids)).items()
            ):
                values = {"user_id": user.id} if organizer == handover.from_user_id else {}
                alike.write({**values, **({"partner_ids": attending} if attends else {})})
        else:
            records.write({"user_id": user.id})
        if records._name in FOLLOWED:
            self._follow(records, before, person, user.partner_id, stays=handover.reason == "away")

    @api.model
    def _unfollow_unseen(self, handover, activities, before):
        """Let nobody follow a document that he or she may not read: Odoo makes who has an activity on it follow it.

        :param activities: {activity: who has it now}
        """
        here = {"allowed_company_ids": handover.company_id.ids}
        for activity, user in activities.items():
            document = self.env[activity.res_model].browse(activity.res_id)
            follows = before[document._name][document.id].get("followers", {})
            seen = document.with_user(user).with_context(**here).has_access("read")
            if document._name in FOLLOWED and not seen and str(user.partner_id.id) not in follows:
                document.sudo().message_unsubscribe(user.partner_id.ids)  # sudo: as it was made to

    @api.model
    def _follow(self, records, before, person, successor, stays):
        """Let the successor follow what the person followed, and the person no more, unless it is for a while."""
        followed = records.filtered(lambda record: str(person.id) in before[record.id]["followers"])
        followed.sudo().message_subscribe(partner_ids=successor.ids)
        if not stays:
            followed.sudo().message_unsubscribe(partner_ids=person.ids)

    # -- as it is ----------------------------------------------------------------------------

    @api.model
    def _state(self, records, people):
        """{id: what moving may change of the record, as it is now}.

        :param people: the partners who may follow it
        """
        records = records.sudo()
        state = {
            record.id: {name: self._plain(record, name) for name in self._columns_of(records._name)}
            for record in records
        }
        if records._name == "calendar.event":
            for meeting in records:
                answers = {str(one.partner_id.id): one.state for one in meeting.attendee_ids}
                state[meeting.id]["answers"] = dict(sorted(answers.items()))
        if records._name in FOLLOWED:
            for values in state.values():
                values["followers"] = {}
            for follower in self._followers(records, people):
                subtypes = sorted(follower.subtype_ids.ids)
                state[follower.res_id]["followers"][str(follower.partner_id.id)] = subtypes
        return state

    @api.model
    def _columns_of(self, model):
        return [name for name in COLUMNS[model] if name in self.env[model]._fields]

    @api.model
    def _plain(self, record, name):
        field = record._fields[name]
        if field.type == "properties":
            return dict(record[name]._values or {})
        if field.type == "many2many":
            return sorted(record[name].ids)
        if field.type == "datetime":
            return fields.Datetime.to_string(record[name])
        return field.convert_to_write(record[name], record)

    @api.model
    def _followers(self, records, people):
        # sudo: who follows what is somebody else's.
        domain = [("res_model", "=", records._name), ("res_id", "in", records.ids), ("partner_id", "in", people.ids)]
        return self.env["mail.followers"].sudo().search(domain)

    # -- and back ----------------------------------------------------------------------------

    @api.model
    def _of(self, handover):
        """The journal of a hand-over."""
        # sudo: it is for this only.
        return self.with_env(handover.env).sudo().search([("handover_id", "=", handover.id)], order="id desc")

    def _put_back(self):
        """Make the records what they were, but those that are gone, somebody else's by now, or not to be done any more.

        What cannot be written back stays, and keeps nothing else from going back.

        :return: the changes that stay as somebody left them; those that could not be written back; those that went back
            without something of before
        """
        people, holders = self._people(self.handover_id), self._holders()
        state, open_ = defaultdict(dict), {}
        look = partial(type(self)._look, people=people, state=state, still_open=open_)
        failed = self.browse().union(*[changes._each_apart(look) for changes in self.grouped("res_model").values()])
        back = self.filtered(
            lambda change: open_.get(change)
            and change._is_as_left(state[change.res_model][change.res_id], holders[change])
        )
        kept = (self - back - failed).filtered(lambda change: change._is_moved())
        failed, moved = (some.filtered(lambda change: change._is_moved()) for some in (failed, back))
        person, company = self.handover_id.from_user_id, self.handover_id.company_id
        if not works_in(person, company):  # and sees nothing of it any more
            return kept, moved + failed, self.browse()
        columns = {change: change._columns(state[change.res_model][change.res_id]) for change in moved}
        failed = failed.union(*[some._restore(columns) for some in moved.grouped("res_model").values()])
        for model, changes in (back - failed).grouped("res_model").items():  # moving activities makes people follow
            if model in FOLLOWED:
                changes._each_apart(lambda some, state=state[model]: some._restore_followers(people, state))
        return kept, failed, (moved - failed)._lacking(columns)

    def _look(self, people, state, still_open):
        """Find out what the records of a model are now, and which of them may go back.

        :param state: {model: as of `_state`}, added to
        :param still_open: {change: whether}, added to
        """
        model = self[:1].res_model
        records = self.env[model].browse(self.mapped("res_id")).exists().sudo()
        now = self._state(records, people)
        may_go = {record.id for record in records if self._is_still_open(record) and self._is_here(record)}
        state[model].update(now)
        still_open.update({change: change.res_id in may_go for change in self})

    @api.model
    def _is_still_open(self, record):
        if record._name == "sale.order":
            return record.state in ("draft", "sent")
        if record._name == "crm.lead":
            return record.active and record.won_status == "pending"
        if record._name == "calendar.event":
            return record.active and record.start > fields.Datetime.now()
        return record._name != "mail.activity" or record.active

    def _is_here(self, record):
        """Whether a record, or what an activity is on, is still the company's: else it is the other one's.

        An activity may be on whatever there is by now, or on nothing: then it is of whoever has it.
        """
        if record._name == "mail.activity":
            if record.res_model not in FOLLOWED:
                return False
            record = self.env[record.res_model].sudo().browse(record.res_id).exists()
        elif record._name == "calendar.event":
            record = record.opportunity_id
        company = record.company_id if "company_id" in record._fields else self.env["res.company"]
        here = self.handover_id.company_id.sudo()
        return company in (self.env["res.company"], *(here.parent_ids if record._name == "res.partner" else here))

    def _holders(self):
        """{change: ids of the users who may have the record by it}: the successor, and whom that one handed it over to
        since, being away as well.
        """
        later = self.search([("res_id", "in", self.mapped("res_id")), ("handover_id.state", "=", "done")], order="id")
        later = later.grouped(lambda change: (change.res_model, change.res_id))
        holders = {}
        for change in self:
            users = [change.after.get("user_id")]
            for other in later.get((change.res_model, change.res_id), ()):
                if other.id > change.id and other.before.get("user_id") == users[-1]:
                    users.append(other.after.get("user_id"))
            holders[change] = users
        return holders

    def _is_as_left(self, state, holders):
        """Whether the successor still has the record, or whoever has it for that one.

        :param state: of the record, now
        :param holders: ids of users
        """
        if self.res_model == "calendar.event" and self.user_id.partner_id.id not in state["partner_ids"]:
            return False
        return state.get("user_id") in holders

    def _restore(self, columns):
        """Write the values of before, those that are equal in one go.

        Where Odoo refuses a team or the like, which is another company's by now, at least who had the record has it.

        :param columns: {change: {column: value of before}}
        :return: the changes that could not be written back
        """
        groups = self.grouped(lambda change: json.dumps(columns[change], sort_keys=True)).values()
        all_of_it = partial(type(self)._write_back, columns=columns)
        who = partial(all_of_it, names=["user_id"])
        failed = self.browse().union(*[changes._each_apart(all_of_it) for changes in groups])
        return self.browse().union(*[change._each_apart(who) for change in failed])

    def _each_apart(self, call):
        """Call for all at once; where that fails, for each by itself.

        :return: the changes that it failed for
        """
        error = apart(self.env, partial(call, self)) if self else None
        if not error:
            return self.browse()
        if len(self) > 1:
            return self.browse().union(*[change._each_apart(call) for change in self])
        _logger.info("Change %s of a hand-over does not go back", self.id, exc_info=error)
        return self

    def _write_back(self, columns, names=None):
        """Write the values of before, which are equal.

        sudo throughout: a holiday ends without anybody there, and what is written is what was there.

        :param columns: as of `_restore`
        :param names: of the columns, where it is not all of them
        """
        records = self.env[self[:1].res_model].sudo().browse(self.mapped("res_id"))
        values = {name: value for name, value in columns[self[:1]].items() if not names or name in names}
        values = {name: value for name, value in values.items() if self._is_there(records._fields[name], value)}
        later = {name: value for name, value in values.items() if name in SET_BY_ODOO}
        companies = {} if "company_id" in values else self._companies(records)
        for part in ({name: value for name, value in values.items() if name not in later}, later):
            if part:
                records.write(part)
        for lead, company in companies.items():
            if lead.company_id != company:  # Odoo takes it out of the company of which its person is no more: refused
                lead.company_id = company
        self.filtered(lambda change: change.res_model == "calendar.event")._restore_attendees()

    @api.model
    def _companies(self, records):
        """{lead: its company}, which Odoo may change together with the person."""
        return {lead: lead.company_id for lead in records} if records._name == "crm.lead" else {}

    @api.model
    def _is_there(self, field, value):
        """Whether a value of before can be written: a team, stage or warehouse may be deleted by now.

        Of who had the record it is not asked: without that nothing goes back, which is to fail.
        """
        if field.type != "many2one" or not value or field.name == "user_id":
            return True
        return bool(self.env[field.comodel_name].sudo().browse(value).exists())

    def _lacking(self, columns):
        """Those that are back, but without a team or the like that is deleted, or that Odoo refuses."""
        found = self.browse()
        for model, changes in self.grouped("res_model").items():
            records = self.env[model].sudo().browse(changes.mapped("res_id"))
            now = {record.id: record for record in records}
            found += changes.filtered(
                lambda change, now=now: any(
                    self._plain(now[change.res_id], name) != value
                    for name, value in columns[change].items()
                    if now[change.res_id]._fields[name].type == "many2one"
                )
            )
        return found

    def _columns(self, now):
        """The values of before that moving changed and nobody since, those of meetings' guests apart.

        :param now: as of `_state`; who has the record is asked for before
        """
        names = [name for name in COLUMNS[self.res_model] if name in self.before and name != "partner_ids"]
        changed = [name for name in names if self.before[name] != self.after[name]]
        return {name: self.before[name] for name in changed if name == "user_id" or now.get(name) == self.after[name]}

    def _is_moved(self):
        """Whether the record itself was moved, not only something on it."""
        return any(self.before[name] != self.after[name] for name in self.before if name != "followers")

    def _kinds(self):
        """What kinds of records there are, and how many of each."""
        return [
            f"{self.env['ir.model']._get(model).name} ({len(changes)})"
            for model, changes in self.grouped("res_model").items()
        ]

    def _restore_attendees(self):
        """Swap the successor for the person; what others answered since is theirs. Those alike in one go."""
        meetings, person = self.env["calendar.event"].sudo(), self.handover_id.from_user_id.partner_id
        for (user, was_there, attended), alike in self.grouped(lambda change: change._attendance()).items():
            commands = [] if was_there else [Command.unlink(user.partner_id.id)]
            commands += [Command.link(person.id)] if attended else []
            meetings.browse(alike.mapped("res_id")).write({"partner_ids": commands})
        for answer, alike in self.grouped(lambda change: change.before["answers"].get(str(person.id))).items():
            attendees = meetings.browse(alike.mapped("res_id")).attendee_ids
            attendees.filtered(lambda attendee: attendee.partner_id == person).state = answer or "needsAction"

    def _attendance(self):
        """(the successor, whether he or she attended before, whether the person did)."""
        before = self.before["partner_ids"]
        return (
            self.user_id,
            self.user_id.partner_id.id in before,
            self.handover_id.from_user_id.partner_id.id in before,
        )

    def _restore_followers(self, people, state):
        """Let the people follow what they did, as far as nobody changed it since.

        :param state: {id of the record: what it is now}
        """
        gone, values = set(), []
        subtypes = {id_ for change in self for ids in change.before.get("followers", {}).values() for id_ in ids}
        # sudo: which of them are still there; of an app that was uninstalled, say, they are not.
        there = set(self.env["mail.message.subtype"].sudo().browse(subtypes).exists().ids)
        for change in self:
            before, after, now = (of.get("followers", {}) for of in (change.before, change.after, state[change.res_id]))
            for partner in map(str, people.ids):
                follows_by_this = partner not in before and partner not in now  # who has a record again follows it
                if follows_by_this or before.get(partner) != after.get(partner) == now.get(partner):
                    gone.add((change.res_id, int(partner)))
                    if partner in before:
                        record = {"res_model": change.res_model, "res_id": change.res_id, "partner_id": int(partner)}
                        kept = [id_ for id_ in before[partner] if id_ in there]
                        values.append({**record, "subtype_ids": [Command.set(kept)]})
        records = self.env[self[:1].res_model].browse(self.mapped("res_id"))
        followers = self._followers(records, people)
        followers.filtered(lambda follower: (follower.res_id, follower.partner_id.id) in gone).unlink()
        self.env["mail.followers"].sudo().create(values)
