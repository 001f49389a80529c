# SPDX-License-Identifier: GPL-3.0-or-later
"""A small app with the vendor's own client in it, for what deploys."""

from __future__ import annotations

import pathlib

from tests.tools import npm_clients

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The client must not leave this machine.
GUARD = {"NODE_OPTIONS": f"--require={ROOT / 'tests/contract/loopback_only.cjs'}"}
SHOP = """import { queryGeneric } from "convex/server";
export const hello = queryGeneric({ args: {}, handler: async () => "hello" });
"""
SCHEMA = """import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";
export default defineSchema({ users: defineTable({ name: v.string() }) }, { schemaValidation: false });
"""


def project(folder: pathlib.Path) -> pathlib.Path:
    """The folder of its package.json."""
    (folder / "convex").mkdir(parents=True)
    (folder / "package.json").write_text('{"name": "shop", "dependencies": {"convex": "*"}}', encoding="utf-8")
    (folder / "node_modules").symlink_to(npm_clients.install("convex").parents[1])
    (folder / "convex" / "shop.ts").write_text(SHOP, encoding="utf-8")
    (folder / "convex" / "schema.ts").write_text(SCHEMA, encoding="utf-8")
    return folder
