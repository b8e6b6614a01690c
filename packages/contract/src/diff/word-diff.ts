import { type DiffPart, sequenceDiff } from "./sequence-diff.ts";

const wordsOf = (text: string): string[] =>
  text.match(/\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu) ?? [];

/** What has to be taken from one text and put to it to get the other, in runs of words. */
export const wordDiff = (before: string, after: string): DiffPart[] =>
  joined(sequenceDiff(wordsOf(before), wordsOf(after)));

function joined(parts: readonly DiffPart[]): DiffPart[] {
  const runs: DiffPart[] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.kind === part.kind) last.text += part.text;
    else runs.push({ ...part });
  }
  return runs;
}
