const MIN_LENGTH = 20;

/**
 * What may be shown of a secret so that its owner recognises it: the last four characters of a
 * value of 20 or more, otherwise nothing (null).
 */
export const hintOf = (value: string): string | null =>
  // Half of an emoji at the cut is left out: it would not survive UTF-8.
  value.length < MIN_LENGTH ? null : value.slice(-4).replace(/^[\uDC00-\uDFFF]/, "");
