"""Every way of people's to every figure of ours that is for some only: what is asked, and by which paths."""

from zlib import crc32

from odoo.exceptions import AccessError, UserError

OURS = "crm_pareto"
# What cannot be asked tells nothing; a TypeError is Odoo's own, where a portal user asks for followers by a domain.
REFUSED = (AccessError, UserError, ValueError, TypeError)


def guarded_fields(env):
    """{model: fields that only some groups of ours see}"""
    found = {}
    for name, model in env.registry.items():
        if model._abstract:
            continue
        ours = model._original_module == OURS
        fields = [
            field
            for field in model._fields.values()
            if field.groups and (ours or field.name.startswith("pareto_")) and "crm_pareto." in field.groups
        ]
        if fields:
            found[name] = fields
    return found


def links(env, model):
    """The fields by which a search can go on from a model to another one."""
    return [
        field
        for field in env[model]._fields.values()
        if field.relational and field.comodel_name in env and (field.store or field.search or field.related)
    ]


def paths(env, model, targets, longest=2):
    """The paths (dotted, target model) from a model to the targets, over `longest` links at most."""
    ways = [("", model)]
    for length in range(longest + 1):
        for path, at in ways:
            if at in targets:
                yield path, at
        if length < longest:
            ways = [(f"{path}{field.name}.", field.comodel_name) for path, at in ways for field in links(env, at)]


def hidden(env, fields):
    """Those of the fields that the user of the environment may not see."""
    return [field for field in fields if not env.user.has_groups(field.groups)]


def representatives(fields):
    """One field a way in which they are searched, and a group."""
    kinds = {}
    for field in fields:
        kinds.setdefault((field.store, getattr(field.search, "__qualname__", field.search), field.groups), field)
    return list(kinds.values())


def is_in_sample(path, share):
    """Whether a path is in a sample of one in `share`, the same each time."""
    return crc32(path.encode()) % share == 0


def is_refused(call):
    try:
        call()
    except REFUSED:
        return True
    return False
