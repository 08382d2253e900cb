"""A queue of jobs on disk. A job is one JSON file, and the folder it is in is its state:

    pending/        waits, from `not_before` on
    working/N/      taken by worker N
    done/           finished; the latest few are kept
    dead/           failed too often: somebody must look

Moving a file within one file system is atomic, so a job is never lost, and no two workers take the same one. A job whose
worker died in the middle is done again.
"""

import json
import os
import pathlib
import secrets
import time

MAX_ATTEMPTS = 3
KEEP_DONE = 200


class Queue:
    def __init__(self, folder=None):
        self.root = pathlib.Path(folder or os.environ.get("DATA_DIR", "data")).resolve() / "queue"
        for state in ("new", "pending", "working", "done", "dead"):
            (self.root / state).mkdir(parents=True, exist_ok=True)

    def put(self, kind, payload):
        """Adds a job and returns its id; ids sort by time."""
        job_id = f"{time.time_ns():020d}-{secrets.token_hex(3)}"
        self._write("pending", {"id": job_id, "kind": kind, "payload": payload, "attempts": 0, "not_before": 0})
        return job_id

    def take(self, worker):
        """Moves the oldest due job to the worker and returns it; None when there is none."""
        mine = self._mine(worker)
        for path in sorted((self.root / "pending").glob("*.json")):
            try:
                if json.loads(path.read_text())["not_before"] > time.time():
                    continue
                os.rename(path, mine / path.name)
            except FileNotFoundError:
                continue  # another worker was faster
            return json.loads((mine / path.name).read_text())
        return None

    def finish(self, worker, job, result):
        self._write("done", {**job, "result": result, "finished": time.time()})
        self._taken(worker, job).unlink()
        for path in sorted((self.root / "done").glob("*.json"))[:-KEEP_DONE]:
            path.unlink(missing_ok=True)

    def fail(self, worker, job, reason):
        """Puts the job back for later, or, after the last attempt, aside. Returns where it went."""
        job = {**job, "attempts": job["attempts"] + 1, "error": reason}
        job["not_before"] = time.time() + 2 ** job["attempts"]
        state = "dead" if job["attempts"] >= MAX_ATTEMPTS else "pending"
        self._write(state, job)
        self._taken(worker, job).unlink()
        return state

    def recover(self, worker):
        """Puts back what an earlier run of this worker was doing when it died."""
        count = 0
        for path in self._mine(worker).glob("*.json"):
            os.rename(path, self.root / "pending" / path.name)
            count += 1
        return count

    def counts(self):
        working = sum(1 for _ in (self.root / "working").glob("*/*.json"))
        states = {state: sum(1 for _ in (self.root / state).glob("*.json")) for state in ("pending", "done", "dead")}
        return {"pending": states["pending"], "working": working, "done": states["done"], "dead": states["dead"]}

    def find(self, job_id):
        """(state, job), or None when no folder has it."""
        for state in ("pending", "working/*", "done", "dead"):
            for path in self.root.glob(f"{state}/{job_id}.json"):
                try:
                    return path.relative_to(self.root).parts[0], json.loads(path.read_text())
                except FileNotFoundError:
                    continue  # it moved on while we looked
        return None

    def _mine(self, worker):
        mine = self.root / "working" / worker
        mine.mkdir(exist_ok=True)
        return mine

    def _taken(self, worker, job):
        return self._mine(worker) / f"{job['id']}.json"

    def _write(self, state, job):
        """Written aside and moved, so that nobody ever reads half a job."""
        aside = self.root / "new" / f"{job['id']}-{os.getpid()}.json"
        aside.write_text(json.dumps(job))
        os.rename(aside, self.root / state / f"{job['id']}.json")
