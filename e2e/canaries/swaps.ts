import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GatewayError } from "@local-mcp/contract";
import { createDb, createSealedValueQueries, type SealedValueRow } from "@local-mcp/database";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import type { Vault } from "@local-mcp/vault";
import type { Form, Section } from "../leaks/section.ts";
import { storeSignIns, storeTokens, vaultOf, withVault } from "./sealed-rows.ts";
import { Stage } from "./stage.ts";

const SERVER = fileURLToPath(new URL("../fixtures/stdio-server.mjs", import.meta.url));
const SERVERS = 6;
const SECRETS_EACH = 8;
const TOKENS = 24;
const SIGN_INS = 12;
const NONCES = { full: 1_000_000, short: 50_000 };
/** Of base64url: the 96 bits that a sealed value begins with. */
const NONCE_CHARACTERS = 16;

/** A data directory with something in every sealed place. */
interface Install {
  stage: Stage;
  secret: string;
  database: string;
  values: SealedValueRow[];
}

const withGateway = async <T>(
  { stage, secret }: Pick<Install, "stage" | "secret">,
  work: (gateway: Gateway) => Promise<T>,
): Promise<T> => {
  const gateway = await createGateway({
    dataDir: stage.dataDir,
    kind: "cli",
    settings: { port: 0 },
    env: { ...stage.env, AUTH_ENCRYPTION_SECRET: secret },
  });
  try {
    return await work(gateway);
  } finally {
    await gateway.close();
  }
};

const makeInstall = async (secret: string): Promise<Install> => {
  const stage = new Stage();
  const database = join(stage.dataDir, "local-mcp-gateway.db");
  const texts = (count: number, prefix: string): [string, string][] =>
    stage.samples.take(count).map(({ value }, at) => [`${prefix}${at}`, value]);
  await withGateway({ stage, secret }, async ({ api }) => {
    for (let at = 0; at < SERVERS; at += 1) {
      const env = texts(SECRETS_EACH, "K").map(([name, value]) => [name, { value, plain: false }]);
      await api.servers.create({
        name: `server-${at}`,
        confirmed: true,
        config: {
          transport: "stdio",
          command: process.execPath,
          args: [SERVER, "--name", `server-${at}`],
          env: Object.fromEntries(env),
        },
      });
    }
  });
  const values = await withVault(database, secret, async (db, vault) => {
    storeTokens(db, vault, stage.samples.take(TOKENS));
    await storeSignIns(db, vault, stage.samples.take(SIGN_INS));
    return createSealedValueQueries(db).beginningWith("");
  });
  return { stage, secret, database, values };
};

const nameOf = ({ place }: SealedValueRow): string =>
  `${place.table}.${place.column} of ${place.row}`;

/** What became of opening a value: null where it was refused as it has to be. */
const opened = (vault: Vault, sealed: string, place: SealedValueRow["place"]): string | null => {
  try {
    vault.open(sealed, place);
    return "was opened";
  } catch (error) {
    if (error instanceof GatewayError && error.code === "secret_damaged") return null;
    return `was refused with ${error instanceof GatewayError ? error.code : String(error)}`;
  }
};

/** Every value in the place of every other, of this install and of another one. */
const swapAll = (vault: Vault, own: SealedValueRow[], foreign: SealedValueRow[]) => {
  const faults: string[] = [];
  let pairs = 0;
  for (const target of own) {
    for (const source of [...own, ...foreign]) {
      if (source === target) continue;
      pairs += 1;
      const what = opened(vault, source.sealed, target.place);
      if (what === null) continue;
      const origin = foreign.includes(source) ? "of another install" : "";
      faults.push(`${nameOf(source)} ${origin} ${what} as ${nameOf(target)}`);
    }
  }
  return { pairs, faults };
};

const flip = (bytes: Buffer, at: number, bit: number): string => {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy.toString("base64url");
};

/** A value as nobody sealed it, each with what was done to it. */
const tampered = (sealed: string, otherKey: string): [what: string, text: string][] => {
  const [version = "", keyId = "", payload = ""] = sealed.split(".");
  const bytes = Buffer.from(payload, "base64url");
  const joined = (...parts: string[]): string => parts.join(".");
  const cut = (from: number, to?: number): string =>
    joined(version, keyId, bytes.subarray(from, to).toString("base64url"));
  return [
    ...Array.from({ length: 16 }, (_, at): [string, string] => [
      `with a tag of ${15 - at} bytes`,
      cut(0, bytes.length - 1 - at),
    ]),
    ...Array.from({ length: bytes.length }, (_, at): [string, string] => [
      `with byte ${at} changed`,
      joined(version, keyId, flip(bytes, at, at % 8)),
    ]),
    ["without the first byte of its nonce", cut(1)],
    ["with a byte more", joined(version, keyId, `${payload}AA`)],
    ["twice", joined(version, keyId, payload + payload)],
    ["under the key of another install", joined(version, otherKey, payload)],
    ["under no key", joined(version, "", payload)],
    ["with a letter of its key changed", joined(version, `${keyId.slice(0, -1)}!`, payload)],
    ["of version 0", joined("v0", keyId, payload)],
    ["of version 2", joined("v2", keyId, payload)],
    ["of version V1", joined("V1", keyId, payload)],
    ["without a version", joined(keyId, payload)],
    ["with a fourth part", joined(version, keyId, payload, "")],
    ["with a blank", `${sealed} `],
    ["with a line break", `${sealed}\n`],
    ["padded", `${sealed}=`],
    ["empty", ""],
    ["as text", "a secret in clear"],
  ];
};

const tamperAll = (vault: Vault, values: SealedValueRow[], otherKey: string) => {
  const faults: string[] = [];
  let tries = 0;
  for (const { place, sealed } of values) {
    for (const [what, text] of tampered(sealed, otherKey)) {
      if (text === sealed) continue;
      tries += 1;
      const outcome = opened(vault, text, place);
      if (outcome !== null) faults.push(`a value ${what} ${outcome}`);
    }
  }
  return { tries, faults };
};

const repeatedNonces = (vault: Vault, count: number): string[] => {
  const place = { table: "t", column: "c", row: "r" };
  const nonces = new Set<string>();
  for (let at = 0; at < count; at += 1) {
    const payload = vault.seal("x", place).split(".")[2] ?? "";
    nonces.add(payload.slice(0, NONCE_CHARACTERS));
  }
  return nonces.size === count ? [] : [`${count - nonces.size} of ${count} nonces came twice`];
};

/** One value of each sealed place. */
const oneOfEach = (values: SealedValueRow[]): SealedValueRow[] => [
  ...new Map(values.map((value) => [`${value.place.table}.${value.place.column}`, value])).values(),
];

/** With a foreign value in the place of one server's secret, only that server fails. */
const breakOne = async (install: Install, foreign: SealedValueRow): Promise<string[]> => {
  const victim = install.values.find(({ place }) => place.table === "vault_secrets");
  if (victim === undefined) throw new Error("there is no secret of a server");
  const replace = (from: string, to: string): void => {
    const db = createDb({ path: install.database });
    createSealedValueQueries(db).replace({ place: victim.place, sealed: from }, to);
    db.close();
  };
  replace(victim.sealed, foreign.sealed);
  try {
    return await withGateway(install, async (gateway) => {
      await gateway.listen();
      const { api } = gateway;
      const servers = await api.servers.list();
      const tested = await Promise.all(
        servers.map(async ({ name }) => ({ name, ...(await api.servers.test({ server: name })) })),
      );
      const failed = tested.filter(({ ok }) => !ok);
      const codes = failed.map(({ status }) => status.reason?.code);
      const answers = [await api.status.get(), await api.profiles.list(), await api.vault.status()];
      return failed.length === 1 && codes[0] === "secret" && answers.length === 3
        ? []
        : [`${nameOf(foreign)} as ${nameOf(victim)}: ${failed.length} fail, ${codes.join(", ")}`];
    });
  } finally {
    replace(foreign.sealed, victim.sealed);
  }
};

/** No sealed value opens anywhere but in its own place, and one that does not breaks nothing else. */
export const swaps = async (form: Form): Promise<Section> => {
  const one = await makeInstall("the secret of the first install");
  const other = await makeInstall("the secret of the second install");
  const db = createDb({ path: one.database });
  const faults: string[] = [];
  let figures: Section["figures"] = [];
  try {
    const vault = vaultOf(db, one.secret);
    await vault.ready();
    for (const { sealed, place } of one.values) vault.open(sealed, place);
    const swapped = swapAll(vault, one.values, other.values);
    const otherKey = other.values[0]?.sealed.split(".")[1] ?? "";
    const changed = tamperAll(vault, one.values, otherKey);
    const nonces = repeatedNonces(vault, NONCES[form]);
    faults.push(...swapped.faults, ...changed.faults, ...nonces);
    figures = [
      ["values", String(one.values.length)],
      ["sealed places", String(oneOfEach(one.values).length)],
      ["pairs swapped", String(swapped.pairs)],
      ["values tampered with", String(changed.tries)],
      ["nonces", String(NONCES[form])],
    ];
    vault.lock();
  } finally {
    db.close();
  }
  const foreign = [...oneOfEach(one.values.slice(1)), ...oneOfEach(other.values)];
  for (const value of form === "full" ? foreign : foreign.slice(-2)) {
    faults.push(...(await breakOne(one, value)));
  }
  return { name: "swaps", figures, faults };
};
