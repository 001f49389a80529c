# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Which operations a verb can come to ask of a vendor. Written by tests/tools/verb_operations.py from the source: not to be edited."""

from __future__ import annotations

# fmt: off
VERBS: dict[str, dict[str, tuple[str, ...]]] = {
    "backup": {
        "atlas": ("access_token", "get_cluster_backup_snapshot", "list_backup_snapshots", "take_snapshots"),
        "convex": ("download_export", "list_environment_variables", "request_export", "run_query"),
        "railway": (
            "deployments", "environment", "project", "projectToken", "projects", "serviceInstance", "variables", "volumeInstanceBackupCreate",
            "volumeInstanceBackupList", "volumeInstances", "workflowStatus",
        ),
        "restic": ("backup", "forget", "init", "prune"),
        "shopify": ("bulkOperation", "bulkOperationCancel", "bulkOperationRunQuery", "bulkOperations", "oauth_access_token"),
        "stripe": (
            "get_account", "list_balance_transactions", "list_charges", "list_customers", "list_disputes", "list_events", "list_invoice_payments",
            "list_invoices", "list_payment_intents", "list_payouts", "list_refunds", "list_subscriptions", "list_webhook_endpoints",
        ),
        "supabase": ("get_backup_schedule", "get_project", "list_all_backups"),
        "vercel": (
            "filter_project_envs", "get_custom_environments", "get_deployments", "get_project", "get_project_env", "get_projects", "get_rolling_release",
        ),
    },
    "backup_verify": {
        "atlas": ("access_token", "get_cluster_backup_snapshot"),
    },
    "db_integrity": {
        "convex": ("run_query",),
        "railway": ("environment", "project", "projectToken", "projects", "variables"),
        "vercel": ("filter_project_envs", "get_project_env", "get_projects"),
    },
    "db_migrate": {
        "railway": ("environment", "project", "projectToken", "projects", "variables"),
        "vercel": ("filter_project_envs", "get_project_env", "get_projects"),
    },
    "doctor": {
        "atlas": ("access_token", "get_cluster_backup_snapshot", "list_backup_snapshots"),
        "convex": ("check_admin_key", "download_export", "list_environment_variables", "run_query"),
        "datadog": ("list_downtimes", "list_monitors"),
        "railway": (
            "apiToken", "deploymentSnapshot", "deployments", "environment", "me", "project", "projectToken", "projects", "serviceInstance", "variables",
            "volumeInstanceBackupList", "volumeInstances", "workflowStatus",
        ),
        "sentry": ("list_issues",),
        "shopify": ("bulkOperation", "bulkOperations", "oauth_access_token", "shop"),
        "stripe": (
            "get_account", "list_balance_transactions", "list_charges", "list_customers", "list_disputes", "list_events", "list_invoice_payments",
            "list_invoices", "list_payment_intents", "list_payouts", "list_refunds", "list_subscriptions", "list_webhook_endpoints",
        ),
        "supabase": ("get_backup_schedule", "get_project", "list_all_backups"),
        "uptimerobot": ("list_monitors",),
        "vercel": (
            "filter_project_envs", "get_auth_token", "get_custom_environments", "get_deployments", "get_edge_config_items", "get_edge_configs",
            "get_global_config_items", "get_global_configs", "get_project", "get_project_env", "get_projects", "get_rolling_release",
        ),
    },
    "drill": {
        "convex": (
            "cancel_import", "finish_upload", "list_environment_variables", "perform_import", "replace_by_import", "run_query", "start_upload",
            "update_environment_variables", "upload_part",
        ),
        "pagerduty": ("send_event",),
        "railway": (
            "deployment", "deploymentEvents", "deploymentRedeploy", "deploymentRollback", "deploymentSnapshot", "deployments", "environment",
            "environmentPatchCommit", "project", "projectToken", "projects", "serviceInstance", "serviceInstanceDeployV2", "variableCollectionReplace",
            "variableCollectionUpsert", "variableDelete", "variables",
        ),
        "restic": ("backup",),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
        "vercel": (
            "batch_remove_project_env", "create_deployment", "create_project_env", "edit_project_env", "filter_project_envs", "get_custom_environments",
            "get_deployment", "get_deployments", "get_project", "get_project_env", "get_projects", "get_rolling_release", "list_promote_aliases",
            "list_rollback_aliases", "request_promote", "request_rollback", "update_project",
        ),
    },
    "health": {
        "railway": ("deployments", "environment", "metrics", "project", "projectToken", "projects", "serviceInstance"),
        "shopify": ("oauth_access_token", "shop"),
        "vercel": ("get_auth_token", "get_deployments", "get_project", "get_projects", "get_rolling_release"),
    },
    "heartbeat": {},
    "init": {
        "convex": ("get_canonical_urls", "list_deployments", "token_details"),
        "railway": ("deployments", "environment", "environmentServices", "project", "projectToken", "projects", "serviceInstance", "variables"),
        "shopify": ("oauth_access_token", "shop"),
        "stripe": ("list_webhook_endpoints",),
        "vercel": ("get_deployments", "get_project", "get_projects", "get_rolling_release", "get_teams"),
    },
    "logs": {
        "convex": ("stream_function_logs",),
        "railway": (
            "buildLogs", "deployment", "deploymentLogs", "deployments", "environment", "environmentLogs", "httpLogs", "project", "projectToken", "projects",
            "serviceInstance",
        ),
        "vercel": ("get_deployment", "get_deployment_events", "get_deployments", "get_project", "get_projects", "get_runtime_logs"),
    },
    "maintenance": {
        "convex": ("pause_deployment", "run_query", "unpause_deployment"),
        "datadog": ("cancel_downtime", "create_downtime", "list_downtimes", "list_monitors", "update_downtime"),
        "pagerduty": ("send_event",),
        "railway": (
            "deploymentEvents", "deploymentRedeploy", "deploymentSnapshot", "deployments", "environment", "environmentPatchCommit", "project", "projectToken",
            "projects", "serviceInstance", "variableCollectionReplace", "variableCollectionUpsert", "variableDelete", "variables",
        ),
        "sentry": ("get_events_timeseries", "list_issues"),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
        "uptimerobot": ("create_maintenance_window", "delete_maintenance_window", "list_maintenance_windows", "list_monitors", "update_maintenance_window"),
        "vercel": (
            "get_edge_config_items", "get_edge_configs", "get_global_config_items", "get_global_configs", "get_project", "get_projects",
            "patch_edge_config_items", "patch_global_config_items", "pause_project", "unpause_project", "update_project",
        ),
    },
    "monitors": {
        "datadog": (
            "cancel_downtime", "create_downtime", "create_monitor", "list_downtimes", "list_monitors", "update_downtime", "update_monitor",
            "validate_existing_monitor", "validate_monitor",
        ),
        "sentry": ("get_events_timeseries", "list_issues"),
        "uptimerobot": (
            "create_maintenance_window", "create_monitor", "delete_maintenance_window", "list_maintenance_windows", "list_monitors", "pause_monitor",
            "start_monitor", "update_maintenance_window", "update_monitor",
        ),
    },
    "notify_test": {
        "pagerduty": ("send_event",),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
    },
    "rehearse": {},
    "report": {},
    "restart": {
        "pagerduty": ("send_event",),
        "railway": (
            "deployment", "deploymentEvents", "deploymentRestart", "deployments", "environment", "project", "projectToken", "projects", "serviceInstance",
        ),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
    },
    "restore": {
        "atlas": ("access_token", "get_cluster_backup_snapshot", "list_backup_snapshots", "take_snapshots"),
        "convex": (
            "cancel_import", "download_export", "finish_upload", "list_environment_variables", "perform_import", "replace_by_import", "request_export",
            "run_query", "start_upload", "update_environment_variables", "upload_part",
        ),
        "pagerduty": ("send_event",),
        "railway": (
            "deploymentSnapshot", "deployments", "environment", "environmentPatchCommit", "project", "projectToken", "projects", "serviceInstance",
            "variableCollectionReplace", "variableCollectionUpsert", "variableDelete", "variables", "volumeInstanceBackupCreate", "volumeInstanceBackupList",
            "volumeInstances", "workflowStatus",
        ),
        "restic": ("backup", "forget", "init", "prune"),
        "shopify": (
            "bulkOperation", "bulkOperationCancel", "bulkOperationRunQuery", "bulkOperations", "oauth_access_token", "webhookSubscriptionCreate",
            "webhookSubscriptionUpdate", "webhookSubscriptions", "webhookSubscriptionsWithNames",
        ),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
        "stripe": (
            "get_account", "get_webhook_endpoint", "list_balance_transactions", "list_charges", "list_customers", "list_disputes", "list_events",
            "list_invoice_payments", "list_invoices", "list_payment_intents", "list_payouts", "list_refunds", "list_subscriptions", "list_webhook_endpoints",
            "update_webhook_endpoint",
        ),
        "supabase": ("get_backup_schedule", "get_project", "list_all_backups"),
        "vercel": (
            "batch_remove_project_env", "create_project_env", "edit_project_env", "filter_project_envs", "get_custom_environments", "get_deployments",
            "get_project", "get_project_env", "get_projects", "get_rolling_release",
        ),
    },
    "roll_forward": {
        "pagerduty": ("send_event",),
        "railway": (
            "deployment", "deploymentEvents", "deploymentRedeploy", "deploymentRollback", "deploymentSnapshot", "deployments", "environment", "project",
            "projectToken", "projects", "serviceInstance", "serviceInstanceDeployV2",
        ),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
        "vercel": (
            "create_deployment", "get_deployment", "get_deployments", "get_project", "get_projects", "get_rolling_release", "list_promote_aliases",
            "list_rollback_aliases", "request_promote", "request_rollback", "update_project",
        ),
    },
    "rollback": {
        "pagerduty": ("send_event",),
        "railway": (
            "deployment", "deploymentEvents", "deploymentRedeploy", "deploymentRollback", "deploymentSnapshot", "deployments", "environment", "project",
            "projectToken", "projects", "serviceInstance", "serviceInstanceDeployV2",
        ),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
        "vercel": (
            "create_deployment", "get_deployment", "get_deployments", "get_project", "get_projects", "get_rolling_release", "list_promote_aliases",
            "list_rollback_aliases", "request_promote", "request_rollback", "update_project",
        ),
    },
    "schedule": {},
    "scheduled": {
        "atlas": ("access_token", "get_cluster_backup_snapshot", "list_backup_snapshots", "take_snapshots"),
        "convex": (
            "cancel_import", "check_admin_key", "download_export", "finish_upload", "list_environment_variables", "pause_deployment", "perform_import",
            "replace_by_import", "request_export", "run_query", "start_upload", "stream_function_logs", "unpause_deployment", "update_environment_variables",
            "upload_part",
        ),
        "datadog": (
            "cancel_downtime", "create_downtime", "list_downtimes", "list_monitors", "update_downtime", "validate_existing_monitor", "validate_monitor",
        ),
        "pagerduty": ("send_event",),
        "railway": (
            "apiToken", "buildLogs", "deployment", "deploymentEvents", "deploymentLogs", "deploymentRedeploy", "deploymentRollback", "deploymentSnapshot",
            "deployments", "environment", "environmentLogs", "environmentPatchCommit", "httpLogs", "me", "metrics", "project", "projectToken", "projects",
            "serviceInstance", "serviceInstanceDeployV2", "variableCollectionReplace", "variableCollectionUpsert", "variableDelete", "variables",
            "volumeInstanceBackupCreate", "volumeInstanceBackupList", "volumeInstances", "workflowStatus",
        ),
        "restic": ("backup", "forget", "init", "prune"),
        "sentry": ("get_events_timeseries", "list_issues"),
        "shopify": ("bulkOperation", "bulkOperationCancel", "bulkOperationRunQuery", "bulkOperations", "oauth_access_token", "shop"),
        "slack": ("post_message", "post_to_webhook", "update_message"),
        "statuspage": ("create_incident", "list_unresolved_incidents", "update_incident"),
        "stripe": (
            "get_account", "list_balance_transactions", "list_charges", "list_customers", "list_disputes", "list_events", "list_invoice_payments",
            "list_invoices", "list_payment_intents", "list_payouts", "list_refunds", "list_subscriptions", "list_webhook_endpoints",
        ),
        "supabase": ("get_backup_schedule", "get_project", "list_all_backups"),
        "uptimerobot": ("create_maintenance_window", "delete_maintenance_window", "list_maintenance_windows", "list_monitors", "update_maintenance_window"),
        "vercel": (
            "batch_remove_project_env", "create_deployment", "create_project_env", "edit_project_env", "filter_project_envs", "get_auth_token",
            "get_custom_environments", "get_deployment", "get_deployment_events", "get_deployments", "get_edge_config_items", "get_edge_configs",
            "get_global_config_items", "get_global_configs", "get_project", "get_project_env", "get_projects", "get_rolling_release", "get_runtime_logs",
            "list_promote_aliases", "list_rollback_aliases", "patch_edge_config_items", "patch_global_config_items", "pause_project", "request_promote",
            "request_rollback", "unpause_project", "update_project",
        ),
    },
}
