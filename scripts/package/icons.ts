/**
 * `node scripts/package/icons.ts`: the icons of the packages, drawn from resources/icon.svg. Needed
 * only when that drawing changes: what it makes is in the repository. Uses librsvg's `rsvg-convert`.
 */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { icns, ico } from "./icon-files.ts";

const resources = resolve(import.meta.dirname, "../../resources");
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

const draw = (size: number): Buffer =>
  execFileSync("rsvg-convert", ["-w", `${size}`, "-h", `${size}`, join(resources, "icon.svg")]);

const images = SIZES.map((size) => ({ size, png: draw(size) }));
await mkdir(join(resources, "icons"), { recursive: true });
for (const { size, png } of images) {
  await writeFile(join(resources, "icons", `${size}x${size}.png`), png);
}
await writeFile(join(resources, "icon.ico"), ico(images));
await writeFile(join(resources, "icon.icns"), icns(images));
