import { type DoctorFinding, type GatewayStatus, STATE_WORDS } from "@local-mcp/contract";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { toGatewayError } from "../errors.ts";
import { dateTime, facts, table } from "../output.ts";
import { stateNote, trouble } from "./server-views.ts";
import { VAULT_WORDS } from "./vault-views.ts";

const statusText = (status: GatewayStatus, running: boolean): string => {
  const head = facts([
    ["Gateway", status.summary],
    ["URL", status.url],
    ["Process", running ? `${status.pid}, since ${dateTime(status.startedAt)}` : null],
    ["Version", status.version],
    ["Data", status.dataDir],
    ["Active profile", status.activeProfile ?? "none"],
    ["Sessions", running ? String(status.sessions) : null],
    ["Vault", VAULT_WORDS[status.vault]],
  ]);
  if (status.servers.length === 0) return head;
  const servers = table(
    ["SERVER", "STATE", "REASON"],
    status.servers.map((server) => [
      server.name,
      STATE_WORDS[server.status.state],
      trouble(server.status) ??
        server.status.signIn?.message ??
        stateNote(server.status, running) ??
        "",
    ]),
  );
  return `${head}\n\n${servers}`;
};

const status = (cli: Cli): Outcome =>
  cli.use(async (api, { running }) => {
    const now = await api.status.get();
    cli.answer(now, statusText(now, running));
    for (const { message, wayOut } of now.warnings) cli.hint(`Warning: ${message} ${wayOut}`);
  });

const LEVEL_WORDS = { ok: "ok", note: "note", problem: "PROBLEM" } as const;

const findingText = ({ level, area, message, wayOut }: DoctorFinding): string =>
  `${LEVEL_WORDS[level].padEnd(7)}  ${area.padEnd(8)}  ${message}` +
  (wayOut === null ? "" : `\n${" ".repeat(19)}${wayOut}`);

/** What stands in the way of a gateway, where none can be asked. */
const closedFindings = (error: unknown): DoctorFinding[] => {
  const { code, message, wayOut } = toGatewayError(error);
  if (SESSION_STORE_CODES.includes(code)) {
    return [{ area: "sessions", level: "problem", message, wayOut }];
  }
  if (!DATABASE_CODES.includes(code)) throw error;
  return [{ area: "data", level: "problem", message, wayOut }];
};
const SESSION_STORE_CODES: readonly string[] = [
  "session_store_unknown",
  "session_store_unset",
  "session_store_url",
];
const DATABASE_CODES: readonly string[] = [
  "database_damaged",
  "database_newer",
  "database_restorable",
];

const doctor = async (cli: Cli): Outcome => {
  const findings = await cli
    .use(async (api) => (await api.status.doctor()).findings)
    .catch(closedFindings);
  cli.answer({ findings }, findings.map(findingText).join("\n"));
  return findings.some((finding) => finding.level === "problem") ? 1 : 0;
};

export const addStatusCommands = (program: Command, act: Act): void => {
  program
    .command("status")
    .description("what the gateway and its servers do right now")
    .action(act(status));

  program
    .command("doctor")
    .description("look for what is wrong, and say where each setting comes from")
    .action(act(doctor));
};
