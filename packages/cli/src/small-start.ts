import { setFlagsFromString } from "node:v8";

/** As V8 has it of itself. */
const USUAL_GROWTH = 2;

const growBy = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);

/**
 * Keeps the heap for what is new small while a program starts. Nearly all that a start makes stays,
 * for which V8 would make that heap 32 MB, and a gateway at rest needs one.
 *
 * @returns lets it grow as it is used, as ever
 */
export const startSmall = (): (() => void) => {
  growBy(1);
  return () => growBy(USUAL_GROWTH);
};
