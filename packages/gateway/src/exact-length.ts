import { Transform, type TransformCallback } from "node:stream";

/**
 * Lets exactly so many bytes through and fails over any other number, so that a file that changes
 * while it is read is never taken for a whole one, and nobody waits for bytes that do not come.
 */
export const exactLength = (bytes: number): Transform => {
  let seen = 0;
  const differs = (): Error => new Error(`${bytes} bytes were told, and the file has others`);
  return new Transform({
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      seen += chunk.length;
      if (seen > bytes) done(differs());
      else done(null, chunk);
    },
    flush(done: TransformCallback) {
      done(seen === bytes ? null : differs());
    },
  });
};
