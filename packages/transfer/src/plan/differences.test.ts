import { describe, expect, it } from "vitest";
import type { AnyEntity } from "../entity.ts";
import { profile, prompt, resource, server, tool } from "../export/configuration.fixture.ts";
import { differences, isDifference } from "./differences.ts";

const url = "https://api.example.com/weather";
const none = { before: null, after: null };
const without = (entity: AnyEntity, ...withheld: string[]): AnyEntity => ({ ...entity, withheld });
const east = (config: object, more = {}): AnyEntity =>
  server(1, "east", { config: { transport: "stdio", command: "run", ...config }, ...more });

describe("a difference", () => {
  it("is told by the name that the API has for its field", () => {
    const before = east({ args: ["a"], env: { MODE: { value: "slow", plain: true } } });
    const after = east(
      { args: ["a", "b"], cwd: "/srv", env: { MODE: { value: "fast", plain: true } } },
      { title: "East", tags: ["x"], limits: { callTimeoutMs: 5000 }, enabled: false },
    );
    expect(differences(before, after, [])).toEqual([
      { field: "args", before: "a", after: "a, b", secret: null },
      { field: "cwd", before: null, after: "/srv", secret: null },
      { field: "enabled", before: "true", after: "false", secret: null },
      { field: "env.MODE", before: "slow", after: "fast", secret: null },
      { field: "limits.callTimeoutMs", before: null, after: "5000", secret: null },
      { field: "tags", before: null, after: "x", secret: null },
      { field: "title", before: "east", after: "East", secret: null },
    ]);
  });

  it("is none where only the order of keys is another, and one where the order of a list is", () => {
    const [a, b] = [
      { type: "object", title: "x" },
      { title: "x", type: "object" },
    ];
    expect(
      differences(tool(1, "a", { inputSchema: a }), tool(1, "a", { inputSchema: b }), []),
    ).toEqual([]);
    const [one, two] = [
      profile(1, "p", { tools: ["a", "b"] }),
      profile(1, "p", { tools: ["b", "a"] }),
    ];
    expect(differences(one, two, [])).toMatchObject([{ field: "tools", before: "a, b" }]);
  });

  it("of a schema is one of the whole", () => {
    const schema = { type: "object", properties: { city: { type: "string" } } };
    expect(differences(tool(1, "a"), tool(1, "a", { inputSchema: schema }), [])).toMatchObject([
      { field: "inputSchema", before: '{"type":"object"}' },
    ]);
  });

  it("far down in a long text is what is shown of it", () => {
    const text = "word ".repeat(1_000);
    const [change, ...others] = differences(
      prompt(1, "p", { template: `${text}old${text}` }),
      prompt(1, "p", { template: `${text}new${text}` }),
      [],
    );
    expect(others).toEqual([]);
    expect(change?.before).toMatch(/^….*old.*…$/);
    expect(change?.after).toMatch(/^….*new.*…$/);
    expect(change?.after?.length).toBeLessThanOrEqual(200);
  });

  it("never cuts a character in two", () => {
    const [before, after] = ["😀".repeat(300), "😀".repeat(299)].map((text) =>
      resource(1, "notes://a", { content: { kind: "text", text } }),
    );
    if (!before || !after) throw new Error("There are two.");
    for (const { after: text } of differences(before, after, [])) {
      expect(Buffer.from(text ?? "", "utf8").toString("utf8")).toBe(text);
    }
  });
});

describe("of a secret", () => {
  const auth = (token: string) => tool(1, "a", { url, auth: { type: "bearer", token } });

  it.each([
    ["set", tool(1, "a", { url }), auth("new")],
    ["set", without(auth(""), "auth/token"), auth("new")],
    ["changed", auth("old"), auth("new")],
    ["kept", auth("old"), without(auth(""), "auth/token")],
    ["cleared", auth("old"), tool(1, "a", { url })],
    ["missing", tool(1, "a", { url }), without(auth(""), "auth/token")],
  ] as const)("what becomes of it is told: %s", (secret, before, after) => {
    const changes = differences(before, after, after.withheld);
    expect(changes).toContainEqual({ field: "auth.token", ...none, secret });
    expect(changes.some(isDifference)).toBe(secret !== "kept");
    expect(JSON.stringify(changes)).not.toMatch(/"(old|new)"/);
  });

  it("nothing is told where its value is the same, or it has none here either", () => {
    expect(differences(auth("same"), auth("same"), [])).toEqual([]);
    const unset = without(auth(""), "auth/token");
    expect(differences(unset, unset, ["auth/token"])).toEqual([]);
  });

  it("that it is kept is told also where the draft has its value already", () => {
    expect(differences(auth("old"), auth("old"), ["auth/token"])).toEqual([
      { field: "auth.token", ...none, secret: "kept" },
    ]);
  });

  it("the value that is none any more is shown, and not the one that was", () => {
    const before = east({ env: { KEY: { value: "old" } } });
    const after = east({ env: { KEY: { value: "open", plain: true } } });
    expect(differences(before, after, [])).toEqual([
      { field: "env.KEY", before: null, after: "open", secret: "cleared" },
    ]);
  });
});
