import { resolve } from "node:path";
import {
  AUDIT_WORDS,
  type AuditDetail,
  type AuditEntry,
  type AuditFilter,
  type AuditPage,
} from "@local-mcp/contract";
import { writePrivate } from "@local-mcp/gateway";
import type { Command } from "commander";
import type { Act, Cli, Outcome } from "../cli.ts";
import { integer, usage } from "../forms.ts";
import { dateTime, plural, table, visible } from "../output.ts";

interface FilterOptions {
  since?: number;
  action?: string;
  actor?: string;
  subject?: string;
}
interface ListOptions extends FilterOptions {
  limit?: number;
}
interface ExportOptions extends FilterOptions {
  output?: string;
  force?: boolean;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** `30m`, `12h`, `2d` or `1w` ago, or a date, with a time or from its midnight here: ms since 1970. */
const moment = (text: string): number => {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const size = Object.entries(UNITS).find(([name]) => name === unit)?.[1];
  if (count !== undefined && size !== undefined) {
    return Math.max(0, Date.now() - Number(count) * size);
  }
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const isMoment = isDay || /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text);
  const at = isMoment ? Date.parse(isDay ? `${text}T00:00` : text) : Number.NaN;
  if (at >= 0) return at;
  throw usage(`--since takes a time such as 2d, 12h or 2026-11-21, not “${text}”.`);
};

const filterOf = ({ since, action, actor, subject }: FilterOptions): AuditFilter => ({
  from: since,
  action,
  actor,
  subject,
});

const valueText = (value: AuditDetail[string]): string =>
  Array.isArray(value) ? value.join(", ") : value === null ? "none" : String(value);

/** `title: Old → New; env.KEY: set`. What has a value of its own is not named twice. */
export const detailText = (detail: AuditDetail): string => {
  const { changed, ...values } = detail;
  const named = Array.isArray(changed) ? changed.filter((name) => !(name in values)) : [];
  const words = Object.entries(values).flatMap(([name, value]) => {
    if (name.endsWith(".before") && name.slice(0, -".before".length) in values) return [];
    if (Array.isArray(value) && value.length === 0) return [];
    const before = values[`${name}.before`];
    const from = before === undefined ? "" : `${valueText(before)} → `;
    return [`${name}: ${from}${valueText(value)}`];
  });
  return [...(named.length > 0 ? [`changed: ${named.join(", ")}`] : []), ...words].join("; ");
};

const actorText = ({ actor: { kind, name } }: AuditEntry): string =>
  kind === "gateway" ? name : `${kind}: ${name}`;

const entryTable = (cli: Cli, { entries }: AuditPage): string =>
  entries.length === 0
    ? "Nothing of the kind is recorded."
    : table(
        ["TIME", "WHO", "WHAT", "OF", "DETAIL"],
        entries.map((entry) => [
          dateTime(entry.at),
          actorText(entry),
          AUDIT_WORDS[entry.action] + (entry.outcome === "ok" ? "" : " (failed)"),
          entry.subject?.name ?? entry.subject?.kind ?? "",
          detailText(entry.detail),
        ]),
        cli.width,
      );

const list = (cli: Cli, { limit, ...options }: ListOptions): Outcome =>
  cli.use(async (api) => {
    const page = await api.audit.list({ ...filterOf(options), limit });
    cli.answer(page, entryTable(cli, page));
    if (page.next !== null) {
      cli.hint(`There are older ones: --limit N, or all of them: ${cli.command("audit export")}`);
    }
  });

const exportAll = (cli: Cli, { output, force, ...options }: ExportOptions): Outcome =>
  cli.use(async (api) => {
    const { text, entries } = await api.audit.export(filterOf(options));
    if (output === undefined) {
      cli.answer({ text, entries }, visible(text.trimEnd()));
      return;
    }
    const path = resolve(cli.io.cwd, output);
    writePrivate(path, text, { overwrite: force === true });
    cli.answer(
      { path, entries },
      `Wrote ${plural(entries, "entry", "entries")} of the audit log to ${path}.`,
    );
  });

const withFilter = (command: Command): Command =>
  command
    .option("--since <time>", "from then on: 30m, 12h, 2d, 1w ago, or a date", moment)
    .option("--action <action>", "one action, or how it begins, such as server.")
    .option("--actor <name>", "name of a token, or app, cli, token or gateway")
    .option("--subject <name>", "name or id of a server, profile, token or setting");

export const addAuditCommands = (program: Command, act: Act): void => {
  const audit = program.command("audit").description("who changed what, and when");

  withFilter(audit.command("list").description("the newest entries of the audit log"))
    .option("--limit <number>", "how many, up to 500 (100)", integer("--limit", 1, 500))
    .action(act(list));

  withFilter(audit.command("export").description("all entries as JSON Lines, oldest first"))
    .option("--output <file>", "write them to a file that only you can read")
    .option("--force", "overwrite the file")
    .action(act(exportAll));
};
