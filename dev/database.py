"""Odoo databases: made in named stages, each done once, and never taken for done by half.

How far a database has come stands in its PostgreSQL comment, so nothing of
ours is written inside it and a copy made by CREATE DATABASE … TEMPLATE starts
without one.
"""

import os
import re
import shutil
import subprocess

from . import other_day, python_env
from .console import Failure, explain, run, step
from .paths import ADDON, FILESTORE, LOGS, ROOT, WORK, digest

PROBLEM = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ")
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")
REQUIRED_APPS = ["sale_crm", "sale_margin"]


class Odoo:
    """Runs the Odoo command line against one PostgreSQL server.

    :param source: dev.odoo_source.OdooSource
    :param server: dev.postgres.Server
    """

    def __init__(self, source, server):
        self.server = server
        python_env.link_odoo(source)
        self.addons_paths = [*source.addons_paths, ROOT]
        # Our own file, so that a ~/.odoorc of the person changes nothing here.
        self.config_file = WORK / "odoo.conf"
        self.config_file.write_text(
            "[options]\n"
            f"data_dir = {FILESTORE}\n"
            f"addons_path = {','.join(map(str, self.addons_paths))}\n"
            "server_wide_modules = base,web\n"
            "http_interface = 127.0.0.1\n"
            "limit_time_real = 1200\n"
        )
        LOGS.mkdir(parents=True, exist_ok=True)

    def command(self, *words):
        """The command line for `odoo <words>` on our settings."""
        name, *options = words
        return [python_env.PYTHON, "-m", "odoo", name, "-c", self.config_file, *self.server.odoo_options, *options]

    @property
    def environment(self):
        ours = {"PYTHONPATH": other_day.python_path(os.environ), "PYTHONDONTWRITEBYTECODE": ""}
        return {**os.environ, **self.server.environment, **ours}

    def run_server(self, database, options, doing, current, strict=False):
        """Run Odoo on `database` with `options` and stop it after its work.

        :param strict: a warning in the log is a failure
        :raises Failure: naming the log file
        """
        log = LOGS / f"{database}.log"
        words = ["server", "-d", database, "--stop-after-init", "--no-http", "--max-cron-threads=0", *options]
        problems = []
        with open(log, "a") as file:

            def on_line(line):
                file.write(line + "\n")
                if PROBLEM.match(line):
                    problems.append(line)
                loading = LOADING.search(line)
                if loading and current:
                    current.progress(int(loading.group(2)) / int(loading.group(3)), loading.group(1))

            try:
                run(self.command(*words), doing, on_line, env=self.environment, cwd=WORK)
            except Failure as failure:
                raise Failure(f"{failure} The whole log: {log}") from None
        errors = [line for line in problems if strict or " WARNING " not in line]
        if errors:
            raise Failure(f"{doing}: Odoo's log has {len(errors)} complaint(s), the first: {errors[0]} ({log})")

    def uninstall(self, database, module):
        """Uninstall a module.

        :raises Failure: with what Odoo said
        """
        command = [
            python_env.PYTHON,
            "-m",
            "odoo",
            "module",
            "uninstall",
            "-c",
            self.config_file,
            "-d",
            database,
            module,
        ]
        run(command, f"Uninstalling {module}", env=self.environment, cwd=ROOT)

    def manage(self, *words):
        """Run `odoo db <words>`: Odoo's own backup, restore and copy.

        :raises Failure: with what Odoo said
        """
        command = [python_env.PYTHON, "-m", "odoo", "db", "-c", self.config_file, *self.server.odoo_options]
        run([*command, *words], f"odoo db {words[0]}", env=self.environment, cwd=WORK)

    def run_script(self, database, script, words, doing, current):
        """Run a module of ours under the environment's Python and return what it printed.

        Lines `NN% text` are its progress.
        """

        def on_line(line):
            match = re.match(r"(\d+)% (.*)", line)
            if match and current:
                current.progress(int(match.group(1)) / 100, match.group(2))

        command = [python_env.PYTHON, "-m", script, "--database", database, *words, "--"]
        options = [str(word) for word in self.command("server")[4:]]
        return run([*command, *options], doing, on_line, env=self.environment, cwd=ROOT)

    def pytest_options(self, database):
        """The options with which pytest-odoo tests on `database`."""
        extra = [option.removeprefix("--") for option in self.server.odoo_options] + [f"db-filter=^{database}$"]
        words = ["--odoo-database", database, "--odoo-config", self.config_file, "--odoo-log-level=info"]
        return words + [word for option in extra for word in ("--odoo-extra", option)]

    def export_translation_template(self, database, file):
        """Write the addon's texts, as the database knows them, to a .pot file."""
        # The command takes no connection options: libpq's environment variables carry them.
        words = ["i18n", "export", "-c", self.config_file, "-d", database, "-o", file, "crm_pareto"]
        run([python_env.PYTHON, "-m", "odoo", *words], "Writing the template", env=self.environment, cwd=ROOT)

    # -- databases -----------------------------------------------------------

    def stage(self, database):
        """How far the database has come: the stages done, or None where it does not exist."""
        rows = self.server.query(
            f"SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = '{database}'"
        )
        if not rows:
            return None
        return dict(part.split("=", 1) for part in rows[0][0].split() if "=" in part)

    def mark(self, database, **stages):
        """Write down that stages are done, with what they were made from."""
        done = {**(self.stage(database) or {}), **stages}
        text = " ".join(f"{name}={value}" for name, value in done.items())
        self.server.query(f"COMMENT ON DATABASE \"{database}\" IS '{text}'")

    def create(self, database, template=None):
        """An empty database, or a copy of `template` with its filestore."""
        self.drop(database)
        source = f'TEMPLATE "{template}"' if template else "TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'"
        self.server.query(f'CREATE DATABASE "{database}" {source}')
        stored = FILESTORE / "filestore" / (template or "")
        if template and stored.is_dir():
            # Hard links: Odoo never rewrites a stored file.
            shutil.copytree(stored, FILESTORE / "filestore" / database, copy_function=os.link)

    def drop(self, database):
        self.server.query(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        shutil.rmtree(FILESTORE / "filestore" / database, ignore_errors=True)

    def ensure_installed(self, database, apps, title, template=None, strict=False):
        """The database exists with `apps` installed; an interrupted installation is made anew."""
        wanted = "+".join(sorted(apps))
        done = self.stage(database)
        if done is not None and done.get("apps") == wanted:
            return
        with step(title) as current:
            self.create(database, template)
            self.run_server(database, ["-i", ",".join(apps)], title, current, strict)
            self.mark(database, apps=wanted, addon=addon_digest())

    def ensure_current(self, database, strict=False):
        """The addon in the database is the one in the working tree."""
        if (self.stage(database) or {}).get("addon") == addon_digest():
            return
        with step(f"Updating crm_pareto in {database}") as current:
            self.run_server(database, ["-u", "crm_pareto"], "Updating crm_pareto", current, strict)
            self.mark(database, addon=addon_digest())

    def serve(self, database, port, options=("--max-cron-threads=1",)):
        """Start Odoo's web server on 127.0.0.1 and return its process."""
        log = open(LOGS / "server.log", "a")
        where = ["-d", database, f"--db-filter=^{database}$", "--no-database-list", f"--http-port={port}"]
        words = [*map(str, self.command("server", *where, *options))]
        try:
            return subprocess.Popen(
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=self.environment, cwd=WORK
            )
        except OSError as error:
            raise explain(str(error), "Starting Odoo") from None


def addon_digest():
    """What the addon's files are now, as a short hash."""
    return digest(ADDON)
