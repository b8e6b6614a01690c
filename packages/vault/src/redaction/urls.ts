import { eachMatch, type Finder, isPlaceholder } from "./ranges.ts";

/** From behind the scheme, which is looked back at: few places of a text have what comes after it. */
const URL_FORM = /(?<=(?<![\w+.-])([a-z][a-z\d+.-]{1,30})):\/\/[^\s"'<>`\\]+/gi;

/** Addresses that let anybody in who knows them. */
const WEBHOOK =
  /^https:\/\/(?:hooks\.slack\.com\/(?:services|workflows)|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks|[\w.-]+\.webhook\.office\.com)\/(\S+)/i;

/** A fragment that is words: a heading, and no key. */
const PLACE_IN_PAGE = /^[a-z]{2,20}(?:[-_][a-z]{1,20}){0,6}$/i;

/** User info, the values of the query and the fragment are nobody's but the two ends'. */
export const findInUrls: Finder = (text, add) => {
  eachMatch(URL_FORM, text, ({ 0: match, 1: scheme = "", index }) => {
    // In prose and in Markdown an address is followed by what is no part of it.
    const url = `${scheme}${match}`.replace(/[).,;:\]]{1,4}$/, "");
    const offset = index - scheme.length;
    const remove = (start: number, end: number, what: string | null = null): void => {
      if (end <= start || isPlaceholder(url.slice(start, end))) return;
      add({ start: offset + start, end: offset + end, what });
    };
    const begin = url.indexOf("://") + 3;
    const rest = url.slice(begin).search(/[/?#]/);
    const authorityEnd = rest === -1 ? url.length : begin + rest;
    const userEnd = url.lastIndexOf("@", authorityEnd - 1);
    if (url.slice(begin, userEnd) !== "git") remove(begin, userEnd);
    const hook = WEBHOOK.exec(url)?.[1];
    if (hook !== undefined) remove(url.length - hook.length, url.length, "webhook");
    removeQuery(url, authorityEnd, remove);
  });
};

/** The names stay. What has no name goes as a whole. */
function removeQuery(
  url: string,
  from: number,
  remove: (start: number, end: number) => void,
): void {
  const hashAt = url.indexOf("#", from);
  const end = hashAt === -1 ? url.length : hashAt;
  if (hashAt !== -1 && !PLACE_IN_PAGE.test(url.slice(hashAt + 1))) remove(hashAt + 1, url.length);
  const queryAt = url.indexOf("?", from);
  if (queryAt === -1 || queryAt > end) return;
  let at = queryAt + 1;
  for (const pair of url.slice(at, end).split("&")) {
    remove(at + pair.indexOf("=") + 1, at + pair.length);
    at += pair.length + 1;
  }
}
