# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The attributes that every module states. What a module says of one itself goes before what stands here."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change, sending no changing request.
    support: full
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), when in diff mode.
    support: full
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
"""

    # Of a module that only looks.
    LOOKS = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and return what would change, sending no changing request.
    support: full
    details: Changes nothing.
  diff_mode:
    description: Returns what has changed, or would change in C(check_mode), when in diff mode.
    support: N/A
    details: Changes nothing.
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
    support: full
"""

    # Of an action plugin that has no module beside it.
    ACTION = r"""
options: {}
attributes:
  action:
    description: Has an action plugin that does its work on the controller.
    support: full
"""

    ACTIONGROUP_VERCEL = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.vercel) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.vercel
"""

    ACTIONGROUP_CONVEX = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.convex) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.convex
"""

    ACTIONGROUP_RAILWAY = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.railway) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.railway
"""

    ACTIONGROUP_SHOPIFY = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.shopify) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.shopify
"""

    ACTIONGROUP_STRIPE = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.stripe) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.stripe
"""

    ACTIONGROUP_SENTRY = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.sentry) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.sentry
"""

    ACTIONGROUP_DATADOG = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.datadog) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.datadog
"""

    ACTIONGROUP_ATLAS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.atlas) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.atlas
"""

    ACTIONGROUP_SUPABASE = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.supabase) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.supabase
"""

    ACTIONGROUP_UPTIMEROBOT = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.uptimerobot) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.uptimerobot
"""

    ACTIONGROUP_COMPONENT = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.component) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.component
"""

    ACTIONGROUP_LEDGER = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.ledger) or C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
      - saasops.runbooks.ledger
"""

    ACTIONGROUP_ALL = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/saasops.runbooks.all) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - saasops.runbooks.all
"""
