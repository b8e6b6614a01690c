import type { LogRow } from "@local-mcp/contract";
import { ChevronDown } from "lucide-react";
import { alert, announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Menu, type MenuEntry } from "../../components/menu.tsx";
import { problemLine } from "../../components/problem-view.tsx";

/** As what a request can be copied. No token is in it. */
export function copyEntries(row: LogRow): MenuEntry[] {
  const isRequest = row.kind === "request";
  const disabled = isRequest ? undefined : "Only requests of clients";
  return [
    {
      label: "curl command",
      disabled: disabled ?? false,
      run: () => void copy(async () => (await client.logs.copy({ id: row.id, as: "curl" })).text),
    },
    {
      label: "Client call (TypeScript)",
      disabled: disabled ?? false,
      run: () => void copy(async () => (await client.logs.copy({ id: row.id, as: "client" })).text),
    },
    {
      label: "Request",
      run: () => void copy(async () => (await client.logs.get({ id: row.id })).request?.text ?? ""),
    },
    {
      label: "Response",
      run: () =>
        void copy(async () => (await client.logs.get({ id: row.id })).response?.text ?? ""),
    },
  ];
}

async function copy(read: () => Promise<string>): Promise<void> {
  try {
    const text = await read();
    if (text === "") {
      announce("Nothing was copied: there is none.");
      return;
    }
    await client.desktop.copyText({ text });
    announce("Copied.");
  } catch (error) {
    alert(problemLine(error));
  }
}

export function CopyAsMenu({ row }: { row: LogRow }) {
  return (
    <Menu
      label="Copy as"
      entries={copyEntries(row)}
      trigger={
        <Button size="toolbar">
          Copy as
          <ChevronDown aria-hidden size={14} strokeWidth={1.75} />
        </Button>
      }
    />
  );
}
