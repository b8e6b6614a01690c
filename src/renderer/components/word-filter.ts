/** What `key:value` in a filter asks of an item; the value is in lower case. */
export type WordTests<Item> = Readonly<Record<string, (item: Item, value: string) => boolean>>;

/**
 * What is left by a filter: words that are found in an item's text, and `key:value` for the keys that
 * a list knows. Each has to hold; a `-` in front turns one around, and quotes keep spaces together.
 *
 * @param textOf all that plain words are looked for in
 */
export function filterByWords<Item>(
  items: readonly Item[],
  filter: string,
  textOf: (item: Item) => string,
  tests: WordTests<Item>,
): Item[] {
  const all = wordsOf(filter).map((word) => testOf(word, textOf, tests));
  return items.filter((item) => all.every((test) => test(item)));
}

const wordsOf = (filter: string): string[] =>
  [...filter.toLowerCase().matchAll(/(?:"[^"]*(?:"|$)|[^\s"])+/g)]
    .map(([word]) => word.replaceAll('"', ""))
    .filter((word) => word !== "");

function testOf<Item>(
  word: string,
  textOf: (item: Item) => string,
  tests: WordTests<Item>,
): (item: Item) => boolean {
  if (word.startsWith("-") && word.length > 1) {
    const test = testOf(word.slice(1), textOf, tests);
    return (item) => !test(item);
  }
  const colon = word.indexOf(":");
  const key = word.slice(0, Math.max(colon, 0));
  const test = Object.hasOwn(tests, key) ? tests[key] : undefined;
  if (test === undefined) return (item) => textOf(item).toLowerCase().includes(word);
  const value = word.slice(colon + 1);
  return (item) => test(item, value);
}

/** `tag:prod,test` asks for one of them, `tag:prod tag:test` for both. */
export const tagTest = ({ tags }: { tags: readonly string[] }, value: string): boolean => {
  const wanted = value.split(",").filter((one) => one !== "");
  return wanted.length === 0 || tags.some((tag) => wanted.includes(tag.toLowerCase()));
};
