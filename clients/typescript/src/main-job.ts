/**
 * The main job, from nothing to a withdrawn report, through the typed client alone.
 *
 * NIANBAO_URL      where the service is
 * NIANBAO_TOKENS   JSON: {admin, editor, first, second, final, publisher}, each a secret
 * NIANBAO_FILE     a clerk's file (docx)
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type IncomingHttpHeaders, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Nianbao, type Schema, connect, isSigned, tagOf } from "./index.js";

function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

type Role = "admin" | "editor" | "first" | "second" | "final" | "publisher";
const url = setting("NIANBAO_URL");
const tokens: Record<Role, string> = JSON.parse(setting("NIANBAO_TOKENS"));
const as = (role: Role): Nianbao => connect(url, tokens[role]);
const everybody = connect(url);

/** What was answered, or the problem as an error. */
function done<Data>(answer: { data?: Data; error?: unknown; response: Response }): Data {
  if (answer.data === undefined) {
    throw new Error(`${answer.response.url} ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data;
}

interface Delivery {
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver of webhooks: each delivery once, in the order in which they came. */
function receiver(): Promise<{ port: number; next: () => Promise<Delivery>; close: () => void }> {
  const come: Delivery[] = [];
  const waiting: ((delivery: Delivery) => void)[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      response.writeHead(204).end();
      const delivery = { headers: request.headers, body };
      const first = waiting.shift();
      if (first) first(delivery);
      else come.push(delivery);
    });
  });
  const next = (): Promise<Delivery> => {
    const first = come.shift();
    return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve));
  };
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve({ port: (server.address() as AddressInfo).port, next, close: () => server.close() });
    });
  });
}

async function transit(role: Role, id: string, action: Schema<"ActionName">, comment?: string): Promise<void> {
  const path = { id };
  const { response } = await as(role).GET("/api/v1/reports/{id}", { params: { path } });
  const order = comment === undefined ? { action } : { action, comment };
  done(
    await as(role).POST("/api/v1/reports/{id}/transitions", {
      params: { path, header: { "If-Match": tagOf(response) } },
      body: order,
    }),
  );
}

async function review(id: string): Promise<void> {
  await transit("editor", id, "submit");
  for (const role of ["first", "second", "final"] as const) await transit(role, id, "approve");
  await transit("publisher", id, "publish");
}

/** Registers an agency and opens a year. */
async function prepare(year: number): Promise<string> {
  const admin = as("admin");
  const body = { name: "沁源县信访局", level: "county", kind: "department" } as const;
  const agency = done(await admin.POST("/api/v1/agencies", { body }));
  const made = await admin.POST("/api/v1/years", { body: { year } });
  if (made.response.status === 201) {
    const params = { path: { year }, header: { "If-Match": tagOf(made.response) } };
    done(await admin.PATCH("/api/v1/years/{year}", { params, body: { state: "open" } }));
  }
  return agency.id;
}

/** A clerk's file goes in as it is. */
async function takeIn(agency: string, year: number): Promise<string> {
  const form = new FormData();
  form.append("file", new Blob([await readFile(setting("NIANBAO_FILE"))]), "年报.docx");
  const answer = done(
    await as("editor").POST("/api/v1/imports", {
      params: { query: { agency_id: agency, year, dry_run: false } },
      body: { file: "" },
      bodySerializer: () => form,
    }),
  );
  assert.equal(answer.source.cells_read, answer.source.cells_expected);
  assert.ok(answer.report);
  return answer.report.id;
}

async function main(): Promise<void> {
  const year = 2023;
  const hooks = await receiver();
  const hook = done(
    await as("admin").POST("/api/v1/webhooks", { body: { url: `http://127.0.0.1:${hooks.port}/nianbao` } }),
  );
  const agency = await prepare(year);
  const id = await takeIn(agency, year);
  await review(id);

  // Read as everybody does; the second time nothing has changed.
  const path = { id };
  const read = await everybody.GET("/api/v1/reports/{id}", { params: { path } });
  assert.equal(done(read).status, "published");
  const again = await everybody.GET("/api/v1/reports/{id}", {
    params: { path, header: { "If-None-Match": tagOf(read.response) } },
    parseAs: "text",
  });
  assert.equal(again.response.status, 304);
  const file = await everybody.GET("/api/v1/reports/{id}/document/{format}", {
    params: { path: { id, format: "docx" } },
    parseAs: "arrayBuffer",
  });
  assert.ok(done(file).byteLength > 1_000);

  const totals = done(await everybody.GET("/api/v1/stats/totals", { params: { query: { year, within: agency } } }));
  // The same address gives CSV to whoever asks for it.
  assert.ok(typeof totals !== "string");
  assert.equal(totals.reports, 1);
  const changes = done(await everybody.GET("/api/v1/changes", {}));
  assert.equal(changes.items.at(-1)?.type, "report.published");

  const delivery = await hooks.next();
  const headers = Object.fromEntries(Object.entries(delivery.headers).map(([name, value]) => [name, String(value)]));
  assert.ok(hook.secret);
  assert.ok(isSigned(hook.secret, headers, delivery.body), "the delivery is signed");
  assert.ok(!isSigned(hook.secret, headers, `${delivery.body} `), "another body is not");

  await transit("publisher", id, "correct", "更正复议件数");
  const section = { id, kind: "disputes" } as const;
  const present = await as("editor").GET("/api/v1/reports/{id}/sections/{kind}", { params: { path: section } });
  done(
    await as("editor").PATCH("/api/v1/reports/{id}/sections/{kind}", {
      params: { path: section, header: { "If-Match": tagOf(present.response) } },
      body: { table: { reconsideration: { upheld: 1, total: 1 } } },
    }),
  );
  await review(id);
  await transit("publisher", id, "withdraw", "误报");
  const gone = await everybody.GET("/api/v1/reports/{id}", { params: { path } });
  assert.equal(gone.response.status, 410);
  assert.equal(gone.error?.code, "report_withdrawn");
  hooks.close();
  console.log("the main job is done");
}

await main();
