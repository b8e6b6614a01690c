import { z } from "zod";

/** What a tool answered, part by part, for a person to read. */
interface ResultPart {
  label: string;
  text: string;
}

interface CallResult {
  /** The tool itself says that it failed. */
  isError: boolean;
  parts: ResultPart[];
}

const block = z.object({
  type: z.string(),
  text: z.string().optional(),
  data: z.string().optional(),
  mimeType: z.string().optional(),
  uri: z.string().optional(),
  resource: z
    .object({ uri: z.string(), mimeType: z.string().optional(), text: z.string().optional() })
    .optional(),
});
const toolResult = z.object({
  isError: z.boolean().optional(),
  content: z.array(z.unknown()).optional(),
  structuredContent: z.unknown().optional(),
});

/** More than this of one part is not drawn; copying gives all of it. */
const SHOWN_CHARACTERS = 100_000;

/** A result of `tools/call` as readable parts; anything unknown as JSON. */
export function readResult(result: Record<string, unknown>): CallResult {
  const parsed = toolResult.safeParse(result);
  if (!parsed.success) return { isError: false, parts: [asJson("Result", result)] };
  const { content = [], structuredContent, isError = false } = parsed.data;
  const parts = content.map(partOf);
  if (structuredContent !== undefined) parts.push(asJson("Structured result", structuredContent));
  return { isError, parts };
}

function partOf(value: unknown): ResultPart {
  const parsed = block.safeParse(value);
  if (!parsed.success) return asJson("Part", value);
  const { type, text, data, mimeType, uri, resource } = parsed.data;
  if (type === "text" && text !== undefined) return { label: "Text", text: prettified(text) };
  if (data !== undefined) {
    const bytes = Math.floor((data.length * 3) / 4);
    return { label: type, text: `${mimeType ?? "unknown type"}, ${bytes.toLocaleString()} bytes` };
  }
  if (resource)
    return { label: resource.uri, text: resource.text ?? resource.mimeType ?? "binary" };
  if (uri !== undefined) return { label: type, text: uri };
  return asJson(type, value);
}

const asJson = (label: string, value: unknown): ResultPart => ({
  label,
  text: JSON.stringify(value, null, 2),
});

/** Text that is a JSON object or list is laid out; any other stays as it is. */
function prettified(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The beginning of a long text, and how much there is. */
export const cut = (text: string): { text: string; note: string | null } =>
  text.length <= SHOWN_CHARACTERS
    ? { text, note: null }
    : {
        text: text.slice(0, SHOWN_CHARACTERS),
        note: `The first ${SHOWN_CHARACTERS.toLocaleString()} of ${text.length.toLocaleString()} characters are shown.`,
      };
