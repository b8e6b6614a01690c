import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { createDb, resources } from "@local-mcp/database";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { MARKER } from "../canaries/samples.ts";
import { DATABASE, type State, stateOf } from "./state.ts";

/** Values that may lie nowhere in clear, each to be found by an id of its own. */
export const CANARIES = {
  passphrase: `quiet ${MARKER}pas001 lantern`,
  environment: `the key ${MARKER}env001 of the vault`,
  variable: `${MARKER}var001-of-a-server`,
  header: `Bearer ${MARKER}hdr001`,
};
/** No secret, and therefore seen by whoever looks for it. */
export const CONTROL = `${MARKER}ctl001`;

export const PASSPHRASE = CANARIES.passphrase;

/** What a gateway over a staged directory is started with. */
export const environmentOf = (dataDir: string): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: dirname(dataDir),
  TMPDIR: process.env.TMPDIR,
  AUTH_ENCRYPTION_SECRET: CANARIES.environment,
});

/** Runs something with the gateway over a directory, in this process. */
export async function withGateway<T>(
  dataDir: string,
  work: (gateway: Gateway) => Promise<T>,
  env: NodeJS.ProcessEnv = environmentOf(dataDir),
): Promise<T> {
  const gateway = await createGateway({ dataDir, kind: "cli", env });
  try {
    return await work(gateway);
  } finally {
    await gateway.close();
  }
}

export interface StageOptions {
  /** What its server runs as, and that it is turned on; without it nothing is ever started. */
  server?: { command: string; args: string[] };
  /** So much more is in the database, bytes. */
  ballast?: number;
}

const PIECE = 1024 * 1024;

function addBallast(dataDir: string, bytes: number): void {
  const db = createDb({ path: join(dataDir, DATABASE) });
  for (let at = 0; at < bytes; at += PIECE) {
    const name = `ballast-${at}`;
    const binaryContent = randomBytes(Math.min(PIECE, bytes - at));
    db.insert(resources)
      .values({ uri: `file:///${name}`, name, binaryContent })
      .run();
  }
  db.close();
}

/** Servers with secrets, and enough beside them that the database takes more than a page. */
async function configure({ api }: Gateway, { server }: StageOptions): Promise<void> {
  await api.servers.create({
    name: "first",
    title: CONTROL,
    config: {
      transport: "stdio",
      ...(server ?? { command: process.execPath, args: ["--version"] }),
      env: { KEY: { value: CANARIES.variable } },
    },
    enabled: server !== undefined,
    confirmed: true,
  });
  await api.servers.create({
    name: "second",
    config: {
      transport: "http",
      url: "https://server.example/mcp",
      headers: { authorization: CANARIES.header },
    },
    enabled: false,
  });
  await api.profiles.create({ slug: "staged", servers: ["first"], allowWithoutToken: true });
}

/**
 * A data directory with a backup, and with changes since it was made.
 *
 * @returns what there was when it was made
 */
export async function makeDirectory(dataDir: string, options: StageOptions = {}): Promise<State> {
  await withGateway(dataDir, (gateway) => configure(gateway, options));
  addBallast(dataDir, options.ballast ?? 0);
  const database = join(dataDir, DATABASE);
  return withGateway(dataDir, async ({ api }) => {
    await api.backups.create({ passphrase: PASSPHRASE });
    const saved = stateOf(database);
    await api.servers.remove({ server: "second" });
    await api.profiles.create({ slug: "later", servers: ["first"] });
    return saved;
  });
}
