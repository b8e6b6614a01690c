const MOST_NAMES = 5;

/** “a”, “b” and 3 more. */
const listed = (names: readonly string[]): string => {
  const quoted = names.slice(0, MOST_NAMES).map((name) => `“${name}”`);
  const more = names.length - quoted.length;
  if (more > 0) return `${quoted.join(", ")} and ${more} more`;
  const last = quoted.pop() ?? "";
  return quoted.length === 0 ? last : `${quoted.join(", ")} and ${last}`;
};

/** The sentence for so many names; nothing for none. */
export const told = (names: readonly string[], say: (names: string) => string): string[] =>
  names.length === 0 ? [] : [say(listed(names))];
