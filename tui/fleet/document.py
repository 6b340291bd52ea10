"""A table of hosts as JSON for programs.

The document is one object. `schema` is 1 as long as no field changes its meaning or goes; new ones may come.

    schema, now (the moment that captures are old by), max_age (seconds after which one is old)
    hosts: the columns: file (of the capture), name, taken_at, age (current, old, ahead: its clock is ahead),
        whole (everything of the inventory was read), verdict and problems as in `status --json`, initiator,
        machine (an ID derived from its machine ID, or empty), system, versions ({tool: version})
    rows: [{kind: lun, target or portal; key, name, detail; cells}]
        cells: one for each host in the order of `hosts`: shown (used, there, warning, broken, missing,
            intended, none, unknown), words, detail
    findings: the worst first: code, weight (danger, broken, risk, difference), summary, hosts (files of
        captures), subject (key of a row, or empty), meaning, seen [{host, words}], advice, own (doctor found
        it on the host itself)
    unreadable: [{file, why}]: not captures, or not to be read
    replaced: [{file, newer}]: older captures of a host of which there is a newer one

Of a host whose capture is old or ahead every cell is `unknown`, and no finding is about it.
"""

from tui.fleet.finding import FleetFinding
from tui.fleet.fleet import Column, Fleet, Row
from tui.storage.codec import Plain, encode

SCHEMA = 1


def fleet_document(fleet: Fleet) -> dict[str, Plain]:
    """The JSON document, as plain values."""
    return {
        "schema": SCHEMA,
        "now": fleet.now,
        "max_age": fleet.max_age,
        "hosts": [_host(column) for column in fleet.columns],
        "rows": [_row(row) for row in fleet.rows],
        "findings": [_finding(finding) for finding in fleet.findings],
        "unreadable": encode(fleet.unreadable),
        "replaced": [{"file": file, "newer": newer} for file, newer in fleet.replaced],
    }


def _host(column: Column) -> Plain:
    facts = column.facts
    return {
        "file": facts.file,
        "name": facts.name,
        "taken_at": facts.taken_at,
        "age": column.age.value,
        "whole": facts.whole,
        "verdict": facts.verdict.value,
        "problems": facts.problems,
        "initiator": facts.initiator,
        "machine": facts.machine,
        "system": facts.system,
        "versions": dict(facts.versions),
    }


def _row(row: Row) -> Plain:
    return {
        "kind": row.kind.value,
        "key": row.key,
        "name": row.name,
        "detail": row.detail,
        "cells": encode(row.cells),
    }


def _finding(finding: FleetFinding) -> Plain:
    return {
        "code": finding.code,
        "weight": finding.weight.value,
        "summary": finding.summary,
        "hosts": list(finding.hosts),
        "subject": finding.subject,
        "meaning": finding.meaning,
        "seen": [{"host": host, "words": words} for host, words in finding.seen],
        "advice": list(finding.advice),
        "own": finding.own,
    }
