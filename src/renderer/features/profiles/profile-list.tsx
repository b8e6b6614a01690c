import type { ClientView, ProfileView, ServerView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { Boxes, SearchX } from "lucide-react";
import { type RefObject, useRef, useState } from "react";
import { api, client } from "../../app/api.ts";
import { announce } from "../../app/announce.ts";
import { exportRoute, navigate, routeTo, useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { Menu } from "../../components/menu.tsx";
import { Page, Panel } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { type Column, TableHead } from "../../components/table-head.tsx";
import { TagChips } from "../../components/tag-chips.tsx";
import { filterByWords, tagTest } from "../../components/word-filter.ts";
import { openDialog } from "../../stores/dialogs.ts";
import { ActiveMark } from "./active-mark.tsx";
import { DeleteProfileDialog } from "./delete-profile-dialog.tsx";
import { DuplicateProfileDialog } from "./duplicate-profile-dialog.tsx";
import { clientsOf, readiness } from "./facts.ts";
import { pageHeading } from "./focus.ts";
import { NoTokenBanner } from "./no-token-banner.tsx";
import { useActivate } from "./profile-data.ts";
import { rowBeside, rowKeys } from "./row-keys.ts";
import { aboutTokens, readyText } from "./texts.ts";

/** Every profile, with what of it works and who uses it. */
export function ProfileList() {
  const { data: profiles, error, refetch } = useQuery(api.profiles.list.queryOptions());
  const add = (
    <Button kind="primary" onClick={() => openDialog({ type: "new_profile" })}>
      New profile
    </Button>
  );
  const [filter, setFilter] = useParam("q");
  const shown = filterByWords(
    profiles ?? [],
    filter,
    ({ name, slug, description }) => [name, slug, description].join("\n"),
    { tag: tagTest },
  );
  return (
    <Page
      title="Profiles"
      beside={
        profiles && profiles.length > 0 ? (
          <FilterField
            label="Filter profiles"
            placeholder="Filter, or tag:prod"
            value={filter}
            onChange={setFilter}
          />
        ) : null
      }
      actions={profiles && profiles.length > 0 ? add : null}
    >
      {error ? (
        <ProblemView
          what="The profiles could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {profiles === undefined ? (
        error ? null : (
          <SkeletonRows label="Reading the profiles" />
        )
      ) : profiles.length === 0 ? (
        <EmptyState icon={Boxes} actions={add}>
          A profile is what one client sees: chosen servers and tools at their own URL.
        </EmptyState>
      ) : shown.length === 0 ? (
        <EmptyState
          icon={SearchX}
          actions={<Button onClick={() => setFilter("")}>Clear filter</Button>}
        >
          No profile matches “{filter}”.
        </EmptyState>
      ) : (
        <Profiles profiles={shown} taken={profiles.map(({ slug }) => slug)} />
      )}
    </Page>
  );
}

/** What was asked for with one profile. */
interface Asked {
  what: "delete" | "duplicate";
  profile: ProfileView;
  index: number;
}

const COLUMNS: Column[] = [
  { title: "Name", look: "w-full" },
  { title: "Slug" },
  { title: "Servers ready", look: "text-right" },
  { title: "Tools", look: "text-right" },
  { title: "Tokens, estimated", look: "text-right" },
  { title: "Clients now", look: "text-right" },
];

interface ProfilesProps {
  /** Those that the filter leaves. */
  profiles: readonly ProfileView[];
  /** Slugs of all. */
  taken: readonly string[];
}

function Profiles({ profiles, taken }: ProfilesProps) {
  const { data: servers } = useQuery(api.servers.list.queryOptions());
  const { data: seen } = useQuery(api.clients.list.queryOptions());
  const [asked, setAsked] = useState<Asked | null>(null);
  const activate = useActivate();
  const list = useRef<HTMLTableSectionElement>(null);
  const open = profiles.filter(({ allowWithoutToken }) => allowWithoutToken);
  const ask = (what: Asked["what"], index: number): void => {
    const profile = profiles[index];
    if (profile) setAsked({ what, profile, index });
  };
  return (
    <>
      {open.map((profile) => (
        <NoTokenBanner key={profile.id} profile={profile} />
      ))}
      {activate.error ? (
        <ProblemView
          what={`“${activate.variables.name}” was not made active.`}
          error={activate.error}
        />
      ) : null}
      <Panel className="overflow-x-auto">
        <table className="w-full text-left">
          <TableHead columns={COLUMNS} />
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the links in it */}
          <tbody
            ref={list}
            className="divide-y divide-border"
            onKeyDown={rowKeys((index) => ask("delete", index))}
          >
            {profiles.map((profile, index) => (
              <ProfileRow
                key={profile.id}
                profile={profile}
                servers={servers}
                clients={seen?.clients}
                onActivate={() => activate.mutate(profile)}
                onAsk={(what) => ask(what, index)}
              />
            ))}
          </tbody>
        </table>
      </Panel>
      <Dialogs asked={asked} taken={taken} list={list} onClose={() => setAsked(null)} />
    </>
  );
}

interface ProfileRowProps {
  profile: ProfileView;
  /** Undefined while they have not been read. */
  servers: readonly ServerView[] | undefined;
  clients: readonly ClientView[] | undefined;
  onActivate: () => void;
  onAsk: (what: Asked["what"]) => void;
}

function ProfileRow({ profile, servers, clients, onActivate, onAsk }: ProfileRowProps) {
  const { name, slug, url, active, enabled, counts, estimatedTokens, tags } = profile;
  const copyUrl = async (): Promise<void> => {
    if (url === null) return;
    await client.desktop.copyText({ text: url });
    announce(`Copied the URL of “${name}”.`);
  };
  return (
    <tr data-row={name} className="h-9 hover:bg-sunken">
      <th scope="row" className="max-w-0 px-3 font-normal">
        <span className="flex items-center gap-3">
          <a
            data-row-main
            href={`#${routeTo("profiles", [slug])}`}
            className="truncate py-1 font-medium text-text no-underline hover:underline"
          >
            {name}
          </a>
          {active ? <ActiveMark /> : null}
          {enabled ? null : <span className="text-meta text-text-2">Off</span>}
          <TagChips tags={tags} />
        </span>
      </th>
      <td className="px-3 font-mono text-meta whitespace-nowrap text-text-2">{slug}</td>
      <Figure>{servers ? readyText(readiness(profile, servers)) : ""}</Figure>
      <Figure>{counts.tools.toLocaleString()}</Figure>
      <Figure>{aboutTokens(estimatedTokens)}</Figure>
      <Figure>{clients ? clientsOf(profile, clients).length.toLocaleString() : ""}</Figure>
      <td className="pr-3 text-right">
        <Menu
          label={`More for ${name}`}
          entries={[
            { label: "Set active", run: onActivate, disabled: active && "is active" },
            {
              label: "Copy URL",
              run: () => void copyUrl(),
              disabled: url === null && "the gateway is not listening",
            },
            { label: "Duplicate…", run: () => onAsk("duplicate") },
            { label: "Export…", run: () => navigate(exportRoute("profile", slug)) },
            "separator",
            { label: "Delete…", run: () => onAsk("delete"), danger: true, shortcut: "Del" },
          ]}
        />
      </td>
    </tr>
  );
}

function Figure({ children }: { children: string }) {
  return <td className="px-3 text-right whitespace-nowrap text-text-2">{children}</td>;
}

interface DialogsProps {
  asked: Asked | null;
  /** Slugs. */
  taken: readonly string[];
  list: RefObject<HTMLElement | null>;
  onClose: () => void;
}

function Dialogs({ asked, taken, list, onClose }: DialogsProps) {
  const beside = useRef<HTMLElement | null>(null);
  if (asked === null) return null;
  if (asked.what === "duplicate") {
    return <DuplicateProfileDialog profile={asked.profile} taken={taken} onClose={onClose} />;
  }
  return (
    <DeleteProfileDialog
      profile={asked.profile}
      onClose={onClose}
      onDeleting={() => {
        beside.current = rowBeside(list.current, asked.index);
      }}
      focusAfter={() => beside.current ?? pageHeading()}
    />
  );
}
