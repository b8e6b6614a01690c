import { type LogDetail, removedIn } from "@local-mcp/contract";
import { z } from "zod";
import { type JsonObject, jsonText, readObject } from "../../components/json-text.ts";
import { sizeText, textSize } from "../../components/size.ts";
import { listed } from "../../components/time.ts";

const callMessage = z.object({
  params: z.object({ arguments: z.record(z.string(), z.json()).optional() }),
});

/** What a call is begun with: arguments as text, and why they are not those of the first call. */
export interface RecordedArguments {
  /** Empty where a person has to write them. */
  text: string;
  /** As a sentence; null where they are whole. */
  lacks: string | null;
}

/** The arguments of a recorded call, as far as they were recorded. */
export function recordedArguments({ request, contents }: LogDetail): RecordedArguments {
  if (request === null) {
    const lacks =
      contents === "level"
        ? "Its messages were not recorded, so its arguments are not known. Write them yourself."
        : "Its arguments are not known. Write them yourself.";
    return { text: "", lacks };
  }
  if (request.cut) {
    const kept = textSize(request.text);
    const lacks = `Only the first ${kept} of ${sizeText(request.bytes)} were recorded. Write the arguments yourself.`;
    return { text: "", lacks };
  }
  const args = argumentsOf(request.text);
  if (args === null)
    return { text: "", lacks: "Its arguments cannot be read. Write them yourself." };
  const removed = removedIn(args);
  const lacks =
    removed.length === 0
      ? null
      : `Secrets were removed before it was recorded: ${listed(removed)}.`;
  return { text: jsonText(args), lacks };
}

function argumentsOf(text: string): JsonObject | null {
  try {
    const message = callMessage.safeParse(JSON.parse(text));
    return message.success ? (message.data.params.arguments ?? {}) : null;
  } catch {
    return null;
  }
}

export type WrittenArguments =
  | { value: JsonObject; problem: null; line: null }
  /** A sentence, and the line it is about, from 1; null where it is about no line. */
  | { value: null; problem: string; line: number | null };

/** What a person wrote, or why it cannot be sent. */
export function readArguments(text: string): WrittenArguments {
  if (text.trim() === "") {
    return { value: null, problem: "Write the arguments: { } for none.", line: null };
  }
  const read = readObject(text);
  if (read.value === null) return read;
  const removed = removedIn(read.value);
  if (removed.length === 0) return read;
  return { value: null, problem: `Fill in what was removed: ${listed(removed)}.`, line: null };
}
