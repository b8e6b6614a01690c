/** Characters that show nothing or turn the order of others around (Unicode TR 36, TR 9). */
export const INVISIBLE =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- they are the point
  /[\p{Default_Ignorable_Code_Point}\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2800\ufff9-\ufffb\u{13430}-\u{1343f}]|\r(?!\n)/gu;

/** What stands in the place of such a character: `U+200B`. */
export const codePointOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
