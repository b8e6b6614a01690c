import { serverLimits, type ServerLimits, type Transport } from "@local-mcp/contract";
import { SETTING_ROWS, type SettingRow } from "../settings/setting-table.ts";
import { readValue, shownValue } from "../settings/setting-values.ts";

type LimitKey = keyof ServerLimits;
/** A server's limits as they are written, in the unit of the setting; empty follows the setting. */
export type LimitTexts = Record<LimitKey, string>;
type LimitRow = SettingRow & { key: LimitKey };

const isLimit = (row: SettingRow): row is LimitRow => row.key in serverLimits.shape;

/** Limits that a server can have of its own, as the settings present them, in their order. */
const LIMIT_ROWS: readonly LimitRow[] = SETTING_ROWS.filter(isLimit);

/** Only what runs on this computer can be stopped. */
export const limitRowsOf = (transport: Transport): readonly LimitRow[] =>
  LIMIT_ROWS.filter(({ key }) => key !== "idleStopMs" || transport === "stdio");

export const LIMIT_KEYS: readonly LimitKey[] = LIMIT_ROWS.map(({ key }) => key);

/** What is stored, as it stands in the fields. */
export function limitTexts(limits: ServerLimits): LimitTexts {
  const text = (key: LimitKey): string => {
    const value = limits[key];
    const row = LIMIT_ROWS.find((one) => one.key === key);
    return value === undefined || row === undefined ? "" : shownValue(row, value);
  };
  return {
    startTimeoutMs: text("startTimeoutMs"),
    callTimeoutMs: text("callTimeoutMs"),
    maxConcurrentCalls: text("maxConcurrentCalls"),
    idleStopMs: text("idleStopMs"),
  };
}

/** What is to be stored of what is written, and what is wrong with it, by field. */
export function readLimits(texts: LimitTexts): {
  limits: ServerLimits;
  problems: Partial<Record<LimitKey, string>>;
} {
  const read = LIMIT_ROWS.filter(({ key }) => texts[key].trim() !== "").map((row) => ({
    key: row.key,
    ...readValue(row, texts[row.key]),
  }));
  const limits = read.filter(({ problem }) => problem === null);
  const problems = read.filter(({ problem }) => problem !== null);
  return {
    limits: serverLimits.parse(Object.fromEntries(limits.map(({ key, value }) => [key, value]))),
    problems: Object.fromEntries(problems.map(({ key, problem }) => [key, problem])),
  };
}
