// What may repeat is bounded in both: a text is somebody else's, and these look at every place of it.
/**
 * A value that a client asks for or reads from its environment: `${input:token}` of VS Code,
 * `${env:TOKEN}` of Cursor, `${TOKEN}` and `${TOKEN:-default}` of Claude Code and shells.
 */
const PLACEHOLDER = /\$\{(?:(?:input|env):([\w.-]+)|([A-Z][A-Z0-9_]*)(?::-([^}]{0,1000}))?)\}/g;
/** A value that a document leaves to its reader: `<api key>`, `YOUR_API_KEY`, `your-token-here`. */
const LEFT_OUT =
  /<([A-Za-z][\w .-]{0,60})>|\b(YOUR_[A-Z0-9_]+|your[-_](?:[a-z0-9]{1,30}[-_]){0,8}(?:key|token|secret|password)(?:[-_]here)?)\b/g;

export interface Filled {
  /** With `${secret:name}` in the place of each value that is not there. */
  text: string;
  /** Whether a value is not there. */
  isOpen: boolean;
}

/**
 * Makes marks of the values that a text leaves to its client or reader.
 *
 * @param known names that the server itself looks up, which stay as they are
 */
export function fillPlaceholders(text: string, known: ReadonlySet<string>): Filled {
  let isOpen = false;
  const mark = (name: string): string => {
    isOpen = true;
    return `\${secret:${name.replace(/[^\w.-]/g, "_").slice(0, 100)}}`;
  };
  const filled = text
    .replace(LEFT_OUT, (_, place?: string, name?: string) => mark(place ?? name ?? ""))
    .replace(PLACEHOLDER, (whole, asked?: string, variable?: string, standard?: string) => {
      if (standard !== undefined) return standard;
      if (variable !== undefined && known.has(variable)) return whole;
      return mark(asked ?? variable ?? "");
    });
  return { text: filled, isOpen };
}
