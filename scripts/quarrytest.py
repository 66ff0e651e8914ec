# SPDX-License-Identifier: MIT
"""
Jobs and KTAP for scripts/run-tests and scripts/test-matrix.

A Job is one command and how to judge it.  run_jobs() runs them a few at a time, prints one
line for each as it ends, with the seconds it took, and what it took of the CPU, for the host
may be busy; for a failed one its last lines and the command that does it again.  Totals adds up.

Time-outs are for what hangs.  They are many times what an idle host needs, so that a busy one
does not fail for being busy.

A run may print tables, for people: the lines between "# table: NAME" and "# end of table".
The first of each name is shown at the end, and kept in build/tables/NAME.txt, from where
scripts/update-tables takes it into docs/.
"""
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import threading
import time

TAIL_LINES = 40
CASE_LINES = 15
TABLE = re.compile(r"^ *# table: ([\w-]+)\s*$\n(.*?)^ *# end of table", re.M | re.S)


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.cpu = 0.0
        self.failures = []
        self.tables = {}

    def add(self, job):
        self.passed += job.passed
        self.failed += job.failed
        self.skipped += job.skipped
        self.cpu += job.cpu
        if job.failed:
            self.failures.append(job)
        for name, text in TABLE.findall(job.output):
            self.tables.setdefault(name, re.sub(r"(?m)[ \r]+$", "", text))

    def line(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


class Job:
    """
    argv      the command; its stdout and stderr are judged together
    status    the exit status that is right
    ktap      the output is KTAP: every case counts, else the job counts as one
    want      regular expressions that must each match somewhere in the output
    refuse    regular expressions that must match nowhere
    check     function(output) -> None or what is wrong
    note      function(output) -> a few words for the job's line
    idle      it waits for a device most of the time: one of these runs beside the others
    """

    def __init__(self, name, argv, *, status=0, ktap=False, count_cases=True, want=(),
                 refuse=(), check=None, note=None, timeout=600, env=None, weight=1,
                 idle=False):
        self.name, self.argv, self.status, self.ktap = name, argv, status, ktap
        self.count_cases, self.want, self.refuse = count_cases, want, refuse
        self.check, self.note_fn, self.timeout, self.env = check, note, timeout, env
        self.weight, self.idle = weight, idle
        self.passed = self.failed = self.skipped = 0
        self.output, self.problems, self.note = "", [], ""
        self.seconds = self.cpu = 0.0
        self.cases = {}

    def again(self):
        pre = "".join(f"{k}={shlex.quote(v)} " for k, v in (self.env or {}).items())
        return pre + shlex.join(self.argv)

    def run(self):
        start = time.monotonic()
        env = dict(os.environ, **(self.env or {}))
        try:
            p = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                 stderr=subprocess.STDOUT, env=env)
        except OSError as e:
            self.problems.append(str(e))
            self.judge(127)
            return
        output, status, self.cpu = wait_for(p, start + self.timeout)
        self.output = output.decode(errors="replace").replace("\r\n", "\n")
        if status is None:
            status = 124
            self.problems.append(f"no end after {self.timeout} s")
        self.seconds = time.monotonic() - start
        self.judge(status)

    def judge(self, status):
        if status != self.status and status != 124:
            self.problems.append(f"exit status {status}, expected {self.status}")
        elif status == 124 and not self.problems:
            self.problems.append("timed out")
        for pattern in self.want:
            if not re.search(pattern, self.output, re.M):
                self.problems.append(f"the output does not match /{pattern}/")
        for pattern in self.refuse:
            m = re.search(pattern, self.output, re.M)
            if m:
                self.problems.append(f"unexpected output: {m.group(0).strip()}")
        if self.check:
            wrong = self.check(self.output)
            if wrong:
                self.problems.append(wrong)
        if self.ktap:
            self.judge_ktap()
        elif not self.problems:
            self.passed = 1
        if self.problems and not self.failed:
            self.failed = 1
        if self.note_fn:
            self.note = self.note_fn(self.output) or ""

    def judge_ktap(self):
        result = parse_ktap(self.output.split("--- the last lines of output ---")[0])
        self.cases = result.cases
        self.problems += result.problems
        counts = [sum(v == kind for v in result.cases.values())
                  for kind in ("pass", "fail", "skip")]
        self.note = f"{len(result.cases)} cases"
        if self.count_cases:
            self.passed, self.failed, self.skipped = counts
        elif not counts[1] and not self.problems:
            self.passed = 1
        for name, verdict in result.cases.items():
            if verdict == "fail":
                self.problems.append(f"failed: {name}")


def wait_for(p, end):
    """What it prints until it ends; its exit status, None at the time @end; its CPU seconds."""
    chunks, late = [], False
    with p.stdout:
        while not late:
            left = end - time.monotonic()
            if left <= 0 or not select.select([p.stdout], [], [], left)[0]:
                late = True
                stop(p)
                continue
            data = os.read(p.stdout.fileno(), 65536)
            if not data:
                break
            chunks.append(data)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return (b"".join(chunks), None if late else p.returncode,
            usage.ru_utime + usage.ru_stime)


def stop(p):
    """Scripts end their emulator when they are told to end; SIGKILL they do not hear of."""
    p.send_signal(signal.SIGTERM)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if os.waitid(os.P_PID, p.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.1)
    p.kill()


class Ktap:
    def __init__(self):
        self.cases = {}         # "suite.case" -> "pass" | "fail" | "skip"
        self.problems = []


RESULT = re.compile(r"^( *)(ok|not ok) (\d+) (?:- )?([^#]*?)\s*(#.*)?$")
VERSION = re.compile(r"^( *)KTAP version 1\s*$")
PLAN = re.compile(r"^( *)1\.\.(\d+)\s*$")


def parse_ktap(text):
    """Results of cases (one level below the suites), and what is wrong with the document."""
    out = Ktap()
    plan, seen, pending = {}, {}, []
    for line in text.splitlines():
        line = line.rstrip("\r")
        m = VERSION.match(line)
        if m:               # a parameterised case has no plan, but numbers of its own
            seen[len(m[1]) // 4] = 0
            continue
        m = PLAN.match(line)
        if m:
            plan[len(m[1]) // 4] = int(m[2])
            continue
        m = RESULT.match(line)
        if not m:
            continue
        depth, ok, number, name = len(m[1]) // 4, m[2] == "ok", int(m[3]), m[4]
        directive = (m[5] or "").lstrip("# ").upper()
        seen[depth] = seen.get(depth, 0) + 1
        if number != seen[depth]:
            out.problems.append(f"KTAP: result {number} of {name} should be number {seen[depth]}")
            seen[depth] = number
        verdict = "skip" if directive.startswith("SKIP") else "pass" if ok else "fail"
        if depth == 1:
            pending.append((name, verdict))
        elif depth == 0:
            if plan.get(1, len(pending)) != len(pending):
                out.problems.append(f"KTAP: {name} planned {plan[1]} cases, {len(pending)} ended")
            for case, what in pending:
                out.cases[f"{name}.{case}"] = what
            if verdict == "fail" and all(w != "fail" for _, w in pending):
                out.problems.append(f"suite {name} failed outside its cases")
            pending = []
            plan.pop(1, None)
    for case, what in pending:
        out.cases[f"(unfinished suite).{case}"] = what
    if 0 not in plan:
        out.problems.append("KTAP: no plan in the output")
    elif plan[0] != seen.get(0, 0):
        out.problems.append(f"KTAP: {plan[0]} suites planned, {seen.get(0, 0)} ended")
    if not out.cases and plan.get(0):
        out.problems.append("KTAP: no case in the output")
    return out


def failed_cases(lines):
    """What was said in the cases that failed, if it is KTAP that came to its end."""
    shown, said = [], []
    for l in lines:
        said.append(l)
        if RESULT.match(l) and l.startswith("    "):
            if "not ok" in l:
                shown += said[-CASE_LINES:]
            said = []
    return shown if any(l.startswith("# Totals:") for l in lines) else []


def report(job):
    mark = "FAIL" if job.failed else "ok  "
    note = f" ({job.note})" if job.note else ""
    print(f"{mark} {job.seconds:6.1f}s {job.cpu:6.1f} CPU  {job.name}{note}", flush=True)
    if not job.failed:
        return
    # qemu-run ends with the tail that is shown here anyway.
    text = re.sub(r"(?ms)^--- the last lines of output ---$.*^(?=--- qemu-run:)", "", job.output)
    lines = [l for l in text.splitlines() if not l.startswith("--- again:")]
    for l in failed_cases(lines) or lines[-TAIL_LINES:]:
        print(f"    | {l}")
    for p in job.problems[:12]:
        print(f"    {p}")
    print(f"    again: {job.again()}", flush=True)


def run_jobs(jobs, totals, workers=2):
    """
    Longest first, so that the last ones to end are short.  Where several run at a time, one
    more worker takes idle ones.
    """
    queue = sorted(jobs, key=lambda j: -j.weight)
    lock = threading.Lock()

    def next_job(idle):
        wanted = [j for j in queue if j.idle] if idle else sorted(queue, key=lambda j: j.idle)
        if not wanted:
            return None
        queue.remove(wanted[0])
        return wanted[0]

    def work(idle):
        while True:
            with lock:
                job = next_job(idle)
            if not job:
                return
            job.run()
            with lock:
                report(job)
                totals.add(job)

    threads = [threading.Thread(target=work, args=(i == workers,), daemon=True)
               for i in range(workers + (workers > 1))]
    for t in threads:
        t.start()
    for t in threads:
        while t.is_alive():
            t.join(0.2)


def show_tables(tables):
    folder = os.path.join(os.environ.get("O") or "build", "tables")
    os.makedirs(folder, exist_ok=True)
    for name, text in sorted(tables.items()):
        print(f"\n{name}:\n{text}", end="")
        with open(os.path.join(folder, name + ".txt"), "w", encoding="utf-8") as f:
            f.write(text)


def finish(totals, start):
    show_tables(totals.tables)
    print()
    for job in totals.failures:
        print(f"failed: {job.name}\n    again: {job.again()}")
    print(f"{time.monotonic() - start:.0f} s, {totals.cpu:.0f} s of CPU")
    print(totals.line())
    sys.exit(1 if totals.failed or not totals.passed else 0)
