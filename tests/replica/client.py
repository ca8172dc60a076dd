"""What the web client sends: JSON-RPC calls of a person who is logged in, and the fields that a view reads."""

import http.cookiejar
import itertools
import json
import re
import urllib.parse
import urllib.request
from xml.etree import ElementTree

GROUP = re.compile(r"group_by': *'([^']+)'")
TIMEOUT = 120  # seconds a call may take


class Refused(Exception):
    """Odoo answered with an error; its text."""


class Client:
    """A browser's session on one server.

    :param url: of the server, without a path
    :param context: what is sent with each call
    """

    def __init__(self, url, context):
        self._url, self.context = url, context
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._cookies)
        )
        self._ids = itertools.count(1)

    def log_in(self, login):
        """Log in with the login as the password."""
        page = self.get("/web/login")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page).group(1)
        form = urllib.parse.urlencode({"login": login, "password": login, "csrf_token": token})
        self._opener.open(self._url + "/web/login", form.encode(), timeout=TIMEOUT).read()

    def get(self, path):
        """The text of a page."""
        return self._opener.open(self._url + path, timeout=TIMEOUT).read().decode()

    def post(self, path, **params):
        """The result of a JSON-RPC route.

        :raises Refused: where it answers with an error
        """
        body = {"jsonrpc": "2.0", "method": "call", "id": next(self._ids), "params": params}
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url + path, json.dumps(body).encode(), headers)
        answer = json.loads(self._opener.open(request, timeout=TIMEOUT).read())
        if "error" in answer:
            raise Refused(answer["error"]["data"]["message"] or answer["error"]["message"])
        return answer["result"]

    def call(self, model, method, *args, route="call_kw", **kwargs):
        """The result of a method, called as the web client calls it."""
        kwargs["context"] = {**self.context, **kwargs.get("context", {})}
        path = f"/web/dataset/{route}/{model}.{method}"
        return self.post(path, model=model, method=method, args=list(args), kwargs=kwargs)


def specification(arch, fields, models):
    """What a view reads, as web_read wants it: its fields, the name of what they point at, the columns of their lists.

    :param arch: the view's, as get_views gives it
    :param fields: {name: description} of its model
    :param models: {model: {"fields": …}} of all models of the view
    """
    return _specification(ElementTree.fromstring(arch), fields, models)


def _specification(node, fields, models):
    result = {}
    for child in node:
        name = child.get("name")
        if child.tag != "field":
            result.update(_specification(child, fields, models))
        elif name in fields:
            result[name] = _of_field(child, fields[name], models)
    return result


def _of_field(node, field, models):
    if field["type"] == "many2one":
        return {"fields": {"display_name": {}}}
    if field["type"] not in ("one2many", "many2many"):
        return {}
    inner = models.get(field["relation"], {}).get("fields", {})
    columns = {}
    for view in node:
        columns.update(_specification(view, inner, models))
    return {"fields": columns or {"display_name": {}}, "limit": 40}


def buttons(arch):
    """The methods that the view's buttons call."""
    return {node.get("name") for node in ElementTree.fromstring(arch).iter("button") if node.get("type") == "object"}


def groups(arch, fields):
    """What a search view groups by, as the web client asks for it: of a day, by month."""
    contexts = (node.get("context") or "" for node in ElementTree.fromstring(arch).iter("filter"))
    names = [found.group(1) for found in (GROUP.search(text) for text in contexts) if found]
    types = {name: fields[name]["type"] for name in names if name in fields}
    types = {name: kind for name, kind in types.items() if kind != "properties"}  # grouped by one of them, if any
    return [f"{name}:month" if types[name] in ("date", "datetime") else name for name in types]


def measured(arch):
    """(the fields that a pivot or graph groups by, its measures)"""
    nodes = [node for node in ElementTree.fromstring(arch).iter("field") if node.get("name")]
    by = [
        f"{node.get('name')}:{node.get('interval')}" if node.get("interval") else node.get("name")
        for node in nodes
        if node.get("type") != "measure"
    ]
    return by, [node.get("name") for node in nodes if node.get("type") == "measure"]
