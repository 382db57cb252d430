"""Documents that try to mislead the reader: what stands in the bytes and what the eye sees are two things.

`python3 make.py hostile` writes them; openpyxl, xlwt, odfpy and reportlab are needed.
"""

import io
import math
import random
import re
import zipfile
from dataclasses import replace

import model as m
import write as w
from documents import BLANKS, fewer, section_cells
from model import head

AT = m.AT["2021"]
NO_HEADS = {key: None for key in ("agency_name", "year", "title", "signed_by", "signed_on")}
ENTERPRISE_GRANTED = AT["requests", "granted", "enterprise"]
FEES = AT["proactive_disclosure", "fees", "amount"]
FOLLOWS = BLANKS + ["cell.unit_converted"]


def change_at(report, texts):
    """The tables with other texts in some cells."""
    return [m.change(rows, lambda cell: replace(cell, text=texts.get(cell.cell, cell.text)) if cell.cell is not None else cell)
            for rows in m.tables(report)]


def small_report(seed, **more):
    """A small office's report: figures of one digit, most of them nought."""
    r = m.report(seed, **more)
    rng, values = random.Random(seed), [0] * 200
    columns = [key for key, _ in m.THREE_COLUMNS if key != "total"]
    [section] = [one for one in m.FORMS["2021"]["sections"] if one["key"] == "requests"]
    rows = [row["key"] for row in section["table"]["rows"]]
    leaves = [row for row in rows if row not in ("new_requests", "carried_over", "results_total", "carried_forward")]
    for column in columns:
        for row in leaves:
            values[AT["requests", row, column]] = rng.choice([0, 0, 0, 0, 0, 1, 2])
        total = sum(values[AT["requests", row, column]] for row in leaves)
        forward = rng.choice([0, 1, 2])
        over = min(rng.choice([0, 1, 3]), total + forward)
        values[AT["requests", "results_total", column]] = total
        values[AT["requests", "carried_forward", column]] = forward
        values[AT["requests", "carried_over", column]] = over
        values[AT["requests", "new_requests", column]] = total + forward - over
    for row in rows:
        values[AT["requests", row, "total"]] = sum(values[AT["requests", row, column]] for column in columns)
    for row, _ in m.FOUR_ROWS:
        numbers = [rng.choice([0, 0, 1, 2]) for _ in range(4)]
        for column, number in zip(("upheld", "corrected", "other", "pending", "total"), numbers + [sum(numbers)]):
            values[AT["disputes", row, column]] = number
    for at, (where, row, column, decimals) in enumerate(m.CELLS["2021"]):
        if where == "proactive_disclosure":
            values[at] = rng.choice([0, 1, 2, 3, 5, 7])
    r.values = [str(value) for value in values]
    r.narrative = m.narrative(r)
    return r


def residue(text, towards=math.inf):
    """The number next to one, as a sum of binary fractions leaves it."""
    return math.nextafter(float(text), towards)


# ---------------------------------------------------------------- docx


STYLES = (f'<?xml version="1.0" encoding="UTF-8"?><w:styles {w.W}>'
          '<w:style w:type="character" w:styleId="base"><w:name w:val="note base"/><w:rPr><w:vertAlign w:val="superscript"/></w:rPr></w:style>'
          '<w:style w:type="character" w:styleId="a5"><w:name w:val="footnote reference"/><w:basedOn w:val="base"/></w:style>'
          '<w:style w:type="character" w:styleId="gone"><w:name w:val="gone"/><w:rPr><w:vanish/></w:rPr></w:style>'
          '<w:style w:type="character" w:styleId="struck"><w:name w:val="struck"/><w:rPr><w:strike/></w:rPr></w:style>'
          '<w:style w:type="paragraph" w:styleId="gonep"><w:name w:val="gone p"/><w:rPr><w:vanish/></w:rPr></w:style>'
          "</w:styles>")
MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def with_styles(data):
    source = zipfile.ZipFile(io.BytesIO(data))
    parts = [(name, source.read(name).decode()) for name in source.namelist()]
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    made = []
    for name, text in parts:
        if name == "[Content_Types].xml":
            text = text.replace("</Types>", '<Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>')
        if name.endswith("document.xml.rels"):
            text = text.replace("</Relationships>", f'<Relationship Id="rId7" Type="{rel}/styles" Target="styles.xml"/></Relationships>')
        if name == "word/document.xml":
            text = text.replace("<w:document ", f"<w:document {MATH} ", 1)
        made.append((name, text))
    return w.archive(made + [("word/styles.xml", STYLES)])


def docx(s):
    kind = "hostile docx"

    def add(name, seed, inner, may=(), doubt=(), **more):
        r = m.report(seed)
        s.add(kind, name + ".docx", with_styles(w.docx(r, table=lambda rows: w.w_table(rows, inner))), r, may=may, doubt=doubt,
              may_find=FOLLOWS if may or doubt else (), **more)

    def at_one(make, at=ENTERPRISE_GRANTED):
        return lambda cell: w.para(make(cell.text)) if cell.cell == at else w.plain_cell(cell)

    one = [ENTERPRISE_GRANTED]
    styled = lambda text, style: f'<w:r><w:rPr><w:rStyle w:val="{style}"/></w:rPr><w:t>{text}</w:t></w:r>'
    add("note-mark-of-its-own", 600, at_one(lambda text: w.run(text) + '<w:r><w:rPr><w:rStyle w:val="x"/></w:rPr><w:footnoteReference w:customMarkFollows="1" w:id="2"/><w:t>1</w:t></w:r>'), one)
    add("raised-by-style", 601, at_one(lambda text: w.run(text) + styled("1", "a5")), one)
    add("raised-by-position", 602, at_one(lambda text: w.run(text) + w.run("1", '<w:position w:val="10"/><w:sz w:val="12"/>')), one)
    add("struck-by-style", 603, at_one(lambda text: styled("31", "struck") + w.run(text)), one)
    add("hidden-by-style", 604, lambda cell: w.para(styled("77", "gone") + w.run(cell.text)) if cell.cell is not None else w.plain_cell(cell))
    add("hidden-paragraph-by-style", 605, lambda cell: w.para(w.run("77"), '<w:pStyle w:val="gonep"/>') + w.para(w.run(cell.text)) if cell.cell is not None else w.plain_cell(cell))
    add("formula-behind", 606, at_one(lambda text: w.run(text[:-1]) + f"<m:oMath><m:r><m:t>{text[-1]}</m:t></m:r></m:oMath>"), one)
    add("formula-whole", 607, at_one(lambda text: f"<m:oMath><m:r><m:t>{text}</m:t></m:r></m:oMath>"), one)
    add("symbol-for-a-digit", 608, at_one(lambda text: w.run(text[:-1]) + f'<w:r><w:sym w:font="Arial" w:char="F03{text[-1]}"/></w:r>'), one)
    add("white-digit", 609, at_one(lambda text: w.run("9", '<w:color w:val="FFFFFF"/>') + w.run(text)), one)
    add("formatted-digit-by-digit", 610, lambda cell: w.para("".join(
        f'<w:del w:id="1" w:author="a"><w:r><w:delText>7</w:delText></w:r></w:del><w:ins w:id="2" w:author="a">{w.run(c)}</w:ins>' for c in cell.text)) if cell.cell is not None else w.plain_cell(cell))
    add("moved-from", 611, lambda cell: w.para(f'<w:moveFrom w:id="3" w:author="a">{w.run("66")}</w:moveFrom>' + w.run(cell.text)) if cell.cell is not None else w.plain_cell(cell))
    add("two-paragraphs", 612, lambda cell: w.para(w.run(cell.text)) + w.para(w.run("13")) if cell.cell == ENTERPRISE_GRANTED else w.plain_cell(cell), doubt=one)
    add("a-remark-below", 613, lambda cell: w.para(w.run(cell.text)) + w.para(w.run("（含上年2件）")) if cell.cell == ENTERPRISE_GRANTED else w.plain_cell(cell), one)
    placeholder = '<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处输入文字。</w:t></w:r></w:sdtContent></w:sdt>'
    add("placeholder", 614, at_one(lambda text: placeholder), doubt=one)
    inner_table = lambda text: f'<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="500"/></w:tblGrid><w:tr><w:tc><w:tcPr/>{w.para(w.run(text))}</w:tc></w:tr></w:tbl>{w.para("")}'
    add("a-table-around-a-figure", 615, lambda cell: inner_table(cell.text) if cell.cell == ENTERPRISE_GRANTED else w.plain_cell(cell), one)
    # Words of a label with a note's mark: everybody reads the row.
    noted = lambda cell: w.para(w.run(cell.text) + w.run("1", '<w:vertAlign w:val="superscript"/>')) if cell.text == "（一）予以公开" else w.plain_cell(cell)
    add("label-with-a-note", 616, noted)
    noted_head = lambda cell: w.para(w.run(cell.text) + w.run("2", '<w:vertAlign w:val="superscript"/>')) if cell.text in ("科研机构", "行政复议", "行政许可", "本年制发件数") else w.plain_cell(cell)
    add("heads-with-notes", 617, noted_head)

    # Rest of another figure in a cell that goes on from above, as old converters leave it.
    r = m.report(618)
    rows = m.tables(r)
    data = w.w_body(w.flow(r, rows)).replace("<w:vMerge/></w:tcPr><w:p></w:p>", "<w:vMerge/></w:tcPr>" + w.para(w.run("55")))
    s.add(kind, "rest-under-a-merged-cell.docx", w.docx_of(data), r)
    # Rows that leave the place of the group free instead of merging it.
    r = m.report(619)
    def free(rows):
        made = w.w_table(rows)
        return re.sub(r'<w:tr>((?:<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p></w:p></w:tc>)+)', lambda found: f'<w:tr><w:trPr><w:gridBefore w:val="{found[1].count("<w:tc>")}"/></w:trPr>', made)
    s.add(kind, "grid-before.docx", w.docx(r, table=free), r)
    # The second page repeats the head with two columns exchanged.
    for seed, ext in ((620, "docx"), (621, "html"), (622, "md"), (623, "xlsx")):
        r = m.report(seed)
        order = [key for key, _ in m.THREE_COLUMNS]
        order[1], order[2] = order[2], order[1]
        first, second = m.table_three(r), m.table_three(r, order)
        at = next(y for y, row in enumerate(first) if any(cell.key == "not_processed_petition" for cell in row))
        top = [[replace(cell, rows=min(cell.rows, at - y)) for cell in row] for y, row in enumerate(first[:at])]
        rest = [list(row) for row in second[at:]]
        open_groups = [head("三、本年度办理结果", len(rest) - 1, 1, "group"), head("（五）不予处理", 5, 1, "group")]
        rest[0] = open_groups + rest[0][(1 if rest[0][0].key == "group" else 0):]
        blocks = []
        for what, content in w.flow(r):
            blocks += [("table", top), ("table", second[:3] + rest)] if what == "table" and len(content) > 20 else [(what, content)]
        data = {"docx": lambda: w.docx(r, blocks=blocks), "html": lambda: w.page(w.html_body(blocks)), "md": lambda: w.markdown(r, blocks=blocks),
                "xlsx": lambda: w.xlsx(r, sheets={"年报": blocks})}[ext]()
        s.add(kind, f"second-head-in-another-order.{ext}", data, r, may=() if ext != "md" else section_cells(r, "requests"), may_find=() if ext != "md" else FOLLOWS)


# ---------------------------------------------------------------- html


ODD = ["约12", "12余", "近12", "≥12", "<12", "12+", "12~15", "12至15", "12/15", "12、13", "12（其中网站3）", "12→15", "12％", "1e3", "0x10", "12,3",
       "2024.1.5", "12-15", "12件3份", "1 2", "12 34", "12*3", "12．5．6", "（12）", "[12]", "12?", "№12", "12:30", "Ⅻ", "⑫", "¹²", "12人次", "12户", "1.2万件", "12千件"]
HUMAN = [("〇", "0"), ("零", "0"), ("12。", "12"), ("十二", "12"), ("12（件）", "12"), ("12 件", "12"), ("共12件", "12"), ("１２", "12"), ("12\u00a0", "12"), ("1\u202f234", "1234"),
         ("1\u2009234", "1234"), ("1,234件", "1234"), ("012", "12"), ("12件次", "12"), ("0（无）", "0"), ("无（0）", "0"), ("12.0", "12"), ("12.00", "12"), ("⁠12", "12")]


def html(s):
    kind = "hostile html"

    def add(name, seed, cell, may=(), doubt=(), head_="", change=lambda text: text, report=None, **more):
        r = report or m.report(seed)
        made = w.page(w.html_body(w.flow(r), lambda rows: w.html_table(rows, cell)), head=head_)
        s.add(kind, name + ".html", change(made), r, may=may, doubt=doubt, may_find=FOLLOWS if may or doubt else (), **more)

    def at_one(make, at=ENTERPRISE_GRANTED):
        return lambda cell: w.td(cell, inner=make(cell.text)) if cell.cell == at else w.td(cell)

    def at_all(make):
        return lambda cell: w.td(cell, inner=make(cell.text)) if cell.cell is not None else w.td(cell)

    one = [ENTERPRISE_GRANTED]
    hidden = '<style type="text/css">\n/* tools */ td.h, .gone { color:red; display : none }\n@media print { .shown { display:none } }</style>'
    add("cells-hidden-by-class", 630, lambda cell: (w.td(m.Cell("88"), attributes=' class="x h"') if cell.cell is not None else "") + w.td(cell, attributes=' class="shown"'), head_=hidden)
    add("digits-hidden-by-class", 631, at_all(lambda text: f'<span class="gone">8</span>{text}'), head_=hidden)
    add("names-hidden-by-class", 632, at_all(lambda text: f'<span class="gone">自然人：</span><span class="shown">{text}</span>'), head_=hidden)
    add("row-hidden-by-id", 633, lambda cell: w.td(cell), head_="<style>#old{display:none}</style>",
        change=lambda made: re.sub(r"(<tr>(?:<td[^>]*>三、.*?</td>)?<td[^>]*>（一）予以公开)", r'<tr id="old"><td colspan="2">（一）予以公开</td>' + "<td>5</td>" * 7 + r"</tr>\n\1", made))
    add("struck-by-css", 634, at_one(lambda text: f'<span style="text-decoration: line-through">31</span>{text}'), one)
    add("struck-by-class", 635, at_one(lambda text: f'<span class="old">31</span>{text}'), one, head_="<style>.old{text-decoration:line-through}</style>")
    add("raised-by-css", 636, at_one(lambda text: f'{text}<span style="vertical-align:super;font-size:8px">1</span>'), one)
    add("raised-by-class", 637, at_one(lambda text: f'{text}<span class="note">1</span>'), one, head_="<style>span.note{vertical-align:super}</style>")
    add("raised-by-place", 638, at_one(lambda text: f'{text}<span style="position:relative;top:-5px;font-size:60%">1</span>'), one)
    add("a-link-to-a-note", 639, at_one(lambda text: f'{text}<a href="#n1" name="r1">1</a>'), one)
    add("small-print", 640, at_one(lambda text: f"{text}<small>1</small>"), one)
    add("no-size", 641, at_one(lambda text: f'<span style="font-size:0">8</span>{text}'), one)
    add("see-through", 642, at_one(lambda text: f'<span style="opacity:0">8</span><span style="color:transparent">9</span>{text}'), one)
    add("outside-the-window", 643, at_one(lambda text: f'<span style="position:absolute;left:-9999px">8</span>{text}'), one)
    add("white-on-white", 644, at_one(lambda text: f'<font color="#ffffff">8</font>{text}'), one)
    add("comment-inside", 645, at_all(lambda text: f"{text[:1]}<!-- 7 -->{text[1:]}"))
    add("thin-spaces", 646, at_all(lambda text: text if "." in text else f"{int(text):,}".replace(",", "&thinsp;")))
    add("narrow-spaces", 647, at_all(lambda text: text if "." in text else f"{int(text):,}".replace(",", "&#8239;")))
    add("hard-spaces", 648, at_all(lambda text: text if "." in text else f"{int(text):,}".replace(",", "&nbsp;")))
    add("soft-breaks", 649, at_all(lambda text: "<wbr>".join(text)))
    add("hard-breaks", 650, at_one(lambda text: f"{text}<br>13"), doubt=one)
    add("fields-beside", 651, at_all(lambda text: f'<input type="hidden" value="77"><input type="number" value="{text}"><input type="button" value="5">'))
    add("choices", 652, at_one(lambda text: f"<select><option>5</option><option selected>{text}</option></select>"), one)
    add("areas", 653, at_all(lambda text: f"<textarea>{text}</textarea>"))
    add("mixed-widths", 654, at_all(lambda text: "".join(chr(0xFEE0 + ord(c)) if c.isdigit() and n % 2 else c for n, c in enumerate(text))))
    add("named-for-telephones", 655, lambda cell: w.td(cell, attributes=f' data-label="{cell.key}"'))
    add("every-value-over-two", 656, lambda cell: w.td(replace(cell, cols=cell.cols * 2)))
    r = m.report(657)
    values = {at: odd for at, odd in zip(range(11, 11 + 5 * len(ODD), 5), ODD)}
    # "1 2" and "12 34" may be one figure with a blank in it; nobody knows.
    s.add(kind, "odd-figures.html", w.html(r, tables=change_at(r, values)), r, doubt=list(values), may_find=FOLLOWS + ["*"])
    r = m.report(658)
    places = [at for at in range(11, 11 + 7 * len(HUMAN), 7)]
    r.values = [dict(zip(places, (is_ for _, is_ in HUMAN))).get(at, text) for at, text in enumerate(r.values)]
    s.add(kind, "figures-a-human-reads.html", w.html(r, tables=change_at(r, dict(zip(places, (text for text, _ in HUMAN))))), r, may=places, may_find=["*"])

    # Feet before bodies, heads behind them: the eye sees them at their places.
    r = m.report(659)
    def feet(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        line = lambda row: "<tr>" + "".join(w.td(cell) for cell in row) + "</tr>\n"
        return ("<table border=1><tfoot>" + "".join(map(line, rows[-1:])) + "</tfoot><thead>" + "".join(map(line, rows[:3])) + "</thead><tbody>"
                + "".join(map(line, rows[3:-1])) + "</tbody></table>\n")
    s.add(kind, "foot-first.html", w.html(r, feet), r)
    r = m.report(660)
    def heads(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        line = lambda row: "<tr>" + "".join(w.td(cell) for cell in row) + "</tr>\n"
        return "<table border=1><tbody>" + "".join(map(line, rows[3:])) + "</tbody><thead>" + "".join(map(line, rows[:3])) + "</thead></table>\n"
    s.add(kind, "head-last.html", w.html(r, heads), r)
    # A head that stays while the rows move: two tables.
    r = m.report(661)
    def two(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        return f'<div class="head">{w.html_table(rows[:3])}</div><div class="body">{w.html_table(rows[3:])}</div>'
    s.add(kind, "head-in-a-table-of-its-own.html", w.html(r, two), r)
    # Labels that stay while the columns move: two tables again, and no row holds both.
    r = m.report(662)
    def beside(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        left = [[cell for cell in row if cell.cell is None] for row in rows[3:]]
        right = [[cell for cell in row if cell.cell is not None] for row in rows[3:]]
        return w.html_table(rows[:3]) + w.html_table(left) + w.html_table(right)
    s.add(kind, "labels-in-a-table-of-their-own.html", w.html(r, beside), r, may=section_cells(r, "requests"), may_find=["*"])
    # A whole column in one cell, line by line.
    r = m.report(663)
    def columns(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        texts = {}
        for row in rows[3:]:
            for cell in row:
                if cell.cell is not None:
                    texts.setdefault(cell.key, []).append(cell.text)
        labels = [row for row in ([cell.text for cell in row if cell.cell is None] for row in rows[3:])]
        line = "<tr><td>" + "<br>".join(" ".join(label) for label in labels) + "</td>" + "".join(f"<td>{'<br>'.join(texts[key])}</td>" for key, _ in m.THREE_COLUMNS) + "</tr>"
        heads_ = "<tr><td></td>" + "".join(f"<td>{label}</td>" for _, label in m.THREE_COLUMNS) + "</tr>"
        return f"<table>{heads_}{line}</table>"
    s.add(kind, "a-column-in-a-cell.html", w.html(r, columns), r, may=section_cells(r, "requests"), may_find=["*"])
    # Units written over the tables.
    for seed, (name, said, doubt, may) in enumerate((
        ("unit-of-a-table", "单位：件", (), ()),
        ("unit-in-hundreds", "单位：百件", ("requests",), ()),
        ("unit-in-ten-thousands", "（计量单位：万件）", ("requests",), ()),
        ("unit-in-thousands", "单位：千件", ("requests",), ()),
    ), 664):
        r = m.report(seed)
        blocks = []
        for what, content in w.flow(r):
            if what == "table" and len(content) > 20:
                blocks.append(("p", said))
            blocks.append((what, content))
        s.add(kind, name + ".html", w.page(w.html_body(blocks)), r, doubt=section_cells(r, *doubt) if doubt else (), may=section_cells(r, *may) if may else (), may_find=["*"] if doubt else ())
    for seed, said in ((668, "金额单位：元"), (669, "收费金额单位：百元")):
        r = m.report(seed)
        blocks = []
        for what, content in w.flow(r):
            if what == "table" and any(cell.text == "规章" for row in content for cell in row):
                blocks.append(("p", said))
            blocks.append((what, content))
        s.add(kind, f"fees-in-another-unit-{seed - 667}.html", w.page(w.html_body(blocks)), r, doubt=[FEES], may=[at for at in section_cells(r, "proactive_disclosure") if at != FEES], may_find=["*"])
    # A unit row inside of the table, and the unit in brackets behind each head.
    r = m.report(670)
    def unit_row(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        return w.html_table([[head("单位：件", 1, 10)]] + rows)
    s.add(kind, "unit-in-a-row.html", w.html(r, unit_row), r)
    r = m.report(671)
    named = lambda rows: m.heads_changed(rows, lambda text: {"自然人": "自然人（件）", "总计": "总计（件）", "商业企业": "商业企业（件）"}.get(text, text) if len(rows) > 20 else text)
    s.add(kind, "unit-behind-heads.html", w.html(r, tables=[named(rows) for rows in m.tables(r)]), r, may=section_cells(r, "requests"), may_find=["*"])
    # Notes beside labels.
    for seed, mark in enumerate(("①", "<sup>1</sup>", "*", "注", "[1]", "（注1）"), 672):
        r = m.report(seed)
        cell = lambda cell: w.td(cell, inner=w.esc(cell.text) + mark) if cell.text in ("（一）予以公开", "科研机构", "行政许可") else w.td(cell)
        s.add(kind, f"labels-with-notes-{seed - 671}.html", w.html(r, lambda rows: w.html_table(rows, cell)), r, may=section_cells(r, "requests", "proactive_disclosure") if seed >= 674 else (), may_find=["*"] if seed >= 674 else ())
    # Totals first, subtotals in between under the name of the total.
    r = m.report(680)
    rows = m.table_three(r)
    y = next(y for y, row in enumerate(rows) if any(c.key == "results_total" for c in row))
    total = rows.pop(y)
    rows[5] = [rows[5][0]] + rows[5][1:]
    group = rows[5][0]
    rows.insert(5, [group] + total)
    rows[6] = rows[6][1:]
    s.add(kind, "results-total-first.html", w.html(r, tables=[m.table_two(r), rows, m.table_four(r)]), r)
    for seed, name in ((681, "总计"), (682, "（七）总计"), (683, "合计")):
        r = m.report(seed)
        rows = m.table_three(r)
        at = next(y for y, row in enumerate(rows) if any(c.key == "unavailable_not_held" for c in row))
        rows.insert(at, [head(name, 1, 1)] + [m.Cell("9")] * 7)
        rows[5][0].rows += 1
        next(c for row in rows for c in row if c.text == "（三）不予公开").rows += 1
        total = [at for at, cell in enumerate(m.CELLS["2021"]) if cell[1] == "results_total"]
        s.add(kind, f"a-subtotal-called-{seed - 680}.html", w.html(r, tables=[m.table_two(r), rows, m.table_four(r)]), r, may=total, may_find=FOLLOWS)
    # 小计 beside 总计 as a column.
    r = m.report(684)
    rows = m.table_three(r)
    rows[0][1].cols = 8
    rows[1][1].cols = 6
    rows[2].append(head("小计"))
    for row in rows[3:]:
        inside = sum(int(cell.text) for cell in row if cell.cell is not None and cell.key in m.IN_GROUP)
        row.insert(len(row) - 1, m.Cell(str(inside)))
    s.add(kind, "a-subtotal-column.html", w.html(r, tables=[m.table_two(r), rows, m.table_four(r)]), r, may=section_cells(r, "requests"), may_find=FOLLOWS)
    # The table cut into two halves by its columns.
    r = m.report(685)
    def halves(rows):
        if len(rows) < 20:
            return w.html_table(rows)
        first, second = [key for key, _ in m.THREE_COLUMNS[:3]], [key for key, _ in m.THREE_COLUMNS[3:]]
        return w.html_table(m.table_three(r, first)) + w.html_table(m.table_three(r, second))
    s.add(kind, "cut-by-columns.html", w.html(r, halves), r, may=section_cells(r, "requests"), may_find=["*"])
    # Each row a table of its own.
    r = m.report(686)
    rows_apart = lambda rows: "".join(f"<table><tr>{''.join(f'<td>{w.esc(cell.text)}</td>' for cell in row)}</tr></table>" for row in rows)
    s.add(kind, "each-row-a-table.html", w.html(r, rows_apart), r, may=True, may_find=["*"])
    # Lists instead of tables.
    r = m.report(687)
    listed = lambda rows: "<ul>" + "".join("<li>" + "：".join(cell.text for cell in row) + "</li>" for row in rows) + "</ul>"
    s.add(kind, "lists.html", w.html(r, listed), r, may=True, may_find=["*"])


# ---------------------------------------------------------------- sheets


def sheets(s):
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont
    from openpyxl.styles import Font
    kind = "hostile xlsx"
    one = [ENTERPRISE_GRANTED]

    def place(book, text, of=0):
        sheet = book.worksheets[of]
        found = [cell for row in sheet.iter_rows() for cell in row if str(cell.value) == text]
        assert len(found) == 1, (text, found)
        return found[0]

    def unique(report, at):
        assert sum(value == report.values[at] for value in report.values) == 1, (report.values[at])
        return report.values[at]

    def add(name, seed, after, may=(), doubt=(), change=None, report=None, **more):
        r = report or m.report(seed)
        data = w.xlsx(r, after=lambda book: after(book, r))
        if change:
            source = zipfile.ZipFile(io.BytesIO(data))
            data = w.archive([(part, change(part, source.read(part).decode("utf-8"), r)) for part in source.namelist()])
        s.add(kind, name + ".xlsx", data, r, by="openpyxl", may=may, doubt=doubt, may_find=FOLLOWS if may or doubt else (), **more)

    def rich(before, text, behind, font):
        def after(book, r):
            cell = place(book, unique(r, ENTERPRISE_GRANTED))
            parts = [TextBlock(InlineFont(**font), before)] if before else []
            parts.append(cell.value if isinstance(cell.value, str) else str(cell.value))
            parts += [TextBlock(InlineFont(**font), behind)] if behind else []
            cell.value = CellRichText(*parts)
        return after

    add("raised-digit", 700, rich("", None, "1", {"vertAlign": "superscript"}), one)
    add("struck-digits", 701, rich("31", None, "", {"strike": True}), one)
    def font(**look):
        def after(book, r):
            place(book, unique(r, ENTERPRISE_GRANTED)).font = Font(**look)
        return after
    add("struck-cell", 702, font(strike=True), one)
    add("white-cell", 703, font(color="FFFFFFFF"), one)
    # What is shown is another number than is kept.
    def shown(form, kept=None, at=FEES):
        def after(book, r):
            cell = place(book, r.values[at])
            if kept:
                cell.value = kept(r.values[at])
            cell.number_format = form
        return after
    add("shown-in-ten-thousands", 704, shown("0!.0000", lambda text: round(float(text) * 10_000)), [FEES])
    add("shown-in-thousands", 705, shown("#,##0.00,", lambda text: float(text) * 1_000), [FEES])
    add("shown-in-millions", 706, shown("0.00,,", lambda text: float(text) * 1_000_000), [FEES])
    add("shown-as-percentage", 707, shown("0%", None, ENTERPRISE_GRANTED), doubt=one)
    add("shown-as-nothing", 708, shown(";;;", None, ENTERPRISE_GRANTED), doubt=one)
    add("shown-with-a-digit-before", 709, shown('"1"0', None, ENTERPRISE_GRANTED), doubt=one)
    add("shown-as-text", 710, shown('"无"', None, ENTERPRISE_GRANTED), doubt=one)
    add("shown-in-scientific", 711, shown("0.00E+00", None, ENTERPRISE_GRANTED), one)
    add("shown-as-a-fraction", 712, shown("# ?/?", None, ENTERPRISE_GRANTED), one)
    add("shown-as-a-date", 713, shown("yyyy/m/d", None, ENTERPRISE_GRANTED), doubt=one)
    plain = ["0_ ", '0"件"', "#,##0_);[Red](#,##0)", "[Blue]0", "@", '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "General", '#,##0"件";-#,##0"件"', "[>=1000]#,##0;0", "0;-0;0;@", "[$-804]0", "0"]
    def plainly(book, r):
        sheet = book.worksheets[0]
        numbers = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, int)]
        for at, cell in enumerate(numbers):
            cell.number_format = plain[at % len(plain)]
    add("shown-plainly", 714, plainly)
    r = small_report(715)
    def dashes(book, _):
        for row in book.worksheets[0].iter_rows():
            for cell in row:
                if isinstance(cell.value, int):
                    cell.number_format = '0;-0;"—"'
    add("noughts-as-dashes", 715, dashes, may=[at for at, text in enumerate(r.values) if text == "0"], report=r)
    # What a sum of binary fractions leaves.
    def rest(book, r):
        place(book, r.values[FEES]).value = residue(r.values[FEES])
    add("binary-rest", 716, rest)
    def count_with_rest(part, text, r):
        number = r.values[ENTERPRISE_GRANTED]
        return text.replace(f"<v>{number}</v>", f"<v>{residue(number, 0.0)!r}</v>") if part.endswith("sheet1.xml") else text
    add("count-with-a-rest", 717, lambda book, r: None, one, change=count_with_rest)
    def half(part, text, r):
        number = unique(r, ENTERPRISE_GRANTED)
        return text.replace(f"<v>{number}</v>", f"<v>{number}.4</v>") if part.endswith("sheet1.xml") else text
    add("count-and-a-half-shown-whole", 718, shown("0", None, ENTERPRISE_GRANTED), doubt=one, change=half)
    # Rests under merged cells.
    def under(part, text, r):
        if not part.endswith("sheet1.xml"):
            return text
        return re.sub(r'<c r="([A-Z]+\d+)"( s="\d+")?\s*/>', r'<c r="\1"\2><v>55</v></c>', text)
    add("rest-under-merged-cells", 719, lambda book, r: None, change=under)
    def spoken(part, text, r):
        return text.replace("<t>规章</t>", '<t>规章</t><rPh sb="0" eb="2"><t>キショウ</t></rPh>') if part.endswith("sharedStrings.xml") else text
    add("readings-beside", 720, lambda book, r: None, change=spoken)
    def errors(book, r):
        place(book, unique(r, ENTERPRISE_GRANTED)).value = "#DIV/0!"
    add("an-error", 721, errors, doubt=one)
    def strings(part, text, r):
        number = r.values[ENTERPRISE_GRANTED]
        return re.sub(rf'<c r="([A-Z]+\d+)"( s="\d+")?( t="n")?><v>{number}</v></c>', rf'<c r="\1"\2 t="str"><f>TEXT(1,"0")</f><v>{number}</v></c>', text) if part.endswith("sheet1.xml") else text
    add("formula-that-makes-text", 722, lambda book, r: None, change=strings)
    def dated(book, r):
        import datetime
        sheet = book.worksheets[0]
        cell = sheet.cell(sheet.max_row, 1)
        cell.value = datetime.date.fromisoformat(r.signed_on)
        cell.number_format = 'yyyy"年"m"月"d"日"'
    add("a-date-that-is-one", 723, dated)
    # Two tables side by side: this year's and last year's.
    r, before = m.report(724), m.report(725, year=2023)
    def beside(book, _):
        sheet = book.worksheets[0]
        top = next(row[0].row for row in sheet.iter_rows() if row[0].value and "勾稽" in str(row[0].value))
        sheet.cell(top - 1, 12, "2023年")
        placed, width, height = m.grid(m.table_three(before))
        for (dy, x), (cell, first) in placed.items():
            if first:
                sheet.cell(top + dy, 12 + x, int(cell.text) if cell.cell is not None else cell.text)
    add("last-year-beside", 724, beside, may=section_cells(r, "requests"), report=r)
    # Remarks at the right, one of them a number.
    def remarks(book, r):
        sheet = book.worksheets[0]
        top = next(row[0].row for row in sheet.iter_rows() if row[0].value and "勾稽" in str(row[0].value))
        for row in range(top + 3, top + 28):
            sheet.cell(row, 12, "已核对")
        sheet.cell(top + 7, 12, 3)
    add("remarks-at-the-right", 726, remarks, may=section_cells(m.report(726), "requests"))
    # Each table on a sheet of its own, called by its name, the sheets in another order.
    r = m.report(727)
    blocks, named, name = w.flow(r), {}, "一"
    for what, content in blocks:
        if what == "heading":
            name = content[0]
        named.setdefault(name, []).append((what, content))
    order = ["一", "三", "二", "四", "五", "六"]
    s.add(kind, "sheets-in-another-order.xlsx", w.xlsx(r, sheets={key: named[key] for key in order}), r, by="openpyxl", may=section_cells(r, "proactive_disclosure", "requests"), may_find=["*"])

    # xls and ods.
    import xlwt
    r = m.report(730)
    book = xlwt.Workbook(encoding="utf-8")
    def write(sheet, y, x, cell, style=xlwt.Style.default_style):
        if cell.cell == ENTERPRISE_GRANTED:
            raised = xlwt.easyfont("escapement superscript")
            sheet.write_rich_text(y, x, [cell.text, ("1", raised)])
        else:
            text = float(cell.text) if cell.cell is not None and "." in cell.text else int(cell.text) if cell.cell is not None else cell.text
            if cell.rows > 1 or cell.cols > 1:
                sheet.write_merge(y, y + cell.rows - 1, x, x + cell.cols - 1, text, style)
            else:
                sheet.write(y, x, text, style)
    def xls(r, write):
        book = xlwt.Workbook(encoding="utf-8")
        sheet, y = book.add_sheet("年报"), 0
        for what, content in w.flow(r):
            if what != "table":
                sheet.write(y, 0, content)
                y += 1
                continue
            placed, width, height = m.grid(content)
            for (dy, x), (cell, first) in placed.items():
                if first:
                    write(sheet, y + dy, x, cell)
            y += height
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()
    s.add("hostile xls", "raised-digit.xls", xls(r, write), r, by="xlwt", may=one, may_find=FOLLOWS)
    r = m.report(731)
    def struck(sheet, y, x, cell):
        if cell.cell == ENTERPRISE_GRANTED:
            sheet.write_rich_text(y, x, [("31", xlwt.easyfont("struck_out on")), cell.text])
        else:
            write(sheet, y, x, cell)
    s.add("hostile xls", "struck-digits.xls", xls(r, struck), r, by="xlwt", may=one, may_find=FOLLOWS)
    for seed, (name, form, kept, at) in enumerate((
        ("shown-in-ten-thousands", "0!.0000", lambda text: round(float(text) * 10_000), FEES),
        ("shown-in-thousands", "#,##0.00,", lambda text: float(text) * 1_000, FEES),
        ("shown-as-percentage", "0%", int, ENTERPRISE_GRANTED), ("shown-as-nothing", ";;;", int, ENTERPRISE_GRANTED)), 732):
        r = m.report(seed)
        def formed(sheet, y, x, cell):
            if cell.cell == at:
                if cell.cols > 1:
                    sheet.write_merge(y, y, x, x + cell.cols - 1, kept(cell.text), xlwt.easyxf(num_format_str=form))
                else:
                    sheet.write(y, x, kept(cell.text), xlwt.easyxf(num_format_str=form))
            elif cell.cell == ENTERPRISE_GRANTED:
                sheet.write(y, x, int(cell.text))
            else:
                write(sheet, y, x, cell)
        s.add("hostile xls", name + ".xls", xls(r, formed), r, by="xlwt", may=[FEES] if at == FEES else (), doubt=() if at == FEES else one, may_find=FOLLOWS)
    r = m.report(736)
    def rested(sheet, y, x, cell):
        if cell.cell == FEES:
            sheet.write_merge(y, y, x, x + cell.cols - 1, residue(cell.text))
        elif cell.cell == ENTERPRISE_GRANTED:
            sheet.write(y, x, int(cell.text))
        else:
            write(sheet, y, x, cell)
    s.add("hostile xls", "binary-rest.xls", xls(r, rested), r, by="xlwt")

    from odf import opendocument, style as o, table as t, text as x
    def ods(r, made, automatic=lambda document: None):
        document = opendocument.OpenDocumentSpreadsheet()
        automatic(document)
        sheet = t.Table(name="年报")
        document.spreadsheet.addElement(sheet)
        for what, content in w.flow(r):
            if what != "table":
                row, cell = t.TableRow(), t.TableCell(valuetype="string")
                cell.addElement(x.P(text=content))
                row.addElement(cell)
                sheet.addElement(row)
                continue
            placed, width, height = m.grid(content)
            for y in range(height):
                row, column = t.TableRow(), 0
                while column < width:
                    cell, first = placed.get((y, column), (m.Cell(""), True))
                    if not first:
                        row.addElement(t.CoveredTableCell())
                        column += 1
                        continue
                    more = {}
                    if cell.rows > 1:
                        more["numberrowsspanned"] = cell.rows
                    if cell.cols > 1:
                        more["numbercolumnsspanned"] = cell.cols
                    count = 1
                    if not more and cell.cell is not None:
                        while column + count < width:
                            other, here = placed.get((y, column + count), (m.Cell(""), True))
                            if not (here and other.cell is not None and other.text == cell.text and other.cols == 1):
                                break
                            count += 1
                    if count > 1:
                        more["numbercolumnsrepeated"] = count
                    row.addElement(made(cell, more))
                    column += count
                sheet.addElement(row)
        out = io.BytesIO()
        document.save(out)
        return out.getvalue()
    def usual(cell, more):
        if cell.cell is not None:
            made = t.TableCell(valuetype="float", value=cell.text, **more)
        else:
            made = t.TableCell(valuetype="string", **more)
        made.addElement(x.P(text=cell.text))
        return made
    r = small_report(740)
    s.add("hostile ods", "repeated.ods", ods(r, usual), r, by="odfpy")
    def looks(document):
        for name, more in (("up", {"textposition": "super 58%"}), ("gone", {"textlinethroughstyle": "solid"})):
            made = o.Style(name=name, family="text")
            made.addElement(o.TextProperties(**more))
            document.automaticstyles.addElement(made)
    r = m.report(741)
    def raised(cell, more):
        if cell.cell != ENTERPRISE_GRANTED:
            return usual(cell, more)
        made = t.TableCell(valuetype="string", **more)
        p = x.P(text=cell.text)
        p.addElement(x.Span(stylename="up", text="1"))
        made.addElement(p)
        return made
    s.add("hostile ods", "raised-digit.ods", ods(r, raised, looks), r, by="odfpy", may=one, may_find=FOLLOWS)
    r = m.report(742)
    def struck_out(cell, more):
        if cell.cell != ENTERPRISE_GRANTED:
            return usual(cell, more)
        made = t.TableCell(valuetype="string", **more)
        p = x.P()
        p.addElement(x.Span(stylename="gone", text="31"))
        p.addText(cell.text)
        made.addElement(p)
        return made
    s.add("hostile ods", "struck-digits.ods", ods(r, struck_out, looks), r, by="odfpy", may=one, may_find=FOLLOWS)
    for seed, (name, at, value, told) in enumerate((("shown-in-thousands", FEES, lambda text: str(round(float(text) * 1000, 2)), lambda text: text),
                                                   ("shown-in-ten-thousands", FEES, lambda text: str(round(float(text) * 10000)), lambda text: text),
                                                   ("shown-as-nothing", ENTERPRISE_GRANTED, lambda text: text, lambda text: "")), 743):
        r = m.report(seed)
        def other(cell, more):
            if cell.cell != at:
                return usual(cell, more)
            made = t.TableCell(valuetype="float", value=value(cell.text), **more)
            made.addElement(x.P(text=told(cell.text)))
            return made
        s.add("hostile ods", name + ".ods", ods(r, other), r, by="odfpy", may=[FEES] if at == FEES else one, may_find=FOLLOWS)
    r = m.report(746)
    def percent(cell, more):
        if cell.cell != ENTERPRISE_GRANTED:
            return usual(cell, more)
        made = t.TableCell(valuetype="percentage", value=cell.text, **more)
        made.addElement(x.P(text=f"{cell.text}00%"))
        return made
    s.add("hostile ods", "a-percentage.ods", ods(r, percent), r, by="odfpy", doubt=one, may_find=FOLLOWS)
    r = m.report(747)
    def rest_of_fees(cell, more):
        if cell.cell != FEES:
            return usual(cell, more)
        made = t.TableCell(valuetype="float", value=repr(residue(cell.text)), **more)
        made.addElement(x.P(text=cell.text))
        return made
    s.add("hostile ods", "binary-rest.ods", ods(r, rest_of_fees), r, by="odfpy")


# ---------------------------------------------------------------- Markdown, csv, text


def texts(s):
    kind = "hostile markdown"
    one = [ENTERPRISE_GRANTED]
    marks = {"note": "{}[^1]", "raised": "{}<sup>1</sup>", "raised-by-carets": "{}^1^", "struck": "~~31~~{}", "struck-by-tags": "<s>31</s>{}", "taken-back": "<del>31</del>{}",
             "formula": "${}$", "starred": "{}\\*", "two-lines": "{}<br>13", "comment": "{}<!-- 7 -->", "entity": "{}&emsp;", "digits-as-entities": None, "code": "`{}`",
             "linked": "[{}](#a)", "linked-note": "{}[1](#a)", "picture": "{}![1](a.png)", "hidden": '<span style="display:none">8</span>{}', "inserted": "<ins>{}</ins>", "marked": "=={}=="}
    for seed, (name, mark) in enumerate(marks.items(), 750):
        r = m.report(seed)
        text = r.values[ENTERPRISE_GRANTED]
        said = "".join(f"&#{ord(c)};" for c in text) if mark is None else mark.format(text)
        s.add(kind, name + ".md", w.markdown(r, tables=change_at(r, {ENTERPRISE_GRANTED: said})), r, may=one, doubt=one if name == "two-lines" else (), may_find=FOLLOWS)
    r = small_report(770)
    s.add(kind, "small.md", w.markdown(r), r)

    kind = "hostile csv"
    def csv(name, seed, change=lambda text: text, encoding="utf-8", bom=b"", tables=None, report=None, mark=",", **more):
        r = report or m.report(seed)
        s.add(kind, name + ".csv", bom + change(w.csv_text(r, tables=tables(r) if tables else None, mark=mark)).encode(encoding), r, **more)
    csv("unicode-text-of-excel", 780, encoding="utf-16-le", bom=b"\xff\xfe", mark="\t")
    csv("utf-16-be", 781, encoding="utf-16-be", bom=b"\xfe\xff")
    csv("gbk-semicolons", 782, encoding="gbk", mark=";")
    csv("small-gbk", 783, encoding="gbk", report=small_report(783))
    thousands = lambda r: [m.values_changed(rows, lambda text: f"{int(text):,}" if text.isdigit() else text) for rows in m.tables(r)]
    csv("thousands-quoted", 784, tables=thousands)
    csv("thousands-unquoted", 785, tables=thousands, change=lambda text: re.sub(r'"(\d{1,3}(?:,\d{3})+)"', r"\1", text), may=True, may_find=["*"])
    csv("as-formulas", 786, tables=lambda r: [m.values_changed(rows, lambda text: f'="{text}"') for rows in m.tables(r)], may=True, may_find=["*"])
    csv("apostrophes", 787, tables=lambda r: [m.values_changed(rows, lambda text: f"'{text}") for rows in m.tables(r)], may=True, may_find=["*"])
    csv("tabs-before-figures", 788, tables=lambda r: [m.values_changed(rows, lambda text: f"\t{text}") for rows in m.tables(r)])
    csv("mark-said", 789, mark=";", change=lambda text: "sep=;\r\n" + text)
    csv("pipes", 790, mark="|", may=True, may_find=["*"])
    csv("labels-over-lines", 791, tables=lambda r: [m.heads_changed(rows, lambda text: text[:2] + "\n" + text[2:] if len(text) > 3 and "、" not in text[:3] else text) for rows in m.tables(r)])
    csv("commas-behind", 792, change=lambda text: text.replace("\r\n", ",,,\r\n"))

    kind = "hostile text"
    def text(name, seed, draw, may=True, report=None, doubt=(), change=lambda made: made, **more):
        r = report or m.report(seed)
        s.add(kind, name + ".txt", change(w.text(r, draw)), r, may=may, doubt=doubt, may_find=["*"] if may or doubt else (), **more)
    def aligned(gap=" ", wide=8, blank=False):
        def draw(rows):
            said = []
            for row in rows:
                line = ""
                for cell in row:
                    line += (cell.text.rjust(wide) if cell.cell is not None else cell.text) + gap
                said.append(line.rstrip() + "\n")
            return "".join(said)
        return draw
    for n, (name, draw) in enumerate((("one-to-a-line", w.lines_of), ("tabs-led", w.lines_parted), ("tabs", w.between("\t")), ("spaces", w.between("  ")), ("single-spaces", w.between(" ")),
                                      ("wide-spaces", w.between("\u3000")), ("aligned", aligned()), ("pipes", w.between("|", "|", "|")), ("glued", w.between("")), ("grid-tabs", w.tabs_grid)), 800):
        text(f"small-{name}", n, draw, report=small_report(n), may=() if name in ("one-to-a-line", "tabs-led", "pipes", "grid-tabs") else True)
    for n, (name, draw) in enumerate((("single-spaces", w.between(" ")), ("wide-spaces", w.between("\u3000")), ("aligned", aligned())), 811):
        text(name, n, draw)
    # A blank that leaves no trace.
    for n, (name, draw) in enumerate((("aligned", aligned()), ("spaces", w.between("  ")), ("one-to-a-line", lambda rows: re.sub("\n\n+", "\n", w.lines_of(rows))), ("single-spaces", w.between(" "))), 815):
        for small in (False, True):
            r = small_report(n + 30) if small else m.report(n)
            empty = [at for at in range(200) if at % 9 == n % 9]
            values = [None if at in empty else text_ for at, text_ in enumerate(r.values)]
            tables = change_at(r, {at: "" for at in empty})
            s.add(kind, f"blanks-without-a-trace-{name}{'-small' if small else ''}.txt", w.text(r, draw, tables), r, values=values, may=True, may_find=["*"])
    # Two figures of a row in one line, the rest below: page text breaks so.
    def in_pieces(rows):
        said = []
        for row in rows:
            said += [cell.text + "\n" for cell in row if cell.cell is None]
            values = [cell.text for cell in row if cell.cell is not None]
            said += [" ".join(values[at:at + 2]) + "\n" for at in range(0, len(values), 2)]
        return "".join(said)
    text("two-to-a-line", 820, in_pieces)
    text("two-to-a-line-small", 821, in_pieces, report=small_report(821))
    # Page numbers in the middle of a row.
    for n, mark in enumerate(("3\n", "\n3\n\n", "- 3 -\n", "第 3 页 共 6 页\n", "3\n\f", "Page 3 of 6\n", "·3·\n", "－3－\n"), 822):
        r = m.report(n)
        made = w.text(r, w.lines_of)
        row = [r.get("requests", "granted", key) for key, _ in m.THREE_COLUMNS]
        made = made.replace("\n".join(row) + "\n", "\n".join(row[:3]) + "\n" + mark + "\n".join(row[3:]) + "\n")
        s.add(kind, f"page-number-within-a-row-{n - 821}.txt", made, r, may=True, may_find=["*"])
        # And in the place of a value that is blank.
        made = w.text(r, w.lines_of).replace("\n".join(row) + "\n", "\n".join(row[:3]) + "\n" + mark + "\n".join(row[4:]) + "\n")
        lost = AT["requests", "granted", m.THREE_COLUMNS[3][0]]
        granted = [AT["requests", "granted", key] for key, _ in m.THREE_COLUMNS]
        if mark not in ("3\n", "\n3\n\n"):
            s.add(kind, f"page-number-for-a-value-{n - 821}.txt", made, r, doubt=granted, may=True, values=[None if at == lost else text_ for at, text_ in enumerate(r.values)], may_find=["*"])


# ---------------------------------------------------------------- pages in one file, drawn pages


def drawn(s):
    one = [ENTERPRISE_GRANTED]
    r = m.report(840)
    page = w.html(r).replace("utf-8", "gb2312")
    s.add("hostile mht", "quoted-printable-gbk.mht", w.mht(page, "quoted-printable", "gbk"), r)
    r = m.report(841)
    made = w.mht(w.html(r).replace("utf-8", "gb2312"), "quoted-printable", "gbk").replace(b"; charset=gbk", b"")
    s.add("hostile mht", "charset-in-the-page-alone.mht", made, r)
    r = m.report(842)
    inner = w.mht(w.html(r), "base64")
    made = (b"MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=outer\r\n\r\n--outer\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
            + "年报见附件".encode() + b"\r\n--outer\r\n" + inner[inner.index(b"Content-Type"):] + b"\r\n--outer--\r\n")
    s.add("hostile mht", "plain-text-first.mht", b"From: a\r\n" + made, r)

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A3, landscape
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table, TableStyle
    pdfmetrics.registerFont(TTFont("wqy", str(m.ROOT / "data/fonts/wqy-microhei.ttc"), subfontIndex=0))
    style = ParagraphStyle("a", fontName="wqy", fontSize=10, leading=14, wordWrap="CJK")
    small = ParagraphStyle("b", parent=style, fontSize=7, leading=8)

    def pdf(r, inner=lambda cell: w.esc(cell.text), before=None, size=landscape(A3), width=1050, rotate=0, repeat=0, ruled=True):
        out, story = io.BytesIO(), []
        for what, content in w.flow(r):
            if what != "table":
                story.append(Paragraph(w.esc(content), style))
                continue
            placed, wide, height = m.grid(content)
            spans = [("SPAN", (x, y), (x + cell.cols - 1, y + cell.rows - 1)) for (y, x), (cell, first) in placed.items() if first and (cell.rows > 1 or cell.cols > 1)]
            data = [[Paragraph(inner(placed[y, x][0]), small) if (y, x) in placed and placed[y, x][1] and placed[y, x][0].text else "" for x in range(wide)] for y in range(height)]
            grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)] if ruled else []
            story.append(Table(data, colWidths=[width / wide] * wide, repeatRows=repeat if height > 20 else 0, style=TableStyle(grid + spans)))
        def each(canvas, document):
            if rotate:
                canvas.setPageRotation(rotate)
            if before:
                before(canvas)
        SimpleDocTemplate(out, pagesize=size, invariant=1).build(story, onFirstPage=each, onLaterPages=each)
        return out.getvalue()

    def add(name, seed, may=(), doubt=(), report=None, **how):
        r = report or m.report(seed)
        heads = {"title": None, "agency_name": None} if name in ("watermark",) else None
        s.add("hostile pdf", name + ".pdf", pdf(r, **how), r, by="reportlab", may=may, doubt=doubt, may_find=FOLLOWS if may or doubt else (), heads=heads)

    at_one = lambda make: lambda cell: make(w.esc(cell.text)) if cell.cell == ENTERPRISE_GRANTED else w.esc(cell.text)
    add("plain", 850)
    add("small", 851, report=small_report(851))
    add("raised", 852, one, inner=at_one(lambda text: f"{text}<super>1</super>"))
    add("raised-as-large", 853, one, inner=at_one(lambda text: f'{text}<super size="7" rise="4">1</super>'))
    add("struck", 854, one, inner=at_one(lambda text: f"<strike>31</strike>{text}"))
    add("white", 855, one, inner=at_one(lambda text: f'<font color="white">8</font>{text}'))
    add("tiny", 856, one, inner=at_one(lambda text: f'<font size="0.5">8</font>{text}'))
    add("turned", 857, rotate=90)
    add("turned-over", 858, rotate=180)
    def mark(canvas):
        canvas.saveState()
        canvas.setFont("wqy", 60)
        canvas.setFillGray(0.9)
        canvas.drawString(250, 400, "汉江市2024样稿")
        canvas.restoreState()
    add("watermark", 859, may=True, before=mark)
    add("two-to-a-cell", 860, doubt=one, inner=at_one(lambda text: f"{text}<br/>13"))
    add("without-lines-small", 862, may=True, report=small_report(862), ruled=False)
    add("without-lines", 863, may=True, ruled=False)

    # OFD.
    def ofd(r, change):
        data = zipfile.ZipFile(io.BytesIO(w.ofd(r)))
        return w.archive([(name, change(name, data.read(name).decode())) for name in data.namelist()])
    def beside(shift, size, text="1", more="", before=False):
        def make(r):
            number = r.values[ENTERPRISE_GRANTED]
            def change(name, content):
                def again(found):
                    x, y = float(found[1]), float(found[2])
                    at = x - size / 2 if before else x + 2.5 * len(number) / 2
                    return found[0] + (f'<ofd:TextObject ID="9999" Boundary="{at:.3f} {y - shift:.3f} {size * 2} {size + 1}" Font="3" Size="{size}"{more}>'
                                       f'<ofd:TextCode X="0" Y="{size}">{text}</ofd:TextCode></ofd:TextObject>')
                return re.sub(rf'<ofd:TextObject ID="\d+" Boundary="([\d.]+) ([\d.]+) [\d.]+ [\d.]+" Font="3" Size="2.5"><ofd:TextCode[^>]*>{number}</ofd:TextCode></ofd:TextObject>', again, content)
            return change
        return make
    for seed, (name, make) in enumerate((("raised", beside(0.6, 1.5)), ("raised-as-large", beside(1.2, 2.5)), ("unseen", beside(0, 2.5, more=' Visible="false"', before=True)),
                                         ("clear-as-glass", beside(0, 2.5, more=' Alpha="0"', before=True))), 870):
        r = m.report(seed)
        s.add("hostile ofd", name + ".ofd", ofd(r, make(r)), r, may=one, may_find=FOLLOWS)


# ---------------------------------------------------------------- titles, headings, several reports


def frames(s):
    kind = "hostile titles and headings"
    def titled(name, seed, title, agency="keep", how=("html", "docx", "txt"), year=2024, blocks=None, heads=None, **more):
        for n, ext in enumerate(how):
            r = m.report(seed + n, year=year, agency="沁川县信访局")
            lines = title.format(a=r.agency, y=year).split("\n")
            flow = [("title", line) for line in lines] + w.flow(r)[1:]
            if blocks:
                flow = blocks(flow)
            data = {"html": lambda: w.page(w.html_body(flow)), "docx": lambda: w.docx(r, blocks=flow), "txt": lambda: w.text(r, w.lines_parted, blocks=flow)}[ext]()
            is_ = {"title": None, "agency_name": r.agency, **(heads or {})}
            s.add(kind, f"{name}.{ext}", data, r, heads=is_, **more)
    titled("situation-report", 900, "{a}关于{y}年度政府信息公开工作情况的报告")
    titled("short-name", 903, "{a}{y}年政府信息公开工作年报")
    titled("work-report", 906, "{a}{y}年度政府信息公开年度工作报告")
    titled("year-behind", 909, "{a}\n政府信息公开工作年度报告\n（{y}年度）")
    titled("year-in-han", 912, "{a}二〇二四年政府信息公开工作年度报告")
    titled("public-version", 915, "{a}{y}年政府信息公开工作年度报告（公开版）")
    titled("year-first", 918, "{y}年度{a}政府信息公开工作年度报告")
    def parts(flow):
        return [(what, f"第{text[0]}部分　{text[2:]}" if what == "heading" else text) for what, text in flow]
    titled("parts-by-name", 921, "{a}{y}年政府信息公开工作年度报告", blocks=parts)
    def arabic(flow):
        return [(what, f"{'一二三四五六'.index(text[0]) + 1}. {text[2:]}" if what == "heading" else text) for what, text in flow]
    titled("arabic-numerals", 924, "{a}{y}年政府信息公开工作年度报告", blocks=arabic)
    def bracketed(flow):
        return [(what, f"【{text[2:]}】" if what == "heading" else text) for what, text in flow]
    titled("bracketed", 927, "{a}{y}年政府信息公开工作年度报告", blocks=bracketed)

    kind = "hostile: several reports"
    seed = 940
    for name, between in (
        ("attachment", lambda other: [("p", "附件2"), *w.flow(other)]),
        ("no-title", lambda other: w.flow(other)[1:]),
        ("other-wording", lambda other: [("title", f"{other.agency}关于2024年度政府信息公开工作情况的报告")] + w.flow(other)[1:]),
        ("tables-alone", lambda other: [("title", other.title)] + [(what, content) for what, content in w.flow(other) if what in ("heading", "table")]),
        ("title-in-a-table", lambda other: [("table", [[head(other.title)]])] + w.flow(other)[1:]),
    ):
        for ext in ("html", "docx", "txt", "xlsx"):
            seed += 2
            first, second = m.report(seed, agency="汉江市人民政府"), m.report(seed + 1, agency="汉江市水利局")
            flow = w.flow(first) + between(second)
            data = {"html": lambda: w.page(w.html_body(flow)), "docx": lambda: w.docx(first, blocks=flow), "txt": lambda: w.text(first, w.lines_parted, blocks=flow),
                    "xlsx": lambda: w.xlsx(first, sheets={"年报": flow})}[ext]()
            s.add(kind, f"{name}.{ext}", data, first, finds=["document.second_report"], may_find=["document.second_report"], heads={"signed_by": None, "signed_on": None},
                  absent=[f"全年新收政府信息公开申请{second.get('requests', 'new_requests', 'total')}件"])


def all_hostile(s):
    for add in (docx, html, sheets, texts, drawn, frames):
        add(s)
