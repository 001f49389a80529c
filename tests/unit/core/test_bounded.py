# SPDX-License-Identifier: GPL-3.0-or-later
"""What would never end is ended, and the process is then as it was."""

from __future__ import annotations

import re
import signal
import threading

import pytest

from ansible_collections.saasops.runbooks.plugins.module_utils.core.bounded import bounded
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure


def test_an_expression_that_would_never_end_is_ended() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(TimeoutError), bounded(0.05):
        re.search(r"(a+)+b", "a" * 60)
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


def test_what_ends_by_itself_is_let_alone() -> None:
    with bounded(60):
        assert re.search("b", "ab")
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0


def test_a_thread_that_cannot_be_interrupted_is_refused() -> None:
    met: list[Failure] = []

    def work() -> None:
        try:
            with bounded():
                met.clear()
        except Failure as failure:
            met.append(failure)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [failure.kind for failure in met] == ["invalid"]
