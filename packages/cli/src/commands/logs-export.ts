import type { Writable } from "node:stream";
import { GatewayError, type LogFormat } from "@local-mcp/contract";
import type { Cli, Outcome } from "../cli.ts";
import type { Api } from "../connect.ts";
import { newFile, writing } from "../files.ts";
import { plural } from "../output.ts";
import { targetOf } from "./export-file.ts";

export interface ExportOptions {
  out: string;
  format?: LogFormat;
  filter?: string;
  withContents?: boolean;
  force?: boolean;
}

/** Every part in order. @returns how many rows are in them */
const eachPart = async (
  cli: Cli,
  api: Api,
  { format, filter, withContents }: ExportOptions,
  write: (text: string) => Promise<void>,
): Promise<number> => {
  let rows = 0;
  let after: number | undefined;
  for (;;) {
    if (cli.io.signal.aborted) throw new GatewayError("request_cancelled");
    const part = await api.logs.export({ format, filter, contents: withContents, after });
    await write(part.text);
    rows += part.rows;
    if (part.next === null) return rows;
    after = part.next;
  }
};

/** @throws GatewayError request_cancelled where nobody reads it any more */
const written = (stream: Writable, text: string): Promise<void> =>
  // oxlint-disable-next-line promise/avoid-new -- a callback that has no promise
  new Promise((resolve, reject) => {
    stream.write(text, (error) =>
      error == null ? resolve() : reject(new GatewayError("request_cancelled")),
    );
  });

/** Writes what matches to a file of its owner, or to standard output. */
export const exportLogs = (cli: Cli, options: ExportOptions): Outcome => {
  const target = targetOf(cli, options.out);
  return cli.use(
    async (api) => {
      if (target.to === "stdout" || target.path === null) {
        await eachPart(cli, api, options, (text) => written(cli.io.stdout, text));
        return;
      }
      const { path } = target;
      const rows = await newFile(
        path,
        (file, partial) =>
          eachPart(cli, api, options, (text) => writing(partial, () => file.appendFile(text))),
        options.force,
      );
      cli.answer({ path, rows }, `Wrote ${plural(rows, "row")} of the debug log to ${path}.`);
    },
    // A file that was begun is taken back.
    { endsItself: true },
  );
};
