import type { LastingStore, StoresMigrated } from "@local-mcp/gateway";
import type { Cli, Outcome } from "../cli.ts";
import { optionsHere } from "../connect.ts";
import { oneOf, usage } from "../forms.ts";
import { loadGateway } from "../load-gateway.ts";
import { oneLine, plural } from "../output.ts";
import { progressLine } from "./progress.ts";

interface MigrateOptions {
  from: LastingStore;
  to: LastingStore;
  overwrite?: boolean;
}

const TYPES: readonly LastingStore[] = ["file", "sqlite", "redis", "postgres"];
const PHASES = { copy: "Copying", compare: "Comparing" } as const;

/** Where each of them is, is said by these, since others see the words of a command. */
const PLACES = "REDIS_URL, MCP_TS_STORAGE_FILE, MCP_TS_STORAGE_SQLITE or MCP_TS_STORAGE_POSTGRES";

/** A reader of a store; what is none is never repeated where it may hold a password. */
export const storeType =
  (option: string) =>
  (text: string): LastingStore => {
    if (/[/:@]/.test(text)) {
      throw usage(`${option} takes ${TYPES.join(", ")}. Where it is, ${PLACES} says.`);
    }
    if (text === "memory") {
      throw usage(`${option} memory: what is in memory is known to its gateway alone.`);
    }
    return oneOf(option, TYPES)(text);
  };

const migratedText = ({ from, to, copied, replaced, same, expired }: StoresMigrated): string =>
  [
    `${plural(copied, "session")} copied from ${oneLine(from)} to ${oneLine(to)}, read again and compared.`,
    ...(replaced > 0 ? [`${replaced} of them replaced what was there.`] : []),
    ...(same > 0
      ? [`${plural(same, "session")} ${same === 1 ? "was" : "were"} there already.`]
      : []),
    ...(expired > 0 ? [`${plural(expired, "expired one")} stayed behind.`] : []),
  ].join("\n");

export const migrate = async (
  cli: Cli,
  { from, to, overwrite: overwrites = false }: MigrateOptions,
): Outcome => {
  if (cli.options.gateway !== undefined) {
    throw usage("sessions migrate works on the stores themselves, and not through a gateway.");
  }
  if (from === to) throw usage("--from and --to are the same store.");
  const { dataDir, configEnv, env } = optionsHere(cli.io, cli.options, cli.redactor);
  const { migrateStore } = await loadGateway(cli.options, env);
  const line = progressLine(cli);
  const { signal } = cli.io;
  try {
    const migrated = await migrateStore(
      { dataDir, configEnv, env },
      { from, to },
      {
        overwrites,
        signal,
        onProgress: (done, total, phase) => line.show(PHASES[phase], done / total),
      },
    );
    line.end();
    cli.answer(migrated, migratedText(migrated));
    if (migrated.copied > 0) cli.hint("Those that were copied are still where they were.");
  } finally {
    line.end();
  }
};
