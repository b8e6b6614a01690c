/** What redaction leaves in the place of a secret. */
const REMOVED = /\[removed(?:: [^\]]*)?\]/;

/** Where in a value of JSON something was removed: `token`, `headers.authorization`, `items[2]`. */
export function removedIn(value: unknown, path = ""): string[] {
  if (typeof value === "string") return REMOVED.test(value) ? [path] : [];
  if (Array.isArray(value)) return value.flatMap((item, at) => removedIn(item, `${path}[${at}]`));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const place = path === "" ? name : `${path}.${name}`;
    return REMOVED.test(name) ? [place] : removedIn(item, place);
  });
}
