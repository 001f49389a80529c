# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 saasops.runbooks contributors
"""How fast an error budget burns, over a long and a short window at once; honest where there are few requests. Pure: no I/O, no clock.

With much traffic the share of bad ones is compared with the limit, exactly. With little, one bad request of ten would be a burn of a hundred:
there the binomial distribution says whether what was seen is possible below the limit (then it is no alarm), or above it (then it is no pass).
Literature: The Site Reliability Workbook, chapter 5 (alerting on SLOs), which leaves services with little traffic to the reader.
"""

from __future__ import annotations

import dataclasses
import math
from fractions import Fraction

from ansible_collections.saasops.runbooks.plugins.module_utils.judge import exact, limits, measures
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.rules import Burn, Rule
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.series import Series

# From so many bad ones on, that the limit would allow, the share itself decides.
ENOUGH = 10
# What is seen by chance less often than this is no chance.
CHANCE = 0.01


@dataclasses.dataclass(frozen=True)
class Pair:
    """What one pair of windows says: fires, does not, or None and ``why``. ``words`` is for people."""

    burn: Burn
    fires: bool | None
    rate: Fraction | None
    samples: int
    words: str
    why: str = ""


def above(bad: exact.Number, total: exact.Number, limit: Fraction) -> bool | None:
    """Whether the share of bad ones lies above the limit; None when too few were seen to say."""
    if not total:
        return None
    if Fraction(total) * limit >= ENOUGH:
        return Fraction(bad) / Fraction(total) > limit
    # A float that rounds to 1 would leave no chance for a good one.
    share = min(float(limit), 1 - 1e-12)
    if 1 - _up_to(int(bad) - 1, int(total), share) < CHANCE:
        return True
    return False if _up_to(int(bad), int(total), share) < CHANCE else None


def _up_to(most: int, total: int, share: float) -> float:
    """The chance of at most so many bad ones. Called where few are expected, so the first terms are all that count."""
    if most < 0:
        return 0.0
    if most >= total:
        return 1.0
    term = math.exp(total * math.log1p(-share))
    found = term
    for index in range(most):
        term *= (total - index) / (index + 1) * share / (1 - share)
        found += term
        if index > total * share and term < 1e-18:
            break
    return min(1.0, found)


def pairs(rule: Rule, series: Series, now: Fraction) -> list[Pair]:
    return [_pair(rule, burn, series, now) for burn in rule.burns]


def _pair(rule: Rule, burn: Burn, series: Series, now: Fraction) -> Pair:
    """Fires when both windows burn: the long one says that it matters, the short one that it still goes on."""
    budget = 1 - rule.objective
    said, words, rates, samples, whys = [], [], [], [], []
    # A clock that went back leaves the long window full and of another time.
    recent = series.span(now - burn.short, now)
    for window in (burn.long, burn.short):
        bad, total = measures.share(series, now - window, now)
        first, end = series.span(now - window, now)
        why = measures.lost(series, now - window, now, end - first) or measures.ahead(series, recent[1] - recent[0])
        whys.append(why or f"too few to say whether that is > {exact.decimals(burn.times)} times")
        said.append(None if why else above(bad, total, burn.limit))
        rate = Fraction(bad) / Fraction(total) / budget if total else None
        rates.append(rate)
        samples.append(int(total))
        times = "unknown" if rate is None else f"{limits.shown(rate, '', [limits.Limit('>', burn.times, '')])} times"
        words.append(f"{times} in {exact.duration(window)} ({exact.decimals(Fraction(bad), 12)} of {exact.decimals(Fraction(total), 12)} bad)")
    fires = False if False in said else True if all(said) else None
    why = next((why for one, why in zip(said, whys, strict=True) if one is None), "")
    return Pair(burn, fires, rates[0], samples[0], " and ".join(words), why)
