# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the playbooks are beside plain Python and beside tasks of ``ansible.builtin.uri``: ``make bench``.

Only ratios of one run count: everything is measured in turns (round robin), so that a busy machine slows all of it alike. A
missed target is printed and fails nothing; a run that did not do its work ends the whole with an error.
"""
