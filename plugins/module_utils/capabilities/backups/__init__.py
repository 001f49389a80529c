# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""Backup and restore: what a set of backups is made of, where it is kept, and how it comes back."""
