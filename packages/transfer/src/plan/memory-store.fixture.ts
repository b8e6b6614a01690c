import {
  GatewayError,
  localName,
  profileSlug,
  resourceUri,
  rootUri,
  serverName,
  type TransferKind,
} from "@local-mcp/contract";
import type { z } from "zod";
import {
  type AnyEntity,
  type Configuration,
  keyOf,
  type ServerFields,
  type ToolFields,
} from "../entity.ts";
import { marksOf } from "../marks.ts";
import { secretsOf } from "../secrets.ts";
import type { Build, PreparedPlan } from "../types.ts";
import { execute } from "./execute.ts";

/** What the key of each kind has to be. */
export const KEYS: Record<TransferKind, z.ZodType> = {
  root: rootUri,
  server: serverName,
  tool: localName,
  resource: resourceUri,
  profile: profileSlug,
  prompt: localName,
};

/** The same in the lists of a configuration, each in this order. */
export function byKind(all: readonly AnyEntity[]): Configuration {
  const of = <Kind extends TransferKind>(kind: Kind) =>
    all.filter((one): one is Extract<AnyEntity, { kind: Kind }> => one.kind === kind);
  return {
    root: of("root"),
    server: of("server"),
    tool: of("tool"),
    resource: of("resource"),
    profile: of("profile"),
    prompt: of("prompt"),
  };
}

/** What is configured, kept in memory: stores as the real one does, and refuses what has a bad name. */
export class MemoryStore {
  readonly #rows = new Map<string, AnyEntity>();
  #ids = 0;

  constructor(entities: readonly AnyEntity[]) {
    for (const entity of entities) this.#put(entity.uid ?? this.#newId(), entity);
  }

  read(): Configuration {
    return byKind([...this.#rows.values()]);
  }

  build: Build = async (entity, before, surroundings) => {
    const key = keyOf(entity);
    if (!KEYS[entity.kind].safeParse(key).success) {
      throw new GatewayError("validation_failed", { detail: "name: It is not a name." });
    }
    for (const [kind, names] of referencesOf(entity)) {
      for (const name of names) {
        if (!surroundings.find(kind, name)) throw new Error(`There will be no ${kind} ${name}.`);
      }
    }
    const stored = before ? withStored(entity, before) : entity;
    return {
      entity: stored,
      warnings: [],
      write: () => {
        const other = [...this.#rows.values()].find(
          (one) => one.kind === entity.kind && keyOf(one) === key && one.uid !== before?.uid,
        );
        if (other) throw new GatewayError("name_taken", { kind: entity.kind, name: key });
        this.#put(before?.uid ?? this.#freeId(entity.uid), stored);
      },
      link: () => {
        if (entity.kind === "profile" && entity.fields.active) this.#followOnly(key);
      },
    };
  };

  apply(steps: PreparedPlan["steps"]): void {
    execute(steps);
  }

  #put(uid: string, entity: AnyEntity): void {
    this.#rows.set(uid, { ...entity, uid });
  }

  #newId = (): string => `made-${++this.#ids}`;

  #freeId = (uid: string | null): string =>
    uid === null || this.#rows.has(uid) ? this.#newId() : uid;

  #followOnly(slug: string): void {
    for (const [uid, row] of this.#rows) {
      if (row.kind !== "profile") continue;
      this.#rows.set(uid, { ...row, fields: { ...row.fields, active: row.fields.slug === slug } });
    }
  }
}

/** With the values that are stored in the place of those that are withheld. */
function withStored(entity: AnyEntity, before: AnyEntity): AnyEntity {
  const unset = new Set(before.withheld);
  const values = new Map(
    secretsOf(before).flatMap(({ place, value }) =>
      unset.has(place) ? [] : [[place, value] as const],
    ),
  );
  const withheld = entity.withheld.filter((place) => !values.has(place));
  const kept = new Set(entity.withheld);
  const full = withSecrets(entity, (place, value) =>
    kept.has(place) ? (values.get(place) ?? "") : value,
  );
  return { ...full, withheld };
}

type ValueOf = (place: string, value: string) => string;

/** With another value for each secret. */
export function withSecrets(entity: AnyEntity, valueOf: ValueOf): AnyEntity {
  const fixed = (at: string, values: Fixed): Fixed =>
    mapped(values, (name, write) =>
      write === null || write.plain
        ? write
        : { ...write, value: valueOf(`${at}/${name}`, write.value) },
    );
  if (entity.kind === "tool") {
    const { headers, query, auth } = entity.fields;
    const shown =
      auth.type === "bearer"
        ? { ...auth, token: valueOf("auth/token", auth.token ?? "") }
        : auth.type === "basic"
          ? { ...auth, password: valueOf("auth/password", auth.password ?? "") }
          : auth;
    const fields = { headers: fixed("headers", headers), query: fixed("query", query) };
    return { ...entity, fields: { ...entity.fields, ...fields, auth: shown } };
  }
  if (entity.kind !== "server") return entity;
  const { config } = entity.fields;
  const secrets = mapped(entity.fields.secrets, (name, value) => valueOf(`secrets/${name}`, value));
  const changed =
    config.transport === "stdio"
      ? { ...config, env: fixed("env", config.env) }
      : { ...config, ...ofRemote(config, valueOf) };
  return { ...entity, fields: { ...entity.fields, config: changed, secrets } };
}

type Fixed = ToolFields["headers"];
type Remote = Exclude<ServerFields["config"], { transport: "stdio" }>;

function ofRemote(
  { headers, signIn }: Remote,
  valueOf: ValueOf,
): Pick<Remote, "headers" | "signIn"> {
  const { clientSecret } = signIn ?? {};
  return {
    headers: mapped(headers, (name, value) =>
      value === null || marksOf(value).length > 0 ? value : valueOf(`headers/${name}`, value),
    ),
    signIn:
      typeof clientSecret === "string"
        ? { ...signIn, clientSecret: valueOf("signIn/clientSecret", clientSecret) }
        : signIn,
  };
}

const mapped = <Value>(
  record: Record<string, Value>,
  change: (name: string, value: Value) => Value,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(name, value)]));

/** What it refers to. */
function referencesOf(entity: AnyEntity): [TransferKind, readonly string[]][] {
  if (entity.kind === "resource") {
    const { content } = entity.fields;
    return content.kind === "file" && content.root !== "" ? [["root", [content.root]]] : [];
  }
  if (entity.kind !== "profile") return [];
  const { servers, tools, prompts, resources, roots, choices } = entity.fields;
  return [
    ["server", [...servers, ...choices.map(({ server }) => server)]],
    ["tool", tools],
    ["prompt", prompts],
    ["resource", resources],
    ["root", roots],
  ];
}
