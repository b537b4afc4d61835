"""Calls a check where it cannot hold anyone up: ours in a thread, others' in a process that can be killed."""

import asyncio
import contextlib
import importlib
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from service.domain.check import CheckInput
from service.pipeline import installed

MAX_ANSWER_BYTES = 1_000_000
T = TypeVar("T")


class CheckBroke(Exception):
    """A check in its own process ended without an answer."""


async def call_thread(function: Callable[[], T]) -> T:
    """The function's result from a daemon thread; one that never ends blocks nobody else, and its result is dropped."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if future.done():
            return  # too late: the caller has given up
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    def work() -> None:
        result: Any = None
        failure: BaseException | None = None
        try:
            result = function()
        except StopIteration as error:
            failure = RuntimeError(repr(error))  # a future cannot hold StopIteration
        except BaseException as error:  # noqa: BLE001 - a plug-in may raise anything; all of it becomes "unknown"
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=work, daemon=True, name="granska-check").start()
    return await future


async def call_isolated(target: str, action: str, given: bytes, *, seconds: float) -> bytes:
    """Run `module:Class` in a process of its own and return what it prints; killed when the time is up."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "service.pipeline.isolated",
        target,
        action,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(seconds):
            answer, _ = await process.communicate(given)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode != 0 or len(answer) > MAX_ANSWER_BYTES:
        raise CheckBroke(f"exit {process.returncode}")
    return answer


def main(target: str, action: str) -> None:
    """The child's side: one question on standard input, one answer on standard output."""
    module, _, name = target.partition(":")
    out = sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever the check prints is not its answer
    check = getattr(importlib.import_module(module), name)()
    body = sys.stdin.buffer.read()
    said: object
    if action == "tell":
        said = installed.told(check)
    elif action == "examples":
        said = installed.examples(check)
    elif action == "params":
        said = installed.faults_in(check, msgspec.json.decode(body, type=dict[str, Any]))
    elif action == "try":
        inputs = msgspec.json.decode(body, type=list[tuple[CheckInput, dict[str, Any]]])
        said = installed.try_all(check, inputs)
    else:
        given, params = msgspec.json.decode(body, type=tuple[CheckInput, dict[str, Any]])
        said = installed.answer(check, given, params)
    out.write(msgspec.json.encode(said))
    out.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
