# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""The inventory variables that the collection knows, and what is made of them for one component."""

from __future__ import annotations

import difflib
import functools
import re
import typing as t

# Every vendor a component may live at; those without releases are listed, backed up or measured, never rolled back. ``other``: anything with an address.
VENDORS = ("atlas", "clerk", "convex", "mongodb", "other", "postgres", "railway", "redis", "shopify", "stripe", "supabase", "vercel")

# What the change gate lets through.
ALLOW = ("read", "change", "destroy")

# Of the whole environment.
ENVIRONMENT = frozenset(
    {
        "saasops_allow",
        "saasops_banner",
        "saasops_confirm",
        "saasops_contacts",
        "saasops_direct",
        "saasops_environment",
        "saasops_ledger_url",
        "saasops_links",
        "saasops_rules",
        "saasops_run",
        "saasops_secrets",
        "saasops_status_pages",
        "saasops_system",
    }
)
# Of one component; every vendor's own names are in VENDOR.
COMPONENT = frozenset(
    {
        "component_backup",
        "component_commands",
        "component_conditions",
        "component_critical",
        "component_deploy_order",
        "component_dsn",
        "component_dsn_from",
        "component_endpoints",
        "component_folder",
        "component_health",
        "component_journeys",
        "component_limits",
        "component_logs",
        "component_maintenance",
        "component_metrics",
        "component_monitors",
        "component_migrate",
        "component_migrations",
        "component_needs",
        "component_parts",
        "component_pooler_dsn",
        "component_remedies",
        "component_rules",
        "component_url",
        "component_vendor",
        "component_webhooks",
    }
)
VENDOR = {
    "atlas": frozenset({"atlas_api_url", "atlas_client_id", "atlas_client_secret", "atlas_cluster", "atlas_project"}),
    "convex": frozenset(
        {
            "convex_api_url",
            "convex_deploy_key",
            "convex_deployment",
            "convex_token",
            "convex_url",
        }
    ),
    "datadog": frozenset({"datadog_api_key", "datadog_api_url", "datadog_app_key", "datadog_site"}),
    "railway": frozenset(
        {
            "railway_api_token",
            "railway_api_url",
            "railway_environment",
            "railway_project",
            "railway_service",
            "railway_token",
        }
    ),
    "sentry": frozenset({"sentry_api_url", "sentry_organization", "sentry_token"}),
    "shopify": frozenset(
        {
            "shopify_api_url",
            "shopify_api_version",
            "shopify_client_id",
            "shopify_client_secret",
            "shopify_shop",
            "shopify_token",
        }
    ),
    "stripe": frozenset(
        {
            "stripe_account",
            "stripe_api_key",
            "stripe_api_url",
            "stripe_mode",
            "stripe_version",
            "stripe_webhook_url",
        }
    ),
    "supabase": frozenset({"supabase_api_url", "supabase_project", "supabase_token"}),
    "uptimerobot": frozenset({"uptimerobot_api_key", "uptimerobot_api_url", "uptimerobot_zone"}),
    "vercel": frozenset(
        {
            "vercel_api_url",
            "vercel_deployment_url",
            "vercel_project",
            "vercel_team",
            "vercel_token",
        }
    ),
}
# Options of neutral modules that are inventory data, by the module's name; and what their role takes by -e.
NEUTRAL = {
    "backup": frozenset(
        {
            "backup_max_age",
            "backup_offsite",
            "backup_password",
            "backup_programs",
            "backup_proof_max_age",
            "backup_repository",
            "backup_retention",
            "backup_rpo",
            "backup_rto",
            "backup_tables_watch",
        }
    ),
    "notify": frozenset(
        {
            "notify_message",
            "notify_most_per_hour",
            "notify_quiet_hours",
            "notify_routes",
            "notify_send",
            "notify_slack_channel",
            "notify_window",
        }
    ),
}
PREFIXES = ("saasops_", "component_", *(f"{name}_" for name in (*VENDOR, *NEUTRAL)))
# Options of vendor modules that say who asks.
TOKENS = ("token", "api_token", "deploy_key", "client_secret", "api_key")
_SECRET = re.compile(r"(token|secret|password|key|dsn)$")


def near(name: str, known: t.Iterable[str]) -> list[str]:
    """Known names that a misspelt one may have meant, best first."""
    return difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.75)


def is_ours(name: str) -> bool:
    """Whether a variable claims, by its prefix, to be one of the collection's; a slip of the pen in the prefix claims it too."""
    return name.startswith(PREFIXES) or _slipped(name)


@functools.cache
def _slipped(name: str) -> bool:
    """``componet_url`` is meant to be ours, ``vault_vercel_token`` is not."""
    prefix, underscore, _rest = name.partition("_")
    meant = difflib.get_close_matches(f"{prefix}_", PREFIXES, n=1, cutoff=0.8) if underscore else []
    return bool(meant) and bool(difflib.get_close_matches(name, known_variables(), n=1, cutoff=0.85))


def is_secret(name: str) -> bool:
    return bool(_SECRET.search(name))


def known_variables() -> frozenset[str]:
    return ENVIRONMENT.union(COMPONENT, *VENDOR.values(), *NEUTRAL.values())


def component_of(host: str, variables: t.Mapping[str, t.Any], value: t.Callable[[str], t.Any]) -> dict[str, t.Any] | None:
    """One component as modules take it: its name, its own and its vendor's variables, never a secret.

    ``value(name)`` returns a variable with its templates resolved. None when the host is no component.
    """
    if "component_vendor" not in variables:
        return None
    vendor = value("component_vendor")
    names = [name for name in variables if name.startswith(("component_", f"{vendor}_")) and not is_secret(name)]
    shared = [name for name in ("saasops_system", "saasops_environment") if name in variables]
    return {"name": host, **{name: value(name) for name in sorted([*names, *shared])}}
