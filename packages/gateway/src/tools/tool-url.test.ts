import { expect, test } from "vitest";
import { exampleOf, placeholdersIn, readToolUrl } from "./tool-url.ts";

test.each<[string, string, string[]]>([
  ["https://api.example/pets/{id}", "https://api.example/pets/{id}", ["id"]],
  [
    "  HTTPS://API.example:443/Pets/{petId}.json#top ",
    "https://api.example/Pets/{petId}.json",
    ["petId"],
  ],
  ["http://api.example:8080", "http://api.example:8080/", []],
  [
    "https://api.example/a b/{the id}/{the id}",
    "https://api.example/a%20b/{the id}/{the id}",
    ["the id"],
  ],
  ["https://api.example/odata/P({key})", "https://api.example/odata/P({key})", ["key"]],
  ["https://api.example/a/{x}/../b", "https://api.example/a/b", []],
  ["https://api.example/zargz0z/{x}", "https://api.example/zargz0z/{x}", ["x"]],
  // A backslash is a slash (WHATWG URL), so this is of api.example, and shown as such.
  [
    "https://api.example\\{a}@evil.example/{x}",
    "https://api.example/{a}@evil.example/{x}",
    ["a", "x"],
  ],
  ["https://api.example/%7Bx%7D", "https://api.example/%7Bx%7D", []],
])("%s is read as %s", (text, url, names) => {
  const read = readToolUrl(text);
  expect(read).toEqual({ url, user: null, query: [] });
  expect(placeholdersIn(read.url)).toEqual(names);
  expect(exampleOf(read.url).origin).toBe(new URL(url).origin);
  // What is stored and shown is what is given back.
  expect(readToolUrl(read.url)).toEqual(read);
});

test("its user and query are taken out of it, decoded", () => {
  expect(readToolUrl("https://ada:p%40ss@api.example/x?key=a%20b&q=&c=%zz")).toEqual({
    url: "https://api.example/x",
    user: { name: "ada", password: "p@ss" },
    query: [
      ["key", "a b"],
      ["q", ""],
      ["c", "%zz"],
    ],
  });
  expect(readToolUrl("https://50%@api.example/").user).toEqual({ name: "50%", password: "" });
});

test.each([
  ["https://{host}/x", /in the path only/],
  ["https://{host}.example/x", /in the path only/],
  ["https://ü{host}.example/x", /in the path only/],
  ["https://api.example{host}/x", /in the path only/],
  ["https://{user}@api.example/x", /in the path only/],
  ["https://ada:{password}@api.example/x", /in the path only/],
  ["https://api.example:{port}/", /whole URL/],
  ["https://api.example:80{port}/", /whole URL/],
  ["{scheme}://api.example/", /whole URL|begin with https/],
  ["https{s}://api.example/", /whole URL|begin with https/],
  ["https:{x}", /in the path only|whole URL/],
  ["https:/\t/{x}/y", /in the path only/],
  ["https://api.example/x?id={id}", /in the path only/],
  ["https://api.example/x#{id}", /in the path only/],
  ["https://api.example/{}", /Write others as %7B/],
  ["https://api.example/{a/b}", /Write others as %7B/],
  ["https://api.example/{{a}}", /Write others as %7B/],
  ["ftp://api.example/x", /begin with https/],
  ["file:///etc/passwd", /begin with https/],
  ["javascript:alert(1)", /begin with https/],
  ["api.example/x", /whole URL/],
  ["", /whole URL/],
])("%s is refused", (text, reason) => {
  const refused = expect.objectContaining({
    code: "validation_failed",
    params: { detail: expect.stringMatching(reason) },
  });
  expect(() => readToolUrl(text)).toThrow(refused);
});
