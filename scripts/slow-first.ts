import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take longer than their size tells, the longest first. */
const SLOW = [
  "desktop/backups.",
  "desktop/accessibility.",
  "desktop/accessibility-work.",
  "desktop/keychain.",
  "desktop/accessibility-",
  "desktop/keyboard.",
  "package/package.",
  "desktop/ways-out.",
];

const placeOf = ({ moduleId }: TestSpecification): number => {
  const place = SLOW.findIndex((name) => moduleId.includes(name));
  return place === -1 ? SLOW.length : place;
};

/**
 * Begins with what takes longest, so that no worker is left alone with it at the end. On a clean
 * clone Vitest knows the sizes of files alone.
 */
export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = sorted.map(({ project }) => project);
    const turnOf = ({ project }: TestSpecification): number => projects.indexOf(project);
    return sorted.toSorted(
      (one, other) => turnOf(one) - turnOf(other) || placeOf(one) - placeOf(other),
    );
  }
}
