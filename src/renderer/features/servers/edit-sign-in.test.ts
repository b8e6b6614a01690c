import type { SignInConfigView } from "@local-mcp/contract";
import { describe, expect, test } from "vitest";
import { draftOf, firstProblem, markNames, readEdits } from "./edit.ts";
import { isOwnSignIn, PLAIN_SIGN_IN, signInDraft, type SignInDraft } from "./edit-sign-in.ts";
import { aServer } from "./servers.fixture.ts";
import { newRow } from "../../components/value-row.ts";

const STORED: SignInConfigView = {
  kind: "person",
  clientId: "my-app",
  clientSecret: { set: true, hint: "4f2a" },
  privateKey: null,
  clientMetadataUrl: null,
  issuer: "https://login.test/",
  scopes: ["read", "write"],
  parameters: { audience: "x", prompt: "consent" },
  redirectPort: 8765,
};
const server = aServer({
  config: {
    transport: "http",
    url: "https://x.test/mcp",
    headers: {
      Authorization: { set: true, hint: null },
      "X-Key": { template: "Key ${secret:api_key}" },
    },
    signIn: STORED,
  },
  secrets: { api_key: { set: true, hint: null } },
});
const edited = (change: Partial<SignInDraft>) =>
  readEdits(server, { signIn: { ...signInDraft(STORED), ...change } });
const { parameters } = signInDraft(STORED);
const withParameter = (name: string, value: string) => [
  ...parameters,
  { ...newRow(parameters, { name, plain: true }), value },
];

describe("what is stored of a sign-in", () => {
  test("nothing of what was not touched, so that no secret is typed anew", () => {
    expect(edited({})).toEqual({ changes: {}, problems: null });
    expect(edited({ clientId: " my-app ", scopes: "read  write" }).changes).toEqual({});
  });

  test.each<[Partial<SignInDraft>, object]>([
    [{ kind: "client_credentials" }, { kind: "client_credentials" }],
    [{ clientId: "other" }, { clientId: "other" }],
    [{ clientSecret: "new" }, { clientSecret: "new" }],
    [{ scopes: "read, gist" }, { scopes: ["read", "gist"] }],
    [{ redirectPort: "9000" }, { redirectPort: 9000 }],
    [{ parameters: withParameter("tenant", "a") }, { parameters: { tenant: "a" } }],
    [
      {
        parameters: parameters.map((row) =>
          row.name === "prompt" ? { ...row, removed: true } : row,
        ),
      },
      { parameters: { prompt: null } },
    ],
    [
      { clientId: "", clientSecret: null, issuer: "", scopes: "", redirectPort: "" },
      { clientId: null, clientSecret: null, issuer: null, scopes: null, redirectPort: null },
    ],
  ])("%j is written as %j", (change, signIn) => {
    expect(edited(change)).toEqual({ changes: { signIn }, problems: null });
  });

  test.each<[Partial<SignInDraft>, string]>([
    [{ issuer: "login.test" }, "signIn:issuer"],
    [{ scopes: 'a "b"' }, "signIn:scopes"],
    [{ redirectPort: "80" }, "signIn:redirectPort"],
    [{ redirectPort: "any" }, "signIn:redirectPort"],
    [{ clientSecret: "" }, "signIn:clientSecret"],
    [{ parameters: withParameter("state", "mine") }, "signIn:parameters:new 2 state:name"],
    [{ parameters: withParameter("audience", "y") }, "signIn:parameters:new 2 audience:name"],
    [{ parameters: withParameter("tenant", "") }, "signIn:parameters:new 2 tenant"],
  ])("%j is refused at its field", (change, field) => {
    const { problems } = edited(change);
    expect(Object.keys(problems ?? {})).toEqual([field]);
    expect(firstProblem(problems ?? {})).toBe(field);
  });

  test("its fields are shown unasked only where somebody filled one in", () => {
    expect(isOwnSignIn(STORED)).toBe(true);
    expect(isOwnSignIn({ ...PLAIN_SIGN_IN, kind: "off" })).toBe(false);
  });
});

describe("a header that is a template", () => {
  const { headers } = draftOf(server);
  const template = (value: string) => ({
    headers: headers.map((row) => (row.name === "X-Key" ? { ...row, value } : row)),
  });

  test("is shown and edited; its secrets have their fields, also those of new marks", () => {
    expect(headers.map(({ name, plain }) => [name, plain])).toEqual([
      ["Authorization", false],
      ["X-Key", true],
    ]);
    const edits = template("Key ${secret:api_key} ${secret:tenant}");
    expect(readEdits(server, edits).changes).toEqual({
      headers: { "X-Key": "Key ${secret:api_key} ${secret:tenant}" },
    });
    expect(markNames(server, { ...draftOf(server), ...edits })).toEqual(["api_key", "tenant"]);
  });

  test("has to hold a mark: what holds none is a secret as a whole", () => {
    const { problems } = readEdits(server, template("Key 123"));
    expect(Object.keys(problems ?? {})).toEqual(["headers:X-Key"]);
  });
});
