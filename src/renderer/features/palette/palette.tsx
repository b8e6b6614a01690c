import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { alert, announce } from "../../app/announce.ts";
import { api, client } from "../../app/api.ts";
import { PAGES, PALETTE_COMMANDS } from "../../app/commands.ts";
import { shortcutText } from "../../app/keys.ts";
import { navigate, usePlace } from "../../app/router.ts";
import { problemLine } from "../../components/problem-view.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { remember, useRecent } from "../../stores/recent.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { signIn } from "../servers/sign-in-run.ts";
import { useActivate } from "../profiles/profile-data.ts";
import {
  logItem,
  type PaletteActions,
  type PaletteItem,
  paletteItems,
  search,
} from "./palette-items.ts";
import { layer } from "../../components/layer.ts";
import { useReturnFocus } from "../../components/use-return-focus.ts";

const ACTIONS: Omit<PaletteActions, "activate"> = {
  go: navigate,
  restart: async (server) => {
    await client.servers.restart({ server: server.id });
    announce(`Restarting ${server.title}.`);
  },
  turn: async (server, on) => {
    await client.servers.update({ server: server.id, changes: { enabled: on } });
    announce(`${server.title} is ${on ? "on" : "off"}.`);
  },
  signIn,
  signOut: (server) => openDialog({ type: "sign_out", server: server.id }),
};

const COMMANDS: PaletteItem[] = PALETTE_COMMANDS.map((command) => ({
  id: command.id,
  kind: PAGES.includes(command) ? "page" : "verb",
  title: command.title,
  shortcut: command.shortcuts[0] && shortcutText(command.shortcuts[0]),
  run: command.run,
}));

/** ⌘K: any page, server, profile or tool, and everything that can be done, by name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState("");
  const place = usePlace();
  const { ids: recent } = useRecent();
  const { data: servers = [] } = useQuery(api.servers.list.queryOptions());
  const { data: profiles = [] } = useQuery(api.profiles.list.queryOptions());
  const active = profiles.find((profile) => profile.active)?.slug;
  const { data: tools = [] } = useQuery({
    ...api.profiles.capabilities.queryOptions({
      input: { profile: active ?? "", kind: "tool" as const },
    }),
    enabled: active !== undefined,
  });
  const { data: ownTools = [] } = useQuery(api.tools.list.queryOptions());
  const { data: ownPrompts = [] } = useQuery(api.prompts.list.queryOptions());
  const { data: ownResources = [] } = useQuery(api.resources.list.queryOptions());
  const local = [
    ...ownTools.map(({ id, name }) => ({ page: "tools" as const, id, name })),
    ...ownPrompts.map(({ id, name }) => ({ page: "prompts" as const, id, name })),
    ...ownResources.map(({ id, name }) => ({ page: "resources" as const, id, name })),
  ];
  const activate = useActivate();
  const returnFocus = useReturnFocus();
  const actions: PaletteActions = {
    ...ACTIONS,
    activate: async (profile) => void (await activate.mutateAsync(profile)),
  };
  const all = [...COMMANDS, ...paletteItems({ place, servers, profiles, tools, local }, actions)];
  const found = text.startsWith(":") ? [logItem(text, navigate)] : search(all, text, recent);

  const run = (item: PaletteItem): void => {
    if (item.disabled) return;
    remember(item.id);
    onClose();
    Promise.resolve(item.run()).catch((error: unknown) => alert(problemLine(error)));
  };

  return (
    <Dialog.Root open onOpenChange={(open) => (open ? undefined : onClose())}>
      <Dialog.Portal container={layer}>
        <Dialog.Backdrop className="fixed inset-0 bg-[rgb(0_0_0/0.4)]" />
        <Dialog.Viewport className="fixed inset-0 flex items-start justify-center p-6 pt-[12vh]">
          <Dialog.Popup
            finalFocus={returnFocus}
            className="flex max-h-[70vh] w-full max-w-form flex-col overflow-hidden rounded-dialog border border-border bg-raised shadow-raised"
          >
            <Dialog.Title className="sr-only">Command palette</Dialog.Title>
            <Autocomplete.Root
              inline
              open
              items={found}
              filter={null}
              autoHighlight="always"
              keepHighlight
              value={text}
              onValueChange={setText}
              itemToStringValue={(item: PaletteItem) => item.title}
            >
              <Autocomplete.Input
                onKeyDown={(event) => {
                  // Between two lists nothing is highlighted for a moment, and Enter would be lost.
                  const [first] = found;
                  const highlighted = event.currentTarget.hasAttribute("aria-activedescendant");
                  if (event.key === "Enter" && !highlighted && first) run(first);
                }}
                aria-label="Search commands, pages, servers, profiles and tools"
                placeholder="Go to, or do. > for commands only, : for debug logs."
                className="h-11 shrink-0 border-b border-border bg-transparent px-4 text-field -outline-offset-2"
              />
              <Autocomplete.Empty className="px-4 text-text-2 not-empty:py-6">
                {`Nothing matches “${text}”.`}
              </Autocomplete.Empty>
              <Autocomplete.List
                aria-label="Results"
                className="min-h-0 flex-1 overflow-y-auto not-empty:p-1"
              >
                {(item: PaletteItem) => (
                  <Autocomplete.Item
                    key={item.id}
                    value={item}
                    aria-disabled={item.disabled ? true : undefined}
                    onClick={() => run(item)}
                    className="flex min-h-8 items-center gap-3 rounded-chip px-3 py-1 aria-disabled:text-text-2 data-highlighted:bg-accent-soft"
                  >
                    <span className="min-w-0 flex-1 truncate">
                      <UntrustedText text={item.title} />
                    </span>
                    {item.disabled ? <span className="text-meta">{item.disabled}</span> : null}
                    {item.note ? (
                      <span className="truncate text-meta text-text-2">{item.note}</span>
                    ) : null}
                    {item.shortcut ? (
                      <kbd className="text-meta text-text-2">{item.shortcut}</kbd>
                    ) : null}
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Root>
          </Dialog.Popup>
        </Dialog.Viewport>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
