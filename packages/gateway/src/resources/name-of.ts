/** The end of a URI that says something. */
export const nameOf = (uri: string): string =>
  uri
    .replace(/[{}]/g, "")
    .split(/[/:?#]+/)
    .findLast((part) => part !== "")
    ?.slice(0, 200) ?? uri.slice(0, 200);
