// A real browser on the page of the documentation, for tests/api/browser.rs: it opens the page, signs in at the provider as
// whoever is named, and has "Try it out" ask an operation.
// node browser.mjs CHROMIUM PAGE OPERATION NAME. It says one line of JSON: the status and the body that the page shows, and
// what the browser found wrong on the way. It speaks the DevTools protocol over two pipes (--remote-debugging-pipe), so that
// it needs no package and opens no port.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [chromium, page, operation, name] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), "nianbao-browser-"));
// Nobody's root: the sandbox of Chromium does not run as root.
const root = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const child = spawn(
  chromium,
  [
    "--headless=new",
    "--remote-debugging-pipe",
    `--user-data-dir=${profile}`,
    "--no-first-run",
    "--no-proxy-server",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--window-size=1400,1200",
    ...root,
    "about:blank",
  ],
  { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] },
);

function end(code) {
  child.once("exit", () => {
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    } catch (error) {
      console.error(error.message);
    }
    process.exit(code);
  });
  // By itself it ends all of its processes.
  send("Browser.close").catch(() => {});
  setTimeout(() => child.kill("SIGKILL"), 10_000).unref();
}

const problems = [];
let doing = "the start";
function fail(why) {
  console.error(`${doing}: ${why?.stack ?? why} ${JSON.stringify(problems)}`);
  end(1);
}

child.on("error", fail);
process.on("unhandledRejection", fail);
setTimeout(() => fail("it takes too long"), 120_000).unref();

// ---- the protocol: messages that end in a NUL, answered by their number, events by their session

let number = 0;
const asked = new Map();
// The windows there are, and who waits for one.
const windows = [];
const waiting = [];
const ended = new Map();
const loading = [];

function send(method, params = {}, sessionId) {
  const id = ++number;
  child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => asked.set(id, { resolve, reject, method }));
}

async function attached({ sessionId, targetInfo }) {
  if (targetInfo.type !== "page") return;
  const window = { sessionId, targetId: targetInfo.targetId, leaving: [] };
  await Promise.all(["Runtime", "Log", "Page", "Network"].map((domain) => send(`${domain}.enable`, {}, sessionId)));
  await send("Runtime.runIfWaitingForDebugger", {}, sessionId);
  windows.push(window);
  waiting.splice(0).forEach((look) => look());
}

function happened({ method, params, sessionId }) {
  if (method === "Runtime.executionContextsCleared") {
    const window = windows.find((window) => window.sessionId === sessionId);
    window?.leaving.splice(0).forEach((left) => left());
  }
  if (method === "Target.attachedToTarget") attached(params).catch(() => {});
  if (method === "Target.targetDestroyed") ended.get(params.targetId)?.();
  if (method === "Network.responseReceived") {
    const at = loading.findIndex(({ part }) => params.response.url.includes(part));
    if (at >= 0) loading[at].id = params.requestId;
  }
  if (method === "Network.loadingFinished") loading.find(({ id }) => id === params.requestId)?.resolve();
  if (method === "Runtime.exceptionThrown") {
    const { text, exception } = params.exceptionDetails;
    problems.push(`${text} ${exception?.description ?? ""}`);
  }
  if (method === "Runtime.consoleAPICalled" && params.type === "error") {
    problems.push(params.args.map(({ value, description }) => value ?? description).join(" "));
  }
  if (method === "Log.entryAdded" && params.entry.level === "error") {
    const { text, url = "" } = params.entry;
    // What the provider's own pages lack is theirs.
    if (url.startsWith(new URL(page).origin) || text.includes("Content Security Policy")) problems.push(`${text} ${url}`);
  }
}

let rest = Buffer.alloc(0);
child.stdio[4].on("data", (bytes) => {
  rest = Buffer.concat([rest, bytes]);
  for (let at = rest.indexOf(0); at >= 0; at = rest.indexOf(0)) {
    const message = JSON.parse(rest.subarray(0, at).toString());
    rest = rest.subarray(at + 1);
    const { resolve, reject, method } = asked.get(message.id) ?? {};
    asked.delete(message.id);
    if (!resolve) happened(message);
    else if (message.error) reject(new Error(`${method}: ${message.error.message}`));
    else resolve(message.result);
  }
});

/** The window after so many others, once it is there. */
async function windowAt(at) {
  while (!windows[at]) await new Promise((look) => waiting.push(look));
  return windows[at];
}

/** What a script says in a window; where the window goes on to another page meanwhile, it is asked again there. */
async function say(window, expression) {
  for (;;) {
    const left = new Promise((resolve) => window.leaving.push(() => resolve(null)));
    const params = { expression, awaitPromise: true, returnByValue: true, userGesture: true };
    const answered = send("Runtime.evaluate", params, window.sessionId).catch((error) => {
      if (/navigated or closed|context was destroyed|Cannot find.* context/.test(error.message)) return null;
      throw error;
    });
    const said = await Promise.race([answered, left]);
    if (!said) continue;
    if (said.exceptionDetails) throw new Error(said.exceptionDetails.exception?.description ?? said.exceptionDetails.text);
    return said.result.value;
  }
}

/** Waits until a script finds something, whenever the page changes. */
function found(window, look) {
  return say(
    window,
    `new Promise((resolve) => {
      let watch;
      const look = () => {
        const found = (() => ${look})();
        if (found) { watch?.disconnect(); resolve(found); }
        return found;
      };
      if (look()) return;
      watch = new MutationObserver(look);
      watch.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
      document.addEventListener("readystatechange", look);
    })`,
  );
}

/** Clicks on an element once it is there, is seen and takes clicks; what only a hand may do, as opening a window, is let
 * happen. By no place on the screen: the page may still be moving. */
function click(window, selector) {
  doing = selector;
  return found(
    window,
    `{
      const seen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.disabled;
      const one = [...document.querySelectorAll(${JSON.stringify(selector)})].find(seen);
      one?.focus();
      one?.click();
      return Boolean(one);
    }`,
  );
}

function write(window, selector, text) {
  doing = selector;
  return found(
    window,
    `{
      const one = document.querySelector(${JSON.stringify(selector)});
      if (one) one.value = ${JSON.stringify(text)};
      return Boolean(one);
    }`,
  );
}

const loaded = (part) => new Promise((resolve) => loading.push({ part, resolve }));
const closed = (window) => new Promise((resolve) => ended.set(window.targetId, resolve));

// ---- what a person does

await send("Target.setDiscoverTargets", { discover: true });
await send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: true, flatten: true });
const docs = await windowAt(0);
// Until the provider has been asked what it can do, the page knows of no way to sign in by it.
const discovered = loaded("/.well-known/openid-configuration");
await send("Page.navigate", { url: page }, docs.sessionId);

await discovered;
await click(docs, ".auth-wrapper .btn.authorize");
// The client is the settings' and stands there; by which flow, the person chooses. Nobody has a secret.
await click(docs, ".auth-container:has(#client_id_authorization_code) .auth-btn-wrapper .authorize");

const provider = await windowAt(1);
const gone = closed(provider);
await write(provider, "input[name=login]", name);
await write(provider, "input[name=password]", "any");
await click(provider, "form button[type=submit]");
await found(provider, `Boolean(document.querySelector("input[name=prompt][value=consent]"))`);
await click(provider, "form button[type=submit]");
await gone;
// The page has changed the code for a token once it offers to forget it.
await found(docs, `Boolean(document.querySelector(".auth-container [aria-label='Remove authorization']"))`);

await click(docs, ".auth-container .btn.btn-done");
await click(docs, `.opblock[id$='-${operation}'] .opblock-summary-control`);
// Its parameters are references: with their names the page knows the operation, and can ask it.
await found(docs, `Boolean(document.querySelector(".opblock[id$='-${operation}'] tr[data-param-name='Accept-Language']"))`);
await click(docs, `.opblock[id$='-${operation}'] .execute`);
const shown = await found(
  docs,
  `{
    const answer = document.querySelector(".live-responses-table .response");
    const status = answer?.querySelector(".response-col_status")?.innerText;
    const body = answer?.querySelector(".response-col_description code")?.innerText;
    return status && body ? { status, body } : null;
  }`,
);
console.log(JSON.stringify({ ...shown, problems }));
end(0);
