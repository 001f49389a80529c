# SPDX-License-Identifier: GPL-3.0-or-later
"""What is counted in archives of ``pg_dump`` and seen of dumps of Redis, however they come in pieces."""

from __future__ import annotations

import random
import struct

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.postgres.archives import LONGEST, Script
from ansible_collections.saasops.runbooks.plugins.module_utils.vendors.redis import rdb

SCRIPT = b"""--
-- PostgreSQL database dump
--

-- Name: users; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.users (
    id integer
);

-- Name: empty; Type: TABLE; Schema: public; Owner: -

CREATE TABLE public.empty (
    id integer
);

-- Name: f(); Type: FUNCTION; Schema: public; Owner: -

CREATE FUNCTION public.f() RETURNS void LANGUAGE sql AS $$
COPY public.users FROM stdin;
$$;

-- Data for Name: empty; Type: TABLE DATA; Schema: public; Owner: -

COPY public.empty (id) FROM stdin;
\\.


-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: -

COPY public.users (id) FROM stdin;
1
2\\n
\\N
mark 42
\\.


-- Data for Name: Odd ("x"); Name; Type: TABLE DATA; Schema: my shop; Owner: -

COPY "my shop"."Odd (""x""); Name" (id) FROM stdin;
1
\\.

-- Name: 16400; Type: BLOB; Schema: -; Owner: -

SELECT pg_catalog.lo_create('16400');
SELECT pg_catalog.lo_create('16401');

-- PostgreSQL database dump complete
"""


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 100_000])
def test_rows_are_counted_in_whatever_pieces_they_come(size: int) -> None:
    script = Script(b"mark 42")
    for start in range(0, len(SCRIPT), size):
        script.take(SCRIPT[start : start + size])
    assert script.rows == {"public.empty": 0, "public.users": 4, '"my shop"."Odd (""x""); Name"': 1, "large objects": 2}
    assert script.seen
    assert script.entries == 7


def test_a_text_that_is_not_in_a_row_is_not_seen() -> None:
    script = Script(b"PostgreSQL database")
    script.take(SCRIPT)
    assert not script.seen


def test_a_row_longer_than_a_piece_is_one_row() -> None:
    script = Script(b"the end of it")
    row = b"x" * (3 * LONGEST)
    text = SCRIPT.replace(b"2\\n", row + b"the end of it").replace(b"    id integer", b"    id integer, -- " + row)
    for start in range(0, len(text), 1000):
        script.take(text[start : start + 1000])
    assert script.rows["public.users"] == 4
    assert script.seen


def dump(body: bytes, checksum: bool = True) -> bytes:
    content = b"REDIS0010" + body + b"\xff"
    return content + (struct.pack("<Q", rdb.crc64(content)) if checksum else bytes(8))


AUXILIARY = b"\xfa\x09redis-ver\x056.2.7\xfa\x0aredis-bits\xc0\x40"
KEYS = b"\xfe\x00\xfb\x02\x00\x00\x01a\x01b\x00\x01c\x01d"


def read(content: bytes, size: int = 1000) -> rdb.Dump:
    made = rdb.Dump()
    for start in range(0, len(content), size):
        made.take(content[start : start + size])
    return made


def test_the_checksum_is_that_of_redis() -> None:
    assert rdb.crc64(b"123456789") == 0xE9C6D914C4B8D9CA


@pytest.mark.parametrize("size", [1, 5, 8, 16, 1000])
def test_a_whole_dump_is_well_in_whatever_pieces_it_comes(size: int) -> None:
    made = read(dump(AUXILIARY + KEYS * 20), size)
    assert made.problem() == ""
    assert read(dump(AUXILIARY + KEYS, checksum=False), size).problem() == ""


def test_every_bit_and_every_length_of_a_dump_matters() -> None:
    content = dump(AUXILIARY + KEYS * 3)
    rng = random.Random(7)
    for _number in range(200):
        bent = bytearray(content)
        bent[rng.randrange(len(bent) - 8)] ^= 1 << rng.randrange(8)
        assert read(bytes(bent)).problem(), bent
    for length in range(len(content)):
        assert read(content[:length]).problem(), length
