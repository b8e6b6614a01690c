const STEPS = ["bytes", "KB", "MB", "GB"];

/** “812 bytes”, “640 KB”, “12 MB”. */
export function sizeText(bytes: number): string {
  const step = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), STEPS.length - 1);
  const amount = bytes / 1024 ** step;
  const digits = step > 0 && amount < 10 ? 1 : 0;
  return `${Number(amount.toFixed(digits)).toLocaleString()} ${STEPS[step]}`;
}

/** How much a text is as it is kept, in UTF-8. */
export const textSize = (text: string): string => sizeText(new Blob([text]).size);
