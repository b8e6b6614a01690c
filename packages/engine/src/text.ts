/** "1 folder", "3 folders". */
export const counted = (count: number, one: string): string =>
  `${count} ${count === 1 ? one : `${one}s`}`;

/** A size as people read it: "32 MB" for 32 · 1024². */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "KB", "MB", "GB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/** The beginning of a text, which does not keep the rest of it in memory. */
export const excerpt = (text: string, length: number): string =>
  Buffer.from(text.slice(0, length)).toString("utf8");

/** A text that is cut off where it is too long, and says so: a secret at the cut is still known. */
export const shortened = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text;
