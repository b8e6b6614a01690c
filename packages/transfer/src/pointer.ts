/** One step further down, escaped as RFC 6901 has it. */
export const pointerTo = (parent: string, ...keys: readonly PropertyKey[]): string =>
  [parent, ...keys.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"))].join("/");
