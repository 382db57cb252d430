"""Reports written out: a flow of paragraphs and tables as HTML, Word's XML, Markdown, text and the like."""

import html as escaping
import io
import re
import zipfile

import model as m

NUMERALS = "一二三四五六七八"


def flow(report, tables=None, order=None):
    """A report from top to bottom: ("title" | "heading" | "p" | "sign", text) or ("table", rows)."""
    tables = tables or m.tables(report)
    blocks = [("title", report.title)]
    at = 0
    for number, section in enumerate(m.FORMS[report.form]["sections"]):
        blocks.append(("heading", f"{NUMERALS[number]}、{section['title']}"))
        if section.get("table"):
            blocks.append(("table", tables[at]))
            at += 1
        else:
            blocks += [("p", text) for text in report.narrative[section["key"]]]
    blocks += [("sign", report.agency), ("sign", m.said_day(report.signed_on))]
    return blocks


# ---------------------------------------------------------------- HTML


def esc(text):
    return escaping.escape(text, quote=False)


def td(cell, tag="td", inner=None, attributes=""):
    spans = (f' rowspan="{cell.rows}"' if cell.rows > 1 else "") + (f' colspan="{cell.cols}"' if cell.cols > 1 else "")
    return f"<{tag}{spans}{attributes}>{inner if inner is not None else esc(cell.text)}</{tag}>"


def html_table(rows, cell=td, attributes=' border="1"', row="<tr>{}</tr>\n"):
    return f"<table{attributes}>\n" + "".join(row.format("".join(cell(one) for one in line)) for line in rows) + "</table>\n"


def html_body(blocks, table=html_table, p="<p>{}</p>\n"):
    said = []
    for kind, what in blocks:
        if kind == "title":
            said.append(f"<h1>{esc(what)}</h1>\n")
        elif kind == "heading":
            said.append(f"<h2>{esc(what)}</h2>\n")
        elif kind == "table":
            said.append(table(what))
        elif kind == "raw":
            said.append(what)
        else:
            said.append(p.format(esc(what)))
    return "".join(said)


def page(body, charset="utf-8", head=""):
    return f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>政府信息公开</title>{head}</head>\n<body>\n{body}</body></html>\n'


def html(report, table=html_table, tables=None, **how):
    return page(html_body(flow(report, tables), table, **how))


# ---------------------------------------------------------------- text and Markdown


def text(report, draw, tables=None, blocks=None):
    said = []
    for kind, what in blocks or flow(report, tables):
        said.append(draw(what) if kind == "table" else what + "\n")
    return "".join(said)


def lines_of(rows):
    return "".join("".join(cell.text + "\n" for cell in row) for row in rows)


def lines_parted(rows):
    return "".join("".join("\t" + cell.text + "\n" for cell in row) + "\n" for row in rows)


def between(mark, end="", start=""):
    return lambda rows: "".join(start + mark.join(cell.text for cell in row) + end + "\n" for row in rows)


def tabs_grid(rows):
    return "".join("\t".join(row) + "\n" for row in m.full(rows))


def md_grid(grid, pad=True):
    width = max(len(row) for row in grid)
    line = lambda row: "| " + " | ".join(row) + " |\n"
    return "\n" + line(grid[0]) + "|" + " --- |" * width + "\n" + "".join(line(row) for row in grid[1:]) + "\n"


def markdown(report, table=lambda rows: md_grid(m.full(rows)), tables=None, blocks=None):
    said = []
    for kind, what in blocks or flow(report, tables):
        said.append({"title": lambda: f"# {what}\n\n", "heading": lambda: f"## {what}\n\n",
                     "table": lambda: table(what)}.get(kind, lambda: f"{what}\n\n")())
    return "".join(said)


# ---------------------------------------------------------------- Word's XML

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
MORE = ('xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"')


def run(text, props=""):
    return f'<w:r>{f"<w:rPr>{props}</w:rPr>" if props else ""}<w:t xml:space="preserve">{esc(text)}</w:t></w:r>'


def para(inner, props=""):
    return f'<w:p>{f"<w:pPr>{props}</w:pPr>" if props else ""}{inner}</w:p>'


def tc(cell, inner, more=""):
    span = f'<w:gridSpan w:val="{cell.cols}"/>' if cell.cols > 1 else ""
    return f"<w:tc><w:tcPr>{span}{more}</w:tcPr>{inner}</w:tc>"


def plain_cell(cell):
    return para(run(cell.text) if cell.text else "")


def w_table(rows, inner=plain_cell, row=lambda at, cells, line: f"<w:tr>{cells}</w:tr>", around=tc):
    """Vertical merges as Word has them: every position below is there and says that it continues."""
    placed, width, height = m.grid(rows)
    said = []
    for y in range(height):
        cells, x = [], 0
        while x < width:
            cell, first = placed.get((y, x), (m.Cell(""), True))
            if cell.rows > 1:
                starts = y == 0 or placed.get((y - 1, x), (None,))[0] is not cell
                cells.append(around(cell, inner(cell) if starts else para(""),
                                    '<w:vMerge w:val="restart"/>' if starts else "<w:vMerge/>"))
            else:
                cells.append(around(cell, inner(cell)))
            x += cell.cols
        said.append(row(y, "".join(cells), rows[y]))
    columns = "".join('<w:gridCol w:w="900"/>' for _ in range(width))
    return f"<w:tbl><w:tblPr/><w:tblGrid>{columns}</w:tblGrid>{''.join(said)}</w:tbl>"


def w_body(blocks, table=w_table, paragraph=None, heading=None):
    said = []
    for kind, what in blocks:
        if kind == "table":
            said.append(table(what) + para(""))
        elif kind == "raw":
            said.append(what)
        elif kind == "heading" and heading:
            said.append(heading(what))
        elif paragraph and kind != "heading":
            said.append(paragraph(kind, what))
        else:
            said.append(para(run(what)))
    return "".join(said)


def archive(parts, stored=()):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name, data in parts:
            info = zipfile.ZipInfo(name, (2025, 1, 20, 9, 0, 0))
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return out.getvalue()


NUMBERING = (f'<?xml version="1.0" encoding="UTF-8"?><w:numbering {W}><w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0">'
             '<w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>'
             '<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num></w:numbering>')
FOOTNOTES = (f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {W}><w:footnote w:id="2"><w:p><w:r><w:t>含上年度移送2件</w:t></w:r></w:p>'
             "</w:footnote></w:footnotes>")


def docx_of(body, numbering=False, footnotes=False):
    extra, types = "", ""
    parts = []
    base = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    if numbering:
        extra += f'<Relationship Id="rId8" Type="{rel}/numbering" Target="numbering.xml"/>'
        types += f'<Override PartName="/word/numbering.xml" ContentType="{base}.numbering+xml"/>'
        parts.append(("word/numbering.xml", NUMBERING))
    if footnotes:
        extra += f'<Relationship Id="rId9" Type="{rel}/footnotes" Target="footnotes.xml"/>'
        types += f'<Override PartName="/word/footnotes.xml" ContentType="{base}.footnotes+xml"/>'
        parts.append(("word/footnotes.xml", FOOTNOTES))
    return archive([
        ("[Content_Types].xml", '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
         '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
         f'<Override PartName="/word/document.xml" ContentType="{base}.document.main+xml"/>{types}</Types>'),
        ("_rels/.rels", '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
         f'<Relationship Id="rId1" Type="{rel}/officeDocument" Target="word/document.xml"/></Relationships>'),
        ("word/_rels/document.xml.rels", f'<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{extra}</Relationships>'),
        ("word/document.xml", f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document {W} {MORE}><w:body>{body}<w:sectPr/></w:body></w:document>'),
    ] + parts)


def docx(report, tables=None, blocks=None, numbering=False, footnotes=False, **how):
    return docx_of(w_body(blocks or flow(report, tables), **how), numbering, footnotes)


# ---------------------------------------------------------------- workbooks


def xlsx(report, tables=None, sheets=None, number=True, after=None):
    """By openpyxl, merged as the form is; one sheet, or the blocks of `sheets` by name."""
    from openpyxl import Workbook
    book = Workbook()
    book.remove(book.active)
    for name, blocks in (sheets or {"年报": flow(report, tables)}).items():
        sheet = book.create_sheet(name)
        y = 1
        for kind, what in blocks:
            if kind != "table":
                sheet.cell(y, 1, what)
                y += 1
                continue
            placed, width, height = m.grid(what)
            for (dy, x), (cell, first) in placed.items():
                if not first:
                    continue
                text = cell.text
                if cell.cell is not None and number and text.replace(".", "").isdigit():
                    text = float(text) if "." in text else int(text)
                sheet.cell(y + dy, x + 1, text)
                if cell.rows > 1 or cell.cols > 1:
                    sheet.merge_cells(start_row=y + dy, start_column=x + 1, end_row=y + dy + cell.rows - 1, end_column=x + cell.cols)
            y += height
    if after:
        after(book)
    out = io.BytesIO()
    book.save(out)
    # The hour of writing would make other bytes every time.
    source = zipfile.ZipFile(out)
    hour = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    return archive([(name, hour.sub(b"2025-01-20T09:00:00Z", source.read(name))) for name in source.namelist()])


def xls(report, tables=None):
    import xlwt
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("年报")
    y = 0
    for kind, what in flow(report, tables):
        if kind != "table":
            sheet.write(y, 0, what)
            y += 1
            continue
        placed, width, height = m.grid(what)
        for (dy, x), (cell, first) in placed.items():
            if not first:
                continue
            text = cell.text
            if cell.cell is not None and text.replace(".", "").isdigit():
                text = float(text) if "." in text else int(text)
            if cell.rows > 1 or cell.cols > 1:
                sheet.write_merge(y + dy, y + dy + cell.rows - 1, x, x + cell.cols - 1, text)
            else:
                sheet.write(y + dy, x, text)
        y += height
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_text(report, tables=None, mark=","):
    import csv
    out = io.StringIO()
    write = csv.writer(out, delimiter=mark, lineterminator="\r\n")
    for kind, what in flow(report, tables):
        if kind != "table":
            write.writerow([what])
        else:
            write.writerows(m.full(what))
    return out.getvalue()


# ---------------------------------------------------------------- by known libraries


def python_docx(report, tables=None, blocks=None):
    import docx as library
    from docx.shared import Pt
    document = library.Document()
    for kind, what in blocks or flow(report, tables):
        if kind == "title":
            document.add_heading(what, 0)
        elif kind == "heading":
            document.add_heading(what, 1)
        elif kind == "table":
            placed, width, height = m.grid(what)
            table = document.add_table(height, width)
            table.style = "Table Grid"
            cells = [list(row.cells) for row in table.rows]
            for (y, x), (cell, first) in placed.items():
                if first:
                    to = cells[y][x]
                    if cell.rows > 1 or cell.cols > 1:
                        to = to.merge(cells[y + cell.rows - 1][x + cell.cols - 1])
                    to.text = cell.text
        else:
            document.add_paragraph(what)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def odf(report, spreadsheet=False, tables=None):
    from odf import opendocument, table as t, text as x
    document = opendocument.OpenDocumentSpreadsheet() if spreadsheet else opendocument.OpenDocumentText()
    place = document.spreadsheet if spreadsheet else document.text
    sheet = t.Table(name="年报") if spreadsheet else None
    if spreadsheet:
        place.addElement(sheet)
    count = 0
    for kind, what in flow(report, tables):
        if kind != "table":
            if spreadsheet:
                row = t.TableRow()
                cell = t.TableCell(valuetype="string")
                cell.addElement(x.P(text=what))
                row.addElement(cell)
                sheet.addElement(row)
            elif kind in ("title", "heading"):
                place.addElement(x.H(outlinelevel=1, text=what))
            else:
                place.addElement(x.P(text=what))
            continue
        placed, width, height = m.grid(what)
        into = sheet
        if not spreadsheet:
            count += 1
            into = t.Table(name=f"表{count}")
            into.addElement(t.TableColumn(numbercolumnsrepeated=width))
            place.addElement(into)
        for y in range(height):
            row = t.TableRow()
            for column in range(width):
                cell, first = placed.get((y, column), (m.Cell(""), True))
                if not first:
                    row.addElement(t.CoveredTableCell())
                    continue
                more = {}
                if cell.rows > 1:
                    more["numberrowsspanned"] = cell.rows
                if cell.cols > 1:
                    more["numbercolumnsspanned"] = cell.cols
                if spreadsheet and cell.cell is not None and cell.text.replace(".", "").isdigit():
                    made = t.TableCell(valuetype="float", value=cell.text, **more)
                else:
                    made = t.TableCell(valuetype="string", **more)
                made.addElement(x.P(text=cell.text))
                row.addElement(made)
            into.addElement(row)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


# ---------------------------------------------------------------- OFD, MHT


def ofd(report, ruled=True):
    """GB/T 33190 by hand: text with positions, ruling lines as paths; millimetres."""
    pages, y, objects = [], 20.0, []
    wide, high, count = 400.0, 280.0, [10]

    def ident():
        count[0] += 1
        return count[0]

    def put(x, y, text, size=4.0):
        if not text:
            return
        steps = [str(size if ord(c) > 0x2E80 or c in "“”" else size / 2) for c in text[:-1]]
        delta = f' DeltaX="{" ".join(steps)}"' if steps else ""
        objects.append(f'<ofd:TextObject ID="{ident()}" Boundary="{x} {y} {size * len(text) + 1} {size + 1}" Font="3" Size="{size}">'
                       f'<ofd:TextCode X="0" Y="{size}"{delta}>{esc(text)}</ofd:TextCode></ofd:TextObject>')

    def rule(x1, y1, x2, y2):
        objects.append(f'<ofd:PathObject ID="{ident()}" Boundary="{x1} {y1} {max(x2 - x1, 0.3)} {max(y2 - y1, 0.3)}" LineWidth="0.3">'
                       f'<ofd:AbbreviatedData>M 0 0 L {x2 - x1} {y2 - y1}</ofd:AbbreviatedData></ofd:PathObject>')

    def turn():
        nonlocal objects, y
        pages.append("".join(objects))
        objects, y = [], 20.0

    for kind, what in flow(report):
        if kind != "table":
            for start in range(0, len(what), 85):
                if y > high - 20:
                    turn()
                put(20, y, what[start:start + 85])
                y += 8
            continue
        placed, width, height = m.grid(what)
        column, row_height = (wide - 40) / width, 7.0 if height > 20 else 9.0
        if y + height * row_height > high - 10:
            turn()
        done = set()
        for (dy, x), (cell, first) in sorted(placed.items()):
            if not first or id(cell) in done:
                continue
            done.add(id(cell))
            left, top = 20 + x * column, y + dy * row_height
            right, bottom = left + cell.cols * column, top + cell.rows * row_height
            if ruled:
                for one in ((left, top, right, top), (left, bottom, right, bottom), (left, top, left, bottom), (right, top, right, bottom)):
                    rule(*[round(n, 3) for n in one])
            size, at = 2.5, top + 1
            fit = max(1, int((cell.cols * column - 2) / size))
            lines = [cell.text[s:s + fit] for s in range(0, len(cell.text), fit)]
            tall = cell.rows * row_height
            step = min(size + 0.6, (tall - 1) / max(1, len(lines)))
            for line in lines:
                put(round(left + 1, 3), round(at, 3), line, size)
                at += step
        y += height * row_height + 4
    turn()
    ns = 'xmlns:ofd="http://www.ofdspec.org/2016"'
    top = '<?xml version="1.0" encoding="UTF-8"?>'
    parts = [("OFD.xml", f'{top}<ofd:OFD {ns} Version="1.0" DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>'),
             ("Doc_0/Document.xml", f'{top}<ofd:Document {ns}><ofd:CommonData><ofd:MaxUnitID>{count[0]}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>0 0 {wide} {high}</ofd:PhysicalBox></ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData><ofd:Pages>'
              + "".join(f'<ofd:Page ID="{n + 1}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))) + "</ofd:Pages></ofd:Document>"),
             ("Doc_0/PublicRes.xml", f'{top}<ofd:Res {ns} BaseLoc="Res"><ofd:Fonts><ofd:Font ID="3" FontName="宋体" FamilyName="宋体"/></ofd:Fonts></ofd:Res>')]
    for n, content in enumerate(pages):
        parts.append((f"Doc_0/Pages/Page_{n}/Content.xml", f'{top}<ofd:Page {ns}><ofd:Area><ofd:PhysicalBox>0 0 {wide} {high}</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID="9">{content}</ofd:Layer></ofd:Content></ofd:Page>'))
    return archive(parts)


def mht(page_text, encoding="quoted-printable", charset="utf-8"):
    import base64
    import quopri
    raw = page_text.encode(charset)
    body = quopri.encodestring(raw) if encoding == "quoted-printable" else base64.encodebytes(raw)
    head = ("From: <Saved by Blink>\r\nSnapshot-Content-Location: http://www.example.gov.cn/xxgk/nb/2024.html\r\nSubject: =?utf-8?Q?nianbao?=\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\";\r\n\tboundary=\"----MultipartBoundary--a1\"\r\n\r\n\r\n"
            f"------MultipartBoundary--a1\r\nContent-Type: text/html; charset={charset}\r\nContent-ID: <frame-1@mhtml.blink>\r\n"
            f"Content-Transfer-Encoding: {encoding}\r\nContent-Location: http://www.example.gov.cn/xxgk/nb/2024.html\r\n\r\n").encode()
    return (head + body.replace(b"\n", b"\r\n") + b"\r\n------MultipartBoundary--a1\r\nContent-Type: image/png\r\n"
            b"Content-Transfer-Encoding: base64\r\nContent-Location: http://www.example.gov.cn/a.png\r\n\r\niVBORw0KGgo=\r\n\r\n------MultipartBoundary--a1--\r\n")
