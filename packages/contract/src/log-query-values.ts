/** What a value of the query language stands for, or why it stands for nothing, as a sentence. */
export type Read<Value> = { value: Value } | { problem: string };

/** Bounds of a range. */
export interface Bounds {
  /** ms, bytes, ms since 1970; null where there is no bound. */
  from: number | null;
  to: number | null;
  /** Whether what is exactly at a bound is outside. */
  isStrict: boolean;
}

export type Measure = "duration" | "size";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const UNITS: Readonly<Record<Measure, Readonly<Record<string, number>>>> = {
  duration: { ms: 1, s: SECOND_MS, m: MINUTE_MS, min: MINUTE_MS, h: HOUR_MS },
  size: { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 },
};

const EXAMPLES: Readonly<Record<Measure, string>> = {
  duration: "duration:>500, duration:<2s or duration:100..500",
  size: "size:>64kb, size:<1mb or size:1kb..8kb",
};

export const isUnit = (text: string, measure: Measure): boolean =>
  Object.hasOwn(UNITS[measure], text.toLowerCase());

const AMOUNT = /^(\d+(?:\.\d+)?)([a-z]*)$/i;

/** @param otherUnit for an amount that says none, as the 1 of `1..5s` */
function amount(text: string, measure: Measure, otherUnit = ""): number | null {
  const [, digits = "", unit = ""] = AMOUNT.exec(text) ?? [];
  const units = UNITS[measure];
  const asked = (unit || otherUnit).toLowerCase() || (measure === "size" ? "b" : "ms");
  const factor = Object.hasOwn(units, asked) ? units[asked] : undefined;
  if (digits === "" || factor === undefined) return null;
  const exact = Number(digits) * factor;
  if (exact > Number.MAX_SAFE_INTEGER / 1000) return null;
  // Durations are told apart to the microsecond.
  return measure === "size" ? Math.round(exact) : Math.round(exact * 1000) / 1000;
}

const COMPARED = /^(>=|<=|>|<)(.*)$/;

/** `>500`, `<=2s`, `100..500`, `..1mb`. */
export function readRange(text: string, measure: Measure): Read<Bounds> {
  const wrong = { problem: `Write it as in ${EXAMPLES[measure]}.` };
  const [, sign, compared = ""] = COMPARED.exec(text) ?? [];
  if (sign !== undefined) {
    const bound = amount(compared, measure);
    if (bound === null) return wrong;
    const isStrict = sign.length === 1;
    return sign.startsWith(">")
      ? { value: { from: bound, to: null, isStrict } }
      : { value: { from: null, to: bound, isStrict } };
  }
  const [low = "", high = "", ...more] = text.split("..");
  if (more.length > 0 || !text.includes("..") || low + high === "") return wrong;
  const unit = AMOUNT.exec(high)?.[2];
  const from = low === "" ? null : amount(low, measure, unit);
  const to = high === "" ? null : amount(high, measure);
  if ((from === null && low !== "") || (to === null && high !== "")) return wrong;
  if (from !== null && to !== null && from > to) {
    return { problem: "The first number is greater than the second." };
  }
  return { value: { from, to, isStrict: false } };
}

/** So that {@link readRange} gives the same again. */
export function rangeText({ from, to, isStrict }: Bounds, measure: Measure): string {
  if (from !== null && to !== null) return `${withUnit(from, measure)}..${withUnit(to, measure)}`;
  const bound = withUnit(from ?? to ?? 0, measure).replace(/(\d)(?:ms|b)$/, "$1");
  return `${from === null ? "<" : ">"}${isStrict ? "" : "="}${bound}`;
}

function withUnit(value: number, measure: Measure): string {
  const units = Object.entries(UNITS[measure]).filter(([unit]) => unit !== "min");
  const [unit, factor] = units.findLast(([, size]) => value >= size && value % size === 0) ?? [
    measure === "size" ? "b" : "ms",
    1,
  ];
  return `${value / factor}${unit}`;
}

const AGO = /^(\d+(?:\.\d+)?)(s|m|min|h|d|w)$/i;
const AGO_MS: Readonly<Record<string, number>> = {
  ...UNITS.duration,
  d: DAY_MS,
  w: 7 * DAY_MS,
};
const CLOCK = String.raw`(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?`;
const TIME_OF_DAY = new RegExp(`^${CLOCK}$`);
const DATE = new RegExp(String.raw`^(\d{4})-(\d{2})-(\d{2})(?:[T ]${CLOCK}(Z)?)?$`, "i");

/**
 * A time, ms since 1970: absolute and local, or so long ago. A time of day is the last one.
 * @param now ms since 1970
 */
export function readTime(text: string, now: number): Read<number> {
  const wrong = { problem: "Write it as in 2026-11-22T14:00, 2026-11-22, 14:00, 15m, 2h or 7d." };
  const ago = AGO.exec(text);
  if (ago) {
    const ms = Number(ago[1]) * (AGO_MS[(ago[2] ?? "").toLowerCase()] ?? 0);
    return isTime(now - ms) ? { value: Math.round(now - ms) } : wrong;
  }
  const ofDay = TIME_OF_DAY.exec(text);
  if (ofDay) {
    const clock = clockOf(ofDay.slice(1));
    if (clock === null) return wrong;
    const at = new Date(now);
    at.setHours(...clock);
    if (at.getTime() > now) {
      at.setDate(at.getDate() - 1);
      at.setHours(...clock);
    }
    return { value: at.getTime() };
  }
  const [, year, month, day, ...rest] = DATE.exec(text) ?? [];
  const clock = clockOf(rest.slice(0, 4));
  if (year === undefined || clock === null) return wrong;
  const date = [Number(year), Number(month) - 1, Number(day)] as const;
  const isUtc = rest[4] !== undefined;
  const at = isUtc ? new Date(Date.UTC(...date, ...clock)) : new Date(...date, ...clock);
  const isThere = new Date(Date.UTC(...date)).getUTCDate() === date[2] && date[0] >= 1970;
  return isThere && date[1] < 12 ? { value: at.getTime() } : wrong;
}

/** Hours, minutes, seconds, milliseconds; null for what no clock shows. */
function clockOf(parts: (string | undefined)[]): [number, number, number, number] | null {
  const [hours = "0", minutes = "0", seconds = "0", part = "0"] = parts;
  const clock: [number, number, number, number] = [
    Number(hours),
    Number(minutes),
    Number(seconds),
    Number(part.padEnd(3, "0")),
  ];
  return clock[0] < 24 && clock[1] < 60 && clock[2] < 60 ? clock : null;
}

const isTime = (ms: number): boolean => !Number.isNaN(new Date(ms).getTime());

/** So that {@link readTime} gives the same again: local, but where a clock shows it twice. */
export function timeText(ms: number): string {
  const at = new Date(ms);
  const two = (part: number): string => String(part).padStart(2, "0");
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = `:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`;
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}${seconds.replace(/\.000$/, "").replace(/^:00$/, "")}`;
  const local = `${date}T${clock}`;
  const read = readTime(local, ms);
  return "value" in read && read.value === ms ? local : at.toISOString();
}
