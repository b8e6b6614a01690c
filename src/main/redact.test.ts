import { expect, test } from "vitest";
import { redactJson, redactText } from "./redact.ts";

const CANARY = "c4n4ry";

test.each([
  `Authorization: Bearer ${CANARY}abcdef`,
  `authorization: Basic ${CANARY}abcdef==`,
  `token lmg_${CANARY}abc-def`,
  `GET https://ada:${CANARY}@example.com/x failed`,
  `GET https://${CANARY}@example.com/x failed`,
  `GET https://example.com/x?key=${CANARY}&y=1 failed`,
  `GET https://example.com/cb?code=${CANARY}&state=${CANARY}`,
  `GET https://example.com/x#access_token=${CANARY}`,
  `redis://:${CANARY}@127.0.0.1:6379/0`,
  `API_KEY=${CANARY}`,
  `GITHUB_TOKEN='${CANARY} with blanks'`,
  `"client_secret": "${CANARY}"`,
  `{"password":"${CANARY}"}`,
  `npx server --api-key ${CANARY}`,
  `npx server --api-key=${CANARY}`,
  `npx server --access-token "${CANARY}"`,
  `passphrase: ${CANARY}`,
  `"token": "ab\\"${CANARY}"`,
  `${"long-".repeat(40)}token=${CANARY}`,
  `hf_${CANARY}abcdefghijkl`,
  `Set-Cookie: ${CANARY}=1`,
  `sk-${CANARY}abcdefghijkl`,
  `sk_live_${CANARY}abcdefghijkl`,
  `ghp_${CANARY}ABCDEFGHIJKLMNOP`,
  `github_pat_${CANARY}ABCDEFGHIJKLMNOP`,
  `xoxb-${CANARY}-abcdefgh`,
  `eyJhbGciOiJI${CANARY}.eyJzdWIiOiJ.c2ln`,
  `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN PRIVATE KEY-----\n${CANARY}`,
])("%s keeps nothing of it", (text) => {
  expect(redactText(text)).not.toContain(CANARY);
  expect(redactText(text)).toMatch(/removed/);
});

test.each([
  "serving at http://127.0.0.1:4444/mcp",
  "The token is not valid here; it may have been revoked.",
  "3 tokens, 2 secrets and a password were found",
  "keychain: GNOME Keyring",
  "/home/ada/.local-mcp-gateway-data/local-mcp-gateway.db",
  "@modelcontextprotocol/server-everything 2026.8.31",
  "The vault was sealed with KWallet 6.",
])("%s is left as it is", (text) => {
  expect(redactText(text)).toBe(text);
});

test("members of JSON are secret by their name, and their form stays", () => {
  const clean = redactJson({
    headers: { Authorization: CANARY, "X-Api-Key": CANARY },
    env: [{ GITHUB_TOKEN: CANARY }],
    url: `https://x.example/?q=${CANARY}`,
    tokens: 3,
    message: "ok",
  });
  expect(JSON.stringify(clean)).not.toContain(CANARY);
  expect(clean).toMatchObject({ tokens: 3, message: "ok" });
});

test("what is redacted once is not changed again", () => {
  const once = redactText(`API_KEY=${CANARY} https://a.example/?b=${CANARY}`);
  expect(redactText(once)).toBe(once);
});

/** Each would take minutes where the time grows with the square of the length. */
test.each([["a-"], ["-eyJabcdefgh"], ["token "], ["sk-"], ["-----BEGIN PRIVATE KEY-----"]])(
  "a long text of many “%s” is read in a moment",
  (unit) => {
    const text = `${unit.repeat((256 * 1024) / unit.length)} API_KEY=${CANARY}`;
    expect(redactText(text)).not.toContain(CANARY);
  },
);

test("a text in JSON is kept as far as anybody reads it", () => {
  const { message } = Object(redactJson({ message: "a ".repeat(100_000) }));
  expect(message).toHaveLength(8 * 1024 + 1);
});
