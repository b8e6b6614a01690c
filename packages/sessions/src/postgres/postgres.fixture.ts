import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "pg";
import { freePort } from "../free-port.fixture.ts";

const DEBIAN = "/usr/lib/postgresql";

/** Where the programs of the newest PostgreSQL are. */
const binaries = (): string => {
  const [newest] = existsSync(DEBIAN)
    ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a))
    : [];
  if (newest === undefined) throw new Error("PostgreSQL is needed: apt-get install postgresql");
  return join(DEBIAN, newest, "bin");
};

const isRoot = process.getuid?.() === 0;

/** PostgreSQL does not run as root. */
const asUser = (program: string, args: string[]): [string, string[]] =>
  isRoot
    ? ["setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program, ...args]]
    : [program, args];

const run = (program: string, args: string[]): void => {
  const [command, argv] = asUser(program, args);
  execFileSync(command, argv, { stdio: ["ignore", "ignore", "inherit"], cwd: "/" });
};

const give = (directory: string): void => {
  if (!isRoot) return;
  const [uid, gid] = ["-u", "-g"].map((flag) => Number(execFileSync("id", [flag, "postgres"])));
  chownSync(directory, uid ?? 0, gid ?? 0);
};

export const PASSWORD = "CANARY-p@ss:word/?#%";

export interface PostgresServer {
  port: number;
  /** `postgresql://…` of a superuser, to one of its databases. */
  url(database?: string): string;
  /** Makes an empty database, and says its URL. */
  fresh(): Promise<string>;
  /** Runs statements as the superuser. */
  sql(text: string, database?: string): Promise<unknown[]>;
  /** Ends it as the signal does, and waits until it has ended. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on its port; as a standby it is read only until `pg_promote()`. */
  start(options?: { isStandby?: boolean }): Promise<void>;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

interface Options {
  /** Lines of postgresql.conf beside the tests' own. */
  settings?: Record<string, string>;
  /** Asks for {@link PASSWORD}; else whoever comes over loopback is let in. */
  asksPassword?: boolean;
  /** Waits for the disk, where a test is about crashes. */
  isDurable?: boolean;
  /** Offers TLS, with a certificate for “localhost” and 127.0.0.1 of the authority in TLS_AUTHORITY. */
  offersTls?: boolean;
}

const tlsFile = (name: string): string =>
  fileURLToPath(new URL(`../../../../e2e/fixtures/tls/${name}`, import.meta.url));

export const TLS_AUTHORITY = tlsFile("ca.pem");

/** The server insists that only its own user can read its key. */
const offerTls = (directory: string): Record<string, string> => {
  const [certificate, key] = ["server.pem", "server-key.pem"].map((name) => {
    const copy = join(directory, name);
    writeFileSync(copy, readFileSync(tlsFile(name)), { mode: 0o600 });
    give(copy);
    return copy;
  });
  return { ssl: "on", ssl_cert_file: certificate ?? "", ssl_key_file: key ?? "" };
};

/** A real PostgreSQL on a free loopback port, in a directory of its own. */
export const startPostgres = async (options: Options = {}): Promise<PostgresServer> => {
  const bin = binaries();
  const directory = mkdtempSync(join(tmpdir(), "postgres-"));
  give(directory);
  const data = join(directory, "data");
  const secret = join(directory, "password");
  run("sh", ["-c", `umask 077; printf %s "$1" > "$2"`, "sh", PASSWORD, secret]);
  run(join(bin, "initdb"), [
    `--pgdata=${data}`,
    "--username=owner",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--no-sync",
    `--auth=${options.asksPassword ? "scram-sha-256" : "trust"}`,
    `--pwfile=${secret}`,
  ]);
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: directory,
    fsync: options.isDurable ? "on" : "off",
    shared_buffers: "64MB",
    ...(options.offersTls && offerTls(directory)),
    ...options.settings,
  };
  let child: ChildProcess | undefined;

  const url = (database = "postgres"): string =>
    `postgresql://owner:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/${database}`;

  const sql = async (text: string, database?: string): Promise<unknown[]> => {
    const client = new Client({ connectionString: url(database) });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };

  const start: PostgresServer["start"] = async ({ isStandby = false } = {}) => {
    if (isStandby) run("touch", [join(data, "standby.signal")]);
    const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const [command, argv] = asUser(join(bin, "postgres"), ["-D", data, ...flags]);
    const starting = spawn(command, argv, { stdio: ["ignore", "ignore", "pipe"], cwd: "/" });
    child = starting;
    let said = "";
    starting.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = once(starting, "exit").then(() => "ended");
    while (!/ready to accept (read-only )?connections/.test(said)) {
      const next = once(starting.stderr, "data").then(() => "more");
      if ((await Promise.race([ended, next])) === "ended") throw new Error(said);
    }
  };

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null) return;
    const ended = once(ending, "exit");
    ending.kill(signal);
    await ended;
  };

  let made = 0;
  await start();
  return {
    port,
    url,
    sql,
    fresh: async () => {
      made += 1;
      await sql(`CREATE DATABASE fresh_${made}`);
      return url(`fresh_${made}`);
    },
    kill,
    start,
    stop: async () => {
      // “Fast”: what is connected is cut off. https://www.postgresql.org/docs/current/server-shutdown.html
      await kill("SIGINT");
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
