import { expect, test } from "vitest";
import {
  createRedactor,
  learn,
  redactJson,
  type RedactorChange,
  withoutSecrets,
} from "./redactor.ts";
import { redactText } from "./shapes.ts";

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

test.each(["$ecret4711", "abc(def)1", "P4ss[word", "{abc}", "a.b.c1", "/x/y9"])(
  "a password such as %s is none of code",
  (value) => {
    for (const text of [`password=${value}`, `DB_PASSWORD=${value}`, `{"password":"${value}"}`]) {
      expect(redactText(text)).not.toContain(value.slice(0, 3));
    }
  },
);

test.each([
  "serving at http://127.0.0.1:4444/mcp",
  "The token is not valid here; it may have been revoked.",
  "3 tokens, 2 secrets and a password were found",
  "keychain: GNOME Keyring",
  "/home/ada/.local-mcp-gateway-data/local-mcp-gateway.db",
  "@modelcontextprotocol/server-everything 2026.8.31",
  "The vault was sealed with KWallet 6.",
  '{"name":"a-session-id","version":"1.0"}',
  "`tokens revoke <token>` ends what was opened with it",
  '{ sessionId: "plain", tools: ["a"] }',
  "cloned git+ssh://git@example.com/a.git",
  "Basic authentication is off, and Bearer tokens/headers are needed",
  'www-authenticate: Bearer realm="gateway"',
  "if (token === expected || password == other) return;",
  "const clean = texts.map((secret) => redact(secret));",
  "export GITHUB_TOKEN=${GITHUB_TOKEN:-abc123def}",
  "run with ${API_KEY:-abc123def} and ${secret:key1}",
])("%s is left as it is", (text) => {
  expect(redactText(text)).toBe(text);
});

test("a quote within a value is no end of it, however deep in JSON it is", () => {
  const value = `${CANARY}" ${CANARY}\\`;
  let text = JSON.stringify({ password: value, n: 1 });
  for (let level = 0; level < 3; level += 1) {
    expect(redactText(text)).not.toContain(CANARY);
    expect(redactText(text)).toMatch(/,\\*"n\\*":1/);
    text = JSON.stringify({ text });
  }
});

test("a variable at the beginning of a line goes to its end, whatever its value is made of", () => {
  expect(redactText('A=1\nDB_PASSWORD=p@ss, w;rd&"x" y\nB=2')).toBe(
    "A=1\nDB_PASSWORD=[removed: value]\nB=2",
  );
  expect(redactText(String.raw`{"out":"A=1\nDB_PASSWORD=p@ss, w\"d\nB=2"}`)).toBe(
    String.raw`{"out":"A=1\nDB_PASSWORD=[removed: value]\nB=2"}`,
  );
  expect(redactText('["A=1","DB_PASSWORD=p@ss, w;rd","B=2"]')).toBe(
    '["A=1","DB_PASSWORD=[removed: value]","B=2"]',
  );
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
test.each([
  ["a-"],
  ["-eyJabcdefgh"],
  ["eyJ."],
  ["token "],
  ["token='"],
  ['password: "'],
  ["--token "],
  ["sk-"],
  ["-----BEGIN PRIVATE KEY-----"],
  ["://"],
  ["a://b@c?d=e&"],
  ["\\"],
  ["=:"],
  ["(api key:"],
  ["<token>"],
  ['"name":"token","value":'],
  ["AAAA 1"],
  ["Cookie: "],
  ["authorization: is "],
  ["sessionId://"],
  ["session-id:"],
  ["token:a.b("],
])("a long text of many “%s” is read in a moment", (unit) => {
  const text = `${unit.repeat((256 * 1024) / unit.length)} \nAPI_KEY=${CANARY}`;
  const redactor = createRedactor();
  redactor.know("token='token='token");
  expect(redactor.text(text)).not.toContain(CANARY);
});

test.each([
  ["a value that ends in a row of dots", `token=${":".repeat(256 * 1024)}x`],
  ["a quoted one", `password="${";".repeat(256 * 1024)}x"`],
  ["the rest of a header", `Authorization: ${".".repeat(256 * 1024)}x`],
])("%s is read in a moment", (_, text) => {
  expect(redactText(`${text}\nAPI_KEY=${CANARY}`)).not.toContain(CANARY);
});

test("a text that is like a long secret all along is read in a moment, and the secret is found", () => {
  const secret = `${"a".repeat(60_000)}b`;
  const redactor = createRedactor();
  redactor.knowForNow(secret);
  expect(redactor.text(`${"a".repeat(64 * 1024)}, ${CANARY}`)).toContain(CANARY);
  expect(redactor.text(`<${secret}>`)).toBe("<[removed: secret]>");
  expect(redactor.text(`<${secret.slice(-2000)}>`)).toBe("<[removed: secret]>");
});

test.each([["493817264518374652"], ["8800000000000000000000123"]])(
  "%s is removed as the number that JSON makes of it too",
  (secret) => {
    const redactor = createRedactor();
    redactor.know(secret);
    const answer: unknown = JSON.parse(`{"account":${secret}}`);
    expect(redactor.text(JSON.stringify(answer))).toBe('{"account":[removed: secret]}');
  },
);

test("a secret that is nothing but parts is taken, and what follows it is read as ever", () => {
  const redactor = createRedactor();
  const nested = "user:".repeat(20_000);
  redactor.know(nested);
  redactor.know(CANARY);
  expect(redactor.text(`the end of ${CANARY}`)).toBe("the end of [removed: secret]");
  expect(redactor.text(`>${nested}<`)).not.toContain("user:user:user:");
});

test("a text in JSON is kept as far as anybody reads it, and its end is no half of a secret", () => {
  const { message } = Object(redactJson({ message: "a ".repeat(100_000) }));
  expect(message).toHaveLength(8 * 1024 + 1);
  const long = { message: `${"a".repeat(8 * 1024 - 12)} sk-proj-${CANARY}${CANARY}` };
  expect(JSON.stringify(redactJson(long))).not.toContain("sk-proj");
});

test("JSON is read however deep it is, and secrets are told from what is said of them", () => {
  let deep: unknown = CANARY;
  for (let level = 0; level < 5000; level += 1) deep = [deep];
  expect(JSON.stringify(redactJson(deep))).toContain("[removed: nested too deep]");
  expect(
    redactJson({
      password: 12_345,
      token: { set: true, hint: "4f2a" },
      secret: null,
      cookie: ["a=1", "b=2"],
      env: [
        { name: "API_KEY", value: CANARY },
        { name: "HOST", value: "::1" },
      ],
      size: 10n,
    }),
  ).toEqual({
    password: "[removed: value]",
    token: { set: true, hint: "4f2a" },
    secret: null,
    cookie: ["[removed: value]", "[removed: value]"],
    env: [
      { name: "API_KEY", value: "[removed: value]" },
      { name: "HOST", value: "::1" },
    ],
    size: "10",
  });
});

test.each([
  ["a list", (inner: unknown) => [inner]],
  ["a member", (inner: unknown) => ({ a: inner })],
  ["a list of secrets", (inner: unknown) => ({ password: [inner] })],
])("%s within itself is read so far and no further", (_, around) => {
  const within = (levels: number): string => {
    let deep: unknown = "the innermost";
    for (let level = 0; level < levels; level += 1) deep = around(deep);
    return JSON.stringify(redactJson(deep));
  };
  expect(within(20)).not.toContain("too deep");
  expect(within(70)).toContain("[removed: nested too deep]");
});

test("a list without an end that is called a secret is read no further than any other", () => {
  const password: unknown = JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`);
  expect(JSON.stringify(redactJson({ password }))).toContain("[removed: nested too deep]");
});

test("an entry of a list is a secret by its name or key, and one that is empty is not", () => {
  expect(
    redactJson([
      { key: "API_KEY", value: CANARY },
      { name: 3, key: "API_KEY", value: CANARY },
      { name: "HOST", key: "API_KEY", value: "there" },
      { name: "API_KEY", value: "", text: "there" },
      { value: "there" },
      { password: "", secret: true },
    ]),
  ).toEqual([
    { key: "API_KEY", value: "[removed: value]" },
    { name: 3, key: "API_KEY", value: "[removed: value]" },
    { name: "HOST", key: "API_KEY", value: "there" },
    { name: "API_KEY", value: "", text: "there" },
    { value: "there" },
    { password: "", secret: true },
  ]);
});

test("what is no text stays what it is, and says how it is written", () => {
  const given = { n: 1.5, yes: true, none: null, unset: undefined, toJSON: "no way" };
  expect(redactJson(given)).toEqual(given);
  expect(redactJson({ at: new URL(`https://ada:${CANARY}@example.com/`) })).toEqual({
    at: "https://[removed]@example.com/",
  });
});

test("a text is cut behind its last character that anybody reads", () => {
  const most = "a ".repeat(4 * 1024);
  expect(redactJson(most)).toBe(most);
  expect(redactJson(`${most}b`)).toBe(`${most}…`);
});

test("what was shown to somebody is taken out of their answer, and nothing that is their own", () => {
  const secret = 'zebra "zwölf" 4711';
  const theirs = '{"api_key":"sk_live_abcdefghijklmnop"}';
  for (const echoed of [
    JSON.stringify({ you: secret }),
    `?key=${encodeURIComponent(secret)}`,
    Buffer.from(secret).toString("base64"),
  ]) {
    const told = withoutSecrets(`${theirs} ${echoed}`, [secret]);
    expect(told).toContain(theirs);
    expect(told).toContain("[removed: secret]");
    expect(told).not.toContain("4711");
  }
  expect(withoutSecrets(theirs, [])).toBe(theirs);
});

test("one that follows another finds what that one finds, until it follows no more", () => {
  const [leading, following] = [createRedactor(), createRedactor()];
  leading.know(`${CANARY}-before`);
  leading.knowForNow(`${CANARY}-passing`);
  const told: RedactorChange[] = [];
  following.follow((change) => told.push(change));
  const end = leading.follow((change) => learn(following, change));
  leading.know(`${CANARY}-after`);
  const text = `${CANARY}-before ${CANARY}-passing ${CANARY}-after`;
  expect(following.text(text)).not.toContain(CANARY);
  leading.knowForNow(`${CANARY}-another`);
  leading.forget();
  expect(following.text(text)).toBe(text);
  expect(told).toEqual([
    { kind: "know", value: `${CANARY}-before` },
    { kind: "know_for_now", value: `${CANARY}-passing` },
    { kind: "know", value: `${CANARY}-after` },
    { kind: "know_for_now", value: `${CANARY}-another` },
    { kind: "forget" },
  ]);
  // Before anybody has looked for it, too.
  leading.know(`${CANARY}-before`);
  leading.knowForNow(`${CANARY}-passing`);
  leading.forget();
  expect(leading.text(text)).toBe(text);
  const heard: unknown[] = [];
  leading.follow((change) => heard.push(change))();
  expect(heard).toEqual([]);
  end();
  leading.know(`${CANARY}-later`);
  expect(following.text(`${CANARY}-later`)).toContain(CANARY);
});
