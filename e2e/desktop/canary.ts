import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** A secret that is found wherever it should not be. */
export const CANARY = "canary-7f3e9a1c5b2d8064-never-in-clear";

/** The ways in which a secret may lie about in a file and still be read by anybody. */
const disguises = (secret: string): Buffer[] => {
  const bytes = Buffer.from(secret);
  // Base64 has three forms, by where in a group of three bytes the secret begins; the first and
  // last characters of each depend on its neighbours.
  const encoded = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  const texts = [secret, encodeURIComponent(secret), bytes.toString("hex"), ...encoded];
  return [...texts.map((text) => Buffer.from(text)), Buffer.from(secret, "utf16le")];
};

/** The files below a directory that hold the secret in any form that needs no key to read. */
export function filesHolding(directory: string, secret: string): string[] {
  const forms = disguises(secret);
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => {
      const bytes = readFileSync(path);
      return forms.some((form) => bytes.includes(form));
    });
}

/** Everything a page holds: what it shows, its attributes, and what stands in its fields. */
export const everythingOn = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, textarea")].map((field) =>
      field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement ? field.value : "",
    );
    const kept = [localStorage, sessionStorage].map((storage) => JSON.stringify(storage));
    return [document.documentElement.outerHTML, ...fields, ...kept, document.title].join("\n");
  });
