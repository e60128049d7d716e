"""What was found before, kept beside the project: safe against whatever else writes there, and never needed.

Everything kept carries a seal made with a secret that stands outside the project, so that a folder that came with
somebody's change proves nothing. What cannot be read, or has no valid seal, counts as not there; what cannot be
written is not kept.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from derive.run.digest import blake2b

FOLDER = ".derive_cache"
SECRET_VARIABLE = "DERIVE_CACHE_SECRET"
FOLDER_VARIABLE = "DERIVE_CACHE_DIR"
MOST = 64_000_000
"""Bytes of a kept file; of a longer one nothing is read."""
LONGEST = 1_000_000
"""Bytes of a kept verdict."""
_SAFE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_SEAL = 32  # characters


class Cache:
    """A folder of sealed files."""

    def __init__(self, folder: str, secret: bytes) -> None:
        self.folder = folder
        self._secret = secret

    def digest(self, text: str | bytes) -> str:
        """The name, or the seal, of a text; nobody makes it without the secret."""
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        return blake2b(data, key=self._secret, digest_size=_SEAL // 2).hexdigest()

    def read(self, name: str) -> bytes:
        """The bytes of a file, empty where there is none to be trusted with a program's patience."""
        try:
            descriptor = os.open(os.path.join(self.folder, name), os.O_RDONLY | _SAFE)
        except OSError:
            return b""
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > MOST:
                return b""
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(MOST)
        except OSError:
            return b""
        finally:
            os.close(descriptor)

    def sealed(self, name: str) -> bytes | None:
        """The content of a file that ``seal`` wrote under this very name, or None."""
        data = self.read(name)
        seal, content = data[:_SEAL], data[_SEAL:]
        return content if seal == self.digest(name.encode() + content).encode() else None

    def seal(self, name: str, content: bytes) -> None:
        """Keep the content; whoever reads at the same time finds the old one or the new one."""
        if len(content) < MOST:
            self.replace(name, self.digest(name.encode() + content).encode() + content)

    def replace(self, name: str, data: bytes) -> None:
        """Write a file anew, under another name first."""
        new = os.path.join(self.folder, f"{name}.{os.getpid()}")
        try:
            self.make()
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _SAFE, 0o644), "wb") as file:
                file.write(data)
            os.replace(new, os.path.join(self.folder, name))
        except OSError:
            with suppress(OSError):
                os.unlink(new)

    def make(self) -> None:
        """Make the folder, which neither version control nor backups keep. Raises OSError."""
        if os.path.isdir(self.folder):
            return
        os.makedirs(self.folder, exist_ok=True)
        for name, content in MARKS.items():
            with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
                file.write(content)


class Verdicts:
    """The recorded verdicts, one a line in a file to which every run appends; the last line of a name counts.

    Another ``file`` keeps other texts in the same way.
    """

    NAME = "verdicts"

    def __init__(self, cache: Cache, file: str = NAME) -> None:
        self._cache, self._file = cache, file
        self._lines: dict[bytes, bytes] = {}
        self._descriptor: int | None = None
        self._is_writable = True
        data = cache.read(self._file)
        if len(data) > MOST * 3 // 4:
            data = data[len(data) // 2 :]
            cache.replace(self._file, data)
        for line in data.split(b"\n"):
            if line:
                self._lines[line[:_SEAL]] = line

    def get(self, meaning: str) -> str | None:
        """The text kept for a meaning."""
        name = self._cache.digest(meaning)
        line = self._lines.get(name.encode(), b"")
        text = line[2 * _SEAL :]
        valid = line[_SEAL : 2 * _SEAL] == self._cache.digest(name.encode() + text).encode()
        return text.decode("ascii") if valid and text.isascii() else None

    def put(self, meaning: str, text: str) -> None:
        """Keep a text of one line, at once: whatever happens next, it is not lost."""
        name = self._cache.digest(meaning).encode()
        data = text.encode("ascii")
        if self._is_writable and len(data) < LONGEST:
            # What a full disk cut off before ends at the first newline.
            self._append(b"\n%b%b%b\n" % (name, self._cache.digest(name + data).encode(), data))

    def close(self) -> None:
        """No more is put."""
        self._is_writable = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _append(self, line: bytes) -> None:
        try:
            if self._descriptor is None:
                self._descriptor = self._opened()
            self._is_writable = os.write(self._descriptor, line) == len(line)
        except OSError:
            self._is_writable = False

    def _opened(self) -> int:
        self._cache.make()
        path = os.path.join(self._cache.folder, self._file)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _SAFE, 0o644)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError("not a regular file")
        return descriptor


MARKS = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by derive; it may be deleted at any time.\n",
}


def root() -> str:
    """The folder of the nearest pyproject.toml, else the working folder; for where configuring is too slow."""
    here = folder = os.getcwd()
    while not os.path.isfile(os.path.join(folder, "pyproject.toml")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return here
    return folder


def cache(root: str, folder: str | None = None) -> Cache | None:
    """The cache in ``folder``, else where the environment says, else at the root; None where there can be none."""
    chosen = folder or os.environ.get(FOLDER_VARIABLE)
    place = chosen or os.path.join(root, FOLDER)
    if not chosen and os.path.islink(place):  # it would lead out of the project
        return None
    secret = _secret()
    return Cache(place, secret) if secret else None


def _secret() -> bytes | None:
    """32 bytes that are the same for all runs of one user and that no project holds."""
    given = os.environ.get(SECRET_VARIABLE)
    if given:
        return blake2b(given.encode("utf-8", "surrogateescape"), digest_size=32).digest()
    home = os.environ.get("XDG_STATE_HOME") or os.path.join(os.path.expanduser("~"), ".local", "state")
    path = os.path.join(home, "derive", "secret")
    return _kept(path) or _made(path)


def _kept(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            found = file.read(33)
    except OSError:
        return None
    return found if len(found) == 32 else None


def _made(path: str) -> bytes | None:
    """A new secret; of two runs that make one at the same time, both take the first."""
    new = f"{path}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(os.urandom(32))
        with suppress(FileExistsError):
            os.link(new, path)
        os.unlink(new)
    except OSError:
        return None
    return _kept(path)
