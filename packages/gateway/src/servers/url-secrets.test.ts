import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { marksIn, splitUrl } from "./url-secrets.ts";

const joined = ({ template, secrets }: ReturnType<typeof splitUrl>): string =>
  template.replace(/\$\{secret:([^}]+)\}/g, (_, name: string) => secrets[name] ?? "");

describe("secrets in a URL", () => {
  it.each([
    ["https://h/mcp", "https://h/mcp", {}],
    ["https://h/mcp?key=abc", "https://h/mcp?key=${secret:query.key}", { "query.key": "abc" }],
    ["https://u:p@h/x", "https://${secret:url.user}@h/x", { "url.user": "u:p" }],
    ["https://h/a@b?c=d@e", "https://h/a@b?c=${secret:query.c}", { "query.c": "d@e" }],
    [
      "http://[::1]:80/?a=1&a=2&b=&c",
      "http://[::1]:80/?a=${secret:query.a}&a=${secret:query.a.2}&b=&c",
      { "query.a": "1", "query.a.2": "2" },
    ],
    ["https://h/?k=%20%2F#frag", "https://h/?k=${secret:query.k}", { "query.k": "%20%2F" }],
    ["https://h/?k=${secret:query.k}", "https://h/?k=${secret:query.k}", {}],
  ])("%s", (url, template, secrets) => {
    expect(splitUrl(url)).toEqual({ template, secrets });
  });

  const value = fc.stringMatching(/^[A-Za-z0-9%._~-]{1,20}$/);
  const pairs = fc.array(fc.tuple(value, fc.oneof(value, fc.constant(""))), { maxLength: 5 });

  it("are all taken out, and put back byte for byte", () => {
    fc.assert(
      fc.property(fc.option(value), fc.option(value), pairs, (user, password, query) => {
        const userInfo = user === null ? "" : `${user}${password === null ? "" : `:${password}`}@`;
        const search = query.map(([key, one]) => `${key}=${one}`).join("&");
        const url = `https://${userInfo}example.com/path${search === "" ? "" : `?${search}`}`;
        const split = splitUrl(url);
        expect(joined(split)).toBe(url);
        expect(splitUrl(split.template)).toEqual({ template: split.template, secrets: {} });
        expect(marksIn(split.template).sort()).toEqual(Object.keys(split.secrets).sort());
      }),
    );
  });
});
