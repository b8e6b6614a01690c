/** Words or lines that both texts have, or only the one before or the one after. */
export interface DiffPart {
  kind: "same" | "removed" | "added";
  text: string;
}

const MAX_COMPARISONS = 4_000_000;

/**
 * What has to be taken from one list of texts and put to it to get the other; a part for each text.
 * Where that would take more than `most` comparisons, what differs is shown one after the other.
 */
export function sequenceDiff(
  a: readonly string[],
  b: readonly string[],
  most = MAX_COMPARISONS,
): DiffPart[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) {
    end += 1;
  }
  return [
    ...a.slice(0, start).map((text): DiffPart => ({ kind: "same", text })),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end), most),
    ...a.slice(a.length - end).map((text): DiffPart => ({ kind: "same", text })),
  ];
}

/** By the longest common subsequence. */
function middle(a: readonly string[], b: readonly string[], most: number): DiffPart[] {
  const removed = (text: string): DiffPart => ({ kind: "removed", text });
  const added = (text: string): DiffPart => ({ kind: "added", text });
  if (a.length * b.length > most) return [...a.map(removed), ...b.map(added)];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const lengthAt = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengthAt(i + 1, j + 1) + 1
          : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
    }
  }
  const parts: DiffPart[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const ours = a[i];
    const theirs = b[j];
    if (ours !== undefined && ours === theirs) {
      parts.push({ kind: "same", text: ours });
      i += 1;
      j += 1;
    } else if (
      ours !== undefined &&
      (theirs === undefined || lengthAt(i + 1, j) >= lengthAt(i, j + 1))
    ) {
      parts.push(removed(ours));
      i += 1;
    } else if (theirs !== undefined) {
      parts.push(added(theirs));
      j += 1;
    }
  }
  return parts;
}
