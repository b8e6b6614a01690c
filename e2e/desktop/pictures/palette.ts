import { crc32, deflateSync, inflateSync } from "node:zlib";

/*
 * PNG (https://www.w3.org/TR/png-3/) with a palette: a screenshot of a window has few colours that
 * cover much, and some thousand that are the edges of letters. Half the size, and no eye sees it.
 */

const SIGNATURE = Buffer.from("89504e470d0a1a0a", "hex");
const COLOURS = 256;
/** Further apart than any two colours are. */
const FAR = 3 * 256 ** 2;

interface Picture {
  width: number;
  height: number;
  /** 0xRRGGBB of each pixel. */
  pixels: Uint32Array;
}

/** The same picture in at most 256 colours. @param png 8 bits a channel, without transparency */
export function toPalette(png: Buffer): Buffer {
  const { width, height, pixels } = decode(png);
  const { palette, indexOf } = reduce(pixels);
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      rows[y * (width + 1) + 1 + x] = indexOf.get(pixels[y * width + x] ?? 0) ?? 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits a pixel, each an index of the palette.
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => channels(colour)))),
    chunk("IDAT", deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** Which colours stand for all, and for each which of them. */
function reduce(pixels: Uint32Array): { palette: number[]; indexOf: Map<number, number> } {
  const counts = new Map<number, number>();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
  const colours = [...counts].map(([colour, count]) => ({ colour, count, index: 0, off: FAR }));
  const palette: number[] = [];
  while (palette.length < Math.min(COLOURS, colours.length)) {
    // What most pixels are furthest from comes next, so that a small icon keeps its colour.
    const [worst] = colours.reduce<[number, number]>(
      ([chosen, error], { colour, count, off }) =>
        count * off > error ? [colour, count * off] : [chosen, error],
      [0, -1],
    );
    for (const one of colours) {
      const off = distance(one.colour, worst);
      if (off < one.off) Object.assign(one, { index: palette.length, off });
    }
    palette.push(worst);
  }
  return { palette, indexOf: new Map(colours.map(({ colour, index }) => [colour, index])) };
}

const channels = (colour: number): [number, number, number] => [
  colour >> 16,
  (colour >> 8) & 0xff,
  colour & 0xff,
];

function distance(a: number, b: number): number {
  const [r, g, bl] = channels(a);
  const [r2, g2, bl2] = channels(b);
  return (r - r2) ** 2 + (g - g2) ** 2 + (bl - bl2) ** 2;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

function decode(png: Buffer): Picture {
  const data: Buffer[] = [];
  let [width, height, type] = [0, 0, 0];
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    const name = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (name === "IHDR") {
      [width, height, type] = [body.readUInt32BE(0), body.readUInt32BE(4), body.readUInt8(9)];
    } else if (name === "IDAT") data.push(body);
    at += length + 12;
  }
  if (type !== 2 && type !== 6) throw new Error(`A PNG of colour type ${type} is not understood.`);
  const size = type === 6 ? 4 : 3;
  const bytes = unfilter(inflateSync(Buffer.concat(data)), width * size, height, size);
  const pixels = new Uint32Array(width * height);
  for (let at = 0; at < pixels.length; at += 1) pixels[at] = bytes.readUIntBE(at * size, 3);
  return { width, height, pixels };
}

/** Undoes what each line did to be packed better (section 9). */
function unfilter(packed: Buffer, stride: number, height: number, size: number): Buffer {
  const out = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = packed[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < size ? 0 : (out[at - size] ?? 0);
      const up = y === 0 ? 0 : (out[at - stride] ?? 0);
      const corner = x < size || y === 0 ? 0 : (out[at - stride - size] ?? 0);
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0;
      out[at] = (packed[y * (stride + 1) + 1 + x] ?? 0) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [l, u, c] = [left, up, corner].map((one) => Math.abs(guess - one));
  if (l === undefined || u === undefined || c === undefined) return left;
  return l <= u && l <= c ? left : u <= c ? up : corner;
}
