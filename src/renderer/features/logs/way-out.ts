import { ERRORS, isErrorCode } from "@local-mcp/contract";

/** What to do about an error of ours; null for others, and where the text would need to know more. */
export function wayOutOf(code: string | null): string | null {
  if (!isErrorCode(code)) return null;
  const { wayOut } = ERRORS[code];
  return wayOut.includes("{") ? null : wayOut;
}
