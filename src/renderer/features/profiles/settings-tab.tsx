import {
  namePolicy,
  type NamePolicy,
  type ProfileUpdate,
  type ProfileView,
} from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { announce } from "../../app/announce.ts";
import { api } from "../../app/api.ts";
import { navigate, routeTo } from "../../app/router.ts";
import { Banner } from "../../components/banner.tsx";
import { Select, Switch } from "../../components/choice.tsx";
import { TextArea, TextField } from "../../components/field.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { problemLine, ProblemView } from "../../components/problem-view.tsx";
import { SaveBar } from "../../components/save-bar.tsx";
import { TagsField } from "../../components/tags-field.tsx";
import { LevelField } from "../logs/level-field.tsx";
import { type ProfileDraft, useProfileDrafts } from "../../stores/profile-drafts.ts";
import { keepProfile } from "./profile-data.ts";
import { slugProblem } from "./slug.ts";

const POLICIES: Record<NamePolicy, { label: string; note: string }> = {
  on_collision: {
    label: "As their servers name them",
    note: "Only where two servers use the same name, clients see the server's name before it.",
  },
  always_prefix: {
    label: "Always with the server's name before",
    note: "Clients see “github_search”, also where no other server has a “search”.",
  },
};

type Draft = Required<ProfileDraft>;

interface SettingsTabProps {
  profile: ProfileView;
  /** All, to see whether a slug is free. */
  profiles: readonly ProfileView[];
}

/** What a profile is called and how it names what it offers. */
export function SettingsTab({ profile, profiles }: SettingsTabProps) {
  const { drafts, keep } = useProfileDrafts();
  const edited = drafts[profile.id];
  const draft: Draft = { ...pick(profile), ...edited };
  const changes = changed(profile, draft);
  const taken = profiles.filter(({ id }) => id !== profile.id).map(({ slug }) => slug);
  const slugError = slugProblem(draft.slug, taken);
  const nameError = draft.name.trim() === "" ? "A profile needs a name." : null;
  const save = useMutation(
    api.profiles.update.mutationOptions({
      onSuccess: (view) => {
        keep(view.id, null);
        keepProfile(view);
        announce(`Saved “${view.name}”.`);
        if (view.slug !== profile.slug) {
          navigate(routeTo("profiles", [view.slug, "settings"]), { replace: true });
        }
      },
    }),
  );
  const set = (part: ProfileDraft): void => keep(profile.id, { ...edited, ...part });
  return (
    <div className="mx-auto max-w-form space-y-4">
      <Served profile={profile} />
      <TextField
        label="Name"
        value={draft.name}
        maxLength={200}
        error={nameError}
        onChange={(event) => set({ name: event.target.value })}
      />
      <TextField
        label="Slug"
        mono
        hint="What the URL of this profile ends in."
        value={draft.slug}
        maxLength={50}
        error={slugError}
        onChange={(event) => set({ slug: event.target.value })}
      />
      {draft.slug === profile.slug ? null : (
        <Banner level="warn" title="The URL of this profile changes.">
          <p>
            Clients that use <span className="font-mono break-all">/mcp/{profile.slug}</span> get
            “not found” until they are given the new one.
          </p>
        </Banner>
      )}
      <TextArea
        label="Description"
        value={draft.description}
        maxLength={2000}
        onChange={(event) => set({ description: event.target.value })}
      />
      <div className="space-y-1">
        <Select
          label="Names of tools and prompts"
          value={draft.namePolicy}
          options={namePolicy.options.map((value) => ({ value, label: POLICIES[value].label }))}
          onChange={(policy) => set({ namePolicy: policy })}
        />
        <p className="text-meta text-text-2">{POLICIES[draft.namePolicy].note}</p>
        {draft.namePolicy === profile.namePolicy ? null : (
          <p className="text-meta text-warn">
            Names that clients see now may change. Names that you chose stay.
          </p>
        )}
      </div>
      <LevelField of={{ profile: profile.slug }} />
      <TagsField tags={draft.tags} onChange={(tags) => set({ tags })} />
      {save.error ? <ProblemView what="Nothing was saved." error={save.error} /> : null}
      <SaveBar
        changes={Object.keys(changes).length}
        saving={save.isPending}
        onDiscard={() => {
          save.reset();
          keep(profile.id, null);
        }}
        onSave={() => {
          if (slugError === null && nameError === null && !save.isPending) {
            save.mutate({ profile: profile.id, changes });
          }
        }}
      />
    </div>
  );
}

/** Whether clients get the profile at all; saved at once. */
function Served({ profile }: { profile: ProfileView }) {
  const update = useMutation(
    api.profiles.update.mutationOptions({
      onSuccess: (view) => {
        keepProfile(view);
        announce(`“${view.name}” is ${view.enabled ? "served" : "turned off"}.`);
      },
    }),
  );
  const shown = update.isPending
    ? (update.variables.changes.enabled ?? profile.enabled)
    : profile.enabled;
  return (
    <div className="space-y-1">
      <Panel>
        <Row
          title="Serve this profile"
          detail="While it is off, clients of its URL are told so and get nothing. Everything in it stays."
          actions={
            <Switch
              label="Serve this profile"
              hideLabel
              checked={shown}
              disabled={update.isPending}
              onChange={(enabled) => update.mutate({ profile: profile.id, changes: { enabled } })}
            />
          }
        />
      </Panel>
      {update.error ? (
        <p role="alert" className="text-meta text-err">
          It is as it was. {problemLine(update.error)}
        </p>
      ) : null}
    </div>
  );
}

const pick = ({ name, slug, description, namePolicy: policy, tags }: ProfileView): Draft => ({
  name,
  slug,
  description,
  namePolicy: policy,
  tags,
});

/** The fields that differ from what is stored. */
function changed(profile: ProfileView, draft: Draft): ProfileUpdate {
  const before = pick(profile);
  return {
    ...(draft.name === before.name ? {} : { name: draft.name }),
    ...(draft.slug === before.slug ? {} : { slug: draft.slug }),
    ...(draft.description === before.description ? {} : { description: draft.description }),
    ...(draft.namePolicy === before.namePolicy ? {} : { namePolicy: draft.namePolicy }),
    ...(draft.tags.join() === before.tags.join() ? {} : { tags: draft.tags }),
  };
}
