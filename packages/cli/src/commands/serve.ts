import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { logLevel, type SettingView } from "@local-mcp/contract";
import { closingText, isLoopbackHost } from "@local-mcp/gateway";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { integer } from "../forms.ts";
import { loadGateway } from "../load-gateway.ts";
import { plural, visible } from "../output.ts";

interface ServeOptions {
  host?: string;
  port?: number;
}

/** Serves until it is asked to stop, which is the ordinary end and therefore 0. */
const serve = async (cli: Cli, options: ServeOptions): Outcome => {
  const { io } = cli;
  const pages = pagesHere();
  const { createGateway } = await loadGateway(cli.options, io.env);
  const gateway = await createGateway({
    dataDir: cli.options.dataDir,
    configEnv: cli.options.configEnv,
    settings: {
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.port === undefined ? {} : { port: options.port }),
    },
    env: io.env,
    kind: "serve",
    pages,
    redactor: cli.redactor,
    // This very program, so that a client's configuration finds it without a PATH.
    launcher: { command: process.execPath, args: process.argv.slice(1, 2) },
    log: (line, level) => {
      if (level !== "info") io.stderr.write(`${visible(line)}\n`);
    },
  });
  try {
    const { url } = await gateway.listen();
    const { dataDir, pid, warnings } = await gateway.api.status.get();
    io.stdout.write(`${JSON.stringify({ event: "ready", url, pid, dataDir })}\n`);
    const profiles = await gateway.api.profiles.list();
    const settings = await gateway.api.settings.list();
    const open = profiles.map((profile) => `  ${profile.url ?? `${url}/mcp/${profile.slug}`}`);
    cli.note(
      profiles.length === 0
        ? `Nothing to serve yet. Make a profile: ${cli.command("profiles create SLUG --servers a,b")}`
        : `MCP clients connect to ${plural(profiles.length, "profile")}:\n${open.join("\n")}`,
    );
    cli.note(`They need a token: ${cli.command("tokens create --name NAME")}`);
    if (pages !== undefined) {
      cli.note(
        `The pages in a browser: ${url}/admin (with a token that may manage: ${cli.command("tokens create --name browser --rights use,manage")})`,
      );
    }
    noteRecording(cli, settings);
    warnOfOthers(cli, settings);
    for (const { message, wayOut } of warnings) cli.warn(`${message} ${wayOut}`);
    const { state, problem, wayOut } = await gateway.api.vault.status();
    if (state === "locked" && problem !== null) cli.warn(problem.message);
    if (state === "locked") cli.note(`The vault is locked. ${wayOut ?? ""}`);
    if (state === "lost") cli.warn(`${problem?.message ?? ""} ${wayOut ?? ""}`);
    if (!io.signal.aborted) await once(io.signal, "abort");
  } finally {
    const ended = closingText(await gateway.close());
    // `note` is silent once the command was asked to stop.
    if (ended !== null) io.stderr.write(`${ended}\n`);
  }
};

/** The built pages, which are beside the bundle of the command line; none where there is no bundle. */
const pagesHere = (): string | undefined => {
  const folder = fileURLToPath(new URL("../renderer", import.meta.url));
  return existsSync(join(folder, "index.html")) ? folder : undefined;
};

const RECORDED = {
  full: "What passes is recorded in the data directory, without the secrets that are known",
  metadata: "What is called is recorded in the data directory, without what was said",
  errors: "What goes wrong is recorded in the data directory, without the secrets that are known",
};

/** Whoever begins to serve is told what is kept of it, and how less is. */
const noteRecording = (cli: Cli, settings: readonly SettingView[]): void => {
  const level = logLevel.parse(settings.find(({ key }) => key === "logLevel")?.value);
  if (level === "off") return;
  cli.note(`${RECORDED[level]}. Record less: ${cli.command("settings set logLevel errors")}`);
};

/** Beyond this computer a token is all that keeps others out, and it travels in clear. */
const warnOfOthers = (cli: Cli, settings: readonly SettingView[]): void => {
  const host = settings.find(({ key }) => key === "host")?.value;
  if (typeof host !== "string" || isLoopbackHost(host)) return;
  cli.hint(
    `Warning: other computers can reach ${host}. They need a token, which travels unencrypted: put TLS in front.`,
  );
};

export const addServeCommand = (program: Command, act: Act): void => {
  program
    .command("serve")
    .description("run the gateway here until it is stopped")
    .option("--host <host>", "address to listen on (127.0.0.1)")
    .option("--port <port>", "port, 0 for any free one (4444)", integer("--port", 0, 65_535))
    .action(act(serve));
};
