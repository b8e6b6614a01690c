import type { ProfileView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { Boxes } from "lucide-react";
import { useState } from "react";
import { api } from "../../app/api.ts";
import { exportRoute, navigate, routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { CopyButton } from "../../components/copy-button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Menu } from "../../components/menu.tsx";
import { Page } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { openDialog } from "../../stores/dialogs.ts";
import { AccessTab } from "./access-tab.tsx";
import { ActiveMark } from "./active-mark.tsx";
import { CapabilitiesTab } from "./capabilities-tab.tsx";
import { DeleteProfileDialog } from "./delete-profile-dialog.tsx";
import { DuplicateProfileDialog } from "./duplicate-profile-dialog.tsx";
import { capabilitiesOf, useActivate } from "./profile-data.ts";
import { RootsTab } from "./roots-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";

const BACK = { label: "Profiles", route: routeTo("profiles") };

/** One profile, found by the slug of the route. */
export function ProfileDetail({ slug, tab }: { slug: string; tab: string | undefined }) {
  const { data: profiles, error, refetch } = useQuery(api.profiles.list.queryOptions());
  const profile = profiles?.find((one) => one.slug === slug);
  if (profile) return <Detail key={profile.id} profile={profile} tab={tab ?? "tools"} />;
  return (
    <Page key={slug} back={BACK} title={slug}>
      {error ? (
        <ProblemView
          what="The profile could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : profiles === undefined ? (
        <SkeletonRows label="Reading the profile" />
      ) : (
        <EmptyState
          icon={Boxes}
          actions={<Button onClick={() => navigate(BACK.route)}>Show all profiles</Button>}
        >
          There is no profile “{slug}”. It may have been renamed or deleted.
        </EmptyState>
      )}
    </Page>
  );
}

function Detail({ profile, tab }: { profile: ProfileView; tab: string }) {
  const { data: profiles = [] } = useQuery(api.profiles.list.queryOptions());
  const { data: capabilities } = useQuery(capabilitiesOf(profile));
  const [asked, setAsked] = useState<"delete" | "duplicate" | null>(null);
  const activate = useActivate();
  const { name, slug, url, active, enabled } = profile;
  const countOf = (kind: string): number | undefined =>
    capabilities?.filter((item) => item.kind === kind).length;
  const items = [
    {
      id: "tools",
      label: "Tools",
      count: countOf("tool"),
      content: <CapabilitiesTab profile={profile} kind="tool" />,
    },
    {
      id: "prompts",
      label: "Prompts",
      count: countOf("prompt"),
      content: <CapabilitiesTab profile={profile} kind="prompt" />,
    },
    {
      id: "resources",
      label: "Resources",
      count: countOf("resource"),
      content: <CapabilitiesTab profile={profile} kind="resource" />,
    },
    {
      id: "roots",
      label: "Roots",
      count: profile.roots.length,
      content: <RootsTab profile={profile} />,
    },
    { id: "access", label: "Access", content: <AccessTab profile={profile} /> },
    {
      id: "settings",
      label: "Settings",
      content: <SettingsTab profile={profile} profiles={profiles} />,
    },
  ];
  const close = (): void => setAsked(null);
  return (
    <>
      <Page
        back={BACK}
        title={name}
        beside={
          <>
            {active ? <ActiveMark /> : null}
            {enabled ? null : <span className="text-text-2">Off</span>}
            {url === null ? (
              <span className="text-text-2">The gateway is not listening.</span>
            ) : (
              <span className="flex min-w-0 items-center gap-1">
                <span className="truncate font-mono text-meta text-text-2">{url}</span>
                <CopyButton text={url} label={`Copy the URL of ${name}`} />
              </span>
            )}
          </>
        }
        actions={
          <>
            <Button
              kind={profile.servers.length > 0 ? "primary" : "secondary"}
              size="toolbar"
              onClick={() => openDialog({ type: "connect_client", profile: slug })}
            >
              Connect…
            </Button>
            <Menu
              label={`More for ${name}`}
              entries={[
                {
                  label: "Set active",
                  run: () => activate.mutate(profile),
                  disabled: active && "is active",
                },
                { label: "Duplicate…", run: () => setAsked("duplicate") },
                { label: "Export…", run: () => navigate(exportRoute("profile", slug)) },
                "separator",
                { label: "Delete…", run: () => setAsked("delete"), danger: true },
              ]}
            />
          </>
        }
        scrolls="content"
      >
        {activate.error ? (
          <div className="px-4 pt-3">
            <ProblemView what={`“${name}” was not made active.`} error={activate.error} />
          </div>
        ) : null}
        <Tabs
          label={`Parts of ${name}`}
          current={items.some(({ id }) => id === tab) ? tab : "tools"}
          onChange={(id) => navigate(routeTo("profiles", [slug, id]))}
          items={items}
        />
      </Page>
      {asked === "duplicate" ? (
        <DuplicateProfileDialog
          profile={profile}
          taken={profiles.map((one) => one.slug)}
          onClose={close}
        />
      ) : null}
      {asked === "delete" ? (
        <DeleteProfileDialog
          profile={profile}
          onClose={close}
          onDeleted={() => navigate(BACK.route, { replace: true })}
        />
      ) : null}
    </>
  );
}
