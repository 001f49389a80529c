# SPDX-License-Identifier: GPL-3.0-or-later
"""One schedule as cron, as systemd timers and as AWX schedules: each says the same moments, and keeps what is private private."""

from __future__ import annotations

import typing as t

import pytest
import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.capabilities import schedule_info
from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import Failure
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import cron
from ansible_collections.saasops.runbooks.plugins.plugin_utils import schedule_files

OPTIONS: dict[str, t.Any] = {
    "system": "shop",
    "environment": "production",
    "machine_timezone": "Europe/Berlin",
    "user": "ops",
    "cron_folder": "/etc/cron.d",
    "unit_folder": "/units",
    "awx_file": "/awx.yml",
    "awx_template": "scheduled",
    "log_folder": "/var/log/saas ops",
    "environment_file": "",
    "variables": {"LANG": "C.UTF-8"},
    "command": ["/bin/ansible-playbook", "/srv/my books/scheduled.yml", "--inventory=/srv/100%.yml"],
    "state": "present",
}


def wanted(text: str = "30 6 * * mon", *tags: str) -> list[dict[str, t.Any]]:
    return schedule_info.read([{"tags": list(tags or ("weekly",)), "cron": text}], "Europe/Berlin")


def test_a_line_for_cron_keeps_words_and_percent_signs() -> None:
    [file] = schedule_files.cron_file({**OPTIONS, "environment_file": "/srv/to kens"}, wanted())
    assert (file["path"], file["mode"]) == ("/etc/cron.d/saasops-shop-production", "0600")
    assert file["content"].splitlines()[2:] == [
        "LANG=C.UTF-8",
        (
            "30 6 * * mon ops umask 077; set -a; . '/srv/to kens'; set +a; /bin/ansible-playbook '/srv/my books/scheduled.yml'"
            " --inventory=/srv/100\\%.yml --tags weekly >>'/var/log/saas ops/saasops-shop-production-weekly.log' 2>&1"
        ),
    ]


@pytest.mark.parametrize("machine", ["UTC", "", "Europe/Paris"])
def test_cron_is_refused_where_its_clock_is_another(machine: str) -> None:
    with pytest.raises(Failure) as refused:
        schedule_files.cron_file({**OPTIONS, "machine_timezone": machine}, wanted())
    assert "Europe/Berlin" in refused.value.message and "systemd" in refused.value.hint
    for utc in ("UTC", "Etc/UTC"):
        same = schedule_info.read([{"tags": ["daily"], "cron": "0 7 * * *"}], "UTC")
        assert schedule_files.cron_file({**OPTIONS, "machine_timezone": utc}, same)


def test_units_of_systemd() -> None:
    service, timer = schedule_files.units({**OPTIONS, "environment_file": "/srv/tokens"}, wanted("0 7 * * *", "morning", "daily"))
    assert service["path"] == "/units/saasops-shop-production-morning-daily.service"
    assert 'ExecStart=/bin/ansible-playbook "/srv/my books/scheduled.yml" "--inventory=/srv/100%%.yml" --tags morning,daily\n' in service["content"]
    assert "EnvironmentFile=/srv/tokens\n" in service["content"] and "UMask=0077\n" in service["content"]
    assert "OnCalendar=*-*-* 07:00:00 Europe/Berlin\n" in timer["content"] and "Persistent=true\n" in timer["content"]


@pytest.mark.parametrize(
    ("text", "calendar", "rules"),
    [
        ("0 7 * * *", ["*-*-* 07:00:00 UTC"], ["FREQ=DAILY;INTERVAL=1"]),
        ("30 6 * * mon-fri", ["Mon,Tue,Wed,Thu,Fri *-*-* 06:30:00 UTC"], ["FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR"]),
        ("0 9 1 * *", ["*-*-01 09:00:00 UTC"], ["FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=1"]),
        ("0 10 1 jan,apr,jul,oct *", ["*-01,04,07,10-01 10:00:00 UTC"], ["FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1"]),
        ("0 10 1 jan,mar *", ["*-01,03-01 10:00:00 UTC"], ["FREQ=YEARLY;INTERVAL=1;BYMONTH=1;BYMONTHDAY=1", "FREQ=YEARLY;INTERVAL=1;BYMONTH=3;BYMONTHDAY=1"]),
        ("0 10 1 feb,aug *", ["*-02,08-01 10:00:00 UTC"], ["FREQ=YEARLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=1", "FREQ=YEARLY;INTERVAL=1;BYMONTH=8;BYMONTHDAY=1"]),
        ("0 9 1,15 * *", ["*-*-01,15 09:00:00 UTC"], ["FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=1", "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=15"]),
        # Either is due, where systemd would want both.
        ("0 9 1 * mon", ["*-*-01 09:00:00 UTC", "Mon *-*-* 09:00:00 UTC"], ["FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=1", "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO"]),
        ("0,30 * * * *", ["*-*-* *:00,30:00 UTC"], ["FREQ=DAILY;INTERVAL=1"] * 48),
    ],
)
def test_the_same_moments_in_other_words(text: str, calendar: list[str], rules: list[str]) -> None:
    assert schedule_files.calendars(cron.read(text), "UTC") == calendar
    assert [one["rule"] for one in schedule_files.rrules(cron.read(text))] == rules


def test_schedules_for_awx() -> None:
    [file] = schedule_files.awx(OPTIONS, wanted("0,30 7 * * *", "daily"))
    told = yaml.safe_load(file["content"])["schedules"]
    assert [(one["name"], one["rrule"]) for one in told] == [
        ("saasops-shop-production-daily-1", "DTSTART;TZID=Europe/Berlin:20240101T070000 RRULE:FREQ=DAILY;INTERVAL=1"),
        ("saasops-shop-production-daily-2", "DTSTART;TZID=Europe/Berlin:20240101T073000 RRULE:FREQ=DAILY;INTERVAL=1"),
    ]
    assert {(one["unified_job_template"], one["job_tags"], one["state"]) for one in told} == {("scheduled", "daily", "present")}
