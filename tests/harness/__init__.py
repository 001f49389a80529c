# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests share: a world (sandbox, inventory, ledger, state folder) in which playbooks are run as an operator runs them."""
