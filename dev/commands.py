"""The commands behind the make targets."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial

from . import bench as bench_command
from . import beside, browser, host_tests, lint, odoo_source, other_day, own_data, peer, postgres, python_env, replica
from .console import Failure, explain, run, step
from .database import REQUIRED_APPS, Odoo, addon_digest
from .paths import ADDON, LOGS, ROOT, WORK, digest, only_one

BASE_DATABASE = "crm_pareto_base"  # what the addon depends on, without the addon
TEST_DATABASE = "crm_pareto_test"
APPS_TEST_DATABASE = "crm_pareto_apps_test"  # with all apps that touches come from
APPS_TESTS = "tests/with_apps"
ALL_TESTS = ["tests", APPS_TESTS]
NOT_IN_PARTS = {"with_apps", "life"}  # folders below tests: with a database or a command of their own
DATED = "dated"  # the tests that depend on the day on which they are run; in a file of them stands DATED_MARK
DATED_MARK = f"pytest.mark.{DATED}"
REPLICA_DATABASE = "crm_pareto_replica"
FAULTS_DATABASE = "crm_pareto_faults"
SMALL = 300  # customers of either
PARTS = 3  # the others are run in, so that two processes are busy to the end
DEMO_APPS = (
    "crm_pareto sale_management sale_stock stock_account stock_delivery purchase hr_expense sale_timesheet "
    "mass_mailing mass_mailing_crm mass_mailing_sale event_sale event_crm survey calendar repair helpdesk_mgmt contacts"
).split()
# Those that the demo company does without.
TEST_APPS = [*DEMO_APPS, "point_of_sale", "im_livechat", "mass_mailing_sms", "crm_phonecall", "sale_mrp"]
DEFAULT_PORT = 8069
NEEDED_SPACE = 6  # GB, of which Odoo and its packages take 2
START_TIMEOUT = 120  # seconds until Odoo answers

# Login, also the password, and what the person does.
PEOPLE = (
    ("sales", "salesperson"),
    ("manager", "sales manager"),
    ("accountant", "accountant"),
    ("admin", "administrator"),
)
DATASETS = {"company": "crm_pareto_demo", "cdnow": "crm_pareto_cdnow", "cdnow-full": "crm_pareto_cdnow_full"}


def main(arguments):
    """Run one command; one line and exit code 1 when something outside has to be mended."""
    os.umask(0o022)
    postgres.stop_on_signals()
    parser = argparse.ArgumentParser(prog="python3 -m dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in (("demo", demo), ("demo-data", demo_data)):
        command = commands.add_parser(name)
        command.add_argument("--data", default="company", help=f"{', '.join(DATASETS)}, or a file of sales")
        command.add_argument("--currency", help="of a file of sales")
        command.add_argument("--decimal", help="comma or point, where a file does not tell")
        command.add_argument("--dates", help="dmy, mdy or ymd, where a file does not tell")
        command.set_defaults(function=function)
    command = commands.add_parser("test")
    command.add_argument("paths", nargs="*", default=ALL_TESTS)
    command.add_argument("--date", help="the day on which they are run, and perhaps a time")
    command.set_defaults(function=test)
    command = commands.add_parser("lint")
    command.add_argument("checks", nargs="*")
    command.set_defaults(function=lint_command)
    command = commands.add_parser("bench")
    command.add_argument("customers", nargs="*", type=int, default=[10_000])
    command.add_argument("--touchpoints", type=int, metavar="ROWS", help="the report of touchpoints over so many rows")
    command.add_argument("--campaigns", action="store_true", help="200 campaigns and ten touches a customer")
    command.set_defaults(function=bench)
    commands.add_parser("replica-test").set_defaults(function=replica_test)
    command = commands.add_parser("fault-test")
    command.add_argument("--seed", type=int, help="of the moments, to have them again")
    command.add_argument("--times", type=int, help="that each job is injured in each way")
    command.set_defaults(function=fault_test)
    command = commands.add_parser("host-test")
    command.add_argument("apps", nargs="*")
    command.set_defaults(function=host_test)
    for name, function in (("release-dump", release_dump), ("pot", pot), ("pictures", pictures), ("clean", clean)):
        commands.add_parser(name).set_defaults(function=function)
    chosen = parser.parse_args(arguments)
    try:
        return chosen.function(chosen)
    except Failure as failure:
        print(f"✗ {failure}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"✗ {explain(str(error), f'make {chosen.command}')}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("\n✗ Interrupted. Run the same command again; it goes on from here.", file=sys.stderr)
        return 130


@contextmanager
def odoo_ready(*requirements):
    """An Odoo with its Python packages and a running PostgreSQL."""
    _check_space()
    source = odoo_source.find()
    python_env.ensure("odoo", *requirements)
    with postgres.server() as server:
        yield Odoo(source, server)


def _check_space():
    WORK.mkdir(exist_ok=True)
    free = shutil.disk_usage(WORK).free / 1e9
    if free < NEEDED_SPACE and not python_env.PYTHON.exists():
        raise Failure(f"{free:.1f} GB free at {WORK} and {NEEDED_SPACE} GB are needed: the disk is full; free some.")


# -- demo ------------------------------------------------------------------------


def demo_data(chosen):
    data = _chosen_data(chosen)
    with only_one("preparing", "setup"), odoo_ready(*_demo_requirements(data)) as odoo:
        database = _ensure_demo(odoo, data)
    print(f"The database {database} is ready: make demo serves it.")
    return 0


def demo(chosen):
    port, data = _free_port(), _chosen_data(chosen)
    with ExitStack() as preparing:
        preparing.enter_context(only_one("preparing", "setup"))
        with odoo_ready(*_demo_requirements(data)) as odoo:
            database = _ensure_demo(odoo, data)
            preparing.close()  # the tests may run while the demo is served
            _serve(odoo, database, port)
    return 0


def _chosen_data(chosen):
    """The name of one of the DATASETS, or own_data.OwnData."""
    if chosen.data in DATASETS:
        return chosen.data
    return own_data.find(chosen.data, chosen.currency, chosen.decimal, chosen.dates)


def _demo_requirements(data):
    if isinstance(data, own_data.OwnData):
        return ["demo"]
    return ["demo", "oca"] if data == "company" else ["demo", "oca", "cdnow"]


def _ensure_demo(odoo, data):
    if isinstance(data, own_data.OwnData):
        return own_data.ensure(odoo, data)
    database = DATASETS[data]
    odoo.ensure_installed(database, DEMO_APPS, "Odoo's apps and crm_pareto in the demo database")
    odoo.ensure_current(database)
    made_from = digest(ROOT / "dev" / "demo")
    loaded = (odoo.stage(database) or {}).get("data")
    if not loaded:
        with step("Demo company" if data == "company" else f"CDNOW purchase histories ({data})") as current:
            odoo.run_script(database, "dev.demo", ["--data", data], "Making the demo data", current)
            odoo.mark(database, data=made_from)
    elif loaded != made_from:
        print("            The demo data was made by an older dev/demo: make clean and run this again to have it anew.")
    return database


def _free_port():
    """The port to serve on.

    :raises Failure: where PORT is no port or something else listens there
    """
    wanted = os.environ.get("PORT") or str(DEFAULT_PORT)
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        raise Failure(f"PORT={wanted} is no port: make demo PORT=8070, say.")
    port = int(wanted)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"Port {port} is not free ({error.strerror}): stop what uses it, or make demo PORT={port + 1}"
            ) from None
    return port


def _serve(odoo, database, port):
    url = f"http://127.0.0.1:{port}"
    process = odoo.serve(database, port)
    try:
        with step("Odoo's web server"):
            _wait_until_it_answers(process, url)
        print(f"\n  {url}\n")
        for login, role in PEOPLE:
            print(f"    {role:<14} login {login:<12} password {login}")
        print(f"\n  Ctrl-C stops it. Log: {LOGS / 'server.log'}\n", flush=True)
        process.wait()
        raise Failure(f"Odoo stopped by itself: {LOGS / 'server.log'} says why.")
    except KeyboardInterrupt:
        print("\nStopped. The demo database stays: make demo serves it again, make clean removes it.")
    finally:
        process.terminate()
        process.wait()


def _wait_until_it_answers(process, url):
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"Odoo did not start: {LOGS / 'server.log'} says why.")
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url + "/web/login", timeout=60):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise Failure(f"Odoo does not answer at {url}: {LOGS / 'server.log'} says why.")


# -- test, lint, translations, clean ---------------------------------------------


def _make_test_database(odoo):
    odoo.ensure_installed(BASE_DATABASE, REQUIRED_APPS, "Odoo's apps for the tests", strict=True)
    odoo.ensure_installed(
        TEST_DATABASE, ["crm_pareto"], "crm_pareto in the test database", template=BASE_DATABASE, strict=True
    )
    odoo.ensure_current(TEST_DATABASE, strict=True)
    _make_companies(odoo, TEST_DATABASE)


def _make_apps_test_database(odoo):
    odoo.ensure_installed(BASE_DATABASE, REQUIRED_APPS, "Odoo's apps for the tests", strict=True)
    odoo.ensure_installed(APPS_TEST_DATABASE, TEST_APPS, "All apps in a test database", template=BASE_DATABASE)
    odoo.ensure_current(APPS_TEST_DATABASE, strict=True)
    _make_companies(odoo, APPS_TEST_DATABASE)
    _make_bundles(odoo, APPS_TEST_DATABASE)


def _make_companies(odoo, database):
    """Companies with a chart of accounts, which tests take instead of making their own."""
    made_by = digest(ROOT / "tests" / "spare_companies.py")
    if (odoo.stage(database) or {}).get("companies") != made_by:
        with step(f"Companies for the tests in {database}"):
            odoo.run_script(database, "tests.spare_companies", [], "Making companies", None)
        odoo.mark(database, companies=made_by)


def _make_bundles(odoo, database):
    """What the browser loads, once for all tests."""
    if (odoo.stage(database) or {}).get("bundles") != addon_digest():
        with step(f"Bundles of the web client in {database}"):
            odoo.run_script(database, "dev.assets", [], "Making the bundles", None)
        odoo.mark(database, bundles=addon_digest())


@contextmanager
def _test_database(*requirements):
    """An Odoo whose test database holds the addon as it is in the working tree."""
    with only_one("preparing", "setup"), odoo_ready("test", "pairing", "demo", "cdnow", "oca", *requirements) as odoo:
        _make_test_database(odoo)
        yield odoo


def test(chosen):
    """Run the tests: those that need all apps in a database of their own, and where many are run, two at a time."""
    day = other_day.moment(chosen.date) if chosen.date else None
    if day:
        _own_cluster("test DATE=…")
    with only_one("preparing", "setup"), odoo_ready("test", "pairing", "demo", "cdnow", "oca") as odoo:
        skipped = {"browser": browser.ensure(), "attribution peer": peer.ensure()}
        environment = {**odoo.environment, "MPLCONFIGDIR": str(WORK / "matplotlib")}  # else it is in the home folder
        runs, http = _runs(odoo, chosen.paths), not skipped["browser"]
        with _on_day(odoo, day, runs) if day else nullcontext((runs, {})) as (runs, clock):
            commands = [partial(_pytest_command, odoo, *run, http=http) for run in runs]
            codes = beside.run_all(commands, at_once=2, env={**environment, **clock}, cwd=ROOT)
    for tests, reason in skipped.items():
        if reason:
            print(f"The {tests} tests were skipped: {reason}")
    if any(skipped.values()) and os.environ.get("CI") == "true":
        raise Failure("With CI=true skipped tests are a failure.")
    return 1 if any(codes) else 0  # a run that a signal ended has a code below 0


def _runs(odoo, paths, parts=1):
    """The runs of pytest that make up the tests: (database, words).

    :param paths: files and folders; or DATED, for all tests that are marked so
    :param parts: in so many those are run that need no further apps
    """
    if paths == [DATED]:
        marked = [file for file in _test_files("tests") + _test_files(APPS_TESTS) if DATED_MARK in file.read_text()]
        return [(database, ["-m", DATED, *words]) for database, words in _runs(odoo, [*map(str, marked)], parts=2)]
    with_apps = [path for path in paths if path.startswith(APPS_TESTS)]
    without = [path for path in paths if path not in with_apps]
    # The database with all apps, the slowest to make, is made while other tests run.
    runs = [(APPS_TEST_DATABASE, with_apps)] if with_apps else []
    if without:
        _make_test_database(odoo)
        _make_bundles(odoo, TEST_DATABASE)
        runs += _in_parts(odoo, _test_files("tests"), PARTS) if paths == ALL_TESTS else _in_parts(odoo, without, parts)
    return runs


def _in_parts(odoo, files, count):
    """The tests without apps in parts, each with a database of its own: (database, files)."""
    parts = [(TEST_DATABASE, files[::count])]
    for number in range(1, count):
        database = f"{TEST_DATABASE}_{number}"
        odoo.create(database, TEST_DATABASE)
        parts.append((database, files[number::count]))
    return parts


def _test_files(folder):
    """The files of tests in a folder and its rooms."""
    files = (file.relative_to(ROOT / folder) for file in (ROOT / folder).rglob("test_*.py"))
    return sorted(folder / file for file in files if not NOT_IN_PARTS & set(file.parts))


@contextmanager
def _on_day(odoo, day, runs):
    """Inside the block it is another day for our PostgreSQL.

    What the tests leave in a database, with times to come or long gone, stays out of those that other commands use.

    :param runs: as of `_runs`
    :return: (the same in copies of their databases, the environment in which it is that day)
    """
    copies = []
    for database, words in runs:
        if database == APPS_TEST_DATABASE:
            _make_apps_test_database(odoo)
        copies.append((f"{database}_on_day", words))
        odoo.create(copies[-1][0], database)
    cluster = odoo.server.cluster
    clock = other_day.clock(day, cluster.home / "libfaketime")
    with cluster.by_another_clock(clock):
        print(f"            For PostgreSQL and the tests it is {day:%Y-%m-%d %H:%M} (UTC).", flush=True)
        try:
            yield copies, clock
        finally:
            for database, _words in copies:
                odoo.drop(database)
            other_day.remove_leftovers()


def _pytest_command(odoo, database, words, http):
    if database == APPS_TEST_DATABASE:
        _make_apps_test_database(odoo)
    options = [*odoo.pytest_options(database), *(["--odoo-http"] if http else [])]
    return [python_env.PYTHON, "-m", "pytest", *options, *words]


def _small_company(odoo, database):
    """A database of its own with the results of a few hundred customers and some campaigns; made anew."""
    with step(f"{SMALL} customers in {database}"):
        odoo.create(database, TEST_DATABASE)
        odoo.run_script(database, "benchmarks", ["--generate", "customers", "--count", str(SMALL)], "Generating", None)
        odoo.run_script(database, "benchmarks", ["--generate", "campaigns"], "Generating", None)


def replica_test(chosen):
    """Serve from a primary and a replica, open every page, and count what reaches the primary."""
    with _test_database() as odoo:
        cluster = _own_cluster("replica-test")
        _small_company(odoo, REPLICA_DATABASE)
        found = json.loads(odoo.run_script(REPLICA_DATABASE, "tests.replica.prepare", [], "Computing", None))
        odoo.server.query(f"ALTER DATABASE \"{REPLICA_DATABASE}\" SET log_statement = 'all'")
        follower = replica.Replica()
        with follower.following() as copy:
            replica.wait_until_even(odoo.server, copy)
            environment = copy.environment
            options = [f"--db_replica_host={environment['PGHOST']}", f"--db_replica_port={environment['PGPORT']}"]
            with _served(odoo, REPLICA_DATABASE, [*options, "--max-cron-threads=0"]) as url:
                words = [
                    "--url",
                    url,
                    "--primary",
                    cluster.log,
                    "--replica",
                    follower.log,
                    "--company",
                    found["company"],
                ]
                command = [python_env.PYTHON, "-m", "tests.replica", *words]
                code = subprocess.run(list(map(str, command)), cwd=ROOT, env=odoo.environment).returncode
        odoo.drop(REPLICA_DATABASE)
    return code


def fault_test(chosen):
    """Injure every job in every way at random moments, and compare what is left."""
    with _test_database() as odoo:
        _own_cluster("fault-test")
        _small_company(odoo, FAULTS_DATABASE)
        odoo.run_script(FAULTS_DATABASE, "tests.faults.prepare", [], "Preparing the jobs", None)
        asked = {"--seed": chosen.seed, "--times": chosen.times}
        words = [word for name, value in asked.items() if value is not None for word in (name, value)]
        words = ["--database", FAULTS_DATABASE, *words, "--", *odoo.command("server")[4:]]
        command = [str(word) for word in (python_env.PYTHON, "-m", "tests.faults", *words)]
        with open(LOGS / "faults.log", "w") as log:  # of injured jobs
            code = subprocess.run(command, cwd=ROOT, env=odoo.environment, stderr=log).returncode
        odoo.drop(FAULTS_DATABASE)
    return code


def release_dump(chosen):
    """Write the file that later versions are tested to upgrade."""
    with _test_database() as odoo, step("A database that this version was used in"):
        print(run([python_env.PYTHON, "-m", "tests.life.release"], "Dumping", env=odoo.environment, cwd=ROOT))
    return 0


def _own_cluster(command):
    """Our own PostgreSQL, which is running.

    :raises Failure: where PGHOST names another one
    """
    if any(os.environ.get(name) for name in ("PGHOST", "PGSERVICE")):
        raise Failure(f"make {command} needs a PostgreSQL of its own: unset PGHOST and PGSERVICE.")
    return postgres.Cluster()


@contextmanager
def _served(odoo, database, options):
    """Odoo's web server inside the block; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = odoo.serve(database, port, options)
    try:
        with step("Odoo's web server"):
            _wait_until_it_answers(process, f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def lint_command(chosen):
    checks = lint.chosen_or_all(chosen.checks)
    if lint.NEED_ODOO.isdisjoint(checks):
        python_env.ensure("lint")
        return lint.check(checks)
    with _test_database("lint") as odoo:
        return lint.check(checks, odoo, TEST_DATABASE)


def bench(chosen):
    """Generate companies of the sizes where there are none, then measure in each."""
    if chosen.touchpoints:
        with only_one("preparing", "setup"), odoo_ready("demo", "oca") as odoo:
            database = f"crm_pareto_bench_touchpoints_{chosen.touchpoints}"
            odoo.ensure_installed(database, TEST_APPS, f"All apps in {database}")
            odoo.ensure_current(database)
            bench_command.touchpoints(odoo, database, chosen.touchpoints)
        return 0
    with only_one("preparing", "setup"), odoo_ready("demo", "cdnow", "peer") as odoo:
        odoo.ensure_installed(BASE_DATABASE, REQUIRED_APPS, "Odoo's apps for the benchmark")

        def ensure(database):
            odoo.ensure_installed(database, ["crm_pareto"], f"crm_pareto in {database}", template=BASE_DATABASE)
            odoo.ensure_current(database)

        if chosen.campaigns:
            bench_command.campaigns(odoo, ensure, chosen.customers)
            return 0
        with_addon = "crm_pareto_bench_empty"
        ensure(with_addon)
        bench_command.hot_paths(odoo, BASE_DATABASE, with_addon)
        bench_command.values(odoo, ensure, chosen.customers)
    return 0


def host_test(chosen):
    """Run Odoo's own tests without and with the addon."""
    with only_one("preparing", "setup"), odoo_ready("test") as odoo:
        browser.ensure()
        odoo.ensure_installed(BASE_DATABASE, REQUIRED_APPS, "Odoo's apps for the tests", strict=True)
        odoo.ensure_installed(host_tests.WITHOUT, host_tests.APPS, "The apps to test", template=BASE_DATABASE)
        odoo.ensure_installed(
            host_tests.WITH, ["crm_pareto"], "crm_pareto beside them", template=host_tests.WITHOUT, strict=True
        )
        odoo.ensure_current(host_tests.WITH, strict=True)
        return host_tests.run(odoo, chosen.apps or host_tests.APPS)


def pot(chosen):
    template = ADDON / "i18n" / "crm_pareto.pot"
    with _test_database() as odoo, step(f"Writing {template.relative_to(ROOT)}"):
        odoo.export_translation_template(TEST_DATABASE, template)
    return 0


def pictures(chosen):
    """Make the README's pictures from both demo databases."""
    with only_one("preparing", "setup"), odoo_ready("test", *_demo_requirements("cdnow")) as odoo:
        if missing := browser.ensure():
            raise Failure(missing)
        for data in ("company", "cdnow"):
            database = _ensure_demo(odoo, data)
            words = [*odoo.pytest_options(database), "--odoo-http", "-q", "-p", "no:cacheprovider", "dev/pictures.py"]
            with step(f"Pictures of {database}"):
                command = [python_env.PYTHON, "-m", "pytest", *words]
                run(command, "Taking pictures", env={**odoo.environment, "PICTURES": data}, cwd=ROOT)
    return 0


def clean(chosen):
    with only_one("working", "setup"):
        postgres.Cluster().remove()
    run(["rm", "-rf", WORK], f"Removing {WORK}")
    print(f"Removed {WORK}")
    return 0
