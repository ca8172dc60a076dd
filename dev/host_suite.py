"""Odoo's server, testing after everything is loaded, that writes down what each test did to the database.

Odoo runs the at_install tests of an app while it loads it, before the apps that extend it: they say nothing of those.
Here they run with the others, when all is loaded.

python -m dev.host_suite --results FILE -- <odoo server options>

FILE gets one JSON object a line: {"test", "statements": {skeleton: {place: count}}} when a test or the preparation of
its class ends, {"failed": test} and {"skipped": test} before that, each with "why".
"""

import argparse
import functools
import gc
import json
import linecache
import re
import sys
from collections import Counter, defaultdict
from contextlib import contextmanager
from pathlib import Path

import odoo.cli.server
from odoo.sql_db import Cursor
from odoo.tests import loader
from odoo.tests.result import OdooTestResult
from odoo.tests.suite import OdooSuite
from odoo.tools import SQL

from .paths import ADDON

# What the web client calls, and Odoo's Form in its tests, to show records; our fields are read where asked for.
SCREENS = {"onchange", "web_read", "web_search_read", "web_read_group", "read"}
SCREENS_FILES = ("/addons/web/models/models.py", "/odoo/orm/models.py")
# What Odoo prepares once and keeps, and what it does to every table that names a record.
NAMED = {
    ("load_menus", "ir_ui_menu.py"): "menu: ",
    ("load_menus_root", "ir_ui_menu.py"): "menu: ",
    ("_get_view_cache", "ir_ui_view.py"): "view: ",
    ("_get_bindings", "ir_actions.py"): "actions: ",
    ("_update_foreign_keys_generic", "base_partner_merge.py"): "merge: ",
    ("_action_unmerge", "account_account.py"): "split: ",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("odoo_options", nargs="*")
    chosen = parser.parse_args()
    loader.make_suite = functools.partial(_all_at_the_end, loader.make_suite)
    with open(chosen.results, "w", buffering=1) as file:
        Recorder(file).start()
        odoo.cli.server.main(chosen.odoo_options)


def _all_at_the_end(make_suite, module_names, position="at_install"):
    if position == "at_install":
        return OdooSuite([])
    # Keys, so that what is tagged with both runs once.
    tests = dict.fromkeys([*make_suite(module_names, "at_install"), *make_suite(module_names, position)])
    return OdooSuite(sorted(tests, key=lambda test: getattr(test, "test_sequence", 0)))


class Recorder:
    """What the tests did, written to a file as they end.

    :param file: open for writing text
    """

    def __init__(self, file):
        self._file = file
        self._statements = defaultdict(Counter)

    def start(self):
        """Watch the tests and the statements of all threads from now on.

        Not by unittest's patches: Odoo ends those that are active after a test.
        """
        Cursor.execute = self._watching(Cursor.execute)
        OdooTestResult.collectStats = self._preparing(OdooTestResult.collectStats)
        watched = {"startTest": self._started, "stopTest": self._stopped, "addSkip": self._skipped}
        for name, function in {**watched, "addError": self._failed, "addFailure": self._failed}.items():
            setattr(OdooTestResult, name, _before(getattr(OdooTestResult, name), function))

    def _write(self, **values):
        self._file.write(json.dumps(values) + "\n")

    def _take(self):
        taken, self._statements = self._statements, defaultdict(Counter)
        return taken

    def _started(self, result, test):
        collect_garbage()
        self._take()

    def _stopped(self, result, test):
        self._write(test=name_of(test.id()), statements=self._take())

    def _failed(self, result, test, error):
        if not result._soft_fail:  # else it is tried again
            self._write(failed=name_of(getattr(test, "test_case", test).id()), why=str(error[1])[:2000])

    def _skipped(self, result, test, reason):
        self._write(skipped=name_of(test.id()), why=reason)

    def _preparing(self, collect):
        @contextmanager
        def preparing(result, test_id):
            collect_garbage()
            self._take()
            with collect(result, test_id):
                yield
            self._write(test=name_of(test_id), statements=self._take())

        return preparing

    def _watching(self, execute):
        def watch(cursor, query, *args, **kwargs):
            self._statements[skeleton(query.code if isinstance(query, SQL) else query)][place()] += 1
            return execute(cursor, query, *args, **kwargs)

        return watch


def _before(method, function):
    @functools.wraps(method)
    def wrapped(*args, **kwargs):
        function(*args, **kwargs)
        return method(*args, **kwargs)

    return wrapped


def collect_garbage():
    """Take what nothing refers to any more, now, and from the first time on at no other moment.

    An environment keeps the user, company and time zone it was asked for, and is only gone when the collector comes;
    then the next one asks the database again. The collector comes after so many new objects: at other moments with the
    addon.
    """
    gc.collect()
    if gc.isenabled():
        gc.freeze()  # all that is loaded: not to be looked through before each test
        gc.disable()


def name_of(test_id):
    """app.file.Class.test, of what unittest calls a test."""
    return test_id.replace("odoo.addons.", "").replace(".tests.", ".")


@functools.lru_cache(100_000)
def skeleton(query):
    """A statement without what differs from one run to the next, and from one set of columns to another."""
    text = query.decode() if isinstance(query, bytes) else str(query)
    text = " ".join(text.split())
    text = re.sub(r"'[^']*'", "'…'", text)
    text = re.sub(r'(SAVEPOINT) "?[\w-]+"?', r"\1 …", text)
    text = re.sub(r"\b\d+\b", "#", re.sub(r"x_plan\d+", "x_plan#", text))  # a plan's column is named by its id
    text = re.sub(r"(?:\(?(?:%s|#)\)?, ?)+(?=\(?(?:%s|#))", "", text)
    if match := re.match(r'(INSERT INTO|UPDATE) ("?\w+"?)', text):
        return match[0]
    return _without_columns(text)


def _without_columns(text):
    """A SELECT from its FROM on; others as they are."""
    if not text.startswith("SELECT "):
        return text
    depth = 0
    for match in re.finditer(r"[()]| FROM ", text):
        depth += {"(": 1, ")": -1}.get(match[0], 0)
        if match[0] == " FROM " and depth == 0:
            return "SELECT …" + text[match.start() :]
    return text


def place():
    """Where the statement comes from: the addon's file.function, or nothing; "screen: " before it while a page is read,
    "menu: ", "view: " or "actions: " while that is put together, "merge: " or "split: " while partners are merged or an
    account is split.

    A function that only passes on to Odoo, by super(), is none.
    """
    frame, found, on_screen = sys._getframe(2), "", False
    while frame:
        code = frame.f_code
        # Not who asked for a page: what it reads is then Odoo's.
        if not found and not on_screen and _is_ours(code.co_filename) and "super()" not in _line(frame):
            found = f"{Path(code.co_filename).stem}.{code.co_name}"
        if named := NAMED.get((code.co_name, code.co_filename.rpartition("/")[2])):
            return named + found
        on_screen = on_screen or code.co_name in SCREENS and code.co_filename.endswith(SCREENS_FILES)
        frame = frame.f_back
    return f"screen: {found}" if on_screen else found


def _line(frame):
    return linecache.getline(frame.f_code.co_filename, frame.f_lineno)


@functools.cache
def _is_ours(filename):
    return Path(filename).is_relative_to(ADDON)


if __name__ == "__main__":
    main()
