#!/usr/bin/python
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Documentation and entry point of the module slo_evaluate."""

from __future__ import annotations

DOCUMENTATION = r"""
module: slo_evaluate
short_description: Judge samples by rules with targets and alert levels
version_added: 0.1.0
author: saasops.runbooks contributors (@saasops)
description:
  - Takes rules and samples and gives each rule a verdict, a level, and the reason with its value, limit, window and samples.
  - Asks nobody for anything. The samples come from other modules, and the rules from the inventory.
  - Never fails because something is unwell. Look at RV(verdict) and RV(level). A rule that cannot be right is an error.
  - Every rule is played with samples made for it before it is used. A rule that can never fire, or never pass, is refused.
notes:
  - Limits are compared exactly, digit by digit. A sample of C(0.1) is one tenth.
  - What is not measured is V(inconclusive), never V(pass), and never ends an alarm of RV(levels) that is given back as O(before).
  - Samples without a usable moment, from the future (more than 60 seconds ahead), with a value that is no number, and those that come
    twice are left out, and counted in C(notes). When more of a window is lost than is left, it is V(inconclusive).
  - The binomial distribution says whether a burn rate of few requests can be chance. See chapter 5 of the Site Reliability Workbook for the windows.
extends_documentation_fragment:
  - saasops.runbooks.attributes.looks
  - saasops.runbooks.attributes.actiongroup_all
options:
  rules:
    description:
      - The rules. Each has a C(name) of its own and a C(kind). An unknown key is an error that names the near ones.
      - C(metric) is the series of O(samples) that the rule judges; its name when not set. C(about) is for its reader alone.
      - C(target) is what should be, C(warn) and C(alert) are when to speak. Each is a limit such as V(<= 500 ms), V(> 5%) or V(>= 24h), a list
        of limits (all of a target, any of the others), or C({when, recover}) where C(recover) is the limit that ends a level once it was
        reached. A limit on a text is a mapping with C(is), C(is_not), C(one_of), C(none_of), or with C(matches) or C(matches_not) (a
        regular expression for the whole text).
      - C(window) is how far back samples count, such as V(5m). A sample just at its beginning is outside, one at its end is inside.
      - C(min_samples) are needed for a verdict. When not set, 20 for V(ratio); as many that the largest alone does not decide for
        V(percentile) (20 for the 95th); 3 of the baseline for V(growth); else 1.
      - C(repeat) as C({times, of}) wants a level reached in so many of the last readings (V(latest), V(string)) or windows (the others).
      - C(unit) is what samples are counted in, such as V(ms), V(s), V(%) or V(AED). Limits in time or percent need it.
      - C(may_be_constant) says that equal samples are no sign of a dead source.
      - Kind V(count) is the sum of the values of a window. V(average), V(percentile) (with C(percentile), nearest rank) and V(latest) are of
        its values. V(ratio) is the share of bad ones, or with C(share=good) of good ones.
      - Kind V(age) is the time since the newest sample, with or without a window. V(string) is the newest text, with C(examples) of texts
        where a pattern is matched. V(growth) is the newest value against the median of the C(baseline) before the window.
      - Kind V(burn_rate) takes an C(objective) such as V(99.9%) and C(windows), a list of C({long, short, burn, level}); a level is reached
        when the budget burns more than C(burn) times too fast in both.
    type: list
    elements: dict
    required: true
  samples:
    description:
      - Each series by its name. A series is a list of samples, or C({samples, since, until}) where it is known which time was looked at; then no
        event in all of a window is a V(count) of 0, and not a missing measurement.
      - A sample is C({at, value}). C(at) is in seconds since the epoch, or ISO 8601 with its offset. For V(ratio) and V(burn_rate) it has two of
        C(bad), C(good) and C(total), or C(ok) (a boolean, one request). For V(count) a sample without a value is one event. For V(age) no value is needed.
      - With an C(id) a sample that comes twice counts once. Without, equal sums of one moment count once, and readings of one moment count as one.
    type: dict
    default: {}
  at:
    description:
      - The moment to judge, in seconds since the epoch or ISO 8601 with its offset. Now, when not set.
    type: str
  before:
    description:
      - The RV(levels) of the last time, by the rules' names. A rule with C(recover) needs it.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Judge what was measured
  saasops.runbooks.slo_evaluate:
    at: "2026-11-20T07:00:00Z"
    rules:
      - {name: api errors, kind: ratio, window: 5m, target: "<= 1%", alert: "> 5%"}
      - {name: api latency, kind: percentile, percentile: 95, window: 5m, min_samples: 3, unit: ms, target: "<= 500 ms", alert: "> 800 ms"}
      - {name: failed payments, kind: count, window: 5m, alert: "> 3"}
      - {name: backup, kind: age, target: "< 24h"}
      - {name: health, kind: string, window: 5m, target: {is: healthy}, alert: {is: critical}}
    samples:
      api errors: [{at: "2026-11-20T06:58:00Z", bad: 26, total: 500}]
      api latency: [{at: "2026-11-20T06:57:00Z", value: 310}, {at: "2026-11-20T06:58:00Z", value: 120}, {at: "2026-11-20T06:59:00Z", value: 143}]
      failed payments: {since: "2026-11-20T06:00:00Z", samples: []}
      backup: [{at: "2026-11-20T02:30:00Z"}]
      health: [{at: "2026-11-20T06:59:50Z", value: healthy}]
  register: judged

- name: Errors are over 5%, all else is well
  ansible.builtin.assert:
    that:
      - judged.verdict == 'fail' and judged.level == 'alert'
      - judged.levels['api errors'] == 'alert' and judged.levels.backup == 'none'

- name: Alert when the month's error budget is gone in two days, and recover below 80% of memory
  saasops.runbooks.slo_evaluate:
    rules:
      - name: checkout
        kind: burn_rate
        objective: 99.9%
        windows:
          - {long: 1h, short: 5m, burn: 14.4, level: alert}
          - {long: 3d, short: 6h, burn: 1, level: warn}
      - name: memory
        kind: latest
        window: 10m
        unit: "%"
        alert: {when: "> 90%", recover: "< 80%"}
        repeat: {times: 3, of: 5}
    before: "{{ {'memory': 'alert'} }}"
  register: silence
  failed_when: silence.verdict != 'inconclusive' or silence.levels.memory != 'alert'
"""

RETURN = r"""
verdict:
  description: The worst of all rules, V(fail), V(inconclusive) (the samples do not say), or V(pass) (every limit of every rule is kept).
  returned: success
  type: str
level:
  description:
    - The worst level of all rules, V(none), V(target) (a target is missed, no alarm), V(warn) or V(alert).
  returned: success
  type: str
reason:
  description: That of the worst rule; empty when all pass.
  returned: success
  type: str
levels:
  description: Level of each rule by its name, for O(before) of the next time.
  returned: success
  type: dict
at:
  description: The moment that was judged, in seconds since the epoch.
  returned: success
  type: float
rules:
  description: What became of each rule, in their order.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str}
    kind: {description: Its kind., type: str}
    metric: {description: The series it judged., type: str}
    verdict: {description: 'V(pass), V(fail) or V(inconclusive).', type: str}
    level: {description: 'V(none), V(target), V(warn) or V(alert). What is V(inconclusive) keeps the level it had.', type: str}
    value: {description: 'What was compared, a number or a text; V(null) when there is none. A share is from 0 to 1, an age in seconds.', type: raw}
    unit: {description: What the value is counted in., type: str}
    limit: {description: The limits., type: str}
    window: {description: The window., type: str}
    samples: {description: Samples of the newest window; requests for V(ratio) and V(burn_rate); those of the baseline for V(growth)., type: int}
    reason: {description: 'Value, limit, window and samples in words.', type: str}
    notes: {description: What was left out of the samples and why., type: list, elements: str}
    dead:
      description:
        - V(absent) (it was never measured), V(vanished) (there are samples, and none in the window), V(constant) (ten or more samples, all equal),
          or empty.
      type: str
tested:
  description: The levels that every rule was seen to reach with samples made for it, and that it passes with good ones.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: The rule., type: str}
    levels: {description: Levels it can reach. A target whose miss is at once an alarm is not among them., type: list, elements: str}
    passes: {description: Whether it can pass., type: bool}
failure:
  description:
    - What is wrong with a rule, for programs; the same keys as in M(saasops.runbooks.component_release). C(code) is V(bad_rule).
    - RV(ignore:msg) says the same for people, with the next step.
  type: dict
  returned: failure
"""

from typing import Any

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities.slo import execute
from ansible_collections.saasops.runbooks.plugins.module_utils.core.transaction import run_module

SPEC: dict[str, Any] = {
    "argument_spec": {
        "rules": {"type": "list", "elements": "dict", "required": True},
        "samples": {"type": "dict", "default": {}},
        "at": {"type": "str"},
        "before": {"type": "dict", "default": {}},
    },
    "supports_check_mode": True,
}


def main() -> None:
    run_module(SPEC, execute)


if __name__ == "__main__":
    main()
