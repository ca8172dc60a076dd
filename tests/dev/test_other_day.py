"""`make test DATE=…`: which day is meant, and that everything the tests are made of has it."""

import fcntl
import os
import re
import subprocess
import sys
import time
from datetime import datetime, timezone

import pytest
from odoo import fields

from dev import debian, other_day, postgres
from dev.commands import DATED_MARK
from dev.console import Failure
from dev.paths import ROOT

from ..common import ParetoCase, ParetoHttpCase

pytestmark = pytest.mark.dated

READS_THE_CLOCK = re.compile(r"\b(?:date\.today|Date\.today|context_today|[dD]atetime\.now)\(")
# They take longer than all that are marked, or are made of what those try out.
NOT_MARKED = {
    "audience/test_stored_questions.py",
    "common/test_scrolling.py",
    "dev/test_cdnow.py",
    "dev/test_demo_company.py",
    "rights/test_rights_http.py",
    "with_apps/test_rights.py",
}
NOW = """
    const far = [new Date().getTime(), Date.now(), Date.parse(Date())].filter((it) => Math.abs(it - %d) > 60000);
    const broken = !(new Date() instanceof Date) || new Date(2028, 1, 29).getDate() !== 29 || Date.UTC(1970) !== 0;
    far.length || broken ? console.error(`It is ${new Date()}.`) : console.log("test successful");
"""


def noon(*day):
    return datetime(*day, 12, tzinfo=timezone.utc)


def test_a_day_is_meant_at_noon_unless_a_time_is_named():
    assert other_day.moment("2028-02-29") == noon(2028, 2, 29)
    assert other_day.moment("2027-03-28 01:30") == datetime(2027, 3, 28, 1, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["2027-02-29", "tomorrow", "1926-11-30", "2028-02-29 25:00", "28-02-29", ""])
def test_what_is_no_day_is_refused_in_one_line(text):
    with pytest.raises(Failure, match=r"^DATE=.* is no day from 2000 to 2099: make test DATE=2028-02-29, say, .*$"):
        other_day.moment(text)


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(other_day, "PACKAGED", [])
    monkeypatch.setattr(debian, "available", lambda: False)
    with pytest.raises(Failure, match="needs libfaketime: install it"):
        other_day.clock(noon(2028, 2, 29), tmp_path)


def test_the_machines_library_is_taken_before_debians(tmp_path, monkeypatch):
    library = tmp_path / "lib" / "a-machine" / other_day.LIBRARY
    library.parent.mkdir(parents=True)
    library.touch()
    monkeypatch.setattr(other_day, "PACKAGED", [str(tmp_path / "nothing"), str(tmp_path / "lib" / "*")])
    monkeypatch.setenv("LD_PRELOAD", "other.so")
    clock = other_day.clock(noon(2028, 2, 29), tmp_path)
    assert clock["LD_PRELOAD"] == f"{library}:other.so"
    now = datetime.now(timezone.utc).timestamp()
    assert abs(now + other_day.distance(clock) - noon(2028, 2, 29).timestamp()) < 60
    assert other_day.distance({}) == 0


def test_where_the_clock_is_read_tests_are_marked_as_dated():
    tests = ROOT / "tests"
    files = {str(file.relative_to(tests)): file.read_text() for file in tests.glob("**/test_*.py")}
    assert {
        name for name, text in files.items() if READS_THE_CLOCK.search(text) and DATED_MARK not in text
    } == NOT_MARKED


def test_of_programs_that_were_killed_nothing_is_left(tmp_path):
    ours, gone = f"faketime_shm_{os.getpid()}", "sem.faketime_sem_999999999"
    for name in (ours, gone, "other_999999999"):
        (tmp_path / name).touch()
    other_day.remove_leftovers(tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {ours, "other_999999999"}


def test_only_programs_by_another_clock_sleep_otherwise():
    assert other_day.python_path({}) == str(ROOT)
    assert other_day.python_path({"FAKETIME": "+5"}).split(os.pathsep)[1] == str(ROOT)


def test_python_can_sleep_and_wait_for_a_program():
    started = time.monotonic()
    time.sleep(0.01)
    assert time.monotonic() - started >= 0.01
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.1)


def test_a_server_that_goes_by_another_clock_than_meant_is_noticed(monkeypatch):
    hour = 3600
    monkeypatch.setattr(postgres.Server, "query", lambda *words: [[str(time.time() + hour)]])
    cluster = postgres.Cluster()
    assert not cluster._tells_the_time()
    cluster._clock = {"FAKETIME": f"+{hour}"}
    assert cluster._tells_the_time()


def test_the_clock_of_a_server_that_another_command_uses_is_left_alone(tmp_path):
    cluster = postgres.Cluster()
    with open(tmp_path / "users", "w") as ours, open(tmp_path / "users", "w") as theirs:
        for users in (ours, theirs):
            fcntl.flock(users, fcntl.LOCK_SH)
        cluster._users = ours
        with pytest.raises(Failure, match="end it first"), cluster.by_another_clock({}):
            raise AssertionError


class TestDay(ParetoCase):
    def test_postgresql_has_the_same_time(self):
        self.env.cr.execute("SELECT clock_timestamp() AT TIME ZONE 'UTC'")
        self.assertLess(abs((self.env.cr.fetchone()[0] - fields.Datetime.now()).total_seconds()), 60)


class TestDayInTheBrowser(ParetoHttpCase):
    def test_the_browser_has_the_same_time(self):
        self.browser_js("/web/login", NOW % (1000 * time.time()))
