import { array, assert, constantFrom, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { bearerChallenge } from "./challenge.ts";

const METADATA = "https://mcp.test/.well-known/oauth-protected-resource";

describe("the Bearer challenge of a server", () => {
  it.each<[string, string[], Record<string, string>]>([
    ["none", [], {}],
    ["of another scheme", ['Basic realm="x"'], {}],
    ["without parameters", ["Bearer"], {}],
    [
      "with what a server of today says",
      [`Bearer error="invalid_token", error_description="No", resource_metadata="${METADATA}"`],
      { error: "invalid_token", error_description: "No", resource_metadata: METADATA },
    ],
    [
      "in any case and with odd space",
      ['\tbEARER   Scope = "a b" ,\t, ERROR =insufficient_scope,'],
      { scope: "a b", error: "insufficient_scope" },
    ],
    [
      "with signs in quotes that mean something outside",
      ['Bearer realm="a, Basic x=\\"y\\" \\\\ =", scope="s"'],
      { realm: 'a, Basic x="y" \\ =', scope: "s" },
    ],
    [
      "behind another one in the same line",
      ['Digest realm="d", nonce="n", Bearer realm="b"'],
      { realm: "b" },
    ],
    [
      "in front of another one",
      ['Bearer realm="b", Basic realm="c", scope="not ours"'],
      { realm: "b" },
    ],
    ["behind a token68", ["Negotiate YWJj/+==, Bearer scope=s"], { scope: "s" }],
    ["behind a token68 without its end", ["Negotiate YWJj, Bearer scope=s"], { scope: "s" }],
    ["with a token68 of its own", ["Bearer YWJj=="], {}],
    ["in a line of its own", ["Basic", 'Bearer scope="s"'], { scope: "s" }],
    ["behind a line without an end", ['Basic realm="x', 'Bearer scope="s"'], { scope: "s" }],
    [
      "the first of several",
      ["Bearer", "Bearer scope=a", "Bearer scope=b, error=e"],
      { scope: "a" },
    ],
    ["with the same twice", ["Bearer scope=a, scope=b"], { scope: "a" }],
    ["without commas", ['Bearer scope="a" error=e'], { scope: "a", error: "e" }],
    [
      "with a URL that is not quoted",
      [`Bearer resource_metadata=${METADATA}?a=b`],
      {
        resource_metadata: `${METADATA}?a=b`,
      },
    ],
    ["without a closing quote", ['Bearer scope="s", realm="x'], { scope: "s" }],
    [
      "with a name that means something to JavaScript",
      ["Bearer __proto__=x"],
      JSON.parse('{"__proto__":"x"}'),
    ],
  ])("%s", (_, lines, params) => {
    expect(bearerChallenge(lines)).toEqual(params);
    expect(Object.keys(bearerChallenge(lines))).toEqual(Object.keys(params));
  });

  it("throws for nothing that a server may write", () => {
    const parts = constantFrom("Bearer", " ", ",", "=", '"', "\\", "a", "a=b", "\t", "==");
    assert(
      property(array(parts, { maxLength: 40 }), string(), (some, rest) => {
        const read = bearerChallenge([some.join(""), rest]);
        for (const [name, value] of Object.entries(read)) {
          expect([name.toLowerCase(), typeof value]).toEqual([name, "string"]);
        }
      }),
    );
  });

  it.each([",", "a ", "a,", "a=", '"', '\\"', 'a="', "= ", "a/", "Bearer "])(
    "takes no longer than its length for %j again and again",
    (part) => {
      const line = `Bearer ${part.repeat(200_000)}`;
      const from = performance.now();
      bearerChallenge([line]);
      // A square of this would take minutes.
      expect(performance.now() - from).toBeLessThan(5000);
    },
  );
});
