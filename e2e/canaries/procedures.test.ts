import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { contract, contractFields, type ProcedureField } from "@local-mcp/contract";
import { type AnyContractRouter, isContractProcedure } from "@orpc/contract";
import { expect, it } from "vitest";
import { z } from "zod";
import { startGateway } from "../gateway/test-gateway.ts";
import { ask } from "./ask.ts";
import { madeFrom } from "./from-schema.ts";

const SERVER = "stored";
const PROFILE = "dev";
const TOOL = "kept";
const PLAIN = "cny-plain";

/** References to what is there, by what the field is called. */
const KNOWN: Record<string, string> = {
  server: SERVER,
  profile: PROFILE,
  tool: TOOL,
  profiles: PROFILE,
  clientMetadataUrl: "https://127.0.0.1:1/client.json",
  backupTime: "03:30",
};

interface Procedure {
  name: string;
  input: z.ZodType;
  fields: ProcedureField[];
}

const proceduresOf = (router: AnyContractRouter, name: string[] = []): Procedure[] => {
  if (!isContractProcedure(router)) {
    return Object.entries(router).flatMap(([part, inner]) => proceduresOf(inner, [...name, part]));
  }
  const { inputSchema } = router["~orpc"];
  if (!(inputSchema instanceof z.ZodType)) return [];
  const own = contractFields(router, name.join(".")).filter(({ side }) => side === "input");
  return [{ name: name.join("."), input: inputSchema, fields: own }];
};

/** Every one of them. */
const SECRET = /cny-secret-\d{4}-q8/g;

/** Makes secrets of that form. */
class Secrets {
  #made = 0;

  next(): string {
    this.#made += 1;
    return `cny-secret-${String(this.#made).padStart(4, "0")}-q8`;
  }

  /** As a person gives them in a field of this name. */
  texts(path: string): string[] {
    if (path.endsWith("text")) return [pasted(this.next())];
    return [this.next(), `https://${this.next()}@127.0.0.1:1/mcp?key=${this.next()}`];
  }

  /** What a field of this name does not take, or that something goes wrong with later. */
  unfit(path: string): unknown[] {
    const cut = path.endsWith("text") ? [pasted(this.next()).slice(0, -3)] : [];
    return [
      ...cut,
      `ftp://${this.next()}:${this.next()}@[${this.next()}/?token=${this.next()}\n\0${this.next()}`,
      `${this.next()} `.repeat(100_000),
      { [path]: this.next() },
      [this.next()],
    ];
  }
}

const pasted = (secret: string): string =>
  JSON.stringify({
    mcpServers: {
      [`s${secret.slice(11, 15)}`]: {
        command: "node",
        args: ["server.js", "--api-key", secret],
        env: { KEY: secret },
      },
    },
  });

/** The value with something else in every place that a path means. */
const withOther = (value: unknown, path: string[], other: unknown): unknown => {
  const [name, ...rest] = path;
  if (name === undefined || name === "") return other;
  if (Array.isArray(value)) return value.map((one: unknown) => withOther(one, rest, other));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [
      key,
      name === "*" || name === key ? withOther(one, rest, other) : one,
    ]),
  );
};

/** Where values are that a person may mark as plain. */
const MARKED = ["env", "query", "headers"];

/** A value that is marked plain is no secret, and no text of ours is a private key. */
const acceptable = (value: unknown): unknown =>
  [["config"], ["changes"], []].reduce<unknown>((made, where) => {
    const sealed = MARKED.reduce(
      (one, field) => withOther(one, [...where, field, "*", "plain"], false),
      made,
    );
    return withOther(sealed, [...where, "signIn", "privateKey"], null);
  }, value);

let names = 0;

/** Inputs that are right, and for each field some in which only that is wrong. */
const inputsOf = ({ input, fields }: Procedure, secrets: Secrets): unknown[] => {
  const secretPaths = new Set(
    fields.filter(({ passage }) => passage === "in").map(({ path }) => path),
  );
  const texts = (path: string): string[] => {
    if (secretPaths.has(path)) return secrets.texts(path);
    const field = path.replace(/\.\*$/, "").split(".").at(-1) ?? "";
    // Two of one name are one too many.
    if (field === "name") {
      const name = `${PLAIN}-${(names += 1)}`;
      // The name of a variable has no dashes.
      return [name, name.replaceAll("-", "_")];
    }
    return [
      KNOWN[field] ?? `${PLAIN}-${field.toLowerCase()}`,
      "http://127.0.0.1:1",
      "1.1",
      "text/plain",
      "AAAA",
    ];
  };
  const right = (): unknown[] => madeFrom(input, texts).map(acceptable);
  /** Of the inputs that are right the first that has the field, with something else in it. */
  const wrong = (path: string, other: unknown): unknown => {
    const values = right();
    const changed = values.map((value) => withOther(value, path.split("."), other));
    return changed.find((one, at) => JSON.stringify(one) !== JSON.stringify(values[at]));
  };
  const paths = [...new Set(fields.map(({ path }) => path))];
  return [
    ...right(),
    ...paths.flatMap((path) =>
      (secretPaths.has(path) ? secrets.unfit(path) : [{ not: "this" }]).map((other) =>
        wrong(path, other),
      ),
    ),
  ];
};

it("gives back no secret it was given, whatever the input, and writes none down", async () => {
  const secrets = new Secrets();
  const { gateway, api, log, root } = await startGateway({
    env: { AUTH_ENCRYPTION_SECRET: secrets.next(), MCPGATEWAY_BEARER_TOKEN: secrets.next() },
  });
  const events: unknown[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    for await (const event of gateway.events.watch(stop.signal)) events.push(event);
  })();
  await gateway.listen();

  /** What earlier procedures may have removed or renamed. */
  const prepare = async (): Promise<void> => {
    const found = await api.servers.list();
    if (!found.some(({ name }) => name === SERVER)) {
      const env = { KEY: { value: secrets.next() } };
      const config = { transport: "stdio", command: "node", env } as const;
      await api.servers.create({ name: SERVER, config, enabled: false });
    }
    const tools = await api.tools.list();
    if (!tools.some(({ name }) => name === TOOL)) {
      const url = `https://${secrets.next()}@api.example/?key=${secrets.next()}`;
      const headers = { "X-Key": { value: secrets.next() } };
      await api.tools.create({ name: TOOL, url, headers });
    }
    const profiles = await api.profiles.list();
    if (profiles.some(({ slug }) => slug === PROFILE)) return;
    await api.profiles.create({ slug: PROFILE, servers: [SERVER] });
  };

  // The one that forgets all that was given comes last.
  const procedures = proceduresOf(contract).sort(
    (a, b) => Number(a.name === "vault.reset") - Number(b.name === "vault.reset"),
  );
  const answers: unknown[] = [];
  let asked = 0;
  let stored = 0;
  for (const procedure of procedures) {
    stored = Math.max(stored, (await api.vault.status()).secrets);
    await prepare();
    for (const input of inputsOf(procedure, secrets)) {
      answers.push(await ask(gateway, procedure.name, input));
      asked += 1;
    }
  }
  const readAgain = procedures.filter(({ name }) => /\.(list|get|status|doctor)$/.test(name));
  for (const { name } of readAgain) {
    answers.push(await ask(gateway, name, { server: SERVER, profile: PROFILE }));
  }
  stop.abort();
  // Ending the watch is what ends it.
  await expect(watching).rejects.toThrow("aborted");
  await gateway.close();

  const said = JSON.stringify([answers, events, log]);
  expect(said.match(SECRET)).toBeNull();
  const written = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"))
    .join("\n");
  expect(written.match(SECRET)).toBeNull();
  // Which proves that they came in, and that what is no secret comes out.
  expect(asked).toBeGreaterThan(200);
  expect(stored).toBeGreaterThan(10);
  expect(said).toContain(`${PLAIN}-description`);
  expect(written).toContain(`${PLAIN}-description`);
});
