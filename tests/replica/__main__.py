"""Opens every page of ours over HTTP and counts what reaches the primary.

    python -m tests.replica --url http://127.0.0.1:8079 --primary LOG --replica LOG --company ID

Both servers log every statement of the database (log_statement = all); a page of Odoo's own is opened first, to show
what its session costs. The exit code is 1 where a page of ours sent a statement to the primary.
"""

import argparse
import json
import sys
from ast import literal_eval
from collections import defaultdict
from pathlib import Path

from .client import Client, Refused, buttons, groups, measured, specification
from .prepare import LOGIN

# Odoo's own pages on which figures of ours stand: model, a domain.
DOCUMENTS = {
    "res.partner": [("is_company", "=", True)],
    "product.template": [],
    "product.product": [],
    "utm.campaign": [],
    "crm.lead": [],
    "sale.order": [],
    "account.move": [("move_type", "=", "out_invoice")],
}
# Buttons that write, or open what the form has just been saved as: these stay on the primary.
WRITES = "ir.actions.server"
AFTER_SAVING = {"crm.pareto.reconciliation", "crm.pareto.plan.line", "crm.pareto.handover", "crm.pareto.audience"}
BRIEF = "crm_pareto.handover_brief"
OPENS = ("action_open", "open_")


class Log:
    """The statements that a server logs."""

    def __init__(self, log):
        self._log, self._read = log, log.stat().st_size

    def statements(self):
        """Those since the last call."""
        with open(self._log, errors="replace") as file:
            file.seek(self._read)
            text = file.read()
            self._read = file.tell()
        return [line.split("statement: ", 1)[1] for line in text.splitlines() if "LOG:  statement: " in line]


class Pages:
    """Opens pages, and notes what each sent to the primary."""

    def __init__(self, client, primary, replica):
        self._client, self._primary, self._replica = client, primary, replica
        self.sent = defaultdict(list)  # page: the statements that the primary got
        self.read = defaultdict(int)  # page: how many the replica got
        self.calls = defaultdict(int)
        self.written = 0  # statements of what is made before a page is opened: shows that they are counted
        self.refused = []
        # Forms and buttons are for a customer with figures.
        rows = client.call("crm.pareto.customer", "search_read", [], ["partner_id"], limit=1, order="turnover DESC")
        self._shown = {"res.partner": rows[0]["partner_id"][0]}

    def ask(self, page, function, *args, **kwargs):
        """The result of a call that belongs to a page; None where Odoo refuses."""
        self._primary.statements()
        self._replica.statements()
        self.calls[page] += 1
        try:
            return function(*args, **kwargs)
        except Refused as error:
            self.refused.append(f"{page}: {args[:2]}: {error}")
            return None
        finally:
            self.sent[page] += self._primary.statements()
            self.read[page] += len(self._replica.statements())

    def call(self, page, *args, **kwargs):
        return self.ask(page, self._client.call, *args, **kwargs)

    # -- views ---------------------------------------------------------------------------

    def open_menu(self, menu):
        """What a click on a menu opens."""
        page, client = menu["name"], self._client
        if menu["actionModel"] == WRITES:
            # Rows are made for the reader first: that is no read, and no page of its own.
            self._primary.statements()
            action = client.post("/web/action/run", action_id=menu["actionID"], context=client.context)
            self.written += len(self._primary.statements())
            page += " (made first)"
        else:
            action = self.ask(page, client.post, "/web/action/load", action_id=menu["actionID"], context=client.context)
        if action["type"] == "ir.actions.act_window":
            self.open_action(page, action)

    def open_action(self, page, action):
        """All views of an action, with what they read."""
        model, domain = action["res_model"], self._evaluated(action.get("domain") or [])
        views = [list(view) for view in action["views"]]
        search = (action.get("search_view_id") or [False])[0]
        options = {"action_id": action.get("id"), "toolbar": True, "load_filters": True}
        loaded = self.call(page, model, "get_views", views=[*views, [search, "search"]], options=options)
        if not loaded:
            return
        first = action.get("res_id") or None
        fields = loaded["models"][model]["fields"]
        for kind, view in loaded["views"].items():
            if kind in ("list", "kanban", "activity", "calendar"):
                first = self._open_rows(page, model, domain, view, loaded["models"]) or first
            elif kind in ("pivot", "graph"):
                self._open_sums(page, model, domain, view, fields)
            elif kind == "search":
                for name in groups(view["arch"], fields):
                    self.call(page, model, "web_read_group", domain, [name], ["__count"])
        if "form" in loaded["views"] and first:
            self._open_form(page, model, first, loaded["views"]["form"], loaded["models"])

    def _evaluated(self, domain):
        if not isinstance(domain, str):
            return domain
        company = self._client.context["allowed_company_ids"]
        for name, value in (("allowed_company_ids", company), ("uid", 2), ("context_today().year", 2026)):
            domain = domain.replace(name, repr(value))
        try:
            return literal_eval(domain)
        except (ValueError, SyntaxError):
            return []  # of a day: without it more is read

    def _open_rows(self, page, model, domain, view, models):
        spec = specification(view["arch"], models[model]["fields"], models)
        found = self.call(page, model, "web_search_read", domain, spec, limit=80)
        first = found["records"][0]["id"] if found and found["records"] else None
        first = first and self._shown.get(model, first)
        if first:
            self._press(page, model, first, view)
        return first

    def _open_sums(self, page, model, domain, view, fields):
        by, measures = measured(view["arch"])
        sums = [
            f"{name}:{fields[name].get('aggregator') or 'sum'}"
            for name in measures
            if fields.get(name, {}).get("store")
        ]
        sums = [*sums, "__count"]
        self.call(page, model, "formatted_read_group", domain, by, sums)
        self.call(page, model, "formatted_read_grouping_sets", domain, [[], by], sums)

    def _open_form(self, page, model, id_, view, models):
        spec = specification(view["arch"], models[model]["fields"], models)
        self.call(page, model, "web_read", [id_], spec)
        self._press(page, model, id_, view)

    def _press(self, page, model, id_, view):
        if model in AFTER_SAVING:
            return
        for method in buttons(view["arch"]):
            if method.startswith(OPENS) and (model.startswith("crm.pareto") or "pareto" in method):
                self.call(page, model, method, [id_], route="call_button")

    # -- pages of ours ---------------------------------------------------------------------

    def open_pareto_page(self):
        page = "Pareto page"
        for kind, measure in (
            ("customer", "turnover"),
            ("customer", "profit"),
            ("customer", "served_profit"),
            ("product", "turnover"),
            ("product", "profit"),
        ):
            self.call(page, "crm.pareto.page", "get_figures", kind, measure)
        self.call(page, "crm.pareto.page", "get_movers")

    def open_return_page(self):
        page = "Marketing return page"
        for by in ("campaign", "source", "medium"):
            self.call(page, "crm.pareto.return.page", "get_figures", by)
        self.call(page, "crm.pareto.return.page", "open_figure", "revenue")

    def open_history(self):
        for model in ("res.partner", "crm.lead", "sale.order"):
            page = f"History page of {model}"
            found = self._client.call(model, "search", DOCUMENTS[model], limit=1, order="id DESC")
            for id_ in found:
                self.call(page, "crm.pareto.timeline", "summary", model, id_)
                self.call(page, "crm.pareto.timeline", "page", model, id_, {})

    def open_model_page(self):
        for id_ in self._client.call("crm.pareto.prediction", "search", [], limit=1):
            self.call("Model page", "crm.pareto.prediction", "get_holdout", [id_])

    def open_brief(self):
        for row in self._client.call("crm.pareto.customer", "search_read", [], ["partner_id"], limit=1):
            id_ = row["partner_id"][0]
            self.ask("Brief of a customer", self._client.get, f"/report/html/{BRIEF}/{id_}")

    def open_documents(self):
        for model, domain in DOCUMENTS.items():
            views = [[False, "list"], [False, "kanban"], [False, "form"]]
            self.open_action(f"Odoo's {model}, with ours", {"res_model": model, "views": views, "domain": domain})

    def report(self):
        """The table; True where no page sent anything."""
        width = max(map(len, self.calls))
        print(f"{'page':{width}}  calls  statements on: replica  primary")
        for page, calls in self.calls.items():
            print(f"{page:{width}}  {calls:5}  {self.read[page]:22}  {len(self.sent[page]):7}")
        for page, statements in self.sent.items():
            for statement in statements[:5]:
                print(f"! {page}: {statement[:150]}")
        for line in self.refused:
            print(f"! refused: {line[:300]}")
        pages, calls = len(self.calls), sum(self.calls.values())
        sent, read = sum(map(len, self.sent.values())), sum(self.read.values())
        print(f"{pages} pages, {calls} calls: {read} statements on the replica, {sent} on the primary")
        print(f"Rows that pages are opened on were made by {self.written} statements on the primary")
        return self.written and read and not sent and not self.refused


def main():
    """Log in, open everything, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--primary", required=True, type=Path)
    parser.add_argument("--replica", required=True, type=Path)
    parser.add_argument("--company", required=True, type=int)
    chosen = parser.parse_args()
    client = Client(chosen.url, {"lang": "en_US", "tz": "UTC", "allowed_company_ids": [chosen.company]})
    client.log_in(LOGIN)
    pages = Pages(client, Log(chosen.primary), Log(chosen.replica))
    menus = client.get("/web/webclient/load_menus")  # also the session's first request: Odoo notes the device
    pages.open_action(
        "Odoo's own: countries", {"res_model": "res.country", "views": [[False, "list"], [False, "form"]]}
    )
    for menu in _ours(menus):
        pages.open_menu(menu)
    for name in ("pareto_page", "return_page", "history", "model_page", "brief", "documents"):
        getattr(pages, f"open_{name}")()
    sys.exit(not pages.report())


def _ours(menus):
    return [menu for menu in json.loads(menus).values() if menu["xmlid"].startswith("crm_pareto.") and menu["actionID"]]


if __name__ == "__main__":
    main()
