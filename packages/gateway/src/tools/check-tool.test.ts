import { afterAll, describe, expect, it } from "vitest";
import { Sandbox } from "../sandbox/sandbox.ts";
import { type CheckedTool, checkTool } from "./check-tool.ts";

const sandbox = new Sandbox({ deadlineMs: 20_000 });
afterAll(() => sandbox.close());

const text = { type: "string" };
const schema = (properties: Record<string, unknown>, ...required: string[]) => ({
  type: "object",
  properties,
  required,
});

const tool = (change: Partial<CheckedTool> & Partial<CheckedTool["request"]> = {}): CheckedTool => {
  const { query = {}, headers = {}, arguments: places = {}, auth = { type: "none" } } = change;
  const { body = { type: "json", whole: null } } = change;
  return {
    name: "pets",
    method: change.method ?? "POST",
    url: change.url ?? "https://api.example/{id}",
    request: { query, headers, arguments: places, body, auth },
    inputSchema: change.inputSchema ?? schema({ id: text, note: text }, "id"),
    outputSchema: change.outputSchema ?? null,
    responseFilter: change.responseFilter ?? null,
    allowPrivateNetwork: change.allowPrivateNetwork ?? false,
  };
};
const BEARER = { type: "bearer", token: { secret: "1" } } as const;

it("takes what fits together", async () => {
  const checked = checkTool(
    tool({
      arguments: { id: { in: "path" }, note: { in: "header", name: "X-Note" } },
      headers: { Accept: { plain: "text/csv" } },
      query: { note: { plain: "" } },
      auth: BEARER,
      outputSchema: schema({ a: text }),
      responseFilter: "items[?a > `1`].b",
    }),
    sandbox,
  );
  await expect(checked).resolves.toBeUndefined();
});

const whole = (name: string) => ({ type: "json" as const, whole: name });
const OTHERS: [string, Parameters<typeof tool>[0], RegExp][] = [
  ["a place in the URL that is no argument", { url: "https://api.example/{x}" }, /^url: \{x\}/],
  [
    "one that may be missing",
    { inputSchema: schema({ id: text }) },
    /^inputSchema\/required: “id”/,
  ],
  [
    "one that is filled twice",
    { arguments: { note: { in: "path", name: "id" } } },
    /^url: More than one/,
  ],
  [
    "an argument in a path without it",
    { arguments: { note: { in: "path" } } },
    /^arguments\/note: The path/,
  ],
  [
    "a place of no argument",
    { arguments: { x: { in: "query" } } },
    /^arguments\/x: The input schema/,
  ],
  [
    "a name of no header",
    { arguments: { note: { in: "header", name: "a b" } } },
    /^arguments\/note: .*no name/,
  ],
  [
    "a header of HTTP's own",
    { arguments: { note: { in: "header", name: "Host" } } },
    /^arguments\/note: HTTP/,
  ],
  [
    "the same, always sent",
    { headers: { "Content-Length": { plain: "1" } } },
    /^headers\/Content-Length: HTTP/,
  ],
  ["one for the proxy", { headers: { "Proxy-Authorization": { plain: "1" } } }, /^headers\/Proxy/],
  [
    "two ways to say who asks",
    { headers: { AUTHORIZATION: { plain: "1" } }, auth: BEARER },
    /^headers\/AUTHORIZATION: “auth”/,
  ],
  [
    "an argument for the same",
    { arguments: { note: { in: "header", name: "authorization" } }, auth: BEARER },
    /^arguments\/note: .*there already/,
  ],
  [
    "an argument in the place of a secret",
    { arguments: { note: { in: "query", name: "key" } }, query: { key: { secret: "1" } } },
    /^arguments\/note: .*there already/,
  ],
  [
    "the same, where nothing says so",
    { method: "GET", query: { note: { secret: "1" } } },
    /^arguments\/note: .*there already/,
  ],
  [
    "a header twice",
    { arguments: { note: { in: "header", name: "x-a" } }, headers: { "X-A": { plain: "" } } },
    /^arguments\/note: .*there already/,
  ],
  [
    "a body of GET",
    { method: "GET", arguments: { note: { in: "body" } } },
    /^arguments\/note: A GET/,
  ],
  ["a whole body that is no argument", { body: whole("x") }, /^body\/whole: .*“x”/],
  [
    "an argument beside the whole body",
    { body: whole("note"), inputSchema: schema({ id: text, note: text, more: text }, "id") },
    /^arguments\/more: .*“note” as a whole/,
  ],
  ["a text of several", { body: { type: "text", whole: null } }, /^body\/whole: Say which/],
  [
    "a schema that is none",
    { inputSchema: schema({ id: { type: "strin" }, note: text }, "id") },
    /^inputSchema: .*id/,
  ],
  [
    "an output schema that is none",
    { outputSchema: schema({ a: { minimum: "x" } }) },
    /^outputSchema: /,
  ],
  ["a filter that is none", { responseFilter: "a[" }, /^responseFilter: /],
];
it.each(OTHERS)("refuses %s, naming the field", async (_, change, detail) => {
  await expect(checkTool(tool(change), sandbox)).rejects.toMatchObject({
    code: "validation_failed",
    params: { detail: expect.stringMatching(detail) },
  });
});

describe("N-18: where a tool may not go", () => {
  const NEVER = [
    "http://169.254.169.254/{id}",
    "http://2852039166/{id}",
    "http://0xa9fea9fe/{id}",
    "http://0251.0376.0251.0376/{id}",
    "http://169.254.43518/{id}",
    "http://169.254.169.254./{id}",
    "http://[::ffff:a9fe:a9fe]/{id}",
    "http://[64:ff9b::a9fe:a9fe]/{id}",
    "http://[fd00:ec2::254]/{id}",
    "http://metadata.google.internal./{id}",
    "http://0/{id}",
    "http://[fe80::1]/{id}",
    "http://224.0.0.1/{id}",
    "http://255.255.255.255/{id}",
  ];
  const INSIDE = [
    "http://127.0.0.1:3000/{id}",
    "https://localhost/{id}",
    "http://2130706433/{id}",
    "http://0x7f.1/{id}",
    "http://017700000001/{id}",
    "http://[::1]/{id}",
    "http://[::ffff:127.0.0.1]/{id}",
    "https://10.0.0.1/{id}",
    "http://172.16.0.1/{id}",
    "http://192.168.1.1/{id}",
    "http://100.64.0.1/{id}",
    "http://[fd12::1]/{id}",
    "http://nas/{id}",
    "http://nas.local./{id}",
  ];
  const check = (url: string, allowPrivateNetwork: boolean): Promise<void> =>
    checkTool(tool({ url, allowPrivateNetwork }), sandbox);
  const blocked = expect.objectContaining({ code: "tool_address_blocked" });

  it.each(NEVER)("whatever is allowed: %s", async (url) => {
    await expect(check(url, false)).rejects.toEqual(blocked);
    await expect(check(url, true)).rejects.toEqual(blocked);
  });
  it.each(INSIDE)("unless a person allows it: %s", async (url) => {
    await expect(check(url, false)).rejects.toEqual(blocked);
    await expect(check(url, true)).resolves.toBeUndefined();
  });
  it("says how it is allowed", async () => {
    await expect(check("http://127.0.0.1/{id}", false)).rejects.toMatchObject({
      message: "The tool “pets” may not reach “127.0.0.1”: it is this computer (127.0.0.0/8).",
      wayOut: expect.stringMatching(/--allow-private-network .*allowPrivateNetwork/),
    });
  });
  it.each(["http://api.example/{id}", "https://1.1.1.1/{id}"])(
    "a public one is fine: %s",
    async (url) => {
      await expect(check(url, false)).resolves.toBeUndefined();
    },
  );
});
