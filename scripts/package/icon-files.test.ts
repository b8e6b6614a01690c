import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { icns, ico, type Image } from "./icon-files.ts";

const resources = join(import.meta.dirname, "../../resources");
const SIZES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];

const images = async (): Promise<Image[]> =>
  Promise.all(
    SIZES.map(async (size) => ({
      size,
      png: await readFile(join(resources, "icons", `${size}x${size}.png`)),
    })),
  );

test("each drawing has the size in its name", async () => {
  for (const { size, png } of await images()) {
    expect(png.subarray(1, 4).toString("latin1")).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([size, size]);
  }
});

test("the Windows icon names where each of its images lies", async () => {
  const drawn = await images();
  const file = await readFile(join(resources, "icon.ico"));
  expect(file.equals(ico(drawn))).toBe(true);
  const fitting = drawn.filter(({ size }) => size <= 256);
  expect(file.readUInt16LE(4)).toBe(fitting.length);
  for (const [index, { size, png }] of fitting.entries()) {
    const entry = 6 + 16 * index;
    expect(file.readUInt8(entry) || 256).toBe(size);
    const at = file.readUInt32LE(entry + 12);
    expect(file.subarray(at, at + file.readUInt32LE(entry + 8)).equals(png)).toBe(true);
  }
});

test("the macOS icon is blocks to its very end, each a name, a length and an image", async () => {
  const file = await readFile(join(resources, "icon.icns"));
  expect(file.equals(icns(await images()))).toBe(true);
  expect(file.readUInt32BE(4)).toBe(file.length);
  const blocks = new Map<string, number>();
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    blocks.set(file.toString("latin1", at, at + 4), file.readUInt32BE(at + 8 + 16));
  }
  expect(Object.fromEntries(blocks)).toEqual({
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic10: 1024,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
  });
});
