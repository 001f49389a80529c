# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Options of modules that reach the database of a component."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  component:
    description:
      - The component whose database is meant, as its inventory variables say it, at least C(name) and C(component_vendor).
      - When not set, made of the variables of the inventory host that the task runs for.
    type: dict
    required: true
  dsn:
    description:
      - Address of the database, with its password, such as C(postgresql://user:password@host:5432/database) or C(redis://:password@host:6379/0).
        It is a secret, and shown nowhere.
      - When not set, taken from the inventory variable C(component_dsn), else read from where C(component_dsn_from) says, such as
        C(railway:Postgres/DATABASE_PUBLIC_URL), C(vercel:storefront/DATABASE_URL) or C(env:DATABASE_URL).
    type: str
  source:
    description:
      - What reaches the vendor that C(component_dsn_from) names.
      - When not set, taken from the inventory variables of that vendor, and its tokens, when these have none, from the vendor's usual environment
        variables.
    type: dict
    suboptions:
      token:
        description: A token of that vendor, at Railway that of a project.
        type: str
      api_token:
        description: At Railway instead the token of an account or workspace.
        type: str
      project:
        description: Name or id of the project, at Railway.
        type: str
      environment:
        description: Name or id of the environment, at Railway.
        type: str
      team:
        description: Slug or id of the team, at Vercel.
        type: str
      api_url:
        description: Where that vendor's API is.
        type: str
  sslmode:
    description:
      - How PostgreSQL's connection is encrypted and the server known, as libpq names it. V(verify-full) knows it by its certificate and name.
      - When not set, as the address says it.
    type: str
    choices: [disable, allow, prefer, require, verify-ca, verify-full]
"""
