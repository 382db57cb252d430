"""Reports that never were, with figures that are nearly all different and balance, and the tables they are filed in.

A table is rows of cells; a value cell carries the number of its cell of the form, so that whatever is done to the
table afterwards (columns moved, merged, dropped), the truth moves with it.
"""

import json
import random
from dataclasses import dataclass, field, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def load_form(name):
    return json.loads((ROOT / f"src/domain/form/format-{name}.json").read_text())


FORMS = {name: load_form(name) for name in ("2021", "2019")}


def cells_of(form):
    """(section, row, column, decimals) in the form's own order."""
    found = []
    for section in form["sections"]:
        table = section.get("table")
        if not table:
            continue
        for block in table.get("blocks", [table]):
            for row in block["rows"]:
                for column in block["columns"]:
                    found.append((section["key"], row["key"], column["key"], column.get("decimals", 0)))
    return found


CELLS = {name: cells_of(form) for name, form in FORMS.items()}
AT = {name: {cell[:3]: at for at, cell in enumerate(cells)} for name, cells in CELLS.items()}


@dataclass
class Cell:
    text: str
    rows: int = 1
    cols: int = 1
    cell: int = None  # the form's cell whose value this is
    head: bool = False
    key: str = ""  # key of a column (over its values) or of a row (before them)


@dataclass
class Report:
    agency: str
    year: int
    form: str
    values: list  # texts, or None
    narrative: dict = field(default_factory=dict)
    title: str = ""
    signed_on: str = ""

    def get(self, *where):
        return self.values[AT[self.form][where]]


def figures(seed, most=900, sparse=0.0, form="2021"):
    """Values that balance; nearly all different unless `sparse`."""
    rng = random.Random(seed)
    at, size = AT[form], len(CELLS[form])
    values = [None] * size
    used = set()

    def fresh(low, high):
        if sparse and rng.random() < sparse:
            return 0
        for _ in range(400):
            number = rng.randint(low, high)
            if number not in used:
                used.add(number)
                return number
        return rng.randint(low, high)

    leaf_columns = ["natural_person", "enterprise", "research_institution", "public_interest_organization",
                    "legal_service_provider", "other_organization"]
    rows = [row["key"] for section in FORMS[form]["sections"] if section["key"] == "requests"
            for row in section["table"]["rows"]]
    leaves = [row for row in rows if row not in ("new_requests", "carried_over", "results_total", "carried_forward")]
    for column in leaf_columns:
        total = 0
        for row in leaves:
            number = fresh(11, most)
            values[at["requests", row, column]] = number
            total += number
        forward, over = fresh(11, most), fresh(11, most)
        values[at["requests", "results_total", column]] = total
        values[at["requests", "carried_forward", column]] = forward
        values[at["requests", "carried_over", column]] = over
        values[at["requests", "new_requests", column]] = max(0, total + forward - over)
        if total + forward - over < 0:
            values[at["requests", "carried_over", column]] = total + forward
    for row in rows:
        values[at["requests", row, "total"]] = sum(values[at["requests", row, column]] for column in leaf_columns)
    for row in ("reconsideration", "litigation_direct", "litigation_after_reconsideration"):
        numbers = [fresh(11, 400) for _ in range(4)]
        for column, number in zip(("upheld", "corrected", "other", "pending"), numbers):
            values[at["disputes", row, column]] = number
        values[at["disputes", row, "total"]] = sum(numbers)
    for index, (section, row, column, decimals) in enumerate(CELLS[form]):
        if section != "proactive_disclosure":
            continue
        if column in ("amount",):
            values[index] = f"{rng.randint(100, 9000)}.{rng.randint(11, 99)}" if not sparse else 0
        elif column == "items_change":
            values[index] = rng.choice([f"+{fresh(11, most)}", f"-{fresh(11, most)}", "0"])
        else:
            values[index] = fresh(1000, 99000) if column == "decisions" else fresh(11, most)
    return [None if value is None else str(value) for value in values]


AGENCIES = [
    "汉江市人民政府", "沁川县信访局", "青石镇人民政府", "云岭省水利厅", "临溪区教育局", "白沙市生态环境局", "石桥街道办事处",
    "南浦县人民政府办公室", "海州市市场监督管理局", "桐山区住房和城乡建设局", "东江县自然资源局", "平川市人力资源和社会保障局",
]


def narrative(report):
    """Sentences that agree with the tables; every head of the overview is spoken of."""
    r, y = report, report.year
    if r.form == "2019":
        received = r.get("requests", "new_requests", "total")
    received = r.get("requests", "new_requests", "total")
    granted = r.get("requests", "granted", "total")
    forward = r.get("requests", "carried_forward", "total")
    upheld = r.get("disputes", "reconsideration", "total")
    return {
        "overview": [
            f"{y}年，本机关深入贯彻落实《中华人民共和国政府信息公开条例》，坚持以公开为常态、不公开为例外，各项工作平稳有序。",
            f"（一）主动公开。及时公开机构职能、规划计划和重点领域信息，全年召开新闻发布会，回应社会关切。",
            f"（二）依申请公开。全年新收政府信息公开申请{received}件，予以公开{granted}件，结转下年度继续办理{forward}件，均依法办理。",
            "（三）政府信息管理。严格执行“三审三校”，落实涉密信息不上网要求。",
            "（四）政府信息公开平台建设。优化门户网站栏目，提高检索质量。",
            "（五）监督保障。组织业务培训，开展工作考核、社会评议，未发生责任追究情形。",
        ],
        "problems": [
            "存在的主要问题：一是政策解读的形式不够丰富；二是基层业务能力有待提升。",
            "改进措施：加强学习培训，创新解读方式，健全长效机制。",
        ],
        "other_matters": [f"本年度未收取信息处理费。本年度行政复议{upheld}件，均已登记。无其他需要报告的事项。"],
    }


def report(seed, year=2024, agency=None, form=None, **more):
    agency = agency or AGENCIES[seed % len(AGENCIES)]
    form = form or ("2021" if year >= 2021 else "2019")
    made = Report(agency, year, form, figures(seed, form=form, **more))
    made.narrative = narrative(made)
    made.title = f"{agency}{year}年政府信息公开工作年度报告"
    day = 10 + seed % 18
    made.signed_on = f"{year + 1}-01-{day:02}"
    return made


def said_day(iso):
    year, month, day = iso.split("-")
    return f"{int(year)}年{int(month)}月{int(day)}日"


# ---------------------------------------------------------------- the tables of the 2021 form


def head(text, rows=1, cols=1, key=""):
    return Cell(text, rows, cols, None, True, key)


def value(report, section, row, column, cols=1):
    at = AT[report.form][section, row, column]
    return Cell(report.values[at] if report.values[at] is not None else "", 1, cols, at, False, column)


def table_two(report):
    if report.form == "2019":
        return table_two_2019(report)
    s = "proactive_disclosure"
    v = lambda row, column, cols=1: value(report, s, row, column, cols)
    rows = [[head("第二十条第（一）项", 1, 4)],
            [head("信息内容"), head("本年制发件数", key="issued"), head("本年废止件数", key="repealed"), head("现行有效件数", key="in_force")]]
    for row, label in (("regulations", "规章"), ("normative_documents", "行政规范性文件")):
        rows.append([head(label, key=row)] + [v(row, column) for column in ("issued", "repealed", "in_force")])
    rows += [[head("第二十条第（五）项", 1, 4)], [head("信息内容"), head("本年处理决定数量", 1, 3, "decisions")],
             [head("行政许可", key="licensing"), v("licensing", "decisions", 3)],
             [head("第二十条第（六）项", 1, 4)], [head("信息内容"), head("本年处理决定数量", 1, 3, "decisions")],
             [head("行政处罚", key="penalties"), v("penalties", "decisions", 3)],
             [head("行政强制", key="coercion"), v("coercion", "decisions", 3)],
             [head("第二十条第（八）项", 1, 4)], [head("信息内容"), head("本年收费金额（单位：万元）", 1, 3, "amount")],
             [head("行政事业性收费", key="fees"), v("fees", "amount", 3)]]
    return rows


def table_two_2019(report):
    s, rows = "proactive_disclosure", []
    [section] = [one for one in FORMS["2019"]["sections"] if one["key"] == s]
    for block in section["table"]["blocks"]:
        columns = block["columns"]
        spans = {3: [1, 1, 1], 2: [1, 2], 1: [3]}[len(columns)]
        rows.append([head(block["label"], 1, 4)])
        rows.append([head("信息内容")] + [head(c["label"], 1, span, c["key"]) for c, span in zip(columns, spans)])
        for row in block["rows"]:
            rows.append([head(row["label"], key=row["key"])]
                        + [value(report, s, row["key"], c["key"], span) for c, span in zip(columns, spans)])
    return rows


THREE_COLUMNS = [("natural_person", "自然人"), ("enterprise", "商业企业"), ("research_institution", "科研机构"),
                 ("public_interest_organization", "社会公益组织"), ("legal_service_provider", "法律服务机构"),
                 ("other_organization", "其他"), ("total", "总计")]
IN_GROUP = [key for key, _ in THREE_COLUMNS[1:6]]


def table_three_head(order, labels, note="（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"):
    """The three storeys of heads; columns of the group must stand together."""
    rows = [[head(note, 3, 3), head("申请人情况", 1, len(order))], [], []]
    grouped = False
    for key in order:
        if key in IN_GROUP:
            if not grouped:
                rows[1].append(head("法人或其他组织", 1, sum(1 for one in order if one in IN_GROUP)))
                grouped = True
            rows[2].append(head(labels[key], key=key))
        else:
            rows[1].append(head(labels[key], 2, 1, key=key))
    return rows


def table_three(report, order=None, labels=None, rows_wanted=None):
    [section] = [one for one in FORMS[report.form]["sections"] if one["key"] == "requests"]
    labels = {**dict(THREE_COLUMNS), **(labels or {})}
    order = order or [key for key, _ in THREE_COLUMNS]
    rows = table_three_head(order, labels)
    wanted = [row for row in section["table"]["rows"] if rows_wanted is None or row["key"] in rows_wanted]
    groups = [(row.get("group") or "").split("/") if row.get("group") else [] for row in wanted]
    for at, row in enumerate(wanted):
        line, group = [], groups[at]
        for depth, name in enumerate(group):
            path = group[:depth + 1]
            if at == 0 or groups[at - 1][:depth + 1] != path:
                span = sum(1 for _ in takewhile_from(groups, at, path))
                line.append(head(name, span, 1, "group"))
        if report.form == "2019" and row["key"] == "other":
            line = [head("（六）其他处理", 1, 2, key="other")] if len(group) == 2 else line
        else:
            line.append(head(row["label"], 1, 3 - len(group), key=row["key"]))
        line += [value(report, "requests", row["key"], column) for column in order]
        rows.append(line)
    return rows


def takewhile_from(groups, at, path):
    for group in groups[at:]:
        if group[:len(path)] != path:
            return
        yield group


FOUR_COLUMNS = [("upheld", "结果维持"), ("corrected", "结果纠正"), ("other", "其他结果"), ("pending", "尚未审结"), ("total", "总计")]
FOUR_ROWS = [("reconsideration", "行政复议"), ("litigation_direct", "未经复议直接起诉"), ("litigation_after_reconsideration", "复议后起诉")]


def table_four(report, groups=None, columns=None, labels=None):
    """Groups as rows' keys in their order; columns one order for all groups."""
    groups = groups or [key for key, _ in FOUR_ROWS]
    columns = columns or [key for key, _ in FOUR_COLUMNS]
    labels = {**dict(FOUR_COLUMNS), **(labels or {})}
    names = dict(FOUR_ROWS)
    first, second, third, values = [], [], [], []
    in_suit = [key for key in groups if key != "reconsideration"]
    told = False
    for key in groups:
        if key == "reconsideration":
            first.append(head("行政复议", 1, len(columns), key=key))
            second += [head(labels[c], 2, 1, key=c) for c in columns]
        else:
            if not told:
                first.append(head("行政诉讼", 1, len(columns) * len(in_suit), key="group"))
                told = True
            second.append(head(names[key], 1, len(columns), key=key))
            third += [head(labels[c], key=c) for c in columns]
        values += [value(report, "disputes", key, c) for c in columns]
    return [first, second, third, values]


def tables(report, **four_and_three):
    return [table_two(report), table_three(report), table_four(report)]


# ---------------------------------------------------------------- grids


def grid(rows):
    """Position by position: (row, column) → (cell, is its upper left)."""
    placed, width = {}, 0
    for y, row in enumerate(rows):
        x = 0
        for cell in row:
            while (y, x) in placed:
                x += 1
            for dy in range(cell.rows):
                for dx in range(cell.cols):
                    placed[y + dy, x + dx] = (cell, dy == 0 and dx == 0)
            x += cell.cols
            width = max(width, x)
    return placed, width, len(rows)


def full(rows):
    """Rows of texts without spans: merged cells have their text at the upper left alone."""
    placed, width, height = grid(rows)
    return [[(placed[y, x][0].text if placed[y, x][1] else "") if (y, x) in placed else "" for x in range(width)]
            for y in range(height)]


def repeated(rows):
    placed, width, height = grid(rows)
    return [[placed[y, x][0].text if (y, x) in placed else "" for x in range(width)] for y in range(height)]


def change(rows, how):
    """The table with each cell as `how` makes it."""
    return [[how(replace(cell)) for cell in row] for row in rows]


def values_changed(rows, how):
    return change(rows, lambda cell: replace(cell, text=how(cell.text)) if cell.cell is not None else cell)


def heads_changed(rows, how):
    return change(rows, lambda cell: replace(cell, text=how(cell.text)) if cell.cell is None else cell)
