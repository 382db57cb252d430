"""Documents by real programs: LibreOffice, pandoc, poppler, python-docx, openpyxl, xlwt, odfpy, XlsxWriter, reportlab, WeasyPrint,
mammoth, markdownify, html2text. They are made once and committed; nothing of this is needed to run the tests."""

import io
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import model as m
import write as w

UNREADABLE = {"agency_name": None, "year": None, "title": None, "signed_by": None, "signed_on": None}


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, **more).stdout


def office(folder, target, sources, *more):
    """All sources to one target in one start of LibreOffice."""
    out = Path(tempfile.mkdtemp(dir=folder))
    run("soffice", "--headless", *more, f"-env:UserInstallation=file://{folder}/profile", "--convert-to", target, "--outdir", str(out), *map(str, sources), timeout=500)
    return {path.stem: path.read_bytes() for path in out.iterdir()}


def slim(data):
    """A zip packed tighter, without the picture of itself."""
    source, parts = zipfile.ZipFile(io.BytesIO(data)), []
    for name in source.namelist():
        if name.endswith("/") or "humbnail" in name:
            continue
        part = source.read(name)
        if name == "META-INF/manifest.xml":
            part = re.sub(rb"<manifest:file-entry[^>]*humbnail[^>]*/>", b"", part)
        parts.append((name, part))
    return w.archive(parts, stored=("mimetype",))


CSS = "<style>table{border-collapse:collapse}td{border:1px solid #000;font-size:9pt;padding:1px}body{font-family:'WenQuanYi Micro Hei'}</style>"


def all_by_programs(s):
    with tempfile.TemporaryDirectory() as folder:
        make(s, Path(folder))


def make(s, folder):
    reports, files = {}, {"html": [], "docx": [], "xlsx": [], "odt": []}

    def source(name, ext, report, data):
        path = folder / f"{name}.{ext}"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        reports[name] = report
        files[ext].append(path)

    def year_of(n):
        return (2024, 2023, 2022, 2025, 2021, 2024)[n]

    for n in range(6):
        r = m.report(500 + n, year=year_of(n), sparse=(0.0, 0.7, 0.0, 0.0, 0.9, 0.0)[n])
        source(f"html{n}", "html", r, w.page(w.html_body(w.flow(r)), head=CSS))
    for n in range(5):
        r = m.report(510 + n, year=year_of(n), sparse=(0.0, 0.0, 0.8, 0.0, 0.0)[n])
        source(f"docx{n}", "docx", r, w.python_docx(r))
    for n in range(4):
        r = m.report(520 + n, year=year_of(n), sparse=(0.0, 0.6, 0.0, 0.0)[n])
        source(f"xlsx{n}", "xlsx", r, w.xlsx(r))
    for n in range(2):
        r = m.report(530 + n, year=year_of(n))
        source(f"odt{n}", "odt", r, w.odf(r))
    for n in range(2):
        r = m.report(540 + n, year=2020)
        source(f"old{n}", "html", r, w.page(w.html_body(w.flow(r)), head=CSS))

    def add(kind, name, data, report, by, **more):
        s.add(kind, name, data, report, by=by, **more)

    lo = "LibreOffice"
    writer = files["html"] + files["docx"] + files["odt"]
    # The numbering lists of HTML and the pages of a PDF are as a human reads them; text without cells need not be read.
    plans = [
        ("doc:MS Word 97", "doc", "LibreOffice's doc", writer, {}),
        ("docx:MS Word 2007 XML", "docx", "LibreOffice's docx", files["html"] + files["odt"], {}),
        ("odt", "odt", "LibreOffice's odt", files["html"] + files["docx"], {}),
        ("fodt", "fodt", "flat OpenDocument", files["html"][:2], {"refused": {"must": False, "words": ["docx"]}}),
        ("rtf:Rich Text Format", "rtf", "rtf", writer[:6], {"refused": {"must": True, "words": ["RTF", "docx"]}, "doubt": True, "heads": UNREADABLE, "may_find": ["*"]}),
        ("html:HTML (StarWriter)", "html", "LibreOffice's html", files["docx"] + files["html"][:3] + files["odt"], {}),
        ("txt:Text (encoded):UTF8", "txt", "LibreOffice's text", writer[:8], {"may": True, "may_find": ["*"]}),
        ("pdf:writer_pdf_Export", "pdf", "LibreOffice's pdf", files["html"][:4] + files["docx"][:3], {}),
        ("xls:MS Excel 97", "xls", "LibreOffice's xls", files["xlsx"], {}),
        ("ods", "ods", "LibreOffice's ods", files["xlsx"], {}),
        ("fods", "fods", "flat OpenDocument", files["xlsx"][:1], {"refused": {"must": False, "words": ["xlsx"]}}),
        ("xlsx:Calc MS Excel 2007 XML", "xlsx", "LibreOffice's xlsx", files["xlsx"], {}),
        ("html:HTML (StarCalc)", "html", "LibreOffice's html", files["xlsx"], {}),
        ("csv:Text - txt - csv (StarCalc):44,34,76,1", "csv", "csv by programs", files["xlsx"], {}),
        ("pdf:calc_pdf_Export", "pdf", "LibreOffice's pdf of a sheet", files["xlsx"][:2], {"may": True, "may_find": ["*"]}),
    ]
    made = {}
    for target, ext, kind, sources, more in plans:
        # Pages open as Writer's own documents, not as its web pages, which go to few formats.
        pages = [path for path in sources if path.suffix == ".html"]
        others = [path for path in sources if path.suffix != ".html"]
        got = office(folder, target, pages, "--infilter=HTML (StarWriter)") if pages else {}
        got |= office(folder, target, others) if others else {}
        for name, data in got.items():
            made[name, ext] = data
            if ext in ("docx", "odt", "ods", "xlsx"):
                data = slim(data)
            add(kind, f"{name}.{ext}", data, reports[name], lo, **more)
        print(kind, file=sys.stderr)
    # HTML opened as a sheet.
    for name, data in office(folder, "xlsx:Calc MS Excel 2007 XML", files["html"][:3], "--infilter=HTML (StarCalc)").items():
        add("LibreOffice's xlsx", f"{name}-as-a-sheet.xlsx", slim(data), reports[name], lo)
    # Kingsoft's own names for the same binaries.
    for name in ("docx1", "html2"):
        add("wps and et", f"{name}.wps", made[name, "doc"], reports[name], lo)
    for name in ("xlsx0", "xlsx1"):
        add("wps and et", f"{name}.et", made[name, "xls"], reports[name], lo)
    # Two reports in one file.
    pairs = [(m.report(580, agency="汉江市人民政府"), m.report(581, agency="汉江市水利局")), (m.report(582, agency="汉江市人民政府"), m.report(583, agency="汉江市人民政府", year=2023))]
    for n, (first, second) in enumerate(pairs):
        a, b = w.flow(first), w.flow(second)
        (folder / f"two{n}.docx").write_bytes(w.python_docx(first, blocks=a + b))
        (folder / f"two{n}.xlsx").write_bytes(w.xlsx(first, sheets={"一": a, "二": b}))
    for target, ext, source_ext in (("doc:MS Word 97", "doc", "docx"), ("odt", "odt", "docx"), ("html:HTML (StarWriter)", "html", "docx"), ("pdf:writer_pdf_Export", "pdf", "docx"),
                                    ("xls:MS Excel 97", "xls", "xlsx"), ("ods", "ods", "xlsx"), ("xlsx:Calc MS Excel 2007 XML", "xlsx", "xlsx")):
        for name, data in office(folder, target, [folder / f"two{n}.{source_ext}" for n in range(2)]).items():
            first, second = pairs[int(name[-1])]
            add("two reports by programs", f"{name}.{ext}", data, first, lo, finds=["document.second_report"],
                absent=[second.title, f"全年新收政府信息公开申请{second.get('requests', 'new_requests', 'total')}件"])
    # The harder documents of the script, as LibreOffice writes them again.
    import documents
    scripted = documents.Set()
    for made_by_script in (documents.docx_structures, documents.docx_frames, documents.orders):
        made_by_script(scripted)
    truths = {}
    for kind, of_kind in scripted.documents.items():
        for name, (data, truth) in of_kind.items():
            if name.endswith((".docx", ".xlsx")):
                (folder / f"hard-{name}").write_bytes(data)
                truths[f"hard-{name}"] = truth
    hard = {ext: [folder / name for name in truths if name.endswith(ext)] for ext in (".docx", ".xlsx")}
    for target, ext, source_ext in (("doc:MS Word 97", "doc", ".docx"), ("odt", "odt", ".docx"), ("xls:MS Excel 97", "xls", ".xlsx"), ("ods", "ods", ".xlsx")):
        for name, data in office(folder, target, hard[source_ext]).items():
            truth = dict(truths[name + source_ext], by=lo)
            if "boxes" in name or "box" in name:
                truth.update(judged="m" * len(truth["judged"]), may_find=["*"])
            s.documents.setdefault(f"harder documents as {ext}", {})[f"{name[5:]}.{ext}"] = (slim(data) if ext in ("odt", "ods") else data, truth)
    # Text of the PDF, as poppler tells it.
    for name in ("html0", "html2", "docx0", "docx1"):
        path = folder / f"{name}.pdf"
        path.write_bytes(made[name, "pdf"])
        for mode in ("", "-layout", "-raw"):
            text = run("pdftotext", *([mode] if mode else []), str(path), "-")
            add("text from PDF", f"{name}{mode}.txt", text, reports[name], "poppler", may=True, may_find=["*"], heads={"signed_on": None, "signed_by": None})
        run("pdftohtml", "-s", "-noframes", "-i", str(path), str(folder / f"{name}-poppler.html"))
        add("text from PDF", f"{name}-poppler.html", (folder / f"{name}-poppler.html").read_bytes(), reports[name], "poppler", may=True, may_find=["*"], heads={key: None for key in UNREADABLE})
    # Scans: the pages as pictures.
    import img2pdf
    for name in ("html0", "docx1"):
        run("pdftoppm", "-r", "40", "-gray", "-png", str(folder / f"{name}.pdf"), str(folder / f"scan-{name}"))
        pages = sorted(folder.glob(f"scan-{name}-*.png"))
        add("scanned pdf", f"{name}.pdf", img2pdf.convert([page.read_bytes() for page in pages]), reports[name], "img2pdf", doubt=True, heads=UNREADABLE, may_find=["*"], refused={"must": True, "words": ["扫描", "docx"]})
        from PIL import Image
        out = io.BytesIO()
        Image.open(pages[0]).save(out, "PDF")
        add("scanned pdf", f"{name}-pillow.pdf", out.getvalue(), reports[name], "Pillow", doubt=True, heads=UNREADABLE, may_find=["*"], refused={"must": True, "words": ["扫描", "docx"]})
    # pandoc.
    for path in files["docx"][:3] + files["html"][:3]:
        r = reports[path.stem]
        for target, ext in (("gfm", "md"), ("markdown", "md"), ("html", "html"), ("docx", "docx"), ("odt", "odt"), ("plain", "txt"), ("rtf", "rtf")):
            data = run("pandoc", "-f", path.suffix[1:], "-t", target, *(["-s"] if ext in ("html", "rtf") else []), *(["--metadata", f"title={r.title}"] if ext == "html" else []), *(["-o", "-"] if ext in ("docx", "odt") else []), str(path))
            # Grid tables and plain text are pictures made of characters; pandoc itself writes no merged cells there.
            more = {"may": True, "may_find": ["*"]} if target in ("markdown", "plain") else {}
            # What is styled as a title is data about the document there, and no paragraph.
            if path.suffix == ".docx" and target in ("gfm", "markdown", "plain"):
                more["heads"] = {"title": None, "year": None}
            # pandoc leaves out rows whose cells all reach down from above or go on to the right: the heads are gone.
            if path.suffix == ".docx" and target == "odt":
                more["may"] = documents.section_cells(r, "requests")
            if ext == "rtf":
                more = {"refused": {"must": True, "words": ["RTF", "docx"]}, "doubt": True, "heads": UNREADABLE, "may_find": ["*"]}
                if path.stem not in ("docx0", "html0"):
                    continue
            add("pandoc", f"{path.stem}-{target}.{ext}", data, r, "pandoc", **more)
    print("pandoc", file=sys.stderr)
    # mammoth, markdownify, html2text.
    import html2text
    import mammoth
    import markdownify
    for path in files["docx"][:3]:
        r = reports[path.stem]
        page = mammoth.convert_to_html(io.BytesIO(path.read_bytes())).value
        add("docx and html to Markdown by tools", f"{path.stem}-mammoth.html", page, r, "mammoth")
        add("docx and html to Markdown by tools", f"{path.stem}-mammoth.md", mammoth.convert_to_markdown(io.BytesIO(path.read_bytes())).value, r, "mammoth", may=True, may_find=["*"], heads={key: None for key in UNREADABLE})
        add("docx and html to Markdown by tools", f"{path.stem}-mammoth-markdownify.md", markdownify.markdownify(page), r, "mammoth, markdownify", may=m_spans())
    for path in files["html"][:3]:
        r = reports[path.stem]
        text = path.read_text()
        text = re.sub("<style>.*?</style>", "", text)
        add("docx and html to Markdown by tools", f"{path.stem}-markdownify.md", markdownify.markdownify(text, heading_style="ATX"), r, "markdownify", may=m_spans())
        to = html2text.HTML2Text()
        to.body_width = 0
        add("docx and html to Markdown by tools", f"{path.stem}-html2text.md", to.handle(text), r, "html2text", may=m_spans())
    # The libraries' own writing.
    for path in files["docx"]:
        add("python-docx", path.name, path.read_bytes(), reports[path.stem], "python-docx")
    for path in files["xlsx"]:
        add("openpyxl", path.name, path.read_bytes(), reports[path.stem], "openpyxl")
    for path in files["odt"]:
        add("odfpy", path.name, path.read_bytes(), reports[path.stem], "odfpy")
    for n in range(3):
        r = m.report(550 + n, year=year_of(n))
        add("odfpy", f"ods{n}.ods", w.odf(r, True), r, "odfpy")
        r = m.report(553 + n, year=year_of(n))
        add("xlwt", f"xls{n}.xls", w.xls(r), r, "xlwt")
    for n in range(2):
        r = m.report(560 + n, year=year_of(n))
        add("XlsxWriter", f"writer{n}.xlsx", xlsxwriter(r), r, "XlsxWriter")
    for n in range(2):
        r = m.report(565 + n, year=year_of(n))
        add("pdf without ToUnicode", f"reportlab{n}.pdf", reportlab(r), r, "reportlab", refused={"must": False, "words": ["docx"]}, may_find=["*"], may=True, heads={key: None for key in UNREADABLE})
    try:
        from weasyprint import HTML
        for n in range(3):
            r = m.report(570 + n, year=year_of(n))
            text = w.page(w.html_body(w.flow(r)), head=CSS + "<style>@page{size:A3 landscape}</style>")
            add("WeasyPrint's pdf", f"weasyprint{n}.pdf", HTML(string=text).write_pdf(), r, "WeasyPrint")
            plain = text.replace("border:1px solid #000;", "")
            if n == 0:
                add("WeasyPrint's pdf", "weasyprint-without-lines.pdf", HTML(string=plain).write_pdf(), r, "WeasyPrint", may=True, may_find=["*"], refused={"must": False, "words": ["docx"]}, heads={key: None for key in UNREADABLE})
    except (ImportError, OSError) as error:
        print("no WeasyPrint:", error, file=sys.stderr)


def m_spans():
    """Which cells need not be read where merged heads are lost or repeated by the tool: none."""
    return ()


def xlsxwriter(report):
    import xlsxwriter as library
    out = io.BytesIO()
    book = library.Workbook(out, {"in_memory": True})
    sheet, y = book.add_worksheet("年报"), 0
    for kind, what in w.flow(report):
        if kind != "table":
            sheet.write(y, 0, what)
            y += 1
            continue
        placed, width, height = m.grid(what)
        for (dy, x), (cell, first) in placed.items():
            if not first:
                continue
            text = float(cell.text) if cell.cell is not None and cell.text.replace(".", "").isdigit() else cell.text
            if cell.rows > 1 or cell.cols > 1:
                sheet.merge_range(y + dy, x, y + dy + cell.rows - 1, x + cell.cols - 1, text)
            else:
                sheet.write(y + dy, x, text)
        y += height
    book.close()
    return out.getvalue()


def reportlab(report):
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A3, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    style = ParagraphStyle("a", fontName="STSong-Light", fontSize=10, leading=14, wordWrap="CJK")
    small = ParagraphStyle("b", parent=style, fontSize=7, leading=8)
    out, story = io.BytesIO(), []
    for kind, what in w.flow(report):
        if kind != "table":
            story.append(Paragraph(w.esc(what), style))
            continue
        placed, width, height = m.grid(what)
        spans = [("SPAN", (x, y), (x + cell.cols - 1, y + cell.rows - 1)) for (y, x), (cell, first) in placed.items() if first and (cell.rows > 1 or cell.cols > 1)]
        data = [[Paragraph(w.esc(text), small) if text else "" for text in row] for row in m.full(what)]
        story.append(Table(data, colWidths=[1050 / width] * width, style=TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)] + spans)))
    SimpleDocTemplate(out, pagesize=landscape(A3), invariant=1).build(story)
    return out.getvalue()
