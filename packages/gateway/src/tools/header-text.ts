/** What no header may hold: what would end it (RFC 9110, 5.5), and what HTTP has no byte for. */
export const NO_HEADER_TEXT = /[^\t\u0020-\u007e\u0080-\u00ff]/;

/** Headers that HTTP itself writes, or that decide where a request ends and who reads it. */
const HTTPS_OWN = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Whether a header is not for a tool to send. */
export const isReservedHeader = (name: string): boolean => {
  const lowerCased = name.toLowerCase();
  return HTTPS_OWN.has(lowerCased) || lowerCased.startsWith("proxy-");
};
