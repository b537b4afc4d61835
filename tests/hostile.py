"""A server on loopback that answers however a test wants, byte by byte."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HEAD = b"HTTP/1.1 200 OK\r\n"
Answer = Callable[[socket.socket], None]


@contextmanager
def server(*answers: Answer) -> Iterator[str]:
    """A server on loopback that gives these answers, one for each connection, the last again and again."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        number = 0
        while not stop.is_set():
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            answer = answers[min(number, len(answers) - 1)]
            number += 1
            threading.Thread(target=answered, args=(connection, answer), daemon=True).start()

    def answered(connection: socket.socket, answer: Answer) -> None:
        with connection:
            try:
                connection.recv(65_536)
                answer(connection)
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/list.csv"
    finally:
        stop.set()
        listening.close()


def sent(*parts: bytes, pause: float = 0.0, times: int = 1) -> Answer:
    def answer(connection: socket.socket) -> None:
        for _ in range(times):
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)

    return answer
