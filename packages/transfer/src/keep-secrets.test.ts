import { describe, expect, it } from "vitest";
import type { AnyEntity, Entity } from "./entity.ts";
import { server, tool } from "./export/configuration.fixture.ts";
import { keepSecrets } from "./keep-secrets.ts";

const url = "https://east.example.com/mcp";
const remote = (config: object, secrets = {}, withheld: string[] = []): Entity<"server"> => ({
  ...server(1, "east", { config: { transport: "http", url, ...config }, secrets }),
  withheld,
});
const command = (config: object, secrets = {}, withheld: string[] = []): Entity<"server"> => ({
  ...server(1, "east", { config: { transport: "stdio", command: "run", ...config }, secrets }),
  withheld,
});
const api = (more: object, withheld: string[] = []): Entity<"tool"> => ({
  ...tool(1, "weather", more),
  withheld,
});

/** No schema lets an empty one in. */
const unsaid = (one: Entity<"server">): Entity<"server"> => {
  const { config } = one.fields;
  if (config.transport === "stdio") throw new Error("A command has no sign-in.");
  const signIn = { ...config.signIn, clientSecret: "" };
  const fields = { ...one.fields, config: { ...config, signIn } };
  return { ...one, fields, withheld: ["signIn/clientSecret"] };
};

const bearer = { headers: { Authorization: "Bearer ${secret:auth_token}" } };
const stored = { auth_token: "stored" };

/** What was stored, what a file wants, and what becomes of it. */
const CASES: [string, AnyEntity, AnyEntity, AnyEntity][] = [
  [
    "a variable that is not named, but for what is no secret",
    command({ env: { KEY: { value: "s" }, MODE: { value: "fast", plain: true } } }),
    command({ env: { OTHER: { value: "new" } } }),
    command({ env: { OTHER: { value: "new" }, KEY: { value: "" } } }, {}, ["env/KEY"]),
  ],
  [
    "a variable that is named without a value",
    command({ env: { KEY: { value: "s" } } }),
    command({ env: { KEY: { value: "" } } }, {}, ["env/KEY"]),
    command({ env: { KEY: { value: "" } } }, {}, ["env/KEY"]),
  ],
  [
    "a header in whatever spelling, if it has no value",
    remote({ headers: { "X-Key": "s", "X-Other": "t" } }),
    remote({ headers: { "x-key": "", "x-other": "new" } }, {}, ["headers/x-key"]),
    remote({ headers: { "x-other": "new", "X-Key": "" } }, {}, ["headers/X-Key"]),
  ],
  [
    "credentials, where the file has none",
    remote(bearer, stored),
    remote({}),
    remote(bearer, { auth_token: "" }, ["secrets/auth_token"]),
  ],
  [
    "credentials, where those of the file have no value and another way",
    remote(bearer, stored),
    remote({ headers: { authorization: "Basic ${secret:auth_basic}" } }, { auth_basic: "" }, [
      "secrets/auth_basic",
    ]),
    remote(bearer, { auth_token: "" }, ["secrets/auth_token"]),
  ],
  [
    "a whole header, where the file has a template without its secret",
    remote({ headers: { Authorization: "Bearer s" } }),
    remote(bearer, { auth_token: "" }, ["secrets/auth_token"]),
    remote({ headers: { Authorization: "" } }, {}, ["headers/Authorization"]),
  ],
  [
    "a named secret while a mark stands for it, or never did",
    command({ args: ["${secret:a}", "${secret:b}"] }, { a: "1", b: "2", c: "3" }),
    command({ args: ["${secret:a}"] }),
    command({ args: ["${secret:a}"] }, { a: "", c: "" }, ["secrets/a", "secrets/c"]),
  ],
  [
    "the secret of a sign-in",
    remote({ signIn: { clientId: "me", clientSecret: "s" } }),
    remote({ signIn: { clientId: "you" } }),
    unsaid(remote({ signIn: { clientId: "you" } })),
  ],
  [
    "a tool's token, where the file has none, or another way without its password",
    api({ auth: { type: "bearer", token: "s" } }),
    api({ auth: { type: "basic", username: "ada", password: "" } }, ["auth/password"]),
    api({ auth: { type: "bearer", token: "" } }, ["auth/token"]),
  ],
  [
    "a tool's password along with the name in the file",
    api({ auth: { type: "basic", username: "ada", password: "s" } }),
    api({ auth: { type: "basic", username: "bob" } }),
    api({ auth: { type: "basic", username: "bob", password: "" } }, ["auth/password"]),
  ],
  [
    "a tool's header and query value, but for what is no secret",
    api({
      headers: { "X-Key": { value: "s" } },
      query: { k: { value: "t" }, v: { value: "1", plain: true } },
    }),
    api({}),
    api({ headers: { "X-Key": { value: "" } }, query: { k: { value: "" } } }, [
      "headers/X-Key",
      "query/k",
    ]),
  ],
];

describe("an update keeps", () => {
  it.each(CASES)("%s", (_, before, wanted, expected) => {
    expect(keepSecrets(wanted, before)).toEqual(expected);
    // Once more changes nothing: a second import has nothing to do.
    expect(keepSecrets(keepSecrets(wanted, before), before)).toEqual(expected);
  });
});

describe("an update replaces", () => {
  it.each<[string, AnyEntity, AnyEntity]>([
    [
      "credentials by others with a value",
      remote(bearer, stored),
      remote({ headers: { Authorization: "new" } }),
    ],
    [
      "a token by a way with a password",
      api({ auth: { type: "bearer", token: "s" } }),
      api({ auth: { type: "basic", username: "a", password: "b" } }),
    ],
    [
      "a command with its secrets by a URL",
      command({ env: { KEY: { value: "s" } } }, { a: "1" }),
      remote({}),
    ],
    ["a URL with its secrets by a command", remote(bearer, stored), command({})],
  ])("%s", (_, before, wanted) => {
    expect(keepSecrets(wanted, before)).toEqual(wanted);
  });
});

it("a variable called as what every object has is kept like any other", () => {
  const env = JSON.parse('{ "__proto__": { "value": "s", "plain": false } }');
  const before = command({});
  const { fields } = before;
  if (fields.config.transport !== "stdio") throw new Error("It is a command.");
  const named: AnyEntity = { ...before, fields: { ...fields, config: { ...fields.config, env } } };
  expect(keepSecrets(before, named).withheld).toEqual(["env/__proto__"]);
});
