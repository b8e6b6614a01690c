import type {
  GatewayStatus,
  LogState,
  Problem,
  SettingView,
  VaultStatus,
} from "@local-mcp/contract";
import { count } from "../../components/time.ts";
import { opensByHand, whyLocked } from "../settings/vault-words.ts";

/** What is wrong with the whole, worst first. Each has its banner. */
export type WholeProblem =
  | { kind: "link_lost" }
  | { kind: "port_taken"; message: string; other: number }
  | { kind: "not_serving"; problem: Problem }
  | { kind: "vault_locked"; waiting: number; why: string[]; opensByHand: boolean }
  | { kind: "vault_lost"; waiting: number; secrets: number }
  | { kind: "vault_weak"; why: string }
  /** Sessions cannot be stored where they were to be. */
  | { kind: "sessions"; problem: Problem }
  /** Automatic backups are late, or have no place to go. */
  | { kind: "backups"; problem: Problem }
  /** Debug logs are not recorded, or not all of them. */
  | { kind: "logs"; problem: Problem }
  /** Nothing is recorded, as somebody chose. */
  | { kind: "logs_off" }
  /** It serves, and something about that has to be known. */
  | { kind: "warned"; problem: Problem };

/** Where the keychain itself does not say why it cannot be used. */
const NO_KEYCHAIN =
  "This system has no keychain, so secrets would be readable on disk. None has been stored.";

interface Facts {
  connection: "connecting" | "live" | "lost";
  /** Undefined while it is not known yet; nothing is claimed then. */
  status: GatewayStatus | undefined;
  vault: VaultStatus | undefined;
  logsOff?: boolean;
}

/**
 * Whether it is said on a page that nothing is recorded. Whoever turned it off knows, so it is where
 * logs are looked for; the page without any says it in their place.
 */
export const saysLogsOff = (
  page: string,
  logs: Pick<LogState, "level" | "rows"> | undefined,
): boolean => logs?.level === "off" && (page === "overview" || (page === "logs" && logs.rows > 0));

export function wholeProblems({
  connection,
  status,
  vault,
  logsOff = false,
}: Facts): WholeProblem[] {
  const problems: WholeProblem[] = [];
  if (connection === "lost") problems.push({ kind: "link_lost" });
  if (status?.problem) problems.push(endpointProblem(status.problem));
  const waiting = status?.servers.filter((server) => server.status.state === "locked").length ?? 0;
  if (vault?.state === "lost")
    problems.push({ kind: "vault_lost", waiting, secrets: vault.secrets });
  if (vault?.state === "locked")
    problems.push({
      kind: "vault_locked",
      waiting,
      why: whyLocked(vault).slice(0, 1),
      opensByHand: opensByHand(vault),
    });
  if (vault?.state === "missing" && vault.keychain?.available === false)
    problems.push({ kind: "vault_weak", why: vault.keychain.problem ?? NO_KEYCHAIN });
  const warnings = status?.warnings ?? [];
  const unstored = warnings.find(isOfSessions);
  if (unstored) problems.push({ kind: "sessions", problem: unstored });
  const late = warnings.find(isOfBackups);
  if (late) problems.push({ kind: "backups", problem: late });
  const unrecorded = warnings.find(isOfLogs);
  if (unrecorded) problems.push({ kind: "logs", problem: unrecorded });
  if (logsOff) problems.push({ kind: "logs_off" });
  const other = warnings.find(
    (warning) => !isOfSessions(warning) && !isOfBackups(warning) && !isOfLogs(warning),
  );
  if (other) problems.push({ kind: "warned", problem: other });
  return problems;
}

const isOfSessions = ({ code }: Problem): boolean => code === "session_store_down";

const isOfBackups = ({ code }: Problem): boolean => code.startsWith("backup_");

/** The worst first: one that has stopped. */
const isOfLogs = ({ code }: Problem): boolean => code === "logs_stopped" || code === "logs_dropped";

function endpointProblem(problem: Problem): WholeProblem {
  const other = Number(problem.params.other);
  return problem.code === "port_taken" && Number.isInteger(other)
    ? { kind: "port_taken", message: problem.message, other }
    : { kind: "not_serving", problem };
}

/** “3 servers wait for their secrets; the others work.” */
export function waitingForVault(waiting: number): string {
  if (waiting === 0) return "No server waits for it now. New secrets cannot be stored.";
  return waiting === 1
    ? "1 server waits for its secrets; the others work."
    : `${count(waiting, "server")} wait for their secrets; the others work.`;
}

/**
 * Whether a port chosen here would be used. One that was given at the start goes before what is
 * stored.
 */
export const portIsOurs = (settings: SettingView[]): boolean =>
  settings.some(({ key, source }) => key === "port" && ["stored", "default"].includes(source));
