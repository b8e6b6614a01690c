import { createServer, type RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { onLoopback } from "../fixtures/loopback.ts";
import { visit } from "../fixtures/browser.ts";
import { redirect } from "../fixtures/http-plumbing.ts";
import { startProxy } from "../fixtures/proxy.ts";
import { afterTest } from "../fixtures/test-support.ts";
import {
  ANSWER,
  authorizationServer,
  keychain,
  protectedServer,
  said,
  signInsOf,
  stageSignIn,
  TOOL,
  toolsOf,
} from "./sign-in-stage.ts";
import { serve, until } from "./test-gateway.ts";

type Stage = Awaited<ReturnType<typeof stageSignIn>>;
type Change = (metadata: Record<string, unknown>) => Record<string, unknown>;

const deep = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
const also =
  (more: Record<string, unknown>): Change =>
  (metadata) => ({ ...metadata, ...more });

/** What a server says of itself, and is not believed. */
const OF_SERVERS: Record<string, Change> = {
  "another server's resource": also({ resource: "https://mail.example.com/mcp" }),
  "a resource that only begins alike": (metadata) => ({
    ...metadata,
    resource: `${String(metadata.resource)}-of-others`,
  }),
  "no resource": also({ resource: undefined }),
  "a text where a list belongs": also({ authorization_servers: "http://127.0.0.1:1" }),
  "numbers where texts belong": also({ authorization_servers: [1, null, {}] }),
  "a script as its authorization server": also({ authorization_servers: ["javascript:alert(1)"] }),
  "a file as its authorization server": also({ authorization_servers: ["file:///etc/passwd"] }),
  "a host for cloud credentials": also({ authorization_servers: ["http://169.254.169.254/"] }),
  "an issuer with a query": also({ authorization_servers: ["https://login.example.com/?a=b"] }),
  "a line that would be a header": also({
    authorization_servers: ["https://login.example.com/\r\nX-Evil: 1"],
  }),
  "what is nested very deep": also({ scopes_supported: deep(2000) }),
  megabytes: also({ scopes_supported: ["x".repeat(3_000_000)] }),
};

/** What an authorization server says of itself, and is not believed. */
const OF_AUTHORIZATION_SERVERS: Record<string, Change> = {
  "the name of another": also({ issuer: "https://login.example.com" }),
  "a name that is almost its own": (metadata) => ({
    ...metadata,
    issuer: `${String(metadata.issuer)}.evil.example`,
  }),
  "a script to be opened": also({ authorization_endpoint: "javascript:alert(document.cookie)" }),
  "a file to be opened": also({ authorization_endpoint: "file:///etc/passwd" }),
  "a page in an address": also({ authorization_endpoint: "data:text/html,<script></script>" }),
  "a page with a password": also({ authorization_endpoint: "https://a:b@login.example.com/" }),
  "a program to be started": also({ authorization_endpoint: "ms-calculator:" }),
  "a token endpoint that is none": also({ token_endpoint: ["https://login.example.com/token"] }),
  "no PKCE": also({ code_challenge_methods_supported: undefined }),
  "another PKCE": also({ code_challenge_methods_supported: ["plain"] }),
  megabytes: also({ filler: "x".repeat(3_000_000) }),
  "what is nested very deep": also({ filler: deep(2000) }),
};

/** What a person is told who tries to sign in, and what the state says then. */
async function refusalOf({ api, status }: Stage): Promise<Record<string, unknown>> {
  const error: unknown = await api.signIn.start({ server: "far" }).catch((error: unknown) => error);
  const { signIn, state } = await status();
  const { code, message } = Object(Object(error).data);
  return { code, message, state, signIn: signIn?.state };
}

/** In words, with nothing in them that was not ours to say. */
const REFUSED = {
  code: expect.stringMatching(/^(sign_in_metadata|address_blocked)$/),
  message: expect.stringMatching(/^(?!.*(undefined|\[object|Error:))[^\p{Cc}\p{Cf}]{10,600}$/u),
  state: "needs_sign_in",
  signIn: "refused",
};
/** The same, and it may be otherwise a little later. */
const NOT_NOW = { ...REFUSED, code: "host_unreachable", signIn: "signed_out" };
const wanted = ({ code }: Record<string, unknown>) => (code === NOT_NOW.code ? NOT_NOW : REFUSED);

/** The port at which a server of the test's own listens. */
async function answering(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  afterTest(() => server.close());
  return onLoopback(server);
}

describe("hostile metadata", () => {
  const stageWithNeighbour = async () => {
    const trusted = await authorizationServer();
    const near = await protectedServer({ trusts: trusted, era: "legacy" });
    const stage = await stageSignIn({ servers: { near: { transport: "http", url: near.url } } });
    await stage.signIn("near");
    await expect.poll(() => toolsOf(stage.client)).toContain(TOOL);
    return stage;
  };
  /** Once it says the truth. */
  const works = async (stage: Stage): Promise<string> => {
    stage.far.setMetadata(null);
    stage.far.setMetadataFault(null);
    stage.authorization.setMetadata(null);
    stage.authorization.calm();
    await stage.signIn("far");
    return (await stage.status("far")).state;
  };

  it("of a server is refused in words, and costs nobody else anything", async () => {
    const stage = await stageWithNeighbour();
    for (const [name, change] of Object.entries(OF_SERVERS)) {
      stage.far.setMetadata(change);
      const refusal = await refusalOf(stage);
      expect([name, refusal]).toEqual([name, wanted(refusal)]);
    }
    stage.far.setMetadata(null);
    const faults = {
      "a redirect to itself": redirect(
        `${stage.far.origin}/.well-known/oauth-protected-resource/mcp`,
      ),
      "a redirect to the cloud's own network": redirect("http://169.254.169.254/latest/"),
      "a redirect to a file": redirect("file:///etc/passwd"),
      "what is no JSON": { kind: "answer", status: 200, body: "{" } as const,
      "a fault of its own": { kind: "answer", status: 500 } as const,
      "a connection that is cut": { kind: "reset" } as const,
    };
    for (const [name, fault] of Object.entries(faults)) {
      stage.far.setMetadataFault(fault);
      const refusal = await refusalOf(stage);
      expect([name, refusal]).toEqual([name, wanted(refusal)]);
    }
    expect(await said(stage.client)).toBe(ANSWER);
    expect(stage.authorization.counts).toMatchObject({ registrations: 0, asked: {} });
    expect(await works(stage)).toBe("ready");
  });

  it("of an authorization server is refused in words, and nothing is registered there", async () => {
    const stage = await stageWithNeighbour();
    for (const [name, change] of Object.entries(OF_AUTHORIZATION_SERVERS)) {
      stage.authorization.setMetadata(change);
      const refusal = await refusalOf(stage);
      expect([name, refusal]).toEqual([name, wanted(refusal)]);
    }
    stage.authorization.setMetadata(null);
    const { issuer } = stage.authorization;
    const loop = redirect(`${issuer}/.well-known/oauth-authorization-server`);
    stage.authorization.trouble({ fault: loop, at: "metadata" });
    const refusal = await refusalOf(stage);
    expect(refusal).toEqual(wanted(refusal));
    expect(await said(stage.client)).toBe(ANSWER);
    expect(stage.authorization.counts).toMatchObject({ registrations: 0, asked: {} });
    expect(await works(stage)).toBe("ready");
  });

  it("that has a code sent into the cloud's own network has it sent nowhere", async () => {
    const stage = await stageSignIn();
    const token_endpoint = "http://169.254.169.254/latest/meta-data/";
    stage.authorization.setMetadata(also({ token_endpoint }));
    const begun = await stage.begin().catch((error: unknown) => Object(error).data);
    const problem =
      "back" in begun
        ? await visit(begun.back.href).then(async () => (await stage.wait(begun)).problem)
        : begun;
    expect(problem).toMatchObject({ code: "address_blocked" });
    expect((await stage.status()).signIn).toMatchObject({ state: "refused" });
  });

  it("of a public server leads to nothing inside", async () => {
    const inside = await authorizationServer();
    const NAMED = [
      inside.issuer,
      inside.issuer.replace("127.0.0.1", "localhost").replace("http:", "https:"),
      inside.issuer.replace("127.0.0.1", "[::ffff:127.0.0.1]").replace("http:", "https:"),
      "https://10.0.0.1",
      "https://192.168.1.1:8443",
      "https://[::1]",
      "https://printer.local",
      "http://login.example.com",
    ];
    let named = "";
    const port = await answering(({ url }, response) => {
      if (url === "/mcp") {
        response.writeHead(401, { "www-authenticate": "Bearer" }).end();
      } else {
        const metadata = { resource: "http://mcp.test/mcp", authorization_servers: [named] };
        response.writeHead(200).end(JSON.stringify(metadata));
      }
    });
    const proxy = await startProxy({
      hosts: { "mcp.test:80": port },
    });
    afterTest(() => proxy.close());
    const stage = signInsOf(
      await serve(
        { far: { transport: "http", url: "http://mcp.test/mcp" } },
        {
          gateway: {
            keychain: keychain(),
            settings: { port: 0, proxy: `http://127.0.0.1:${proxy.port}` },
          },
        },
      ),
    );
    await until(
      () => stage.status(),
      ({ state }) => state === "needs_sign_in",
    );
    for (named of NAMED) {
      const error: unknown = await stage.start().catch((error: unknown) => error);
      const { code } = Object(Object(error).data);
      expect([named, code]).toEqual([named, "address_blocked"]);
    }
    expect(inside.requests).toEqual([]);
    expect(new Set(proxy.requests.map((one) => one.split("/")[2]))).toEqual(new Set(["mcp.test"]));
  });

  it("that names a thousand authorization servers has few of them asked", async () => {
    const stage = await stageSignIn();
    let asked = 0;
    const port = await answering((_request, response) => {
      asked += 1;
      response.writeHead(404).end();
    });
    const names = Array.from({ length: 1000 }, (_, at) => `http://127.0.0.1:${port}/${at}`);
    stage.far.setMetadata(also({ authorization_servers: names }));
    const refusal = await refusalOf(stage);
    expect(refusal).toEqual(wanted(refusal));
    expect(asked).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(15);
  });
});
