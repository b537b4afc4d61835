"""Byte strings one after another in a file, found by their number; mapped into memory as needed."""

from array import array
from pathlib import Path
from typing import BinaryIO

import numpy as np


class Texts:
    """Byte strings one after another in a file, found by their number."""

    def __init__(self, folder: Path, name: str) -> None:
        self._ends = np.asarray(np.load(folder / f"{name}-ends.npy", mmap_mode="r"))
        size = int(self._ends[-1])
        path = folder / f"{name}.bin"
        self._bytes = np.asarray(np.memmap(path, dtype=np.uint8, mode="r", shape=(size,))) if size else None

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> bytes:
        if self._bytes is None:
            return b""
        return self._bytes[int(self._ends[number]) : int(self._ends[number + 1])].tobytes()

    @staticmethod
    def writing(folder: Path, name: str) -> "TextsWriter":
        """A writer of such a file."""
        return TextsWriter(folder, name)


class TextsWriter:
    """Writes byte strings one after another."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._name = folder, name
        self._file: BinaryIO = (folder / f"{name}.bin").open("wb")
        self._ends = array("Q", [0])

    def add(self, text: bytes) -> int:
        """The number of the string just written."""
        self._file.write(text)
        self._ends.append(self._ends[-1] + len(text))
        return len(self._ends) - 2

    def drop(self) -> None:
        """Let go of the file, whatever is in it."""
        self._file.close()

    def close(self) -> None:
        """Nothing can be added after this."""
        self._file.close()
        np.save(self._folder / f"{self._name}-ends.npy", np.frombuffer(self._ends, dtype=np.uint64))
