import type { ServerStatus, SignInWrite } from "@local-mcp/contract";
import type { Gateway } from "@local-mcp/gateway";
import { z } from "zod";

type Api = Gateway["api"];

/** Scenarios of sign-in: the suite's server asks for a token. */
const SIGN_IN = "auth/";
export const isAboutSignIn = (scenario: string): boolean => scenario.startsWith(SIGN_IN);

/** What the suite tells a client that was registered by hand. */
export const signInContext = z.object({
  client_id: z.string().optional(),
  client_secret: z.string().optional(),
  private_key_pem: z.string().optional(),
  issuer: z.string().optional(),
});

/** The client's document that the suite knows; nobody serves it. */
const METADATA_URL = "https://conformance-test.local/client-metadata.json";

/** What a person would set for the suite's server, knowing what the scenario is about. */
export const configuredSignIn = (
  scenario: string,
  context: z.infer<typeof signInContext>,
): SignInWrite => ({
  ...(scenario.startsWith("auth/client-credentials-") && { kind: "client_credentials" }),
  ...(scenario === "auth/basic-cimd" && { clientMetadataUrl: METADATA_URL }),
  clientId: context.client_id,
  clientSecret: context.client_secret,
  privateKey: context.private_key_pem,
  issuer: context.issuer,
});

/** How often a person signs in before they leave it: once, and again when asked for more or anew. */
const MOST_SIGN_INS = 3;
/** How many pages lead to the last one. */
const MOST_PAGES = 10;

/**
 * Uses a server as a person does who signs in whenever they are asked to, and leaves it when they
 * are refused, or asked time and again.
 *
 * @param settled resolves when the server is reached, refused or waiting for a person
 * @returns whether it could be used to the end
 */
export const useSignedIn = async (
  api: Api,
  server: string,
  use: () => Promise<void>,
  settled: () => Promise<void>,
): Promise<boolean> => {
  for (let times = 0; ; times += 1) {
    await settled();
    await use();
    const { status } = await api.servers.get({ server });
    if (!asksForPerson(status)) return status.state === "ready";
    console.error(`asked to sign in: ${status.signIn?.message ?? status.reason?.message}`);
    if (times === MOST_SIGN_INS || !(await signIn(api, server))) return false;
  }
};

const asksForPerson = ({ state, flags }: ServerStatus): boolean =>
  state === "needs_sign_in" || flags.includes("more_access_wanted");

/** An error in words, as the API has them; a fault inside the gateway is none. */
const refusal = z.object({
  data: z.object({ code: z.string().refine((code) => code !== "internal"), message: z.string() }),
});

/** @returns whether it came to a good end; a refusal is said, and is one of the ends. */
const signIn = async (api: Api, server: string): Promise<boolean> => {
  const started = await api.signIn.start({ server }).catch((error: unknown) => {
    const said = refusal.safeParse(error);
    if (!said.success) throw error;
    console.error(`the sign-in was refused: ${said.data.data.message}`);
    return null;
  });
  if (started === null) return false;
  const { id, url } = started;
  // Without a page the gateway has done it by itself.
  if (url === null) return true;
  await visit(url);
  let progress = await api.signIn.wait({ server, signIn: id });
  while (progress.state === "waiting") progress = await api.signIn.wait({ server, signIn: id });
  const { state, problem } = progress;
  console.error(`the sign-in is ${state}: ${problem?.message ?? "no problem"}`);
  if (problem?.code === "internal") throw new Error(problem.message);
  return state === "done";
};

/** Opens a page as a browser does, up to the last one it is sent to. */
const visit = async (first: string): Promise<void> => {
  let next: string | null = first;
  for (let pages = 0; next !== null && pages < MOST_PAGES; pages += 1) {
    const page: Response = await fetch(next, { redirect: "manual" });
    const location = page.headers.get("location");
    await page.body?.cancel();
    next = location === null ? null : new URL(location, next).href;
  }
};
