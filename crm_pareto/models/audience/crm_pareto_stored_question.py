import ast
import re
from collections import defaultdict
from contextlib import suppress

from lxml import etree, html
from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import ormcache
from odoo.tools.rendering_tools import INLINE_TEMPLATE_REGEX

from ..common.tools.apart import take_turns
from ..common.tools.asking import AUDIENCES, named_audiences
from ..common.tools.ours import is_by_mail
from ..common.tools.trust import ALL_DOCUMENTS, missing_companies
from ..work.buying_centre.crm_pareto_centre_mixin import ROLE_FIELDS

NAME = re.compile(r"[a-z_]\w*", re.IGNORECASE)
# Of a template: what is read of something, and not the words and styles around it.
READ_NAME = re.compile(r"""(?:\.|[\[(]\s*(?:['"]|&quot;|&#34;|&#39;))\s*([a-z_]\w*)|\b(pareto_\w+)""", re.IGNORECASE)
OURS = "pareto_"  # what our fields on Odoo's models begin with: nothing leads to our figures but through one of them
ASKING = re.compile(r"(^|_)(domain|filter)(_|$)")  # what Odoo and OCA call a field that holds a domain
MOST_READ = 100 * 1024  # characters: of longer ones Odoo takes none for a domain (see its ast.literal_eval)
SPELT = re.compile(r"""[\\+%{]|['"]\s*['"]""")  # where a name can be written in another way than letter by letter
NO_WORDS = re.compile(ASKING.pattern + r"|(^|_)path(_|$)")
LETTER = re.compile(r"(?<!%)[a-z_]", re.IGNORECASE)
TEXTS = ("char", "text", "html")
EVERYBODY = {"base.group_user"}  # of what is no figure
# What follows the documents and not the values: when we were in touch, who knows whom.
BY_DOCUMENTS = (
    *("pareto_last_in", "pareto_last_out", "pareto_silent_days", "pareto_is_overdue", "pareto_is_thin"),
    *("pareto_known_by_count", "pareto_known_by_ids", "pareto_channels", "pareto_answer_hours", "pareto_touch_count"),
    *("pareto_role_ids", "pareto_no_decider", "pareto_one_contact", *ROLE_FIELDS.values()),
    *("pareto_centre_warning", "pareto_customer_roles", "pareto_last_order_date", "pareto_pairing_ids", "pareto_why"),
)
PERSONAL = ("ir.filters",)  # asked by whoever opens them, with the rights of that person
# Asked by the scheduler, or by who may write them. Odoo asks others in the name of whoever is at work then: a customer
# who registers for an event, say, and may see no figure.
ASKED_LATER = re.compile(r"(crm\.team|mailing|marketing|mail)\b")


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
        asking, picking = self._asking_fields(), self._picking_fields()
        for name in {*asking, *picking}:
            _check_after_writing(self.env.registry[name], asking.get(name, ()), picking.get(name, ()))

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
                if field.compute and field.readonly:  # nobody's words: the domain of a lead's e-mail address
                    continue
                if field.store and field.type in TEXTS and (renders or ASKING.search(field.name)):
                    found[name].append(field.name)
        return dict(found)

    @api.model
    def _picking_fields(self):
        """{model: names of the fields in which somebody picks a template that is written later}, of others' models.

        Not those that people do not write: which mail an order waits to send, say.
        """
        found, templates = defaultdict(list), self._templates()
        for name, model in self.env.registry.items():
            if model._abstract or not model._auto or model._transient or model._original_module == "crm_pareto":
                continue
            for field in model._fields.values():
                if field.store and not field.readonly and _linked_models(field) & templates:
                    found[name].append(field.name)
        return dict(found)

    @api.model
    @ormcache(cache="stable")
    def _templates(self):
        """The models of what is stored to be rendered: mails, text messages."""
        renders = self.env.registry["mail.render.mixin"]
        return {
            name
            for name, model in self.env.registry.items()
            if name.endswith(".template") and issubclass(model, renders)
        }

    @api.model
    def _check_picked(self, records, links):
        """Refuse to have a template of somebody else's written, for who may not see what it says.

        Not where another record has it already: as where an event takes the mails of its kind. Whoever picks that one
        has it written to whom he or she likes.

        :raises AccessError: saying so
        """
        if self.env.su and not is_by_mail(self.env):  # Odoo's own choice
            return
        for record in records.sudo():
            for link in links:
                for template in record[link] or ():
                    try:
                        self._check_stored(template, self._texts(template))
                    except AccessError as error:
                        if self._is_picked(template, link, records):
                            continue
                        raise AccessError(
                            self.env._("This template says what you may not have sent to others: choose another one.")
                        ) from error

    @api.model
    def _is_picked(self, template, link, records):
        """Whether others than these records have the template under a link of that name."""
        for model, links in self._picking_fields().items():
            if link not in links:
                continue
            field = self.env[model]._fields[link]
            value = f"{template._name},{template.id}" if field.type == "reference" else template.id
            others = Domain(link, "in", [value])
            if model == records._name:
                others &= Domain("id", "not in", records.ids)
            # sudo: only whether there is one, whoever made it.
            if self.env[model].sudo().with_context(active_test=False).search_count(others, limit=1):
                return True
        return False

    @api.model
    def _texts(self, template):
        return [name for name, field in template._fields.items() if field.store and field.type in TEXTS]

    @api.model
    def _is_its_template_s(self, record, name):
        """Whether a text of a mail that is being written is its template's, letter by letter.

        Who stored that one was asked for it, and who writes the mail reads in it what he or she may see.
        """
        if not record._transient or not isinstance(record, self.env.registry["mail.render.mixin"]):
            return False
        links = [link for link, field in record._fields.items() if _linked_models(field) & self._templates()]
        templates = [template for link in links for template in record[link]]
        return any(record[name] == template[text] for template in templates for text in self._texts(template))

    @api.model
    def _check_stored(self, records, fields):
        """Refuse figures of ours in what is stored, for who may not see them.

        :raises AccessError: naming the figure, the records, or the audience
        """
        if is_by_mail(self.env):  # in nobody's name but of who brought it
            origin = self.env.transaction.default_env.uid
            nobody = self.env.ref("base.public_user").id
            self = self.with_user(nobody if origin == SUPERUSER_ID else origin)
        elif not self.env.user._is_internal():  # a customer writes none: Odoo does, by what somebody stored
            return
        if self.env.uid == SUPERUSER_ID:
            return
        for record in records.sudo():
            ours = self._ours_asked(record)
            for name, written in in_each_language(record, fields):
                text = self._as_asked(record, name, written)
                if (ours or OURS in text) and not self._is_its_template_s(record, name):
                    self._check_text(text, by_scheduler=record._name not in PERSONAL)
                    self._check_whose(record, name, text)
            asks = not record._transient and record._name not in PERSONAL and any(map(ASKING.search, fields))
            for model in ours:
                self._check_records(model, asks)
            fields_named = [record[link] for link in self._links(record._name)["ir.model.fields"]]
            self._check_names([name for some in fields_named for name in some.mapped("name")], by_scheduler=True)
            self._check_reports(record)
            if record._name == "ir.filters":
                self._check_default_list(record)

    @api.model
    def _check_whose(self, record, name, text):
        """Refuse figures and audiences in what Odoo asks in other people's name: who sees none finds nobody by them.

        :raises AccessError: naming the field
        """
        if record._name in PERSONAL or ASKED_LATER.match(record._name) or self.env.user._is_system():
            return
        asked = self._figures_in(text) + [AUDIENCES] * (AUDIENCES in text)
        if asked and ASKING.search(name):
            raise AccessError(
                self.env._("“%s” is asked for whoever is at work then, who may not see it: leave it out.", asked[0])
            )

    @api.model
    def _check_default_list(self, filters):
        """Refuse figures in a list that opens by itself for others: who may not see them could not open it any more.

        :raises AccessError: naming the figure
        """
        if self._opens_for_others(filters):
            texts = [self._as_asked(filters, name, filters[name] or "") for name in ("domain", "context", "sort")]
            if any(map(_puts_together, texts)):
                raise AccessError(
                    self.env._("A list that opens by itself for others asks for fields in one word each.")
                )
            if asked := self._figures_in(" ".join(texts)):
                raise AccessError(
                    self.env._("Not all may see “%s”: no list that opens by itself for others asks for it.", asked[0])
                )

    @api.model
    def _opens_for_others(self, filters):
        """Whether a list opens by itself for others: by default, or in what is made of it, as on a website's page."""
        if filters.is_default and filters.user_ids != self.env.user:
            return True
        # sudo: what others made of it.
        return any(
            self.env[model].sudo().search_count([(name, "=", filters.id)], limit=1)
            for model, name in self._made_of_lists()
        )

    @api.model
    @ormcache(cache="stable")
    def _made_of_lists(self):
        """(model, its stored field that names a saved list), of all that is made of one."""
        return [
            (name, field.name)
            for name, model in self.env.registry.items()
            if model._auto and not model._abstract and not model._transient
            for field in model._fields.values()
            if field.store and field.type == "many2one" and field.comodel_name == "ir.filters"
        ]

    @api.model
    def _figures_in(self, text):
        """The fields of ours on Odoo's records that a text names and not all may see: nothing else leads to figures."""
        guarded = self._guarded_names()
        return [
            name for name in NAME.findall(text) if name.startswith(OURS) and guarded.get(name, EVERYBODY) - EVERYBODY
        ]

    @api.model
    def _as_asked(self, record, name, text):
        """A text as it will be read. To read one of some MB takes a hundred times as much memory, so a long domain is
        looked through as it is written, and has to be written plainly.

        :raises AccessError: where a long domain is not
        """
        if OURS in text and is_plain(record, name, text):
            return ""  # somebody may be called as a figure is
        if len(text) > MOST_READ and ASKING.search(name) and SPELT.search(text):
            raise AccessError(self.env._("This filter is too long to be read: choose fewer, or by what they share."))
        try:
            check_spelling(self.env, text)
            return _as_read(text)
        except (MemoryError, RecursionError) as error:  # deeper than can be looked through, and not than can be asked
            raise AccessError(self.env._("This filter is too deep to be read: ask for less.")) from error

    @api.model
    def _check_reports(self, record):
        """Refuse a report of ours to be sent along: the scheduler prints it, of whatever record has the number."""
        links = self._links(record._name)["ir.actions.report"]
        if any(name.startswith("crm_pareto.") for link in links for name in record[link].mapped("report_name")):
            raise AccessError(self.env._("A customer's brief is printed by a person: it goes along with no mail."))

    @api.model
    def _ours_asked(self, record):
        """The models of ours that a record is about: by a link to the model, or by its name."""
        links = self._links(record._name)
        found = {record[link].model for link in links["ir.model"]} | {record[name] for name in links["names"]}
        models = [self.env.registry[name] for name in found if name in self.env.registry]
        return [model._name for model in models if model._original_module == "crm_pareto"]

    @api.model
    @ormcache("model", cache="stable")
    def _links(self, model):
        """{model: stored fields that link to it}, of what says what a record is about; "names": those that name one."""
        found = {name: [] for name in ("ir.model", "ir.model.fields", "ir.actions.report", "names")}
        for field in self.env[model]._fields.values():
            if field.store and field.relational and field.comodel_name in found:
                found[field.comodel_name].append(field.name)
            elif field.store and field.type in ("char", "selection") and "model" in field.name:
                found["names"].append(field.name)
        return found

    @api.model
    def _check_records(self, model, asks):
        """Refuse to ask our own records: their fields are figures, and the scheduler sees those of all companies."""
        if asks and not self.env.user._is_system():
            raise AccessError(
                self.env._("Nothing is sent or done by “%s”: name an audience instead.", self.env[model]._description)
            )
        self.env[model].check_access("read")

    @api.model
    def _check_text(self, text, by_scheduler):
        paths = [path for path, _operator, _value in _leaves(text)]  # and not the words that are looked for
        names = NAME.findall(" ".join(paths)) if paths else map("".join, READ_NAME.findall(text))
        self._check_names(names, by_scheduler)
        if AUDIENCES in text:
            audiences, numbers = self.env["crm.pareto.audience"], self._named_audiences(text)
            take_turns(audiences.browse(numbers))  # with who changes what they ask for
            audiences._check_named(numbers)

    @api.model
    def _check_names(self, names, by_scheduler):
        """Refuse names of fields that the person may not see, or not of all that the scheduler sees.

        It sees all customers and documents: a contact's figures in its own company, a document's in that of each.
        """
        guarded, user = self._guarded_names(), self.env.user
        if not (names := [name for name in names if name in guarded]):
            return
        own_only = user.company_ids._pareto_shows_own_only()
        some_only = not user.has_group(ALL_DOCUMENTS)
        elsewhere = by_scheduler and missing_companies(self.env)
        for name in names:
            groups = guarded[name]
            if not all(map(user.has_groups, groups)):
                raise AccessError(self.env._("You may not see “%(field)s”: nothing can be chosen by it.", field=name))
            if groups - EVERYBODY and by_scheduler and (own_only or some_only and name in BY_DOCUMENTS):
                raise AccessError(
                    self.env._(
                        "You do not see all customers and documents: nothing of all can be chosen by “%s”. Name an"
                        " audience of your own instead.",
                        name,
                    )
                )
            if groups - EVERYBODY and elsewhere:
                raise AccessError(
                    self.env._(
                        "“%s” would be that of all companies, and you do not work in each: name an audience instead.",
                        name,
                    )
                )

    @api.model
    def _check_naming(self, audience):
        """Refuse a rule that asks for what somebody may not see who named the audience, in a mailing say.

        :raises ValidationError: naming where, and whoever wrote it
        """
        for record, names in self._asking_for_audiences():
            person = record.write_uid
            if not self._reaches(record, names, audience) or audience.company_id not in person.company_ids:
                continue
            # As that person sees it, whatever companies whoever changes the rule has ticked.
            theirs = {"allowed_company_ids": person.company_ids.ids}
            namer = audience.with_user(person).sudo(False).with_context(**theirs)
            if not person.active or not namer.has_access("read"):
                continue  # who is gone, or sees no audience any more, is told nothing by whom it reaches
            try:
                self.with_user(person).sudo(False).with_context(**theirs)._check_stored(record, names)
            except AccessError as error:
                raise ValidationError(
                    self.env._(
                        "A record of %(person)s (%(what)s) asks for this audience, and its writer may not see what the"
                        " new rule asks for. Make another audience, or change that first.",
                        what=record._description,
                        person=person.name,
                    )
                ) from error

    @api.model
    def _asking_for_audiences(self):
        """Yield (record, names of its fields) of what others stored and what asks for some audience."""
        for model, names in self._asking_fields().items():
            if self.env[model]._transient or model in PERSONAL:
                continue
            # sudo: what others stored, whoever changes the audience.
            records = self.env[model].sudo().with_context(active_test=False)
            for record in records.search(Domain.OR(Domain(name, "like", AUDIENCES) for name in names)):
                yield record, names

    @api.model
    def _check_deleting(self, audiences):
        """Refuse to delete what a mailing, say, asks for: one that leaves them out would go to them from then on.

        :raises UserError: naming where
        """
        # sudo: others' rules, of which it is only told that there are some.
        rules = audiences.sudo().with_context(active_test=False)
        ours = ((rule, ["domain"]) for rule in rules.search([("domain", "like", AUDIENCES)]) - audiences)
        for record, names in (*ours, *self._asking_for_audiences()):
            for name in names:
                if set(audiences.ids) & set(self._audiences_in(record[name])):
                    raise UserError(self.env._("“%s” asks for this audience: archive it instead.", record._description))

    @api.model
    def _reaches(self, record, names, audience):
        """Whether texts of a record name an audience, or one whose rule names it, and so on."""
        known, found = set(), {number for name in names for number in self._audiences_in(record[name])}
        while new := found - known:
            known |= new
            rules = self.env["crm.pareto.audience"].sudo().browse(new).exists().mapped("domain")  # sudo: only which
            found = {number for rule in rules for number in self._audiences_in(rule)}
        return audience.id in known

    @api.model
    def _audiences_in(self, text):
        """The numbers of the audiences that a stored text names; none where it is no domain, and names nobody."""
        with suppress(AccessError, MemoryError, RecursionError):
            text = _as_read(text or "")
            return self._named_audiences(text) if AUDIENCES in text else []
        return []

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


def in_each_language(record, names):
    """Yield (name, text) of the fields: a mail is in the language of who gets it, whichever its writer has."""
    for name in names:
        field, texts = record._fields[name], [record[name]]
        if field.translate:
            texts += (field._get_stored_translations(record) or {}).values()
        yield from ((name, text) for text in dict.fromkeys(filter(None, texts)))


def is_plain(record, name, text):
    """Whether a text is words alone, of which nothing is computed: no domain, path, expression or directive."""
    field = record._fields[name]
    if not isinstance(record, record.env.registry["mail.render.mixin"]) or NO_WORDS.search(name):
        return False
    if getattr(field, "render_engine", None) != "qweb" and INLINE_TEMPLATE_REGEX.search(text):
        return False
    return field.type != "html" or not _has_directives(text)


def _has_directives(text):
    try:
        body = html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, ValueError):  # what is no HTML may be anything
        return True
    return any(name.startswith("t-") for element in body.iter(etree.Element) for name in element.attrib)


def check_spelling(env, text):
    """Refuse audiences in another spelling than letter by letter: who changes one would not find who names it.

    :raises AccessError: saying so
    """
    if _as_read(text).count(AUDIENCES) > str(text).count(AUDIENCES):
        raise AccessError(env._("Audiences are for users of Customer Value, and named by their number."))


def _as_read(text):
    """The text as Python reads it: one domain can be written in many ways ("\\x70areto_profit", "pareto" "_profit")."""
    if len(text) > MOST_READ:
        return str(text)
    try:
        return ast.unparse(ast.parse(str(text).strip(), mode="eval"))
    except (SyntaxError, ValueError):
        return str(text)  # a template, or nothing that anybody can ask


def _puts_together(text):
    """Whether words are put together of parts ("par" + "eto_profit"), as a browser does; formats of days are none."""
    try:
        nodes = ast.walk(ast.parse(text.strip(), mode="eval")) if len(text) <= MOST_READ else ()
    except (SyntaxError, ValueError):
        return False  # what a browser reads no better
    parts = (part for node in nodes if isinstance(node, ast.BinOp) for part in ast.walk(node))
    return any(isinstance(part, ast.Constant) and LETTER.search(str(part.value)) for part in parts)


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


def _linked_models(field):
    """The models that a field links to; none where what it refers to is said by code."""
    if field.type == "reference":
        return {name for name, _label in field.selection} if isinstance(field.selection, list) else set()
    return {field.comodel_name} if field.type in ("many2one", "many2many") else set()


def _check_after_writing(model, fields, links):
    """Have a model of the registry check what is stored on it, after each creation and writing.

    :param fields: all of which are looked through, whichever are written
    :param links: of which those that are written are
    """
    validate = model._validate_fields
    if getattr(validate, "checks_pareto_questions", False):
        return  # of another loading of the same registry

    def checked(records, field_names, *args, **kwargs):
        field_names, questions = set(field_names), records.env["crm.pareto.stored.question"]
        # First: the model's own checks would say that the domain is none, because it fails under the person's groups.
        if fields:
            questions._check_stored(records, fields)
        if picked := field_names.intersection(links):
            questions._check_picked(records, picked)
        validate(records, field_names, *args, **kwargs)

    checked.checks_pareto_questions = True
    model._validate_fields = checked
