import {
  profileCreate,
  promptCreate,
  type ResourceContentWrite,
  resourceCreate,
  rootCreate,
  type ServerConfigView,
  serverCreate,
  toolCreate,
  type ToolView,
} from "@local-mcp/contract";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { z } from "zod";
import { type Fixed, plainOf, secretOf, without } from "./fixed.ts";
import { gatewayChanges, gatewayFromSeed, gatewayToSeed, seedGateway } from "./gateways.ts";
import { promptChanges, promptFromSeed, promptToSeed, seedPrompt } from "./prompts.ts";
import { MASK } from "./reading.ts";
import { resourceChanges, resourceFromSeed, resourceToSeed, seedResource } from "./resources.ts";
import { rootChanges, rootFromSeed, rootToSeed, seedRoot } from "./roots.ts";
import { seedServer, serverChanges, serverFromSeed, serverToSeed } from "./servers.ts";
import { seedTool, toolChanges, toolFromSeed, toolToSeed } from "./tools.ts";
import { profile, prompt, resource, root, server, tool } from "./views.fixture.ts";

/** What a person does to send back what was read. */
function withoutMasks(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== MASK)
      .map(([name, inner]) => [name, withoutMasks(inner)]),
  );
}

const inClear = (fixed: Fixed) =>
  Object.fromEntries(
    Object.entries(fixed).flatMap(([name, one]) =>
      one.plain ? [[name, { value: one.value, plain: true }]] : [],
    ),
  );

/** The contract's input for what is shown, but for what is secret. */
const toolInput = (view: ToolView) => ({
  name: view.name,
  title: view.title,
  description: view.description,
  method: view.method,
  url: view.url,
  query: inClear(view.query),
  headers: inClear(view.headers),
  arguments: view.arguments,
  body: view.body,
  auth:
    view.auth.type === "basic"
      ? { type: view.auth.type, username: view.auth.username }
      : { type: view.auth.type },
  inputSchema: view.inputSchema,
  outputSchema: view.outputSchema,
  annotations: view.annotations,
  responseFilter: view.responseFilter,
  timeoutMs: view.timeoutMs,
  maxResponseBytes: view.maxResponseBytes,
  allowPrivateNetwork: view.allowPrivateNetwork,
  tags: view.tags,
  enabled: view.enabled,
});

const configInput = (config: ServerConfigView) => {
  if (config.transport === "stdio") return { ...config, env: inClear(config.env) };
  const templates = Object.entries(config.headers).flatMap(([name, header]) =>
    "template" in header ? [[name, header.template]] : [],
  );
  return { ...config, headers: Object.fromEntries(templates) };
};

const SOURCES: Record<ResourceContentWrite["kind"], ResourceContentWrite> = {
  text: { kind: "text", text: "# One" },
  binary: { kind: "binary", base64: "AAEC" },
  file: { kind: "file", root: "file:///C:/work", path: "a.md" },
};

/** Every field of an input that some example gave. */
class Seen {
  readonly #fields = new Set<string>();
  add<Input extends object>(input: Input): Input {
    for (const field of Object.keys(input)) this.#fields.add(field);
    return input;
  }
  /** Of the contract's fields those that nothing in the seeds' shape stands for. */
  missing(schema: z.ZodObject): string[] {
    return Object.keys(schema.shape).filter((field) => !this.#fields.has(field));
  }
}

describe("what the contract shows comes back from the seeds' shape as it was", () => {
  it("of a tool", () => {
    const seen = new Seen();
    fc.assert(
      fc.property(tool, tool, (view, other) => {
        const seed = toolToSeed(view);
        expect(seedTool.strict().parse(seed)).toEqual(seed);
        const sent = withoutMasks(seed);
        const expected = { ...toolInput(view), profiles: view.profiles };
        expect(toolCreate.parse(seen.add(toolFromSeed(sent)))).toEqual(toolCreate.parse(expected));

        const { headers, query, ...others } = toolInput(view);
        const current = { ...other, profiles: view.profiles };
        const dropped = seed.auth_type === "none" ? secretOf(other.headers) : [];
        expect(toolChanges(sent, current, true)).toEqual({
          ...others,
          headers: { ...without([...plainOf(other.headers), ...dropped]), ...headers },
          query: { ...without(plainOf(other.query)), ...query },
        });
        expect(toolChanges({}, view, false)).toEqual({});
      }),
    );
    expect(seen.missing(toolCreate)).toEqual([]);
  });

  it("of a prompt", () => {
    const seen = new Seen();
    fc.assert(
      fc.property(prompt, prompt, (view, other) => {
        const seed = promptToSeed(view);
        expect(seedPrompt.strict().parse(seed)).toEqual(seed);
        const { id: _, problem: _p, createdAt: _c, updatedAt: _u, ...expected } = view;
        expect(seen.add(promptFromSeed(seed))).toEqual(expected);
        const { profiles, ...fields } = expected;
        expect(promptChanges(seed, { ...other, profiles }, true)).toEqual(fields);
        expect(promptChanges({}, view, false)).toEqual({});
      }),
    );
    expect(seen.missing(promptCreate)).toEqual([]);
  });

  it("of a resource", () => {
    const seen = new Seen();
    fc.assert(
      fc.property(resource, resource, (view, other) => {
        const { content: shown } = view;
        const content =
          shown.kind === "file"
            ? { kind: shown.kind, root: shown.root?.uri ?? "", path: shown.path }
            : SOURCES[shown.kind];
        const seed = resourceToSeed(view, content);
        expect(seedResource.strict().parse(seed)).toEqual(seed);
        const { uri, name, title, description, mimeType, tags, enabled, profiles } = view;
        const fields = { uri, name, title, description, mimeType, content, tags, enabled };
        expect(seen.add(resourceFromSeed(seed))).toEqual({ ...fields, profiles });
        expect(resourceChanges(seed, { ...other, profiles }, true)).toEqual(fields);
        expect(resourceChanges({}, view, false)).toEqual({});
      }),
    );
    expect(seen.missing(resourceCreate)).toEqual([]);
  });

  it("of a root", () => {
    const seen = new Seen();
    fc.assert(
      fc.property(root, root, (view, other) => {
        const seed = rootToSeed(view);
        expect(seedRoot.strict().parse(seed)).toEqual(seed);
        const { uri, name, tags, enabled, profiles } = view;
        const fields = { uri, name, tags, enabled };
        expect(seen.add(rootFromSeed(seed))).toEqual({ ...fields, profiles });
        expect(rootChanges(seed, { ...other, profiles }, true)).toEqual(fields);
        expect(rootChanges({}, view, false)).toEqual({});
      }),
    );
    expect(seen.missing(rootCreate)).toEqual([]);
  });

  it("of a profile, which is a server there", () => {
    const seen = new Seen();
    fc.assert(
      fc.property(profile, (view) => {
        const seed = serverToSeed(view);
        expect(seedServer.strict().parse(seed)).toEqual(seed);
        const { slug, name, description, tags, enabled, namePolicy, allowWithoutToken, healthUrl } =
          view;
        const fields = {
          healthUrl,
          slug,
          name,
          description,
          tags,
          enabled,
          namePolicy,
          allowWithoutToken,
          servers: view.servers.map((one) => one.name),
          tools: view.tools.map((one) => one.name),
          prompts: view.prompts.map((one) => one.name),
          resources: view.resources.map((one) => one.uri),
          roots: view.roots.map((one) => one.uri),
        };
        expect(seen.add(serverFromSeed(seed))).toEqual(fields);
        expect(serverChanges(seed, true)).toEqual(fields);
        expect(serverChanges({}, false)).toEqual({});
      }),
    );
    expect(seen.missing(profileCreate)).toEqual([]);
  });

  it("of a server, which is a gateway there", () => {
    const seen = new Seen();
    fc.assert(
      fc.property(server, (view) => {
        const seed = gatewayToSeed(view);
        expect(seedGateway.strict().parse(seed)).toEqual(seed);
        const { name, title, description, tags, enabled, limits, connections, healthUrl } = view;
        const { confirmed, holdChangedTools } = view;
        const common = { name, title, description, tags, enabled, limits, connections, healthUrl };
        const plain = { ...common, holdChangedTools, confirmed };
        const expected = {
          ...plain,
          config: configInput(view.config),
          secrets: {},
          profiles: view.profiles,
        };
        const sent = withoutMasks(seed);
        expect(serverCreate.parse(seen.add(gatewayFromSeed(sent)))).toEqual(
          serverCreate.parse(expected),
        );
        expect(gatewayChanges(sent, view, true)).toMatchObject({
          ...plain,
          ...(view.config.transport === "stdio"
            ? { command: view.config.command, args: view.config.args, cwd: view.config.cwd }
            : { url: view.config.url, signIn: view.config.signIn }),
        });
        expect(gatewayChanges({}, view, false)).toEqual({});
      }),
    );
    expect(seen.missing(serverCreate)).toEqual([]);
  });
});
