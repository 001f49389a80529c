# SPDX-License-Identifier: GPL-3.0-or-later
"""One verb, played as it is in a world like somebody's own, of which nothing stays behind."""
