import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyEntity, Configuration, Entity } from "./entity.ts";
import * as made from "./export/configuration.fixture.ts";
import { fillPlaceholders, type Here, toPortable } from "./placeholders.ts";
import type { ReadFile } from "./types.ts";

const NOTHING: Configuration = {
  root: [],
  server: [],
  tool: [],
  resource: [],
  profile: [],
  prompt: [],
};

type Config = Entity<"server">["fields"]["config"];
type Command = Extract<Config, { transport: "stdio" }>;

const server = (config: Config, secrets: Record<string, string> = {}) =>
  made.server(1, "notes", { config, secrets });

const command = (more: Partial<Command>) =>
  server({ transport: "stdio", command: "npx", args: [], cwd: null, env: {}, ...more });

const root = (uri: string) => made.root(2, uri);
const profile = (roots: string[]) => made.profile(3, "dev", { roots });
const resource = (uri: string) =>
  made.resource(4, "notes://a", { content: { kind: "file", root: uri, path: "a.md" } });

const fileOf = (...entities: AnyEntity[]): ReadFile => ({
  format: "gateway",
  source: { exportedAt: null, exportedBy: null, gateway: null },
  entities: entities.map((entity, at) => ({
    kind: entity.kind,
    name: "as the file has it",
    pointer: `/${at}`,
    entity,
    problems: [],
    warnings: [],
  })),
  problems: [],
  warnings: [],
  losses: [],
  secrets: { opened: 0, plain: 0 },
});

const fill = (here: Partial<Here>, ...entities: AnyEntity[]) => {
  const { file, unset } = fillPlaceholders(fileOf(...entities), {
    home: "/home/ada",
    env: {},
    ...here,
  });
  return {
    entities: file.entities.map(({ entity }) => entity),
    warnings: file.entities.flatMap(({ warnings }) => warnings),
    names: file.entities.map(({ name }) => name),
    unset: [...unset],
  };
};

const written = (entity: Entity<"server">, home: string): Config | undefined =>
  toPortable({ ...NOTHING, server: [entity] }, home).server[0]?.fields.config;

describe("on the way into a file", () => {
  it("is the home folder a placeholder, and no folder beside it", () => {
    const given = command({
      command: "/home/ada/bin/notes",
      args: ["/home/ada", "/home/ada/a b", "/home/adam", "--dir=/home/ada/x", "/home/ada\\x"],
      cwd: "/home/ada/notes",
      env: { DIR: { value: "/home/ada/data", plain: true } },
    });
    expect(written(given, "/home/ada")).toEqual({
      transport: "stdio",
      command: "${HOME}/bin/notes",
      args: ["${HOME}", "${HOME}/a b", "/home/adam", "--dir=/home/ada/x", "/home/ada\\x"],
      cwd: "${HOME}/notes",
      env: { DIR: { value: "/home/ada/data", plain: true } },
    });
  });

  it("is it so on Windows, with either slash", () => {
    const given = command({ args: ["C:\\Users\\Ada\\x", "C:\\Users\\Ada/y", "C:\\Users\\Adam"] });
    expect(written(given, "C:\\Users\\Ada\\")).toMatchObject({
      args: ["${HOME}\\x", "${HOME}/y", "C:\\Users\\Adam"],
    });
  });

  it("is what looks like a placeholder marked as none", () => {
    const env = {
      A: { value: "${HOME}", plain: true },
      B: { value: "$${env:X} ${env:Y}", plain: false },
    };
    expect(written(command({ args: ["a${HOME}", "${env:X}", "${X}"], env }), "/home/ada")).toEqual({
      transport: "stdio",
      command: "npx",
      args: ["a$${HOME}", "$${env:X}", "${X}"],
      cwd: null,
      env: {
        A: { value: "$${HOME}", plain: true },
        B: { value: "$$${env:X} $${env:Y}", plain: false },
      },
    });
  });

  it("are roots moved wherever they are named", () => {
    const uri = "file:///home/ada/my%20notes";
    const portable = toPortable(
      { ...NOTHING, root: [root(uri)], resource: [resource(uri)], profile: [profile([uri])] },
      "/home/ada",
    );
    const expected = "file://${HOME}/my%20notes";
    expect(portable.root[0]?.fields.uri).toBe(expected);
    expect(portable.resource[0]?.fields.content).toMatchObject({ root: expected });
    expect(portable.profile[0]?.fields.roots).toEqual([expected]);
  });

  it("stays everything as it is without a home folder to speak of", () => {
    const given = { ...NOTHING, server: [command({ args: ["/x", "C:\\x"] })] };
    expect(toPortable(given, "/")).toEqual(given);
    expect(toPortable(given, "")).toEqual(given);
  });
});

describe("on the way out of a file", () => {
  it("is the home folder that of this computer", () => {
    const given = command({ command: "${HOME}/bin/x", args: ["--dir=${HOME}"], cwd: "${HOME}" });
    expect(fill({ home: "/Users/bea/" }, given).entities[0]?.fields).toMatchObject({
      config: { command: "/Users/bea/bin/x", args: ["--dir=/Users/bea"], cwd: "/Users/bea" },
    });
  });

  it("is a path of Windows one of this computer", () => {
    const given = command({ args: ["${HOME}\\notes\\a", "C:\\x"], cwd: "${HOME}\\notes" });
    expect(fill({}, given).entities[0]?.fields).toMatchObject({
      config: { args: ["/home/ada/notes/a", "C:\\x"], cwd: "/home/ada/notes" },
    });
  });

  it("is a root one of this computer, by which it is known from then on", () => {
    const uri = "file://${HOME}/notes";
    const here = { home: "C:\\Users\\Ada Lee" };
    const { entities, names } = fill(here, root(uri), resource(uri), profile([uri]));
    const expected = "file:///C:/Users/Ada%20Lee/notes";
    expect(entities).toMatchObject([
      { fields: { uri: expected } },
      { fields: { content: { root: expected } } },
      { fields: { roots: [expected] } },
    ]);
    expect(names).toEqual([expected, "notes://a", "dev"]);
  });

  it("are values of the environment secrets, in arguments and variables", () => {
    const given = command({
      args: ["--key", "${env:KEY}", "${env:KEY}:${env:OTHER}"],
      env: {
        A: { value: "${env:KEY}", plain: false },
        B: { value: "x ${env:KEY}", plain: true },
      },
    });
    const { entities, unset } = fill({ env: { KEY: "key-1", OTHER: "key-2" } }, given);
    expect(entities[0]).toMatchObject({
      fields: {
        config: {
          args: ["--key", "${secret:KEY}", "${secret:KEY}:${secret:OTHER}"],
          env: {
            A: { value: "key-1", plain: false },
            B: { value: "x ${secret:KEY}", plain: true },
          },
        },
        secrets: { KEY: "key-1", OTHER: "key-2" },
      },
      withheld: [],
    });
    expect(unset).toEqual([]);
  });

  it("keeps the secret that the file has of the same name", () => {
    const given = {
      ...command({ args: ["${env:KEY}"] }),
      fields: { ...command({ args: ["${env:KEY}"] }).fields, secrets: { KEY: "of-the-file" } },
    };
    expect(fill({ env: { KEY: "of-here" } }, given).entities[0]?.fields).toMatchObject({
      secrets: { KEY: "of-the-file" },
    });
  });

  it("names what has no value here, once each, and leaves its place empty", () => {
    const given = command({
      command: "${env:TOOLS}/x",
      args: ["${env:KEY}"],
      env: {
        A: { value: "${env:KEY}", plain: false },
        B: { value: "${env:TOOLS}", plain: false },
      },
    });
    const { entities, unset, warnings } = fill({}, given);
    expect(entities[0]).toMatchObject({
      fields: {
        config: {
          command: "${env:TOOLS}/x",
          args: ["${secret:KEY}"],
          env: { A: { value: "" }, B: { value: "" } },
        },
        secrets: { KEY: "" },
      },
      withheld: ["env/A", "env/B", "secrets/KEY"],
    });
    expect(unset.map(([at, all]) => [at, all.toSorted()])).toEqual([
      ["/0", ["${env:KEY}", "${env:TOOLS}"]],
    ]);
    expect(warnings).toHaveLength(2);
  });

  it("shows no value of the environment that may be a secret", () => {
    const given = command({
      command: "${env:TOOLS}/${env:API_TOKEN}/${env:WORD}",
      cwd: "${env:WORD}",
    });
    const env = { TOOLS: "/opt/tools", API_TOKEN: "/looks/like/a/folder", WORD: "hush" };
    const { entities, unset } = fill({ env }, given);
    expect(entities[0]?.fields).toMatchObject({
      config: { command: "/opt/tools/${env:API_TOKEN}/${env:WORD}", cwd: "${env:WORD}" },
    });
    expect(unset).toEqual([["/0", ["${env:API_TOKEN}", "${env:WORD}"]]]);
  });

  it("sends nothing of this computer to an address", () => {
    const given = server({
      transport: "http",
      url: "https://h/${env:KEY}?a=${HOME}",
      headers: { "X-Key": "${env:KEY}" },
    });
    expect(fill({ env: { KEY: "key-1" } }, given).entities).toEqual([given]);
  });

  it("looks at a long row of signs once", () => {
    const given = command({ args: ["$".repeat(2_000_000)] });
    expect(fill({}, given).entities).toEqual([given]);
  });
});

describe("what was exported comes back on the same computer as it was", () => {
  const piece = fc.constantFrom(
    "$",
    "{HOME}",
    "${HOME}",
    "${env:KEY}",
    "{env:KEY}",
    "/",
    "\\",
    "a",
  );
  const text = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(""));

  it.each([["/home/ada"], ["C:\\Users\\Ada"]])("below %s", (home) => {
    const path = fc
      .tuple(fc.constantFrom("", home, `${home}/`, `${home}\\`), text)
      .map(([start, end]) => `${start}${end}` || "a");
    const uri = fc
      .tuple(fc.constantFrom("file:///home/ada", "file:///C:/Users/Ada", "file:///srv"), text)
      .map(([start, end]) => `${start}${end}`);
    const any = fc.record({ words: fc.array(path, { minLength: 2, maxLength: 4 }), uri });
    fc.assert(
      fc.property(any, ({ words, uri: at }) => {
        const [first = "", second = ""] = words;
        const given = command({
          command: first,
          args: words,
          cwd: second,
          env: { A: { value: first, plain: true }, B: { value: second, plain: false } },
        });
        const all = toPortable(
          {
            ...NOTHING,
            server: [given],
            root: [root(at)],
            profile: [profile([at])],
            resource: [resource(at)],
          },
          home,
        );
        const back = fill(
          { home, env: { KEY: "of-here" } },
          ...[all.server, all.root, all.profile, all.resource].flat(),
        );
        expect(back.entities).toEqual([given, root(at), profile([at]), resource(at)]);
        expect(back.unset).toEqual([]);
      }),
      { seed: 10, numRuns: 300 },
    );
  });
});
