import {
  type PastedServer,
  type Recognition,
  type ServerImportRow,
  serverName,
} from "@local-mcp/contract";
import { count } from "../../components/time.ts";

/** What a person changed of one recognised server; all else follows from the text. */
export interface PasteEdit {
  name?: string;
  chosen?: boolean;
  /** Environment variables that are no secrets. */
  plain?: string[];
}

/** One recognised server as it would be added. */
export interface PasteRow {
  index: number;
  /** Keeps the edit with its server while the text around it changes. */
  key: string;
  server: PastedServer;
  name: string;
  chosen: boolean;
  plain: string[];
  /** Why it cannot be added under this name, as a sentence. */
  nameProblem: string | null;
}

const keyOf = (server: PastedServer, index: number): string => `${index}:${server.original}`;

/** @param names of all servers that are there already */
export function pasteRows(
  servers: readonly PastedServer[],
  edits: Readonly<Record<string, PasteEdit>>,
  names: ReadonlySet<string>,
): PasteRow[] {
  const rows = servers.map((server, index) => {
    const key = keyOf(server, index);
    const edit = edits[key] ?? {};
    const usable = server.problem === null && server.config !== null;
    return {
      index,
      key,
      server,
      name: edit.name ?? server.name ?? "",
      chosen: usable && (edit.chosen ?? (edit.name !== undefined || !server.taken)),
      plain: edit.plain ?? [],
    };
  });
  const uses = new Map<string, number>();
  for (const { chosen, name } of rows) if (chosen) uses.set(name, (uses.get(name) ?? 0) + 1);
  return rows.map((row) => ({
    ...row,
    nameProblem: nameProblem(row.name, names) ?? usedTwice(row, uses),
  }));
}

/** Why no server can be added under this name, as a sentence. */
export function nameProblem(name: string, names: ReadonlySet<string>): string | null {
  const parsed = serverName.safeParse(name);
  if (!parsed.success) return parsed.error.issues[0]?.message ?? null;
  return names.has(name)
    ? `There is a server “${name}” already. Give this one another name.`
    : null;
}

const usedTwice = (
  { chosen, name }: { chosen: boolean; name: string },
  uses: ReadonlyMap<string, number>,
): string | null =>
  chosen && (uses.get(name) ?? 0) > 1
    ? `“${name}” is used more than once here. Give each server its own name.`
    : null;

export const chosenRows = (rows: readonly PasteRow[]): PasteRow[] =>
  rows.filter(({ chosen }) => chosen);

/** Whether every chosen server can be added as it stands, and there is one. */
export const canAdd = (rows: readonly PasteRow[]): boolean =>
  chosenRows(rows).length > 0 && chosenRows(rows).every((row) => row.nameProblem === null);

/** How many values of a server move to the vault. */
export function secretsOf({ server, plain }: Pick<PasteRow, "server" | "plain">): number {
  const { config } = server;
  if (config === null) return 0;
  return config.transport === "stdio"
    ? config.env.filter((name) => !plain.includes(name)).length + marksIn(config.args.join("\n"))
    : config.headers.length + marksIn(config.url);
}

const marksIn = (text: string): number => text.split("${secret:").length - 1;

const FORMS: Record<NonNullable<Recognition["form"]>, string> = {
  command: "a command",
  claude_command: "a “claude mcp add” line",
  client_json: "JSON of a client",
  client_toml: "TOML of a client",
  url: "a URL",
};

/** “Recognised as JSON of a client: 6 servers.” */
export const recognised = ({ form, servers }: Recognition): string | null =>
  form === null || servers.length === 0
    ? null
    : `Recognised as ${FORMS[form]}: ${count(servers.length, "server")}.`;

/** “3 servers added, 1 was not” */
export function resultTitle(rows: readonly ServerImportRow[]): string {
  const added = rows.filter(({ outcome }) => outcome === "added").length;
  const others = rows.length - added;
  if (added === 0) return "No server was added";
  const rest = others === 0 ? "" : `, ${others} ${others === 1 ? "was" : "were"} not`;
  return `${count(added, "server")} added${rest}`;
}
