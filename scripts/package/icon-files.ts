export interface Image {
  /** Pixels of one side. */
  size: number;
  png: Buffer;
}

const ICO_HEADER = 6;
const ICO_ENTRY = 16;
const ICO_LARGEST = 256;

/** A Windows icon: a table of images and then the images, each as PNG. */
export const ico = (images: readonly Image[]): Buffer => {
  const fitting = images.filter(({ size }) => size <= ICO_LARGEST);
  const table = Buffer.alloc(ICO_HEADER + ICO_ENTRY * fitting.length);
  table.writeUInt16LE(1, 2);
  table.writeUInt16LE(fitting.length, 4);
  let at = table.length;
  for (const [index, { size, png }] of fitting.entries()) {
    const entry = ICO_HEADER + ICO_ENTRY * index;
    // One byte a side: the largest is written as 0.
    table.writeUInt8(size % ICO_LARGEST, entry);
    table.writeUInt8(size % ICO_LARGEST, entry + 1);
    table.writeUInt16LE(1, entry + 4);
    table.writeUInt16LE(32, entry + 6);
    table.writeUInt32LE(png.length, entry + 8);
    table.writeUInt32LE(at, entry + 12);
    at += png.length;
  }
  return Buffer.concat([table, ...fitting.map(({ png }) => png)]);
};

/** The names macOS gives to sizes of PNG, for plain screens and for those of double density. */
const ICNS_TYPES = new Map([
  [32, ["ic11"]],
  [64, ["ic12"]],
  [128, ["ic07"]],
  [256, ["ic08", "ic13"]],
  [512, ["ic09", "ic14"]],
  [1024, ["ic10"]],
]);

/** A macOS icon: blocks of a name, a length that counts both, and a PNG. */
export const icns = (images: readonly Image[]): Buffer => {
  const block = (name: string, content: Buffer): Buffer => {
    const head = Buffer.alloc(8);
    head.write(name, "latin1");
    head.writeUInt32BE(head.length + content.length, 4);
    return Buffer.concat([head, content]);
  };
  const blocks = images.flatMap(({ size, png }) =>
    (ICNS_TYPES.get(size) ?? []).map((name) => block(name, png)),
  );
  return block("icns", Buffer.concat(blocks));
};
