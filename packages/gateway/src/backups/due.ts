/**
 * When the next automatic backup is due: at a time of day of this computer. Each day has exactly one
 * such moment, also where the clock skips or repeats it; JavaScript takes the later of a skipped
 * one's neighbours and the first of two.
 *
 * @param time HH:MM
 * @param last when the last one was made, ms since 1970; null for never
 * @param now ms since 1970
 * @returns ms since 1970; in the past where one was missed
 */
export function dueAt(time: string, last: number | null, now: number): number {
  const today = momentOn(time, now, 0);
  const isPast = today <= now;
  const latest = isPast ? today : momentOn(time, now, -1);
  // One from the future was made while the clock was wrong, and says nothing.
  const isMade = last !== null && last >= latest && last <= now;
  if (!isMade) return latest;
  return isPast ? momentOn(time, now, 1) : today;
}

/** The moment at `time` of the day that is `days` after that of `now`. */
function momentOn(time: string, now: number, days: number): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  const day = new Date(now);
  return new Date(
    day.getFullYear(),
    day.getMonth(),
    day.getDate() + days,
    hours,
    minutes,
  ).getTime();
}
