/** Units in which a person writes what is stored in ms or bytes. */
const SIZES = { seconds: 1000, MB: 1024 * 1024 };
type AmountUnit = keyof typeof SIZES;

/** What a field holds for a stored amount; empty where the setting is followed. */
export const shownAmount = (unit: AmountUnit, stored: number | null): string =>
  stored === null ? "" : String(Number((stored / SIZES[unit]).toPrecision(12)));

/** The amount that was typed, as it is stored; null for the setting. */
export function readAmount(
  unit: AmountUnit,
  text: string,
): { value: number | null; problem: string | null } {
  if (text.trim() === "") return { value: null, problem: null };
  const typed = Number(text.trim().replace(",", "."));
  return Number.isFinite(typed) && typed > 0
    ? { value: Math.round(typed * SIZES[unit]), problem: null }
    : { value: null, problem: `Write a number of ${unit}, for example 30.` };
}
