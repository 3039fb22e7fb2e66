"""The tests' own instruments: each is shown to find what it is there to find."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

from tests.support import retail
from tests.support.office import SCRIPTS, Office, OfficeError
from tests.support.validator import validate


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A sound workbook with Chinese text on one page."""
    path = tmp_path / "客户.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        sheet.write_column("A1", ["客户名称", "华东汽车零部件有限公司"])
        sheet.write_column("B1", ["消费金额(元)", 1200.5])
    return path


def with_part_changed(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """A copy of a package in which one part's bytes differ."""
    target = path.with_name("broken.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == part:
                assert old in data
                data = data.replace(old, new)
            copy.writestr(name, data)
    return target


@pytest.mark.slow
class TestValidator:
    def test_passes_a_sound_workbook(self, workbook: Path) -> None:
        assert validate(workbook) == []

    def test_finds_an_element_out_of_place(self, workbook: Path) -> None:
        sheet = "xl/worksheets/sheet1.xml"
        broken = with_part_changed(workbook, sheet, b"<sheetData>", b"<bogus/><sheetData>")
        (finding,) = validate(broken)
        assert finding.part == f"/{sheet}"
        assert "bogus" in finding.description

    def test_finds_a_style_that_does_not_exist(self, workbook: Path) -> None:
        broken = with_part_changed(workbook, "xl/worksheets/sheet1.xml", b'<c r="B2"', b'<c r="B2" s="99"')
        assert [finding.kind for finding in validate(broken)] == ["Semantic"]

    def test_finds_a_file_that_is_no_package(self, tmp_path: Path) -> None:
        path = tmp_path / "text.xlsx"
        path.write_text("客户")
        assert [finding.kind for finding in validate(path)] == ["Exception"]

    def test_refuses_a_version_it_does_not_know(self, workbook: Path) -> None:
        with pytest.raises(ValueError, match="Office2003"):
            validate(workbook, office="Office2003")


@pytest.mark.slow
@pytest.mark.libreoffice
class TestOffice:
    def test_prints_chinese_text(self, office: Office, workbook: Path, tmp_path: Path) -> None:
        pictures = office.render_png(workbook, tmp_path / "out")
        assert [picture.name for picture in pictures] == ["客户-1.png"]
        # Text of a PDF shows that characters, not empty boxes, were set.
        pdf = (tmp_path / "out" / "客户.pdf").read_bytes()
        assert b"CJK" in pdf or b"Hei" in pdf or b"Song" in pdf, "no Chinese font was used"

    def test_takes_no_notice_of_a_stale_lock(self, office: Office, workbook: Path, tmp_path: Path) -> None:
        workbook.with_name(f".~lock.{workbook.name}#").write_text(",someone,there,;")
        assert office.convert_to_pdf(workbook, tmp_path / "out").stat().st_size > 1000

    @pytest.mark.parametrize(("times", "told"), [(2, "answered"), (3, None)])
    def test_a_call_that_was_hung_up_is_made_again(
        self, office: Office, tmp_path: Path, times: int, told: str | None
    ) -> None:
        script = tmp_path / "calling.py"
        script.write_text(
            "import sys\n"
            "from pathlib import Path\n"
            "import client\n"
            "from com.sun.star.lang import DisposedException\n"
            "calls = Path(sys.argv[1])\n"
            "calls.write_text(calls.read_text() + '.')\n"
            "if len(calls.read_text()) <= int(sys.argv[2]):\n"
            "    class HangingUp:\n"
            "        def resolve(self, address):\n"
            "            raise DisposedException('Binary URP bridge disposed during call', None)\n"
            "    class Local:\n"
            "        ServiceManager = None\n"
            "        def createInstanceWithContext(self, *_):\n"
            "            return HangingUp()\n"
            "    Local.ServiceManager = Local()\n"
            "    client.uno.getComponentContext = Local\n"
            "client.connect()\n"
            "print('answered')\n",
            encoding="utf-8",
        )
        calls = tmp_path / "calls"
        calls.touch()
        if told is None:
            with pytest.raises(OfficeError, match=r"calling\.py: LibreOffice hung up"):
                office.run(script, calls, str(times))
        else:
            assert office.run(script, calls, str(times)).strip() == told
        assert len(calls.read_text()) == 3

    def test_a_script_that_fails_says_why(self, office: Office, tmp_path: Path) -> None:
        with pytest.raises(OfficeError, match="type detection failed"):
            office.run(SCRIPTS / "to_pdf.py", tmp_path / "absent.xlsx", tmp_path / "absent.pdf")

    def test_comes_back_after_a_script_that_hangs(self, office: Office, tmp_path: Path) -> None:
        hanging = tmp_path / "hang.py"
        hanging.write_text("import time\ntime.sleep(60)\n")
        with pytest.raises(OfficeError, match="no answer in 1 s"):
            office.run(hanging, seconds=1)
        assert office.run(SCRIPTS / "version.py").strip()


class TestLookAlike:
    LINES = retail.look_alike(20_000, seed=7)

    def test_is_the_same_for_the_same_seed(self) -> None:
        pd.testing.assert_frame_equal(self.LINES, retail.look_alike(20_000, seed=7))
        assert not self.LINES.equals(retail.look_alike(20_000, seed=8))

    def test_holds_as_many_lines_as_asked_in_order_of_time(self) -> None:
        assert self.LINES.shape == (20_000, 8)
        assert tuple(self.LINES.columns) == retail.COLUMNS
        assert self.LINES["InvoiceDate"].is_monotonic_increasing

    def test_holds_every_trouble_of_the_real_file(self) -> None:
        lines = self.LINES
        cancelled = lines["InvoiceNo"].str.startswith("C")
        assert (lines.loc[cancelled, "Quantity"] < 0).all()
        assert lines.loc[cancelled, "CustomerID"].notna().all()
        assert cancelled.sum() == 110 + 170 + 60
        assert (lines["Quantity"] < 0).sum() == cancelled.sum() + 50
        assert lines["InvoiceNo"].str.startswith("A").sum() == 3
        assert (lines["UnitPrice"] < 0).sum() == 2
        assert (lines["UnitPrice"] == 0).sum() > 50
        assert lines.duplicated().sum() >= 194
        assert 0.15 < lines["CustomerID"].isna().mean() < 0.35
        assert lines["Description"].isna().any()

    def test_cancellations_match_wholly_in_part_and_not_at_all(self) -> None:
        lines = self.LINES
        cancelled = lines[lines["InvoiceNo"].str.startswith("C")]
        bought = lines[lines["Quantity"] > 0]
        product = ["CustomerID", "StockCode", "UnitPrice"]
        exactly = cancelled.assign(Quantity=-cancelled["Quantity"]).merge(
            bought[[*product, "Quantity"]].drop_duplicates(), on=[*product, "Quantity"], how="inner"
        )
        somehow = cancelled.merge(bought[product].drop_duplicates(), on=product, how="inner")
        assert len(exactly) >= 110
        assert len(somehow) == 110 + 170
        assert len(cancelled) - len(somehow) == 60

    def test_ids_may_be_written_as_floats(self) -> None:
        ids = retail.look_alike(1000, seed=1, float_ids=True)["CustomerID"].dropna()
        assert ids.str.fullmatch(r"\d{5}\.0").all()


@pytest.mark.slow
def test_online_retail_has_the_published_counts_or_their_like(online_retail: retail.OnlineRetail) -> None:
    lines = online_retail.lines
    if not online_retail.real:
        assert_like_the_real_file(lines)
        return
    # data/online_retail/NOTE.txt
    assert tuple(lines.columns) == retail.COLUMNS
    assert len(lines) == 541_909
    assert lines["InvoiceNo"].str.startswith("C").sum() == 9_288
    assert lines.duplicated().sum() == 5_268
    assert lines["CustomerID"].isna().sum() == 135_080
    assert lines["CustomerID"].nunique() == 4_372
    assert (lines["UnitPrice"] == 0).sum() == 2_515
    bought = retail.purchases(lines)
    assert len(bought) == 392_692
    assert bought["amount"].sum() == pytest.approx(8_887_208.894, abs=0.001)


@pytest.mark.slow
def test_the_look_alike_of_full_size_has_counts_near_the_published_ones() -> None:
    assert_like_the_real_file(retail.load(None).lines)


def assert_like_the_real_file(lines: pd.DataFrame) -> None:
    """Within a tenth of the real file's counts, except those that chance adds to."""
    assert tuple(lines.columns) == retail.COLUMNS
    assert len(lines) == 541_909
    assert lines["InvoiceNo"].str.startswith("C").sum() == pytest.approx(9_288, rel=0.1)
    assert lines.duplicated().sum() == pytest.approx(5_268, rel=0.2)
    assert lines["CustomerID"].isna().sum() == pytest.approx(135_080, rel=0.1)
    assert lines["CustomerID"].nunique() == pytest.approx(4_372, rel=0.1)
    assert (lines["UnitPrice"] == 0).sum() == pytest.approx(2_515, rel=0.1)
    assert len(retail.purchases(lines)) == pytest.approx(392_692, rel=0.1)
