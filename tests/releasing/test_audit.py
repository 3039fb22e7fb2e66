"""What the product is made of may be used at work and is held to versions; nothing here asks the network."""

from __future__ import annotations

import json
from email.message import Message

import pytest
from packaging.requirements import Requirement

from releasing import audit
from releasing.audit import Found, bound_faults, licence_faults, licence_of, may_be_used, read_answer


def headers(**lines: str | list[str]) -> Message:
    made = Message()
    for name, texts in lines.items():
        for text in [texts] if isinstance(texts, str) else texts:
            made[name.replace("_", "-")] = text
    return made


def test_everything_installed_may_be_used_in_a_business() -> None:
    packages = audit.found(audit.asked_for(audit.declared()))
    assert {"xlwings", "pandas", "lxml", "pillow"} <= {
        each.name for each in packages
    }  # pillow is matplotlib's
    assert "pytest" not in {each.name for each in packages}
    assert licence_faults(packages) == []


def test_everything_declared_has_a_lowest_version_that_is_installed() -> None:
    assert bound_faults(audit.declared()) == []


@pytest.mark.parametrize(
    ("made", "licence"),
    [
        (headers(License_Expression="MIT OR Apache-2.0", License="GPL"), "MIT OR Apache-2.0"),
        (headers(License="BSD 3-clause"), "BSD-3-Clause"),
        (
            headers(License="Copyright 2001 …", Classifier=["License :: OSI Approved :: BSD License"]),
            "BSD-3-Clause",
        ),
        (headers(License="Copyright 2001 …"), ""),
        (headers(License="PolyForm Noncommercial"), ""),
        (headers(Name="nothing said"), ""),
        # One of two that is not known makes the whole unknown.
        (
            headers(
                Classifier=["License :: OSI Approved :: MIT License", "License :: Other/Proprietary License"]
            ),
            "",
        ),
        (headers(Classifier=["License :: OSI Approved", "License :: OSI Approved :: MIT License"]), "MIT"),
    ],
)
def test_a_licence_is_read_as_packages_of_any_age_tell_it(made: Message, licence: str) -> None:
    assert licence_of(made) == licence


@pytest.mark.parametrize(
    ("licence", "usable"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND (MIT OR Zlib)", True),
        ("LGPL-3.0-only", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("MIT AND GPL-2.0-only", False),
        ("CC-BY-NC-4.0", False),
        ("LicenseRef-Proprietary", False),
        ("", False),
    ],
)
def test_what_a_business_may_use(licence: str, usable: bool) -> None:
    assert may_be_used(licence) is usable
    assert bool(licence_faults([Found(name="x", version="1", licence=licence)])) is not usable


def test_what_only_windows_installs_is_judged_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [each.licence for each in audit.found([Requirement("pywin32")])] == ["PSF-2.0"]
    monkeypatch.setitem(audit.ON_WINDOWS, "pywin32", "GPL-3.0-only")
    assert licence_faults(audit.found([Requirement("pywin32")])) == ["pywin32 : GPL-3.0-only"]


def test_a_missing_bound_and_a_version_outside_of_it_are_told() -> None:
    assert bound_faults([Requirement("pandas"), Requirement("numpy<99")]) == [
        "pandas: no lowest version is declared",
        "numpy: no lowest version is declared",
    ]
    (fault,) = bound_faults([Requirement("pandas>=99")])
    assert fault.startswith("pandas>=99: installed is ")


def test_what_the_service_says_and_does_not_know_is_told_apart() -> None:
    answer = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}]},
            {"name": "b", "version": "2", "vulns": [{"id": "CVE-2", "fix_versions": []}]},
            {"name": "c", "version": "3", "vulns": []},
            {"name": "d", "skip_reason": "not found"},
        ]
    }
    weak, unknown = read_answer(json.dumps(answer))
    assert weak == ["a 1: CVE-1, mended in 1.1", "b 2: CVE-2, mended in nothing yet"]
    assert unknown == ["d"]


def test_a_service_that_does_not_answer_is_not_taken_for_a_clean_bill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int] = []

    def silent(packages: list[Found]) -> tuple[list[str], list[str]]:
        asked.append(len(packages))
        return [], [each.name for each in packages]

    monkeypatch.setattr(audit, "_asked", silent)
    assert audit.main() == 0
    assert asked == [1]
    assert "NOTHING is known" in capsys.readouterr().out


def test_a_known_weakness_stands_in_the_way_of_a_release(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(audit, "_asked", lambda packages: (["lxml 6: CVE-3, mended in 7"], []))
    assert audit.main() == 1
    assert "WRONG  weakness lxml 6: CVE-3" in capsys.readouterr().out
