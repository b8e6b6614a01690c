import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { authorizationUrl, newProof } from "./authorization-request.ts";

const proof = newProof();
const request = {
  server: "github",
  authorizationEndpoint: "https://login.example/authorize",
  clientId: "gateway",
  redirectUri: "http://127.0.0.1:4711/callback",
  scopes: ["read", "write"],
  resource: "https://mcp.example/a b",
  parameters: {},
  proof,
};
const queryOf = (changes: Partial<typeof request>) =>
  Object.fromEntries(new URL(authorizationUrl({ ...request, ...changes })).searchParams);

test("a proof is 256 random bits each, and the challenge is of the verifier", () => {
  expect(proof.state).toMatch(/^[\w-]{43}$/);
  expect(proof.verifier).toMatch(/^[\w-]{43}$/);
  expect(new Set([proof.state, proof.verifier, newProof().state]).size).toBe(3);
  const challenge = createHash("sha256").update(proof.verifier).digest("base64url");
  expect(queryOf({})).toEqual({
    response_type: "code",
    client_id: "gateway",
    redirect_uri: "http://127.0.0.1:4711/callback",
    scope: "read write",
    state: proof.state,
    code_challenge: challenge,
    code_challenge_method: "S256",
    resource: "https://mcp.example/a b",
  });
});

test("no scopes are not named", () => {
  expect(queryOf({ scopes: [] })).not.toHaveProperty("scope");
});

test("what the endpoint has in its query stays, and what is ours is ours", () => {
  const authorizationEndpoint =
    "https://login.example/authorize?tenant=a%20b&state=theirs&client_id=a&client_id=b#part";
  const asked = new URL(authorizationUrl({ ...request, authorizationEndpoint }));
  expect(asked.searchParams.get("tenant")).toBe("a b");
  expect(asked.searchParams.getAll("state")).toEqual([proof.state]);
  expect(asked.searchParams.getAll("client_id")).toEqual(["gateway"]);
  expect(asked.hash).toBe("");
});

test("configured parameters go along, and set none of the protocol's", () => {
  const parameters = { audience: "x y", state: "mine", resource: "mine", code_challenge: "mine" };
  expect(queryOf({ parameters })).toMatchObject({ ...queryOf({}), audience: "x y" });
});

test("access that lasts is asked of the person, unless that is configured otherwise", () => {
  const scopes = ["offline_access"];
  expect(queryOf({ scopes }).prompt).toBe("consent");
  expect(queryOf({ scopes, parameters: { prompt: "login" } }).prompt).toBe("login");
  expect(queryOf({})).not.toHaveProperty("prompt");
});

test.each([
  undefined,
  "",
  "/authorize",
  "javascript:alert(1)",
  "data:text/html,x",
  "file:///etc/passwd",
  "http://login.example/authorize",
  "https://user:secret@login.example/authorize",
  "https://login.example/$(calc)",
])("a page that may not be opened is none: %s", (authorizationEndpoint) => {
  const asking = () => authorizationUrl({ ...request, authorizationEndpoint });
  expect(asking).toThrow(expect.objectContaining({ code: "sign_in_metadata" }));
});
