import { expect, test } from "vitest";
import { type BackupFacts, whatIsMissing } from "./contents.ts";

const ALL: BackupFacts = {
  included: [],
  environmentFile: "/data/.env",
  certificateFile: "/etc/ca.pem",
  hasTraffic: true,
  secretVariables: ["AUTH_ENCRYPTION_SECRET"],
  files: ["/srv/docs"],
  sessionStore: "redis",
};
const said = (facts: Partial<BackupFacts>): string =>
  whatIsMissing({ ...ALL, ...facts })
    .map(({ what, how }) => `${what} ${how}`)
    .join("\n");

test("names what belongs to a gateway and is not in its database, with how to keep it", () => {
  for (const name of [
    "/data/.env",
    "/etc/ca.pem",
    "Debug logs",
    "AUTH_ENCRYPTION_SECRET",
    "/srv/docs",
    "redis-cli --rdb",
  ]) {
    expect(said({})).toContain(name);
  }
  expect(said({ sessionStore: "postgres" })).toContain("pg_dump");
});

test("does not name what is in it, or what there is none of", () => {
  const included = ["environment", "certificates", "traffic"] as const;
  const left = said({ included, secretVariables: [], files: [], sessionStore: null });
  expect(left).toBe("");
  const none = { environmentFile: null, certificateFile: null, hasTraffic: false };
  expect(said({ ...none, secretVariables: [], files: [], sessionStore: null })).toBe("");
});

test("a long list is cut", () => {
  const files = Array.from({ length: 14 }, (_, index) => `/srv/${index}`);
  expect(said({ files })).toContain("/srv/9 and 4 more");
});
