import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Small files that take long: each goes through what a whole folder beside it describes. */
const LONG = ["e2e/desktop/accessibility.test.ts", "e2e/gateway/troubled-servers.test.ts"];

const isLong = ({ moduleId }: TestSpecification): boolean =>
  LONG.some((name) => moduleId.endsWith(name));

/**
 * Where no earlier run is remembered, vitest takes a file's size for its time, and what is small
 * and long would run last, alone.
 */
export default class TestOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
