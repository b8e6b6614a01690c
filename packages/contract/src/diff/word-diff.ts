import { type DiffPart, sequenceDiff } from "./sequence-diff.ts";

const wordsOf = (text: string): string[] =>
  text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/**
 * What has to be taken from one text and put to it to get the other, in runs of words; after more
 * than `most` comparisons as one run.
 */
export const wordDiff = (before: string, after: string, most?: number): DiffPart[] =>
  inRuns(sequenceDiff(wordsOf(before), wordsOf(after), most));

/** Of words that were replaced one by one, the spaces between them are taken for replaced too. */
function inRuns(parts: readonly DiffPart[]): DiffPart[] {
  const runs: DiffPart[] = [];
  const run = { same: "", removed: "", added: "" };
  const end = (): void => {
    for (const kind of ["same", "removed", "added"] as const) {
      if (run[kind] !== "") runs.push({ kind, text: run[kind] });
      run[kind] = "";
    }
  };
  parts.forEach(({ kind, text }, at) => {
    const isReplaced = run.removed !== "" && run.added !== "";
    const goesOn = parts[at + 1]?.kind === "removed";
    if (kind === "same" && isReplaced && goesOn && /^\s+$/.test(text)) {
      run.removed += text;
      run.added += text;
      return;
    }
    if (kind === "same" && (run.removed !== "" || run.added !== "")) end();
    run[kind] += text;
  });
  end();
  return runs;
}
