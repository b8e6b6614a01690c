import { setImmediate as turn } from "node:timers/promises";
import type { KeyRing, Place } from "./key-ring.ts";
import type { KeyStore } from "./slots.ts";

export interface SealedValue {
  place: Place;
  sealed: string;
}

/** Every sealed value of a data directory, in whatever table it is. Synchronous, as the slots are. */
export interface SealedValues {
  count(): number;
  /** Those that begin with `prefix`, and so are sealed with one data key. */
  beginningWith(prefix: string): SealedValue[];
  /** Puts another text in the place of the value, unless the value has changed meanwhile. */
  replace(value: SealedValue, sealed: string): void;
  /** Forgets them all, and what is nothing without them. */
  forget(): void;
}

export interface RotationProgress {
  done: number;
  total: number;
}

/** How many values are written in one transaction; the gateway serves between two. */
const BATCH = 200;

/**
 * Gives every value of the retiring keys the current one, and then lets those keys go. May be ended
 * after any batch and begun again: each value says itself which key it has.
 *
 * @param goesOn asked between batches; nothing more is written once it is false
 * @returns whether every value has been moved
 */
export const moveValues = async (options: {
  ring: KeyRing;
  keyStore: KeyStore;
  values: SealedValues;
  prefixOf: (keyId: string) => string;
  goesOn: () => boolean;
  onProgress: (progress: RotationProgress) => void;
}): Promise<boolean> => {
  const { ring, keyStore, values, prefixOf, goesOn, onProgress } = options;
  for (const { id } of ring.retiring) {
    const found = values.beginningWith(prefixOf(id));
    const progress = { done: 0, total: found.length };
    onProgress(progress);
    for (let at = 0; at < found.length; at += BATCH) {
      await turn();
      if (!goesOn()) return false;
      const batch = found.slice(at, at + BATCH);
      keyStore.transaction(() => {
        for (const value of batch) moveValue(ring, values, value);
      });
      progress.done += batch.length;
      onProgress({ ...progress });
    }
    if (!goesOn()) return false;
    keyStore.deleteDataKey(id);
    ring.drop(id);
  }
  return true;
};

/** One that was damaged before stays as it is: it opens with no key, and its owner is told so. */
const moveValue = (ring: KeyRing, values: SealedValues, value: SealedValue): void => {
  const text = ring.open(value.sealed, value.place);
  if (text !== null) values.replace(value, ring.seal(text, value.place));
};
