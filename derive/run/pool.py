"""Processes that work and may die: each has a limit of time and of memory, and costs no task but its own.

One process, the nursery, imports what the tasks need and then only forks, so that a worker starts within milliseconds
and another one takes the place of a worker that was lost.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import POLLIN, poll
from typing import Any, NoReturn, Protocol

SECONDS = 60.0
"""How long one task may take on the clock before its worker is killed."""
MEMORY = 1 << 30
"""How many bytes a worker may use beyond what it has at its birth."""
SELDOM = (200_000, 20, 20)
"""How often garbage is collected: deciding makes many long-lived terms and few cycles."""
_BATCH = 64  # tasks that are sent together
_TASKS = 2_000  # after so many tasks a worker is replaced, so that nothing piles up
_LIVES = 2  # a task that has cost so many workers is given up
_NURSERIES = 10
_HEAD = 8  # bytes of the length before every message


class Lost(Exception):
    """The task has no result: its workers died over it."""


class Promise(Protocol):
    """A result that is there, or will be; as ``concurrent.futures.Future`` is one."""

    def done(self) -> bool:
        """Whether there is a result, or never will be."""

    def result(self) -> str:
        """Wait for the result. Raises Lost."""

    def add_done_callback(self, call: Callable[[Promise], object], /) -> None:
        """Call with this promise as soon as it is done."""


class Executor(Protocol):
    """What carries tasks out; as ``concurrent.futures.Executor`` does."""

    def submit(self, work: Callable[..., str], /, *arguments: object) -> Promise:
        """Promise what ``work`` returns for the arguments."""


class Workers(Executor, Protocol):
    """An executor that may begin before its first task."""

    def start(self) -> None:
        """Let what every task needs begin."""

    def rest(self) -> None:
        """Let go of what was begun: no task is expected any more."""


class Here:
    """Carries tasks out in this process, each when its result is asked for."""

    def start(self) -> None:
        """Nothing has to begin."""

    def rest(self) -> None:
        """Nothing was begun."""

    def submit(self, work: Callable[..., str], /, *arguments: object) -> Promise:
        """Promise what ``work`` returns."""
        return _Later(work, arguments)


class _Later:
    def __init__(self, work: Callable[..., str], arguments: tuple[object, ...]) -> None:
        self._work: Callable[[], str] | None = lambda: work(*arguments)
        self._found = ""
        self._call: Callable[[Promise], object] | None = None

    def done(self) -> bool:
        return self._work is None

    def result(self) -> str:
        if self._work is not None:
            self._found, self._work = self._work(), None
            if self._call:
                self._call(self)
        return self._found

    def add_done_callback(self, call: Callable[[Promise], object], /) -> None:
        self._call = call


class _Task:
    """One task, which is also the promise of its result."""

    def __init__(self, pool: Pool, work: Callable[..., str], arguments: tuple[object, ...]) -> None:
        self.message = (work, arguments)
        self.lives = _LIVES
        self._pool = pool
        self._found: str | None = None
        self._lost = ""
        self._call: Callable[[Promise], object] | None = None

    def done(self) -> bool:
        return self._found is not None or bool(self._lost)

    def result(self) -> str:
        while not self.done():
            self._pool.wait()
        if self._found is None:
            raise Lost(self._lost)
        return self._found

    def add_done_callback(self, call: Callable[[Promise], object], /) -> None:
        if self.done():
            call(self)
        self._call = call

    def settle(self, found: str | None, lost: str = "") -> None:
        """Take the result, or the reason why there is none."""
        self._found, self._lost = found, lost
        self.message = (str, ())  # the arguments are no longer needed
        if self._call:
            self._call(self)


class _Worker:
    """This side of a worker: the channel, what has been sent and not been answered, and since when it is at that."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.tasks: deque[_Task] = deque()
        self.received = bytearray()
        self.since = time.monotonic()
        self.pid = 0
        self.given = 0
        self.late: _Task | None = None

    def kill(self) -> None:
        """End it, whatever it does; one that has not told its number ends when it is to."""
        if self.pid:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Pool:
    """Carries tasks out in ``jobs`` processes; use it from one thread."""

    def __init__(self, jobs: int, prepare: Callable[[], None], seconds: float, memory: int) -> None:
        self._jobs, self._prepare, self._seconds, self._memory = jobs, prepare, seconds, memory
        self._queue: deque[_Task] = deque()
        self._workers: dict[int, _Worker] = {}
        self._poll = poll()
        self._nursery: tuple[int, socket.socket] | None = None
        self._nurseries = 0

    def start(self) -> None:
        """Let the imports begin, if they have not."""
        if self._nursery is None:
            self._nurseries += 1
            self._nursery = self._fork()

    def submit(self, work: Callable[..., str], /, *arguments: object) -> Promise:
        """Promise what ``work``, a function of a module, returns in another process."""
        task = _Task(self, work, arguments)
        self._queue.append(task)
        self._collect(0)
        self._feed()
        return task

    def wait(self) -> None:
        """Go on until something has happened that may have settled a task."""
        self._feed()
        since = [worker.since for worker in self._workers.values() if worker.tasks]
        if not since:  # what was waiting has been given up
            return
        self._collect(max(0.0, min(since) + self._seconds - time.monotonic()) + 0.01)
        self._kill_the_late()

    def rest(self) -> None:
        """Begin to end all processes, which takes them a while."""
        for worker in self._workers.values():
            self._poll.unregister(worker.channel)
            worker.kill()
            worker.channel.close()
        self._workers.clear()
        if self._nursery:
            with suppress(ProcessLookupError):
                os.kill(self._nursery[0], signal.SIGKILL)

    def close(self) -> None:
        """End all processes."""
        self.rest()
        self._end_nursery()

    def _collect(self, seconds: float) -> None:
        for descriptor, _ in self._poll.poll(1000 * seconds):
            self._receive(self._workers[descriptor])

    def _receive(self, worker: _Worker) -> None:
        try:
            data = worker.channel.recv(1 << 16)
        except ConnectionError:
            data = b""
        if not data:
            self._bury(worker)
            return
        worker.received += data
        for message in _messages(worker.received):
            worker.since = time.monotonic()
            if isinstance(message, int):
                worker.pid = message
            elif worker.tasks:
                worker.tasks.popleft().settle(message)

    def _bury(self, worker: _Worker) -> None:
        """Whatever it was working on is suspected; the others that it had are innocent."""
        self._dismiss(worker)
        if not worker.tasks:
            return
        suspect = worker.tasks.popleft()
        suspect.lives -= 1
        self._queue.extendleft(reversed(worker.tasks))
        if suspect is worker.late:
            suspect.settle(None, f"stopped after {self._seconds:g} seconds on the clock")
        elif not suspect.lives:
            suspect.settle(None, "the process that worked on it ended, twice: out of memory, or a crash")
        else:
            self._queue.appendleft(suspect)

    def _dismiss(self, worker: _Worker) -> None:
        self._poll.unregister(worker.channel)
        del self._workers[worker.channel.fileno()]
        worker.channel.close()

    def _kill_the_late(self) -> None:
        now = time.monotonic()
        for worker in self._workers.values():
            if worker.tasks and now > worker.since + self._seconds:
                worker.late = worker.tasks[0]
                worker.kill()
                if not worker.pid:  # it was never born
                    self._end_nursery()

    def _feed(self) -> None:
        for worker in list(self._workers.values()):
            if not worker.tasks and worker.given >= _TASKS:
                self._dismiss(worker)
        idle = [w for w in self._workers.values() if not w.tasks]
        while self._queue and (idle or len(self._workers) < self._jobs):
            free = idle.pop() if idle else self._born()
            if free is None:
                return
            self._send(free)

    def _send(self, worker: _Worker) -> None:
        worker.tasks.extend(self._batch())
        worker.given += len(worker.tasks)
        worker.since = time.monotonic()
        with suppress(BrokenPipeError, ConnectionResetError):  # its end is noticed where answers are received
            _send(worker.channel, [task.message for task in worker.tasks])

    def _batch(self) -> Iterator[_Task]:
        """Few at a time, so that all workers end together; a suspect alone."""
        most = min(_BATCH, len(self._queue) // (2 * self._jobs) + 1)
        for number in range(most):
            if not self._queue or (number and self._queue[0].lives < _LIVES):
                return
            task = self._queue.popleft()
            yield task
            if task.lives < _LIVES:
                return

    def _born(self) -> _Worker | None:
        """A new worker, or None where none can be had; then nothing that waits will ever be done."""
        while self._nurseries < _NURSERIES or self._nursery:
            self.start()
            assert self._nursery
            mine, its = socket.socketpair()
            with its:
                try:
                    socket.send_fds(self._nursery[1], [b"f"], [its.fileno()])
                except OSError:
                    mine.close()
                    self._end_nursery()
                    continue
            worker = self._workers[mine.fileno()] = _Worker(mine)
            self._poll.register(mine, POLLIN)
            return worker
        while self._queue:
            self._queue.popleft().settle(None, "no process can be started to work on it")
        return None

    def _fork(self) -> tuple[int, socket.socket]:
        mine, its = socket.socketpair()
        # An interrupt between the fork and the first line of the other process would run this program there.
        old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
        pid = os.fork()
        if pid == 0:
            try:
                mine.close()
                for worker in self._workers.values():
                    worker.channel.close()
                _be_nursery(its, self._prepare, self._seconds, self._memory)
            finally:
                os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        its.close()
        return pid, mine

    def _end_nursery(self) -> None:
        if self._nursery:
            pid, control = self._nursery
            self._nursery = None
            control.close()
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


@contextmanager
def pool(jobs: int, prepare: Callable[[], None]) -> Iterator[Pool | Here]:
    """So many processes for the time of the block; 0, or a system without fork, for this one and no limits."""
    if jobs == 0 or sys.platform != "linux":
        yield Here()
        return
    workers = Pool(jobs, prepare, SECONDS, MEMORY)
    try:
        yield workers
    finally:
        workers.close()


# --- the other processes


def _be_nursery(control: socket.socket, prepare: Callable[[], None], seconds: float, memory: int) -> NoReturn:
    """Fork a worker for each channel that comes, until the first process is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(*SELDOM)
    prepare()
    gc.freeze()
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            os._exit(0)
        if os.fork() == 0:
            control.close()
            _be_worker(socket.socket(fileno=descriptors[0]), seconds, memory)
        os.close(descriptors[0])


def _be_worker(channel: socket.socket, seconds: float, memory: int) -> NoReturn:
    """Answer batch after batch; whatever goes wrong ends the process, and the other side draws its conclusions."""
    try:
        _limit(memory)
        _send(channel, os.getpid())
        while batch := _read(channel):
            for work, arguments in batch:
                # The other side kills sooner; the alarm is for when it is gone.
                signal.alarm(int(2 * seconds) + 1)
                _send(channel, work(*arguments))
                signal.alarm(0)
    finally:
        os._exit(1)


def _limit(memory: int) -> None:
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = now + memory if hard == resource.RLIM_INFINITY else min(now + memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))


# --- messages


def _send(channel: socket.socket, message: object) -> None:
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    channel.sendall(len(data).to_bytes(_HEAD, "big") + data)


def _read(channel: socket.socket) -> Any:
    """The next message, or None at the end."""
    received = bytearray()
    while True:
        for message in _messages(received):
            return message
        data = channel.recv(1 << 16)
        if not data:
            return None
        received += data


def _messages(received: bytearray) -> Iterator[Any]:
    """Take the messages that have come as a whole."""
    while len(received) >= _HEAD:
        end = _HEAD + int.from_bytes(received[:_HEAD], "big")
        if len(received) < end:
            return
        data = bytes(received[_HEAD:end])
        del received[:end]
        yield pickle.loads(data)
