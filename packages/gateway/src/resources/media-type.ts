/** Of text that nothing more is known about. */
export const PLAIN_TEXT = "text/plain";
const BYTES = "application/octet-stream";

const BY_EXTENSION: Readonly<Record<string, string>> = {
  css: "text/css",
  csv: "text/csv",
  gif: "image/gif",
  htm: "text/html",
  html: "text/html",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  pdf: "application/pdf",
  png: "image/png",
  svg: "image/svg+xml",
  toml: "application/toml",
  ts: "text/x-typescript",
  txt: PLAIN_TEXT,
  wav: "audio/wav",
  webp: "image/webp",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
};

/** How files of some types begin (in latin1), where their name tells nothing. */
const BY_BEGINNING: readonly (readonly [string, string])[] = [
  ["\u0089PNG\r\n", "image/png"],
  ["\u00ff\u00d8\u00ff", "image/jpeg"],
  ["GIF8", "image/gif"],
  ["%PDF-", "application/pdf"],
  ["PK\u0003\u0004", "application/zip"],
];

/** Types that are text although they are not called so. */
const TEXTUAL = /^text\/|[/+](json|xml|yaml|toml|javascript|x-typescript)$/i;

/** What the end of a path or URI says; null where it says nothing. */
export function mediaTypeOfName(name: string): string | null {
  const extension = /\.([a-z0-9]+)$/i.exec(name.replace(/[?#].*$/, ""))?.[1]?.toLowerCase();
  return extension !== undefined && Object.hasOwn(BY_EXTENSION, extension)
    ? (BY_EXTENSION[extension] ?? null)
    : null;
}

/** What bytes are that are not text. */
export function mediaTypeOfBytes(bytes: Uint8Array): string {
  const beginning = Buffer.from(bytes.subarray(0, 8)).toString("latin1");
  return BY_BEGINNING.find(([start]) => beginning.startsWith(start))?.[1] ?? BYTES;
}

/** Text where the type says so or leaves it open, and the bytes are UTF-8; null for bytes. */
export function textOf(bytes: Uint8Array, mimeType: string | null): string | null {
  const [essence = ""] = (mimeType ?? PLAIN_TEXT).split(";");
  if (!TEXTUAL.test(essence.trim())) return null;
  if (mimeType === null && bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
