"""The main job, from nothing to a withdrawn report, through the generated client alone.

NIANBAO_URL      where the service is
NIANBAO_TOKENS   JSON: {admin, editor, first, second, final, publisher}, each a secret
NIANBAO_FILE     a clerk's file (docx)
"""

import base64
import hashlib
import hmac
import json
import os
import queue
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from nianbao_client import AuthenticatedClient
from nianbao_client.api.agencies import create_agency
from nianbao_client.api.changes import create_webhook, list_changes
from nianbao_client.api.imports import import_document
from nianbao_client.api.reports import read_report, read_report_file
from nianbao_client.api.review import create_transition
from nianbao_client.api.sections import change_section, read_section
from nianbao_client.api.statistics import read_totals
from nianbao_client.api.years import change_year, create_year
from nianbao_client.models import (
    ActionName,
    AgencyInput,
    AgencyKind,
    AgencyLevel,
    ChangeList,
    DocumentFormat,
    ImportAnswer,
    Problem,
    Report,
    Section2021DisputesInput,
    SectionKind,
    Totals,
    TransitionCreate,
    Webhook,
    WebhookInput,
    YearInput,
    YearPatch,
    YearStateName,
)
from nianbao_client.types import File, Response

URL = os.environ["NIANBAO_URL"]
TOKENS: dict[str, str] = json.loads(os.environ["NIANBAO_TOKENS"])
YEAR = 2023
# The generator asks for a token wherever one may be sent: the public's goes, empty, where nobody looks.
EVERYBODY = AuthenticatedClient(base_url=URL, token="", prefix="", auth_header_name="X-Public")
Body = TypeVar("Body")


def act_as(role: str) -> AuthenticatedClient:
    return AuthenticatedClient(base_url=URL, token=TOKENS[role])


def done(answer: Response[Body | Problem], status: int = 200) -> Body:
    """What was answered, or the problem as an error."""
    if isinstance(answer.parsed, Problem) or answer.parsed is None or answer.status_code != status:
        raise RuntimeError(f"{answer.status_code}: {answer.content!r}")
    return answer.parsed


def tag(answer: Response[Body]) -> str:
    return answer.headers["etag"]


def transit(role: str, report: UUID, action: ActionName, comment: str | None = None) -> None:
    client = act_as(role)
    present = tag(read_report.sync_detailed(report, client=client))
    order = TransitionCreate(action=action)
    if comment is not None:
        order.comment = comment
    answer = create_transition.sync_detailed(report, client=client, body=order, if_match=present)
    # 202: the act waits for a second pair of eyes, where the operator asks for one.
    if answer.status_code != 201:
        raise RuntimeError(f"{answer.status_code}: {answer.content!r}")


def review(report: UUID) -> None:
    transit("editor", report, ActionName.SUBMIT)
    for role in ("first", "second", "final"):
        transit(role, report, ActionName.APPROVE)
    transit("publisher", report, ActionName.PUBLISH)


def is_signed(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(given, f"v1,{wanted}") for given in headers["webhook-signature"].split())


class Receiver(BaseHTTPRequestHandler):
    """Takes deliveries."""

    come: "queue.Queue[tuple[dict[str, str], bytes]]" = queue.Queue()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()
        self.come.put(({name.lower(): value for name, value in self.headers.items()}, body))

    def log_message(self, format: str, *args: object) -> None:
        pass


def prepare() -> UUID:
    """Registers an agency and opens the year."""
    admin = act_as("admin")
    agency = AgencyInput(name="沁源县信访局", level=AgencyLevel.COUNTY, kind=AgencyKind.DEPARTMENT)
    made = done(create_agency.sync_detailed(client=admin, body=agency), 201)
    year = create_year.sync_detailed(client=admin, body=YearInput(year=YEAR))
    if year.status_code == 201:
        patch = YearPatch(state=YearStateName.OPEN)
        done(change_year.sync_detailed(YEAR, client=admin, body=patch, if_match=tag(year)))
    return made.id


def take_in(agency: UUID) -> UUID:
    """A clerk's file goes in as it is."""
    with Path(os.environ["NIANBAO_FILE"]).open("rb") as file:
        answer = import_document.sync_detailed(
            client=act_as("editor"),
            body=File(payload=file, file_name="年报.docx"),
            agency_id=str(agency),
            year=YEAR,
            dry_run=False,
        )
    read: ImportAnswer = done(answer, 201)
    assert read.source.cells_read == read.source.cells_expected
    assert isinstance(read.report, Report)
    return read.report.id


def main() -> None:
    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = WebhookInput(url=f"http://127.0.0.1:{server.server_port}/nianbao")
    hook: Webhook = done(create_webhook.sync_detailed(client=act_as("admin"), body=address), 201)

    report = take_in(prepare())
    review(report)

    # Read as everybody does; the second time nothing has changed.
    first = read_report.sync_detailed(report, client=EVERYBODY)
    shown: Report = done(first)
    assert shown.status.value == "published"
    again = read_report.sync_detailed(report, client=EVERYBODY, if_none_match=tag(first))
    assert again.status_code == 304
    document = read_report_file.sync_detailed(report, DocumentFormat.DOCX, client=EVERYBODY)
    assert len(document.content) > 1_000

    totals = done(read_totals.sync_detailed(client=EVERYBODY, year=YEAR, within=str(shown.agency.id)))
    assert isinstance(totals, Totals) and totals.reports == 1
    changes: ChangeList = done(list_changes.sync_detailed(client=EVERYBODY))
    assert changes.items[-1].type_ == "report.published"

    headers, body = Receiver.come.get(timeout=60)
    assert isinstance(hook.secret, str)
    assert is_signed(hook.secret, headers, body)
    assert not is_signed(hook.secret, headers, body + b" ")

    transit("publisher", report, ActionName.CORRECT, "更正复议件数")
    editor = act_as("editor")
    present = read_section.sync_detailed(report, SectionKind.DISPUTES, client=editor)
    change = Section2021DisputesInput.from_dict({"table": {"reconsideration": {"upheld": 1, "total": 1}}})
    changed = change_section.sync_detailed(report, SectionKind.DISPUTES, client=editor, body=change, if_match=tag(present))
    assert changed.status_code == 200, changed.content
    review(report)
    transit("publisher", report, ActionName.WITHDRAW, "误报")
    gone = read_report.sync_detailed(report, client=EVERYBODY)
    assert gone.status_code == 410
    assert isinstance(gone.parsed, Problem) and gone.parsed.code.value == "report_withdrawn"
    server.shutdown()
    print("the main job is done")


if __name__ == "__main__":
    main()
