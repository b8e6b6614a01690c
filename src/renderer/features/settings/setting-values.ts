import { settings, settingsUpdate, type SettingView } from "@local-mcp/contract";
import { z } from "zod";
import type { NumberControl, SettingRow } from "./setting-table.ts";

export type SettingValue = SettingView["value"];

/** What a field holds for a stored value: 30000 ms is 30 where the unit is seconds. */
export function shownValue({ control }: Pick<SettingRow, "control">, value: SettingValue): string {
  if (control.kind !== "number" || typeof value !== "number") return String(value);
  return value === 0 && control.zero ? control.zero.word : inUnit(value, control);
}

/** The same as people say it: “30 seconds”. */
export function saidValue(row: Pick<SettingRow, "control">, value: SettingValue): string {
  const shown = shownValue(row, value);
  const unit = unitOf(row);
  if (shown === "") return "nothing";
  return unit === null || Number.isNaN(Number(shown)) ? shown : `${shown} ${unit}`;
}

const unitOf = ({ control }: Pick<SettingRow, "control">): string | null =>
  control.kind === "number" ? (control.unit?.word ?? null) : null;

/** The label of a field: with the unit of what is written in it. */
export const labelOf = (row: Pick<SettingRow, "control" | "label">): string => {
  const unit = unitOf(row);
  return unit === null ? row.label : `${row.label} (${unit})`;
};

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
  if (control.zero && trimmed.toLowerCase() === control.zero.word) {
    return { value: 0, problem: null };
  }
  const typed = numberOf(trimmed);
  if (typed === null) return refuse(`Write a number, for example 30${orZero(control)}.`);
  if (control.unit === null && !Number.isInteger(typed)) return refuse("Write a whole number.");
  const value = Math.round(typed * (control.unit?.size ?? 1));
  return settingsUpdate.shape[key].safeParse(value).success
    ? { value, problem: null }
    : refuse(rangeOf(key, control));
}

/** A comma is one before decimals; before thousands it would mean something else to each reader. */
function numberOf(text: string): number | null {
  const value = Number(/^\d*,\d{1,2}$/.test(text) ? text.replace(",", ".") : text);
  return text !== "" && Number.isFinite(value) ? value : null;
}

function rangeOf(key: SettingRow["key"], control: NumberControl): string {
  const { unit, zero } = control;
  const schema = settings.shape[key].unwrap();
  if (!(schema instanceof z.ZodNumber)) return "This cannot be used.";
  const show = (stored: number): string => {
    const value = stored / (unit?.size ?? 1);
    return value.toLocaleString("en", { maximumSignificantDigits: value < 1 ? 2 : 5 });
  };
  const from = show(zero?.least ?? Number(schema.minValue));
  const range = `Between ${from} and ${show(Number(schema.maxValue))}`;
  return `${range}${unit ? ` ${unit.word}` : ""}${orZero(control)}.`;
}

const orZero = ({ zero }: NumberControl): string => (zero ? `, or “${zero.word}”` : "");

/** As many digits as make the same value again. */
const inUnit = (value: number, { unit }: NumberControl): string =>
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
