# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulator of the vendors and of a small app: loopback only, state in memory, virtual time, faults on request.

It imports nothing of the collection's plugins: a mistake shared by both would hide itself.
"""
