# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 saasops.runbooks contributors
"""One schedule, as a file for cron, as units of systemd, and as schedules of AWX. Nothing is written here, and no secret is known here."""

from __future__ import annotations

import os
import pathlib
import shlex
import typing as t

import yaml

from ansible_collections.saasops.runbooks.plugins.module_utils.core.errors import refuse
from ansible_collections.saasops.runbooks.plugins.module_utils.judge import cron
from ansible_collections.saasops.runbooks.plugins.module_utils.judge.heartbeat import label

Wanted = t.Mapping[str, t.Any]
File = dict[str, str]
HEADER = "# Written by saasops.runbooks, playbooks/schedule.yml: change schedule_runs in the inventory, and run it again.\n"
BEGAN = "20240101"
_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")


def name_of(options: t.Mapping[str, t.Any], one: Wanted | None = None) -> str:
    """Without a dot: cron passes over files of other names."""
    return "-".join(["saasops", str(options["system"]), str(options["environment"]), *(one["tags"] if one else [])])


def command(options: t.Mapping[str, t.Any], one: Wanted) -> list[str]:
    return [*map(str, options["command"]), "--tags", ",".join(one["tags"])]


def machine_timezone() -> str:
    """The name of this machine's time zone; empty when it is not told."""
    told = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    if told:
        return told
    try:
        return pathlib.Path("/etc/timezone").read_text(encoding="utf-8").strip()
    except OSError:
        return "" if os.path.exists("/etc/localtime") else "UTC"


def _plain_zone(name: str) -> str:
    return "UTC" if name in ("UTC", "Etc/UTC", "Universal", "Zulu", "Etc/Universal", "Etc/Zulu") else name


def cron_file(options: t.Mapping[str, t.Any], wanted: t.Sequence[Wanted]) -> list[File]:
    """One file for all runs, in the form of /etc/cron.d. Its hours are those of the machine: cron of most systems knows no other."""
    zones = {_plain_zone(one["timezone"].key) for one in wanted}
    machine = _plain_zone(str(options["machine_timezone"]))
    if zones - {machine}:
        raise refuse(
            f"the schedule is in {', '.join(sorted(zones))}, and cron goes by this machine's clock ({machine or 'unknown'})",
            "Use -e schedule_kind=systemd, or set schedule_machine_timezone when you know that they are the same",
            "timezone",
        )
    lines = [HEADER.rstrip(), "SHELL=/bin/sh", *(f"{key}={value}" for key, value in sorted(options["variables"].items()))]
    for one in wanted:
        log = shlex.quote(f"{options['log_folder']}/{name_of(options, one)}.log")
        load = f". {shlex.quote(options['environment_file'])}; set +a; " if options["environment_file"] else ""
        line = f"umask 077; {'set -a; ' if load else ''}{load}{shlex.join(command(options, one))} >>{log} 2>&1"
        # To cron a bare % is the end of the line.
        lines.append(f"{one['text']} {options['user']} {line.replace('%', chr(92) + '%')}")
    return [{"path": f"{options['cron_folder']}/{name_of(options)}", "content": "\n".join(lines) + "\n", "mode": "0600"}]


def units(options: t.Mapping[str, t.Any], wanted: t.Sequence[Wanted]) -> list[File]:
    """A service and a timer for each run. A run that the machine has slept through is made up for."""
    files = []
    for one in wanted:
        name = name_of(options, one)
        title = f"scheduled {label(one['tags'])} of {options['system']}/{options['environment']}"
        service = ["[Unit]", f"Description={title}", "", "[Service]", "Type=oneshot", "UMask=0077"]
        service += [f"Environment={_unit(f'{key}={value}')}" for key, value in sorted(options["variables"].items())]
        service += [f"EnvironmentFile={options['environment_file']}"] if options["environment_file"] else []
        service += [f"StandardOutput=append:{options['log_folder']}/{name}.log", "StandardError=inherit"]
        service += [f"ExecStart={' '.join(map(_unit, command(options, one)))}"]
        timer = ["[Unit]", f"Description={title}", "", "[Timer]"]
        timer += [f"OnCalendar={text}" for text in calendars(one["cron"], one["timezone"].key)]
        timer += ["AccuracySec=1s", "Persistent=true", "", "[Install]", "WantedBy=timers.target"]
        for kind, lines in (("service", service), ("timer", timer)):
            files.append({"path": f"{options['unit_folder']}/{name}.{kind}", "content": HEADER + "\n".join(lines) + "\n", "mode": "0600"})
    return files


def _unit(word: str) -> str:
    """A word of a unit file: % and $ mean something there."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if escaped != word or not word or set(word) & set(" '\t") else word


def calendars(when: cron.Cron, zone: str) -> list[str]:
    """OnCalendar of a cron expression; two where days and weekdays are both restricted, of which either is due."""
    hours, minutes = (",".join(f"{number:02d}" for number in numbers) for numbers in (when.hours, when.minutes))
    clock_time = f"{'*' if len(when.hours) == 24 else hours}:{'*' if len(when.minutes) == 60 else minutes}:00 {zone}"
    months = "*" if len(when.months) == 12 else ",".join(f"{number:02d}" for number in when.months)
    days = "*" if len(when.days) == 31 else ",".join(f"{number:02d}" for number in when.days)
    weekdays = "" if len(when.weekdays) == 7 else ",".join(_DAYS[number] for number in when.weekdays) + " "
    if not weekdays or days == "*" or when.every_day or when.every_weekday:
        return [f"{weekdays}*-{months}-{days} {clock_time}"]
    return [f"*-{months}-{days} {clock_time}", f"{weekdays}*-{months}-* {clock_time}"]


def awx(options: t.Mapping[str, t.Any], wanted: t.Sequence[Wanted]) -> list[File]:
    """Data for the module awx.awx.schedule: one entry for each rule, since AWX takes one day, hour and minute of each."""
    entries = []
    for one in wanted:
        rules = rrules(one["cron"])
        for number, rule in enumerate(rules, 1):
            name = name_of(options, one) + (f"-{number}" if len(rules) > 1 else "")
            entries.append(
                {
                    "name": name,
                    "unified_job_template": options["awx_template"],
                    # From a day that is long past: the text is then the same whenever it is written.
                    "rrule": f"DTSTART;TZID={one['timezone'].key}:{BEGAN}T{rule['hour']:02d}{rule['minute']:02d}00 RRULE:{rule['rule']}",
                    "job_tags": ",".join(one["tags"]),
                    "state": options["state"],
                }
            )
    body = yaml.safe_dump({"schedules": entries}, sort_keys=False, width=160)
    return [{"path": options["awx_file"], "content": f"{HEADER}---\n{body}", "mode": "0600"}]


def rrules(when: cron.Cron) -> list[dict[str, t.Any]]:
    """RRULEs of a cron expression that AWX understands: each with an interval, one hour and minute, and one day of the month at most."""
    weekdays = ",".join(_DAYS[number][:2].upper() for number in when.weekdays)
    every_month = len(when.months) == 12
    steps = {later - earlier for earlier, later in zip(when.months, when.months[1:], strict=False)}
    evenly = not every_month and len(steps) == 1 and 12 % min(steps) == 0 and len(when.months) == 12 // min(steps) and when.months[0] == 1
    by_weekday = f"FREQ=WEEKLY;INTERVAL=1;BYDAY={weekdays}"
    dated: list[str] = []
    if not when.every_day:
        for day in when.days:
            if every_month or evenly:
                dated.append(f"FREQ=MONTHLY;INTERVAL={1 if every_month else min(steps)};BYMONTHDAY={day}")
            else:
                dated += [f"FREQ=YEARLY;INTERVAL=1;BYMONTH={month};BYMONTHDAY={day}" for month in when.months]
    else:
        plain = "FREQ=DAILY;INTERVAL=1" if len(when.weekdays) == 7 else by_weekday
        dated = [plain] if every_month else [f"{plain};BYMONTH={month}" for month in when.months]
    if not when.every_day and not when.every_weekday:
        dated += [by_weekday] if every_month else [f"{by_weekday};BYMONTH={month}" for month in when.months]
    return [{"rule": rule, "hour": hour, "minute": minute} for rule in dated for hour in when.hours for minute in when.minutes]
