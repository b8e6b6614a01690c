export type { Io } from "./io.ts";
export { buildProgram, run } from "./program.ts";
