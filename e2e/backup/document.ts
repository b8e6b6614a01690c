import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A block of code in a document. */
interface Block {
  /** The heading that it is under. */
  heading: string;
  language: string;
  text: string;
}

const FENCE = /^```(\w*)$/;

/** All blocks of code of a document of this project, in their order. */
export const documentBlocks = (path: string): Block[] => {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  const blocks: Block[] = [];
  let heading = "";
  let open: Block | null = null;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    const language = FENCE.exec(line)?.[1];
    if (open !== null) {
      if (language === undefined) open.text += `${line}\n`;
      else {
        blocks.push(open);
        open = null;
      }
    } else if (language !== undefined) open = { heading, language, text: "" };
    else if (line.startsWith("#")) heading = line.replace(/^#+ /, "");
  }
  return blocks;
};

/** The block at this place under a heading, counted from 0. @throws Error where there is none */
export const blockUnder = (blocks: readonly Block[], heading: string, at = 0): string => {
  const found = blocks.filter((block) => block.heading === heading)[at];
  if (!found) throw new Error(`there is no block ${at} under “${heading}”`);
  return found.text;
};
