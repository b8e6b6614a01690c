/** Words or lines that both texts have, or only the one before or the one after. */
export interface DiffPart {
  kind: "same" | "removed" | "added";
  text: string;
}

const MAX_COMPARISONS = 4_000_000;

/**
 * What has to be taken from one list of texts and put to it to get the other; a part for each text,
 * what is taken before what is put in its place. Where that would take more than `most` comparisons,
 * which is some two thousand changes, what differs is shown one after the other.
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
  const [before, after] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  return [
    ...parts("same", a.slice(0, start)),
    ...(shortest(before, after, most) ?? [...parts("removed", before), ...parts("added", after)]),
    ...parts("same", a.slice(a.length - end)),
  ];
}

const parts = (kind: DiffPart["kind"], texts: readonly string[]): DiffPart[] =>
  texts.map((text) => ({ kind, text }));

/**
 * For each number of changes how far they lead into `a`, by how many more texts of `a` are behind
 * than of `b`: `-changes` first.
 */
type Reached = Int32Array[];

const reachedBy = (reached: Reached, changes: number, lead: number): number =>
  reached[changes]?.[lead + changes] ?? -1;

/** Whether the last of so many changes puts a text of `b`, and does not take one of `a`. */
const isPut = (reached: Reached, changes: number, lead: number): boolean =>
  lead === -changes ||
  (lead !== changes &&
    reachedBy(reached, changes - 1, lead - 1) < reachedBy(reached, changes - 1, lead + 1));

/**
 * The fewest changes, by the algorithm of E. W. Myers, “An O(ND) Difference Algorithm and Its
 * Variations” (1986), §4: its time goes with their number, and little with the length of the lists.
 *
 * @returns null where that takes too many comparisons
 */
function shortest(a: readonly string[], b: readonly string[], most: number): DiffPart[] | null {
  const reached: Reached = [];
  let comparisons = 0;
  for (let changes = 0; comparisons <= most; changes += 1) {
    const row = new Int32Array(2 * changes + 1);
    for (let lead = -changes; lead <= changes; lead += 2) {
      let x = 0;
      if (changes > 0) {
        x = isPut(reached, changes, lead)
          ? reachedBy(reached, changes - 1, lead + 1)
          : reachedBy(reached, changes - 1, lead - 1) + 1;
      }
      const from = x;
      while (x < a.length && x - lead < b.length && a[x] === b[x - lead]) x += 1;
      comparisons += x - from + 1;
      row[lead + changes] = x;
      if (x >= a.length && x - lead >= b.length) {
        return inOrder(wayBack(a, b, [...reached, row]));
      }
    }
    reached.push(row);
  }
  return null;
}

/** From the end of both lists to their beginning. */
function wayBack(a: readonly string[], b: readonly string[], reached: Reached): DiffPart[] {
  const back: DiffPart[] = [];
  let x = a.length;
  let lead = a.length - b.length;
  for (let changes = reached.length - 1; changes >= 0; changes -= 1) {
    const put = changes > 0 && isPut(reached, changes, lead);
    const before = changes === 0 ? 0 : reachedBy(reached, changes - 1, put ? lead + 1 : lead - 1);
    const after = put || changes === 0 ? before : before + 1;
    back.push(...parts("same", a.slice(after, x)).toReversed());
    if (changes === 0) break;
    if (put) {
      lead += 1;
      back.push(...parts("added", b.slice(before - lead, before - lead + 1)));
    } else {
      lead -= 1;
      back.push(...parts("removed", a.slice(before, before + 1)));
    }
    x = before;
  }
  return back;
}

/** The other way round, with all that is taken at one place before what is put there. */
function inOrder(back: readonly DiffPart[]): DiffPart[] {
  const ordered: DiffPart[] = [];
  let put: DiffPart[] = [];
  for (const part of back.toReversed()) {
    if (part.kind === "added") put.push(part);
    else {
      if (part.kind === "same") ordered.push(...put.splice(0));
      ordered.push(part);
    }
  }
  return [...ordered, ...put];
}
