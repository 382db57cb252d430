/** The client: every path, parameter and body is typed by the service's own document. */

import { createHmac, timingSafeEqual } from "node:crypto";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, paths };
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Nianbao = Client<paths>;

/** Whom to talk to, and as whom; without a token as the public. */
export function connect(baseUrl: string, token?: string): Nianbao {
  return createClient<paths>({
    baseUrl,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
  });
}

/** The tag of an answer: what `If-Match` takes, and `If-None-Match`. */
export function tagOf(response: Response): string {
  const tag = response.headers.get("etag");
  if (tag === null) throw new Error(`${response.url} has no ETag`);
  return tag;
}

/** How old a delivery may be, in seconds (Standard Webhooks). */
const TOLERANCE = 300;

/** Whether a delivery was signed with the webhook's secret, and not long ago. */
export function isSigned(secret: string, headers: Record<string, string | undefined>, body: string): boolean {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
  if (id === undefined || at === undefined || signatures === undefined) return false;
  if (Math.abs(Date.now() / 1000 - Number(at)) > TOLERANCE) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest();
  return signatures.split(" ").some((signature) => {
    const [version, text] = signature.split(",");
    const given = Buffer.from(text ?? "", "base64");
    return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
