import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTheme } from "../axe.ts";
import { stage, type TestApp } from "../app.ts";
import { endpoint } from "../endpoint.ts";
import { toPalette } from "./palette.ts";

const IMAGES = resolve(import.meta.dirname, "../../../docs/images");
/** What happened during a run is a minute old on every picture. */
const LATER_MS = 90_000;

/** What differs from run to run, or is of the computer that made it: a pattern and what is shown. */
export type Mask = readonly [pattern: string, shown: string];

const FIGURES: Mask[] = [
  [String.raw`(?<!:)\b\d\d:\d\d\b(?!:)`, "09:41"],
  [String.raw`\b\d+(\.\d)? ms\b`, "12 ms"],
];

/** Where the gateway answers; null where it does not, as over damaged data. */
const hostOf = (dataDir: string): string | null =>
  existsSync(join(dataDir, "runtime.json")) ? new URL(endpoint(dataDir).url).host : null;

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** Takes pictures of one app, in both themes, with nothing in them that is of this computer. */
export class Camera {
  readonly #test: TestApp;
  readonly #masks: Mask[];
  readonly #host: string | null;
  /** What of this computer, or of a token, could be read on a picture all the same. */
  readonly leaks: string[] = [];

  /** `figures`: times and durations stay, since the picture is of them. */
  constructor(test: TestApp, masks: Mask[] = [], { figures = false } = {}) {
    this.#test = test;
    this.#host = hostOf(test.dataDir);
    this.#masks = [
      ...masks,
      ...(this.#host === null ? [] : [[escaped(this.#host), "127.0.0.1:4444"] as const]),
      [escaped(join(test.home, "bin")), "/usr/local/bin"],
      [escaped(test.home), "/home/you"],
      [escaped(stage().app), "/opt/servers"],
      [String.raw`lmg_[\w-]{30,}`, "lmg_EXAMPLE-this-token-opens-nothing-0000000000"],
      [String.raw`lmg_…[\w-]{4}`, "lmg_…4f2a"],
      ...(figures ? [] : FIGURES),
    ];
    mkdirSync(IMAGES, { recursive: true });
  }

  /** The window as every picture shows it. */
  async prepare(): Promise<void> {
    const { app, page } = this.#test;
    await app.evaluate(({ BrowserWindow }) => {
      for (const window of BrowserWindow.getAllWindows()) window.setContentSize(1280, 800);
    });
    await page.waitForFunction(() => window.innerWidth === 1280 && window.innerHeight === 800);
  }

  /** From here on the page's clock stands still. */
  async freeze(): Promise<void> {
    await this.#test.page.clock.setFixedTime(Date.now() + LATER_MS);
  }

  /** `docs/images/NAME-light.png` and `-dark`; for the README in twice the pixels. */
  async take(name: string, use: "docs" | "readme" = "docs"): Promise<void> {
    const { page } = this.#test;
    await page.mouse.move(1279, 799);
    for (const theme of ["light", "dark"] as const) {
      await setTheme(this.#test, theme);
      const shown = await this.#mask();
      for (const secret of this.#secrets()) {
        const leak = secret.exec(shown)?.[0];
        if (leak !== undefined) this.leaks.push(`${name}, ${theme}: ${leak}`);
      }
      const taken = await page.screenshot({
        animations: "disabled",
        scale: use === "readme" ? "device" : "css",
      });
      writeFileSync(join(IMAGES, `${name}-${theme}.png`), toPalette(taken));
    }
    await setTheme(this.#test, "light");
  }

  #secrets(): RegExp[] {
    const host = this.#host === null ? [] : [this.#host];
    const own = [this.#test.home, stage().app, tmpdir(), hostname(), ...host];
    const recoveryKey = /\b(?!7K3M-9QXT-EXAM)([0-9A-Z]{4}-){7}[0-9A-Z]{4}\b/;
    const token = /lmg_(?!EXAMPLE|…4f2a)\S+/;
    return [...own.map((text) => new RegExp(escaped(text))), token, recoveryKey];
  }

  /** Lays the masks over what the page shows, and returns its text as it is then. */
  async #mask(): Promise<string> {
    return this.#test.page.evaluate((masks) => {
      const masked = (text: string): string =>
        masks.reduce(
          (all, [pattern, shown]) => all.replaceAll(new RegExp(pattern, "g"), shown),
          text,
        );
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const { currentNode: node } = texts;
        const text = masked(node.nodeValue ?? "");
        if (text !== node.nodeValue) node.nodeValue = text;
      }
      const fields = [...document.querySelectorAll<HTMLInputElement>("input, textarea")];
      for (const field of fields)
        if (masked(field.value) !== field.value) field.value = masked(field.value);
      return [document.body.innerText, ...fields.map(({ value }) => value)].join("\n");
    }, this.#masks);
  }
}
