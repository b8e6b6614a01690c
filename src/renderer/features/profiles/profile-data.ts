import type { CapabilityView, Customization, ProfileView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { api, client, queryClient } from "../../app/api.ts";
import { count } from "../../components/time.ts";
import { toast } from "../../components/toast.tsx";
import { moved } from "./facts.ts";

/** Shows at once what a change of a profile has answered; the event that follows reads it again. */
export function keepProfile(view: ProfileView): void {
  queryClient.setQueryData<ProfileView[]>(api.profiles.list.queryKey(), (profiles) =>
    profiles?.map((profile) => (profile.id === view.id ? view : profile)),
  );
}

const activated = ({ name }: ProfileView, told: number): string =>
  told === 0
    ? `/mcp now serves “${name}”.`
    : `/mcp now serves “${name}”. ${count(told, "client")} ${told === 1 ? "was" : "were"} told.`;

async function activate(profile: ProfileView) {
  const profiles = queryClient.getQueryData<ProfileView[]>(api.profiles.list.queryKey());
  const before = await client.clients.list();
  const view = await client.profiles.activate({ profile: profile.id });
  const after = await client.clients.list();
  return {
    previous: profiles?.find(({ active }) => active),
    text: activated(view, moved(before.clients, after.clients)),
  };
}

/** Makes a profile the one that `/mcp` follows, and offers the way back. */
export function useActivate() {
  const switching = useMutation({
    mutationFn: activate,
    onSuccess: ({ previous, text }) =>
      toast({
        key: "active-profile",
        text,
        action: previous && { label: "Undo", run: () => switching.mutate(previous) },
      }),
  });
  return switching;
}

/** All capabilities of a profile, of every kind. */
export const capabilitiesOf = (profile: Pick<ProfileView, "id">) =>
  api.profiles.capabilities.queryOptions({ input: { profile: profile.id } });

/** Another order or choice of servers; `choices` are a person's choices for one that comes back. */
export function useServersOf(profile: ProfileView) {
  return useMutation({
    mutationFn: async ({ servers, choices }: { servers: string[]; choices: Customization[] }) => {
      const view = await client.profiles.update({ profile: profile.id, changes: { servers } });
      if (choices.length > 0)
        await client.profiles.customize({ profile: profile.id, changes: choices });
      return view;
    },
    onSuccess: keepProfile,
  });
}

/**
 * Turns capabilities on or off. It is shown at once and taken back where it fails.
 */
export function useSwitchCapabilities(profile: ProfileView) {
  const { queryKey } = capabilitiesOf(profile);
  return useMutation({
    mutationFn: (changes: Customization[]) =>
      client.profiles.customize({ profile: profile.id, changes }),
    onMutate: async (changes) => {
      await queryClient.cancelQueries({ queryKey });
      queryClient.setQueryData<CapabilityView[]>(queryKey, (all) => all && applied(all, changes));
    },
    onError: () => queryClient.invalidateQueries({ queryKey }),
  });
}

function applied(
  capabilities: readonly CapabilityView[],
  changes: readonly Customization[],
): CapabilityView[] {
  const key = (one: Pick<Customization, "kind" | "server" | "original">): string =>
    `${one.kind} ${one.server} ${one.original}`;
  const wanted = new Map(changes.map((change) => [key(change), change.enabled]));
  return capabilities.map((one) => ({ ...one, enabled: wanted.get(key(one)) ?? one.enabled }));
}
