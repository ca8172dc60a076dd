"""What a person sees while a machine is set up: one line a step, bars, one-line failures."""

import re
import shutil
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

BAR_WIDTH = 30  # characters


class Failure(Exception):
    """Something the person at the keyboard has to mend; the text says what and how."""


# What tools print when something outside this project is wrong, and what to do then.
KNOWN_CAUSES = (
    (r"No space left on device|Disk quota exceeded|not enough (free )?space", "the disk is full: free 6 GB"),
    (
        r"Temporary failure (in name resolution|resolving)|Could not (resolve|connect)|Name or service not known"
        r"|Network is unreachable|Connection (refused|timed out|reset)|ConnectionError|NewConnectionError"
        r"|Unable to connect|Cannot initiate the connection|No route to host|ReadTimeout|Read timed out"
        r"|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|Failed to establish a new connection|ProxyError",
        "no network, or the package registry does not answer: check the connection",
    ),
    (
        r"Hash Sum mismatch|do not match the hashes|unexpected size|IncompleteRead|Failed to fetch|early EOF",
        "a download arrived broken or not to its end",
    ),
    (r"Permission denied|EACCES", "no permission to write there: check who owns the folder"),
)


def explain(output, doing):
    """The Failure for a command that failed.

    :param output: all the command printed
    :param doing: what was being done, as a noun phrase
    """
    for pattern, cause in KNOWN_CAUSES:
        if re.search(pattern, output):
            return Failure(f"{doing}: {cause}, then run the same command again; it goes on from here.")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.search(r"\berror\b|^E:|fatal", line, re.IGNORECASE)] or lines
    if "Traceback (most recent call last):" in lines:
        errors = lines  # the exception is what Python prints last
    return Failure(f"{doing} failed: {errors[-1][:300] if errors else 'no output'}")


class Step:
    """One line on the terminal: its title, how far it is, and at the end its time."""

    def __init__(self, title):
        self.title = title
        self._started = time.monotonic()
        self._live = sys.stdout.isatty()
        self._shown = -1

    def progress(self, done, text=""):
        """Show how far the step is.

        :param done: share done, 0 to 1
        :param text: what is being worked on
        """
        percent = int(100 * min(max(done, 0), 1))
        if not self._live:
            if percent // 25 > self._shown // 25 and percent < 100:
                print(f"            {self.title}: {percent} %", flush=True)
                self._shown = percent
            return
        filled = BAR_WIDTH * percent // 100
        line = f"            {self.title} [{'#' * filled}{'.' * (BAR_WIDTH - filled)}] {percent:3d} % {text}"
        self._write(line)

    def start(self):
        if self._live:
            self._write(f"            {self.title} …")

    def _write(self, line):
        width = shutil.get_terminal_size().columns - 1
        sys.stdout.write("\r" + line[:width].ljust(width))
        sys.stdout.flush()

    def end(self, mark=""):
        line = f"[{time.monotonic() - self._started:7.1f} s] {self.title}{mark}"
        if self._live:
            self._write("")
            sys.stdout.write("\r")
        print(line, flush=True)


@contextmanager
def step(title):
    """Print one line for the work done inside, with its time in seconds."""
    current = Step(title)
    current.start()
    try:
        yield current
    except BaseException:
        current.end(" – not finished")
        raise
    current.end()


def run(command, doing, on_line=None, input_text=None, **options):
    """Run a command to its end and return what it printed.

    :param command: list of words
    :param doing: what this does, for the failure line
    :param on_line: called with each line (ended by newline or carriage return) as it comes
    :raises Failure: when it cannot be started or exits with a code other than 0
    """
    try:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.PIPE if input_text else subprocess.DEVNULL,
            text=True,
            errors="replace",
            **options,
        )
    except OSError as error:
        raise explain(str(error), doing) from None
    if input_text:
        feeder = threading.Thread(target=lambda: (process.stdin.write(input_text), process.stdin.close()))
        feeder.start()
    lines = []
    try:
        # Universal newlines turn a progress bar's carriage returns into lines.
        for line in process.stdout:
            lines.append(line)
            if on_line:
                on_line(line.rstrip("\n"))
        process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        raise
    if process.returncode:
        raise explain("".join(lines), doing)
    return "".join(lines)
