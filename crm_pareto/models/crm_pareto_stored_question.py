import ast
import re
from collections import defaultdict

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache

from .asking import AUDIENCES, named_audiences

NAME = re.compile(r"[a-z_]\w*", re.IGNORECASE)
# Of a template: what is read of something, and not the words and styles around it.
READ_NAME = re.compile(r"""(?:\.|[\[(]\s*(?:['"]|&quot;|&#34;|&#39;))\s*([a-z_]\w*)|\b(pareto_\w+)""", re.IGNORECASE)
OURS = "pareto_"  # what our fields on Odoo's models begin with: nothing leads to our figures but through one of them
ASKING = re.compile(r"(^|_)(domain|filter)(_|$)")  # what Odoo and OCA call a field that holds a domain
TEXTS = ("char", "text", "html")


class CrmParetoStoredQuestion(models.AbstractModel):
    """Domains and templates that people store on Odoo's models and the scheduler asks later as superuser: to whom a
    mailing goes, which leads a team gets, what a mail says.

    Nobody's groups count then, so they are asked for when it is stored, of who stores it. Whatever else is written on
    such a record asks again: a mailing that takes over a colleague's filter has it by a computation.
    """

    _name = "crm.pareto.stored.question"
    _description = "Stored Questions"

    def _register_hook(self):
        """Let the models check what is stored on them, those of apps that come later too."""
        super()._register_hook()
        for name, fields in self._asking_fields().items():
            _check_after_writing(self.env.registry[name], fields)

    @api.model
    def _asking_fields(self):
        """{model: names of the stored fields in which somebody may ask}, of others' models."""
        found = defaultdict(list)
        templates = self.env.registry["mail.render.mixin"]
        for name, model in self.env.registry.items():
            if model._abstract or not model._auto or model._original_module == "crm_pareto":
                continue
            renders = issubclass(model, templates)
            for field in model._fields.values():
                if field.store and field.type in TEXTS and (renders or ASKING.search(field.name)):
                    found[name].append(field.name)
        return dict(found)

    @api.model
    def _check_stored(self, records, fields):
        """Refuse figures of ours in what is stored, for who may not see them.

        :raises AccessError: naming the figure, or the audience
        """
        if self.env.uid == SUPERUSER_ID:
            return
        for record in records.sudo():
            for name in fields:
                if OURS in (text := _as_read(record[name] or "")):
                    self._check_text(text)

    @api.model
    def _check_text(self, text):
        guarded, user = self._guarded_names(), self.env.user
        is_domain = bool(list(_leaves(text)))
        names = NAME.findall(text) if is_domain else map("".join, READ_NAME.findall(text))
        own_only = user.company_ids._pareto_shows_own_only()  # which of them are ticked, the scheduler does not ask
        for name in names:
            if name in guarded and own_only:
                raise AccessError(
                    self.env._("You see the figures of your own customers: nothing of all can be chosen by “%s”.", name)
                )
            if not all(user.has_groups(groups) for groups in guarded.get(name, ())):
                raise AccessError(self.env._("You may not see “%(field)s”: nothing can be chosen by it.", field=name))
        if AUDIENCES in text:
            self.env["crm.pareto.audience"]._check_named(self._named_audiences(text))

    @api.model
    def _named_audiences(self, text):
        """The numbers of the audiences that a domain names.

        :raises AccessError: where it asks for audiences in another way
        """
        numbers, leaves = [], [leaf for leaf in _leaves(text) if AUDIENCES in leaf[0]]
        if len(leaves) != text.count(AUDIENCES):
            leaves = [(AUDIENCES, "any", [])]
        for path, operator, value in leaves:
            numbers += named_audiences(self.env, path, operator, value)
        return numbers

    @api.model
    @ormcache(cache="stable")
    def _guarded_names(self):
        """{name of a field: the groups that see the fields of that name}, of all our guarded fields."""
        found = defaultdict(set)
        for model in self.env.registry.values():
            ours = model._original_module == "crm_pareto"
            for field in model._fields.values():
                if field.groups and (ours or field.name.startswith(OURS)):
                    found[field.name].add(field.groups)
        return dict(found)


def _as_read(text):
    """The text as Python reads it: one domain can be written in many ways ("\\x70areto_profit", "pareto" "_profit")."""
    try:
        return ast.unparse(ast.parse(str(text).strip(), mode="eval"))
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return str(text)  # a template, or nothing that anybody can ask


def _leaves(text):
    """Yield (path, operator, value) of all that a domain asks for, at any depth; nothing where it is none."""
    try:
        parts = [ast.literal_eval(text)]
    except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
        return
    while parts:
        part = parts.pop()
        if isinstance(part, list | tuple):
            parts += part
            if len(part) == 3 and isinstance(part[0], str) and isinstance(part[1], str):
                yield part


def _check_after_writing(model, fields):
    """Have a model of the registry check what is stored on it, after each creation and writing."""
    validate = model._validate_fields
    if getattr(validate, "checks_pareto_questions", False):
        return  # of another loading of the same registry

    def checked(records, *args, **kwargs):
        # First: the model's own checks would say that the domain is none, because it fails under the person's groups.
        records.env["crm.pareto.stored.question"]._check_stored(records, fields)
        validate(records, *args, **kwargs)

    checked.checks_pareto_questions = True
    model._validate_fields = checked
