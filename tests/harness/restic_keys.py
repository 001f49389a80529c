# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories of restic that open at once.

restic makes its keys so that opening takes a third of a second of work, which is right for secrets, and too much for tests that open a repository a
thousand times. The key file here holds the same master key under the same password, derived in one cheap step. Facts: restic's design document, "Keys,
Encryption and MAC".
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pathlib
import typing as t

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

CHEAP = {"N": 2, "r": 1, "p": 1}


def cheapen(repository: pathlib.Path, password: str) -> None:
    """Put a cheap key in place of every key that the password opens."""
    for file in sorted((repository / "keys").iterdir()):
        told = json.loads(file.read_bytes())
        if {name: told[name] for name in CHEAP} == CHEAP:
            continue
        master = _opened(_derived(password, told), base64.b64decode(told["data"]))
        salt = base64.b64encode(os.urandom(64)).decode()
        made: dict[str, t.Any] = {**told, **CHEAP, "salt": salt}
        made["data"] = base64.b64encode(_closed(_derived(password, made), master)).decode()
        text = json.dumps(made).encode()
        name = hashlib.sha256(text).hexdigest()
        (repository / "keys" / name).write_bytes(text)
        file.unlink()


def reseal(repository: pathlib.Path, password: str, name: str, change: t.Callable[[bytes], bytes]) -> None:
    """Put something else in place of a file of the repository that its key seals whole, such as ``config``."""
    (file,) = (repository / "keys").iterdir()
    told = json.loads(file.read_bytes())
    master = json.loads(_opened(_derived(password, told), base64.b64decode(told["data"])))
    key = b"".join(base64.b64decode(part) for part in (master["encrypt"], master["mac"]["k"], master["mac"]["r"]))
    sealed = repository / name
    content = _closed(key, change(_opened(key, sealed.read_bytes())))
    sealed.chmod(0o600)
    sealed.write_bytes(content)


def _derived(password: str, told: t.Mapping[str, t.Any]) -> bytes:
    salt = base64.b64decode(told["salt"])
    return hashlib.scrypt(password.encode(), salt=salt, n=told["N"], r=told["r"], p=told["p"], maxmem=256 * 1024 * 1024, dklen=64)


def _mac(key: bytes, nonce: bytes, text: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key[32:48]), modes.ECB()).encryptor()
    return Poly1305.generate_tag(key[48:64] + encryptor.update(nonce) + encryptor.finalize(), text)


def _stream(key: bytes, nonce: bytes, text: bytes) -> bytes:
    worker = Cipher(algorithms.AES(key[:32]), modes.CTR(nonce)).encryptor()
    return worker.update(text) + worker.finalize()


def _opened(key: bytes, data: bytes) -> bytes:
    nonce, text, mac = data[:16], data[16:-16], data[-16:]
    if _mac(key, nonce, text) != mac:
        raise ValueError("the key does not open with this password")
    return _stream(key, nonce, text)


def _closed(key: bytes, text: bytes) -> bytes:
    nonce = os.urandom(16)
    sealed = _stream(key, nonce, text)
    return nonce + sealed + _mac(key, nonce, sealed)
