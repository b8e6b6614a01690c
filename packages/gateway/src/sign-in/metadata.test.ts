import { GatewayError } from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonIn } from "./http-answer.ts";
import { isWebAddress, readResourceMetadata, readServerMetadata } from "./metadata.ts";
import { metadataOf } from "./web.fixture.ts";

const FROM = new URL("https://a.example/.well-known/oauth-authorization-server");

/** The same documents in each run, so that how many of them are read is no matter of luck. */
const SAME_DICE = { numRuns: 500, seed: 17 };

/** What reading gives; null where it was refused in a sentence that can be shown. */
function readOrRefused<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    const isRefusal = error instanceof GatewayError && error.code === "sign_in_metadata";
    if (isRefusal && /^[^\p{Cc}\p{Cf}]{1,500}$/u.test(error.message)) return null;
    throw error;
  }
}

const ENDPOINTS = [
  "authorization_endpoint",
  "token_endpoint",
  "registration_endpoint",
  "revocation_endpoint",
  "device_authorization_endpoint",
] as const;

/** Texts like URLs, more often than chance has them. */
const urlish = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom(
    "javascript:alert(1)",
    "data:,x",
    "file:///x",
    "HTTPS://A.example",
    "//a.example",
  ),
  fc.tuple(fc.webUrl(), fc.string()).map(([url, more]) => url + more),
);
const anything = fc.oneof(fc.jsonValue(), urlish, fc.array(urlish), fc.string({ unit: "binary" }));

/** Whether what was read can be sent a request. */
const isEndpoint = (url: string | undefined): boolean => url === undefined || isWebAddress(url);

const isUsable = (found: ReturnType<typeof readServerMetadata>): boolean =>
  ENDPOINTS.every((name) => isEndpoint(found[name])) &&
  !/[?#\s]/.test(found.issuer) &&
  (found.scopes_supported ?? []).every((scope) => typeof scope === "string");

describe("any document", () => {
  it("of an authorization server is read or refused, and what is read can be used", () => {
    const member = fc.constantFrom(
      ...Object.keys(metadataOf("x")),
      ...ENDPOINTS,
      "scopes_supported",
    );
    const changed = fc
      .array(fc.tuple(member, anything), { maxLength: 3 })
      .map((changes) => ({ ...metadataOf("https://a.example"), ...Object.fromEntries(changes) }));
    let read = 0;
    const holds = fc.property(fc.oneof(changed, anything), (document) => {
      const found = readOrRefused(() => readServerMetadata(document, FROM, "notes"));
      if (found !== null) read += 1;
      return found === null || isUsable(found);
    });
    fc.assert(holds, SAME_DICE);
    // Neither all nor none.
    expect(read).toBeGreaterThan(20);
    expect(read).toBeLessThan(480);
  });

  it("of a server is read or refused", () => {
    const changed = fc.oneof(
      fc.record({
        resource: anything,
        authorization_servers: anything,
        scopes_supported: anything,
      }),
      fc.record({ resource: urlish, authorization_servers: fc.array(anything) }),
    );
    let read = 0;
    const holds = fc.property(fc.oneof(changed, anything), (document) => {
      const found = readOrRefused(() => readResourceMetadata(document, FROM, "notes"));
      if (found !== null) read += 1;
      return found === null || isWebAddress(found.resource);
    });
    fc.assert(holds, SAME_DICE);
    expect(read).toBeGreaterThan(5);
  });

  it("is parsed or is none", () => {
    fc.assert(
      fc.property(
        fc.string(),
        (text) => jsonIn(text) === undefined || JSON.parse(text) !== undefined,
      ),
    );
    expect(jsonIn('{"a":[1]}')).toEqual({ a: [1] });
  });
});

it("what is null is not there", () => {
  const document = metadataOf("https://a.example", { scopes_supported: null });
  const found = readServerMetadata({ ...document, registration_endpoint: null }, FROM, "notes");
  expect(found).not.toHaveProperty("scopes_supported");
  expect(found).not.toHaveProperty("registration_endpoint");
});

it.each([
  ["https://a.example/x?y=z", true],
  ["HTTP://127.0.0.1:9", true],
  ["http://[::1]:9/x", true],
  ["https://a.example/x#y", false],
  ["https://a.example/x y", false],
  ['https://a.example/"x"', false],
  ["https://a.example/\u00e9", false],
  ["https://a.example\n", false],
  ["https://user@a.example", false],
  ["https:a.example", false],
  ["ftp://a.example", false],
  ["https://", false],
])("%j is a web address: %s", (text, expected) => {
  expect(isWebAddress(text)).toBe(expected);
});
