# SPDX-License-Identifier: GPL-3.0-or-later
"""Look for secrets in everything that a run leaves behind: outputs, and every byte of every file in whole folders."""

from __future__ import annotations

import base64
import gzip
import pathlib
import typing as t
import zlib
from urllib.parse import quote

SHORTEST = 24


def guises(secret: str) -> set[bytes]:
    """A secret as it may stand in a file: itself, in base64 at each of the three offsets and in both alphabets, in hex, in a URL."""
    assert len(secret) >= SHORTEST, "a secret this short may occur by chance"
    raw = secret.encode()
    found = {raw, quote(secret, safe="").encode(), raw.hex().encode(), raw.hex().upper().encode(), secret.encode("utf-16-le")}
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            # The characters at both ends also depend on the neighbours.
            inner = encode(b"\0" * offset + raw).rstrip(b"=")
            found.add(inner[2 if offset == 1 else 3 if offset == 2 else 0 : len(inner) - 1])
    return found


def leaks(secrets: t.Mapping[str, str], folders: t.Iterable[pathlib.Path], outputs: t.Mapping[str, str], given: t.Container[pathlib.Path] = ()) -> list[str]:
    """``secret in place`` for each that occurs. ``given`` are files that the operator wrote: they hold the secrets by right."""
    texts: dict[str, bytes] = {name: text.encode() for name, text in outputs.items()}
    for folder in folders:
        assert folder.is_dir(), f"{folder} is not there: nothing would be swept"
        for path in sorted(folder.rglob("*")):
            if path not in given:
                texts[f"the name {path}"] = str(path.relative_to(folder)).encode()
                if path.is_file() and not path.is_symlink():
                    texts[str(path)] = path.read_bytes()
    return [f"{name} in {place}" for name, secret in secrets.items() for place, content in texts.items() if _holds(content, guises(secret))]


def _holds(content: bytes, wanted: set[bytes]) -> bool:
    return any(form in content for form in wanted) or any(form in inner for inner in _unpacked(content) for form in wanted)


def _unpacked(content: bytes) -> t.Iterator[bytes]:
    if content[:2] == b"\x1f\x8b":
        try:
            yield gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return
