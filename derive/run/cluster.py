"""Tasks carried out by a cluster of dask.distributed, behind the interface of ``concurrent.futures``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from threading import Lock
from typing import Any

from derive.run.pool import Lost, Promise
from derive.run.versions import content, versions

CONNECTING = 10.0
"""Seconds in which a scheduler has to answer."""
SILENCE = 600.0
"""Seconds that are waited for one result; nothing can end a task in a thread of somebody else's process."""
_ONE_AT_A_TIME = Lock()  # the precision of balls belongs to a process, and a worker may have several threads


class Unreachable(Exception):
    """There is no such scheduler, or nothing to speak to it with."""


class Cluster:
    """Carries tasks out on the workers of a scheduler; a worker that dies costs no task, another one repeats it."""

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        self._code = _own_code()

    def start(self) -> None:
        """The workers are there already."""

    def rest(self) -> None:
        """The workers stay."""

    def submit(self, work: Callable[..., str], /, *arguments: object) -> Promise:
        """Promise what ``work``, a function of a module, returns where this very program is installed."""
        return _Remote(self._executor.submit(remote, self._code, work, *arguments))


class _Remote:
    def __init__(self, future: Any) -> None:
        self._future = future

    def done(self) -> bool:
        return bool(self._future.done())

    def result(self) -> str:
        try:
            return str(self._future.result(SILENCE))
        except TimeoutError:
            raise Lost(f"the cluster gave no answer in {SILENCE:g} seconds") from None
        except Exception as error:  # whatever befell the workers befell this task only
            raise Lost(f"lost by the cluster: {type(error).__name__}") from error

    def add_done_callback(self, call: Callable[[Promise], object], /) -> None:
        self._future.add_done_callback(lambda _: call(self))


def remote(code: str, work: Callable[..., str], *arguments: object) -> str:
    """What a worker does: the work, if it runs the same code as the program that asks."""
    if _own_code() != code:
        return "!a worker of the cluster runs another version of derive, or of what that calculates with"
    with _ONE_AT_A_TIME:
        return work(*arguments)


@cache
def _own_code() -> str:
    return versions(content)


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """The workers of the scheduler at an address such as ``tcp://127.0.0.1:8786``, for the time of the block.

    Raises Unreachable: no scheduler answers there, or dask.distributed is not installed.
    """
    try:
        # Imported by name: the types must be the same for mypy whether the package is installed or not.
        distributed: Any = import_module("distributed")
    except ImportError as error:
        raise Unreachable("dask.distributed is not installed; pip install 'derive-check[cluster]'") from error
    try:
        client = distributed.Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise Unreachable(f"no scheduler answers at {address}") from error
    with client, client.get_executor() as executor:
        yield Cluster(executor)
