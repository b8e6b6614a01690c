import { closeSync, openSync, readSync } from "node:fs";

/** https://sqlite.org/fileformat.html#b_tree_pages */
const FILE_HEADER = 100;
const LEAF = { type: 0x0d, header: 8 };
const INTERIOR = { type: 0x05, header: 12, rightmost: 8 };
const CELLS = 3;

/** https://sqlite.org/fileformat.html#varint */
const readVarint = (bytes: Buffer, at: number): number => {
  let value = 0;
  for (let index = at; index < at + 8; index += 1) {
    const byte = bytes[index] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return value;
  }
  return Infinity;
};

/**
 * How many bytes the schema of a database file says it has, counted without SQLite, which would
 * take all of them into memory before it answers anything. Counts no further than `limit`.
 *
 * @returns more than `limit` also where the schema is not two levels of pages, as deep as ours can be
 */
export const schemaBytes = (path: string, pageSize: number, limit: number): number => {
  const file = openSync(path, "r");
  const readPage = (page: number): Buffer => {
    if (page < 1) return Buffer.alloc(0);
    const bytes = Buffer.alloc(pageSize);
    return bytes.subarray(0, readSync(file, bytes, 0, pageSize, (page - 1) * pageSize));
  };
  try {
    const root = readPage(1);
    if (root[FILE_HEADER] === LEAF.type) return bytesInLeaf(root, FILE_HEADER);
    let sum = 0;
    for (const page of childrenOf(root)) {
      const child = readPage(page);
      sum += child[0] === LEAF.type ? bytesInLeaf(child, 0) : Infinity;
      if (sum > limit) break;
    }
    return sum;
  } finally {
    closeSync(file);
  }
};

const uint16 = (bytes: Buffer, at: number): number =>
  at + 2 <= bytes.length ? bytes.readUInt16BE(at) : 0;
const uint32 = (bytes: Buffer, at: number): number =>
  at + 4 <= bytes.length ? bytes.readUInt32BE(at) : 0;

const cellsOf = (page: Buffer, start: number, header: number): number[] =>
  Array.from({ length: uint16(page, start + CELLS) }, (_, index) =>
    uint16(page, start + header + 2 * index),
  );

const bytesInLeaf = (page: Buffer, start: number): number =>
  cellsOf(page, start, LEAF.header).reduce((sum, cell) => sum + readVarint(page, cell), 0);

const childrenOf = (root: Buffer): number[] => {
  if (root[FILE_HEADER] !== INTERIOR.type) return [];
  const cells = cellsOf(root, FILE_HEADER, INTERIOR.header);
  const rightmost = uint32(root, FILE_HEADER + INTERIOR.rightmost);
  return [...cells.map((cell) => uint32(root, cell)), rightmost];
};
