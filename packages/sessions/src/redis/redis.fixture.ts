import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../free-port.fixture.ts";

const PROGRAM = "/usr/bin/redis-server";

/** Of the user that may use our keys only, and of who may do everything. */
export const PASSWORD = "CANARY-p@ss:word/?#%";
export const USER = "sessions:user";

export interface RedisServer {
  port: number;
  /** To its database of that number, by the way that it was started for. */
  url(database?: number): string;
  /** Runs a command as redis-cli does, and says what it printed. */
  cli(...command: string[]): string;
  /** Ends or stops it as the signal does; where it ends, waits until it has. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts it again on its port, with what it has on its disk. */
  start(): Promise<void>;
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

interface Options {
  /** Speaks TLS only, with a certificate of its own for localhost. */
  isTls?: boolean;
  /** Asks for {@link USER} and {@link PASSWORD}; that user may use our keys only. */
  asksPassword?: boolean;
  /** Waits for the disk at every write, where a test is about crashes. */
  isDurable?: boolean;
}

/** A certificate that is signed by itself. */
const certify = (directory: string): { cert: string; key: string } => {
  const [cert, key] = [join(directory, "cert.pem"), join(directory, "key.pem")];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"].concat(
      ["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"],
      ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  return { cert, key };
};

/** A real Redis on a free loopback port, in a directory of its own. */
export const startRedis = async (options: Options = {}): Promise<RedisServer> => {
  if (!existsSync(PROGRAM)) throw new Error("Redis is needed: npm run setup:system");
  const directory = mkdtempSync(join(tmpdir(), "redis-"));
  const port = await freePort();
  const tls = options.isTls ? certify(directory) : null;
  const flags = [
    "--bind",
    "127.0.0.1",
    "--dir",
    directory,
    "--save",
    "",
    ...(options.isDurable ? ["--appendonly", "yes", "--appendfsync", "always"] : []),
    ...(tls
      ? ["--port", "0", "--tls-port", String(port), "--tls-auth-clients", "no"].concat([
          "--tls-cert-file",
          tls.cert,
          "--tls-key-file",
          tls.key,
          "--tls-ca-cert-file",
          tls.cert,
        ])
      : ["--port", String(port)]),
  ];
  let child: ChildProcess | undefined;

  const cli = (...command: string[]): string => {
    const how = [
      "-h",
      "127.0.0.1",
      "-p",
      String(port),
      "--no-auth-warning",
      ...(tls ? ["--tls", "--cacert", tls.cert] : []),
      ...(options.asksPassword ? ["--user", "owner", "--pass", PASSWORD] : []),
    ];
    return execFileSync("redis-cli", [...how, ...command], { encoding: "utf8" }).trim();
  };

  /** On standard input, as passwords are in no argument. */
  const settings = options.asksPassword
    ? [
        "user default off",
        `user owner on >${PASSWORD} allkeys allchannels allcommands`,
        `user ${USER} on >${PASSWORD} ~{local-mcp}:* &{local-mcp}:* +@all -@admin -@dangerous +info`,
      ].join("\n")
    : "";

  const start = async (): Promise<void> => {
    const starting = spawn(PROGRAM, ["-", ...flags], { stdio: ["pipe", "pipe", "inherit"] });
    child = starting;
    starting.stdin.end(settings);
    let said = "";
    await new Promise<void>((resolve, reject) => {
      starting.once("exit", () => reject(new Error(said)));
      starting.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("Ready to accept connections")) resolve();
      });
    });
  };

  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    if (signal !== "SIGSTOP" && signal !== "SIGCONT") await ended;
  };

  await start();
  return {
    port,
    url: (database = 0) => {
      const user = `${encodeURIComponent(USER)}:${encodeURIComponent(PASSWORD)}@`;
      const query = tls ? `?cacert=${encodeURIComponent(tls.cert)}` : "";
      const scheme = tls ? "rediss" : "redis";
      return `${scheme}://${options.asksPassword ? user : ""}127.0.0.1:${port}/${database}${query}`;
    },
    cli,
    kill,
    start,
    stop: async () => {
      await kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
