/**
 * Keys that tests derive in their own processes cost nothing worth naming: several hundred of them,
 * a quarter of a second each, would be a tenth of all that tests compute. A key is kept with what it
 * was derived with, so that the built program opens what they make; what that derives its own with is
 * asked of it (`e2e/program.test.ts`).
 */
export const quickKeys = {
  name: "quick-keys",
  transform: (code: string, id: string): string | undefined =>
    id.endsWith("/vault/src/cost.ts") ? code.replace("logN: 17", "logN: 4") : undefined,
};
