/** A label in the manner of the platform: Title Case on macOS, elsewhere sentence case with `&`. */
export type Words = (mac: string, other: string) => string;

export const wordsFor =
  (platform: NodeJS.Platform): Words =>
  (mac, other) =>
    platform === "darwin" ? mac : other;

/** A name that somebody else chose, in which “&” is no mnemonic. */
export const literal = (name: string): string => name.replaceAll("&", "&&");

/** “1 tool”, “41 tools”. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;
