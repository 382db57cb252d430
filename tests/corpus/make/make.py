"""Makes the documents of the evaluation set: `python3 make.py script` those that this script writes itself (deterministic),
`python3 make.py programs` those by real programs (needs LibreOffice, pandoc, poppler-utils and the libraries named in real.py),
`python3 make.py hostile` those that try to mislead (see hostile.py).

Each class of documents becomes one archive, tests/corpus/documents/<class>.zip, in which `<file>` stands beside
`<file>.json`, the truth about it:

by       what wrote it
form     of its tables
year     of the report, also where the document does not tell it
values   of all cells in the form's order, as written in a plain document; null where nothing is filled in
judged   a letter for each cell: n a careful human reads it without doubt, m right or unread are both fine,
         d nobody can know: must be unread
heads    what title, agency, year and signature are; null where it is not judged
finds    rules that must speak; may_find: those that may (* all)
absent   texts that must stand in no section
refused  must: it has to be refused (else it may be read instead); words: of what is said then
"""

import json
import sys
from pathlib import Path

import documents
import hostile
import real
import write

OUT = Path(__file__).resolve().parents[1] / "documents"


def slug(kind):
    return "".join(c if c.isalnum() else "-" for c in kind.lower()).strip("-").replace("--", "-")


def main(which):
    made = documents.all_by_script() if which == "script" else documents.Set()
    if which == "programs":
        real.all_by_programs(made)
    if which == "hostile":
        hostile.all_hostile(made)
    OUT.mkdir(exist_ok=True)
    count = size = 0
    for kind, files in made.documents.items():
        parts = []
        for name, (data, truth) in sorted(files.items()):
            parts += [(name, data), (name + ".json", json.dumps({"class": kind, **truth}, ensure_ascii=False))]
        packed = write.archive(parts)
        (OUT / f"{slug(kind)}.zip").write_bytes(packed)
        count, size = count + len(files), size + len(packed)
        print(f"{len(files):4} {len(packed):8} {kind}")
    by_program = sum(truth["by"] != "script" for files in made.documents.values() for _, truth in files.values())
    print(count, size, by_program)


main(sys.argv[1])
