import { settings, settingsUpdate, type SettingView } from "@local-mcp/contract";
import { z } from "zod";
import type { SettingRow, Unit } from "./setting-table.ts";

export type SettingValue = SettingView["value"];

/** What a field holds for a stored value: 30000 ms is 30 where the unit is seconds. */
export function shownValue({ control }: Pick<SettingRow, "control">, value: SettingValue): string {
  return control.kind === "number" && typeof value === "number"
    ? inUnit(value, control.unit)
    : String(value);
}

/** The value of what was typed, or what is wrong with it, as a sentence. */
export function readValue(
  { key, control }: Pick<SettingRow, "key" | "control">,
  text: string,
): { value: SettingValue; problem: null } | { value: null; problem: string } {
  const refuse = (problem: string) => ({ value: null, problem });
  const trimmed = text.trim();
  if (control.kind !== "number") {
    const parsed = settingsUpdate.shape[key].safeParse(trimmed);
    if (parsed.success) return { value: trimmed, problem: null };
    return refuse(
      key === "host"
        ? "Write an address, for example 127.0.0.1."
        : (parsed.error.issues[0]?.message ?? "This cannot be used."),
    );
  }
  const { unit } = control;
  const typed = trimmed === "" ? Number.NaN : Number(trimmed);
  if (!Number.isFinite(typed)) return refuse("Write a number, for example 30.");
  if (unit === null && !Number.isInteger(typed)) return refuse("Write a whole number.");
  const value = Math.round(typed * (unit?.size ?? 1));
  return settingsUpdate.shape[key].safeParse(value).success
    ? { value, problem: null }
    : refuse(rangeOf(key, unit));
}

function rangeOf(key: SettingRow["key"], unit: Unit | null): string {
  const schema = settings.shape[key].unwrap();
  if (!(schema instanceof z.ZodNumber)) return "This cannot be used.";
  const { minValue, maxValue } = schema;
  const show = (value: number | null): string =>
    (Number(value) / (unit?.size ?? 1)).toLocaleString("en", { maximumSignificantDigits: 5 });
  return `Between ${show(minValue)} and ${show(maxValue)}${unit ? ` ${unit.word}` : ""}.`;
}

/** As many digits as make the same value again. */
const inUnit = (value: number, unit: Unit | null): string =>
  String(Number((value / (unit?.size ?? 1)).toPrecision(12)));

/** The same on the command line. */
export const commandFor = ({ key, value }: Pick<SettingView, "key" | "value">): string =>
  `settings set ${key} ${/^[\w./:-]+$/.test(String(value)) ? String(value) : `"${String(value)}"`}`;

const PLACES: Partial<Record<SettingView["source"], string>> = {
  argument: "Given when the gateway was started",
  environment: "Set in the environment",
  ".env": "Set by .env in the data folder",
};
const VARIABLES: Partial<Record<SettingView["key"], string>> = { port: "PORT", host: "HOST" };

/** Where a value comes from that cannot be changed here; null where it can. */
export function decidedBy({ key, source }: Pick<SettingView, "key" | "source">): string | null {
  const place = PLACES[source];
  if (place === undefined) return null;
  const variable = source === "argument" ? undefined : VARIABLES[key];
  return `${place}${variable ? ` (${variable})` : ""}, which goes before what is stored.`;
}

/** Whether a person has set it. */
export const isChanged = ({ source }: Pick<SettingView, "source">): boolean => source === "stored";

/** Whether only this computer can reach an address. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);
