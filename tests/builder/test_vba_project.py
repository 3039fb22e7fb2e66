from __future__ import annotations

import random
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyopenvba.cfb import CFB
from pyopenvba.vba import parse_vba_project

from crm_xl.builder.compound import write_compound
from crm_xl.builder.ovba import compress, obfuscate
from crm_xl.builder.vba_modules import (
    check_xlwings_version,
    class_module,
    document_module,
    standalone_modules,
    standard_module,
)
from crm_xl.builder.vba_project import Module, build_project
from tests.support import olevba_reader
from tests.support.ovba_reader import decompress, reveal
from tests.support.vba_samples import HELLO, sample_modules, streams_of, workbook_with

# Values that Excel itself wrote, in the file that `xlwings quickstart --standalone` copies.
EXCEL_ID = "{5CF9CDAB-B77B-4FE4-BD7E-D29900070E1B}"
EXCEL_CMG = "8D8FA61394EA98EA98EA98EA98"


def stored(module: Module) -> str:
    return "".join(line + "\r\n" for line in module.source.splitlines())


def test_the_same_modules_give_the_same_bytes() -> None:
    assert build_project(sample_modules()) == build_project(sample_modules())


def test_olevba_reads_back_every_source() -> None:
    package = workbook_with(build_project(sample_modules()))
    assert olevba_reader.sources(package) == {module.name: stored(module) for module in sample_modules()}


def test_pyopenvba_reads_back_every_source_and_kind() -> None:
    project = parse_vba_project(CFB.from_bytes(build_project(sample_modules())))
    assert [module.name for module in project.modules] == [module.name for module in sample_modules()]
    for read, module in zip(project.modules, sample_modules(), strict=True):
        assert read.source.replace("\r\n", "\n") == stored(module).replace("\r\n", "\n")
        assert (read.kind.name == "standard") == (module.kind == "standard")


def test_the_project_stays_where_readers_find_it_when_it_is_large() -> None:
    lines = random.Random(1).choices(range(10**9), k=60_000)
    code = 'Attribute VB_Name = "Large"\n' + "".join(f"'{number}\n" for number in lines)
    modules = [*sample_modules(), standard_module(code)]
    project = parse_vba_project(CFB.from_bytes(build_project(modules)))
    assert project.modules[-1].source.splitlines() == code.splitlines()


@pytest.mark.parametrize(
    ("module", "problem"),
    [
        (standard_module(HELLO + "' 客户\n"), "line 7 is not ASCII"),
        (standard_module(HELLO + "'" + "x" * 1023 + "\n"), "line 7 has 1024 characters"),
        (standard_module(HELLO + "'\x0b\n"), "control characters"),
        (standard_module(HELLO.replace("Hello", "2nd")), "cannot be the name"),
        (standard_module(HELLO.replace("Hello", "H" * 32)), "cannot be the name"),
        (standard_module(HELLO.replace("Hello", "dir")), "cannot be the name"),
        (standard_module(HELLO + 'Attribute VB_Name = "Hello"\n'), "Attribute VB_Name twice"),
        (standard_module(HELLO.replace("Hello", "SHEET1")), "2 modules are called SHEET1"),
        (Module(name="Other", kind="standard", source=HELLO), "by its own VB_Name"),
        (Module(name="Hello", kind="class", source=HELLO), "has VB_Base None"),
        (document_module("Book2", "document_workbook"), "exactly one workbook module"),
    ],
)
def test_a_module_that_excel_would_misread_fails_the_build(module: Module, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        build_project([*sample_modules()[:-1], module])


def test_a_line_of_1023_characters_is_allowed() -> None:
    text = HELLO + "'" + "x" * 1022 + "\n"
    assert decompress(streams_of(build_project([*sample_modules()[:-1], standard_module(text)]))["VBA/Hello"])


def test_an_exported_class_loses_its_header_and_gains_what_a_project_stores() -> None:
    dictionary = standalone_modules()[1]
    assert dictionary.source.splitlines()[:8] == [
        'Attribute VB_Name = "Dictionary"',
        'Attribute VB_Base = "0{FCFB3D2A-A0FA-1068-A738-08002B3371B5}"',
        "Attribute VB_GlobalNameSpace = False",
        "Attribute VB_Creatable = False",
        "Attribute VB_PredeclaredId = False",
        "Attribute VB_Exposed = True",
        "Attribute VB_TemplateDerived = False",
        "Attribute VB_Customizable = False",
    ]


def test_a_text_without_a_name_is_no_module() -> None:
    with pytest.raises(ValueError, match="no VB_Name"):
        standard_module("Option Explicit\n")
    with pytest.raises(ValueError, match="no VB_Name"):
        class_module("VERSION 1.0 CLASS\nBEGIN\n  MultiUse = -1\nEND\nOption Explicit\n")


def test_another_xlwings_version_fails_the_build() -> None:
    text = standalone_modules()[0].source
    check_xlwings_version(text, "0.37.8")
    for spoiled in (text.replace('VERSION As String = "0.37.8"', 'VERSION As String = "0.37.7"'), ""):
        with pytest.raises(ValueError, match="its VBA speaks of"):
            check_xlwings_version(spoiled, "0.37.8")
    with pytest.raises(ValueError, match="its VBA speaks of"):
        check_xlwings_version(text.replace("xlwings64-0.37.8.dll", "xlwings64-0.37.7.dll", 1), "0.37.8")


def test_our_own_modules_are_ascii() -> None:
    for path in (resources.files("crm_xl.builder") / "vba").iterdir():
        assert path.read_bytes().isascii(), path


@given(st.text(alphabet="ab\r\n =", max_size=9000).map(str.encode) | st.binary(max_size=3000))
def test_what_is_compressed_is_read_back_by_two_readers(data: bytes) -> None:
    packed = compress(data)
    assert decompress(packed) == data
    assert olevba_reader.decompress(packed) == data


@pytest.mark.parametrize("size", [4095, 4096, 4097, 8192, 3 * 4096 + 1])
@pytest.mark.parametrize("alphabet", [b"a", b"ab\n", bytes(range(16))])
def test_chunk_borders_keep_their_bytes(size: int, alphabet: bytes) -> None:
    data = bytes(random.Random(size).choices(alphabet, k=size))
    assert decompress(compress(data)) == data
    assert olevba_reader.decompress(compress(data)) == data


def test_a_full_chunk_without_repetitions_is_stored_raw_and_a_short_one_refused() -> None:
    noise = random.Random(7).randbytes(4096)
    assert decompress(compress(noise + b"abc")) == noise + b"abc"
    with pytest.raises(ValueError, match="do not compress"):
        compress(noise[:4000])


def test_the_example_of_the_specification_packs_as_printed() -> None:
    """MS-OVBA 3.2.3, maximum compression example, and 3.2.1, no compression example."""
    assert compress(b"a" * 73).hex() == "0103b002614500"
    printed = "01 19 B0 00 61 62 63 64 65 66 67 68 00 69 6A 6B 6C 6D 6E 6F 70 00 71 72 73 74 75 76 2E"
    assert compress(b"abcdefghijklmnopqrstuv.") == bytes.fromhex(printed)


@pytest.mark.parametrize("seed", range(0, 256, 17))
def test_protection_values_are_read_back(seed: int) -> None:
    text = obfuscate(b"\0\0\0\0", project_id=EXCEL_ID, seed=seed)
    assert reveal(text, EXCEL_ID) == b"\0\0\0\0"


def test_protection_values_equal_those_of_excel() -> None:
    assert reveal(EXCEL_CMG, EXCEL_ID) == b"\0\0\0\0"
    # Excel filled in bytes of its own choice; those of this seed are 2 bytes, ours are zero.
    ours = obfuscate(b"\0\0\0\0", project_id=EXCEL_ID, seed=0x8D)
    assert (len(ours), ours[:6]) == (len(EXCEL_CMG), EXCEL_CMG[:6])


@pytest.mark.parametrize("content", [{"a/b": b""}, {"x" * 32: b""}, {"": b""}, {"A": b"", "a": b""}])
def test_names_that_a_compound_file_cannot_hold_are_refused(content: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="name"):
        write_compound(content)


def test_more_than_a_version_3_header_can_list_is_refused() -> None:
    with pytest.raises(ValueError, match="more than"):
        write_compound({"large": bytes(8_000_000)})


@given(st.dictionaries(st.text("abcXYZ", min_size=1, max_size=9).map(str.upper), st.binary(max_size=9000)))
def test_streams_of_a_compound_file_are_read_back(content: dict[str, bytes]) -> None:
    assert streams_of(write_compound(content)) == content
