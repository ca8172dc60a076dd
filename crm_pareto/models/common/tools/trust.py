"""What is trusted: nothing that comes from a client steers a computation, and under sudo the reader's groups count.

A client says what it likes in a context, and JSON has lists, texts and numbers only. So what our own code tells its SQL
through the context is of a class of our own, and anything else under that key is ignored.
"""

from functools import wraps

from odoo import SUPERUSER_ID
from odoo.exceptions import AccessError

ALL_DOCUMENTS = "sales_team.group_sale_salesman_all_leads"
SCHEDULED_KEY = "pareto_scheduled"
SCHEDULED = object()  # in the context of what the scheduler runs; no client can send it


EVERY_ROW = object()  # in the context of who asks for snapshots too; no client can send it


class Only(tuple):
    """Ids that our SQL is to look at, instead of at all. Made by our own code alone: from a client comes a list."""

    __slots__ = ()

    @classmethod
    def of(cls, env, key):
        """What our own code put into the context under the key; None where it did not."""
        value = env.context.get(key)
        return value if isinstance(value, cls) else None


def scheduled(method):
    """A method for the scheduler alone: OdooBot, or whoever a scheduled action runs as, while it runs.

    Anybody can have a server action run that has no groups, by its number; so each asks for itself. It is run as
    OdooBot, whoever the scheduled action is set to run as: nobody else may write what is computed.
    """

    @wraps(method)
    def only_scheduled(self, *args, **kwargs):
        if self.env.uid != SUPERUSER_ID and self.env.context.get(SCHEDULED_KEY) is not SCHEDULED:
            raise AccessError(self.env._("This is for the scheduler: nobody can run it by hand."))
        return method(self.with_user(SUPERUSER_ID), *args, **kwargs)

    return only_scheduled


def as_scheduler(model):
    """The model as the scheduler has it: neither who asks nor any of what their client sent steers a computation.

    Only the language stays, for messages.
    """
    return model.with_env(model.env(user=SUPERUSER_ID, su=True, context={"lang": model.env.lang}))


def name_of(record):
    """What a record is called, for who may see what is about it: figures, a plan, orders.

    Nothing of what a client sends along: it would ask for the address, too.
    """
    # sudo: the name only. A customer that moved to another company is out of sight, and its figures stay in this one.
    return without_client(record.sudo()).display_name


def without_client(model):
    """The model with no more of the client's context than language, time zone and companies.

    For what we write on somebody's behalf: defaults, and whether it is tracked, are not theirs to say.
    """
    kept = {key: model.env.context[key] for key in ("lang", "tz", "allowed_company_ids") if key in model.env.context}
    return model.with_env(model.env(context=kept))


def with_snapshots(model):
    """The model with the rows of snapshots too, as Odoo's `active_test` shows archived records; no client says so."""
    return model.with_context(pareto_every_row=EVERY_ROW)


def may_see(env, field):
    """Whether whom the environment is of may see a field: under sudo, too, their groups count.

    Odoo searches with sudo for people, by paths that they name: followers, say.
    """
    return env.uid == SUPERUSER_ID or not field.groups or env.user.has_groups(field.groups)


def as_reader(model):
    """The model with the record rules of whom the environment is of, under sudo too.

    Odoo follows the paths that people name with sudo: on them no rule holds but the one that we ask.
    """
    return model if model.env.uid == SUPERUSER_ID else model.sudo(False)


def sees_own_only(model):
    """Whether our rules leave the reader his or her own rows of a model: that of "own" holds, and that of "all" not."""
    rules = model.sudo(False).env["ir.rule"]._get_rules(model._name)
    own, every = (
        model.env["ir.model.data"]._xmlid_to_res_id(f"crm_pareto.{model._table}_rule_{of}") for of in ("own", "all")
    )
    return own in rules.ids and every not in rules.ids


def check_reader(records, field):
    """Refuse who may not see a field, under sudo too.

    :raises AccessError: naming the field
    """
    if not may_see(records.env, field):
        if records.env.su:
            # Odoo's own words say which groups may, for which it asks the database: for each mail that comes in, as it
            # then describes all fields of a lead with sudo, and takes a refusal for an answer.
            raise AccessError(
                records.env._("You may not see “%(field)s” of %(model)s.", field=field.name, model=field.model_name)
            )
        records._check_field_access(field, "read")


def without_defaults(model, names):
    """The model without defaults for these fields in its context: those meant for what a form was opened from."""
    keys = {f"default_{name}" for name in names} & model.env.context.keys()
    if not keys:
        return model
    return model.with_env(model.env(context={k: value for k, value in model.env.context.items() if k not in keys}))


def trusted_defaults(get, model, names, ours):
    """Default values, of which some are as the fields say them, whatever a client has.

    Neither those of its context nor those that everybody may save as his or her own ("Set Defaults", ir.default): with
    them a client would set what it may not write.

    :param get: the `default_get` that is overridden, bound
    :param names: fields whose defaults are asked for
    :param ours: fields that no client sets
    """
    fields = [model._fields[name] for name in names if name in ours and name in model._fields]
    found = get([name for name in names if name not in ours])
    for field in fields:
        if field.default:
            value = field.convert_to_cache(field.default(model), model, validate=False)
            found[field.name] = field.convert_to_write(value, model)
    return found


def without_what_is_not_theirs(defaults, name, may):
    """Default values without one that a client has, where the person may not write the field.

    :param may: whether the person may; called only where there is one: everything that is created passes here
    """
    if defaults.get(name) and not may():
        del defaults[name]
    return defaults


def lang_of(user, env):
    """The language to speak to a user in: that of the environment, where theirs is none.

    Everybody sets his or her own language, to anything; and one that people use may be switched off.
    """
    code = user.sudo().lang  # sudo: a colleague's
    return code if code and env["res.lang"]._get_data(code=code) else env.lang


def works_in(user, company):
    """Whether a user is one of the company's own people, active or not: no customer in the portal, no other company's.

    sudo: whom the reader does not see is asked about, too.
    """
    user = user.sudo()
    return bool(user) and not user.share and company in user.company_ids


def missing_companies(env):
    """The companies in which the user does not work."""
    # sudo: which companies there are, not what they are.
    return env["res.company"].sudo().search([("active", "=", True)]) - env.user.sudo().company_ids


def check_shared(records, operation, result):
    """What `_check_access` answers: what all companies share is only theirs to change who work in all of them.

    :param records: with a company, or none where they are shared
    :param result: Odoo's own answer
    """
    if operation == "read":
        return result
    env, shared = records.env, records.sudo().filtered(lambda record: record.id and not record.company_id).sudo(False)
    if not shared or not missing_companies(env):
        return result
    if result:
        return result[0] | shared, result[1]
    return shared, lambda: AccessError(
        env._(
            "%(what)s: this one is shared by all companies, and you do not work in all of them. Make those of your own"
            " company instead.",
            what=records._description,
        )
    )
