import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { CLI } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import {
  type AuthorizationServer,
  startAuthorizationServer,
} from "../fixtures/authorization-server.ts";
import { visit, visitUntilSentBack } from "../fixtures/browser.ts";
import { answerJson } from "../fixtures/http-plumbing.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import type { Section } from "../leaks/section.ts";
import { asTheApp } from "./as-the-app.ts";
import { command, Program } from "./programs.ts";
import { Running } from "./running.ts";
import type { Sample } from "./samples.ts";
import { Stage } from "./stage.ts";
import { startTellingResource } from "./telltale-http.ts";

const started = z.object({
  id: z.string(),
  url: z.string().nullable(),
  userCode: z.string().nullable(),
});
const progress = z.object({ state: z.string() });

/** Where the value that is no secret is seen: the id of a client. */
const CONTROLLED = [
  /^data\/local-mcp-gateway\.db/,
  /^answer of GET \/api\/servers$/,
  /^answer of POST \/api\/servers\/configured\/sign-in$/,
  // It stands in what the authorization server says.
  /^answer of GET \/api\/servers\/registered$/,
];

/** How long anything may take that is waited for, ms. */
const PATIENCE_MS = 60_000;

/** @throws Error where it never holds */
export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> => {
  const end = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`${what} did not happen`);
    await pause(20);
  }
};

/** Life of access tokens while they are to be renewed, s. */
const BRIEF_S = 1;
const LONG_S = 3600;

/** What signs in at the authorization server of the run, and what is done with it. */
class SignIns {
  readonly #stage: Stage;
  readonly #authorization: AuthorizationServer;
  readonly #running: Running;
  /** May be in the address of a page: it goes to the browser. */
  readonly #parameter: Sample;

  constructor(
    stage: Stage,
    authorization: AuthorizationServer,
    running: Running,
    parameter: Sample,
  ) {
    this.#stage = stage;
    this.#authorization = authorization;
    this.#running = running;
    this.#parameter = parameter;
  }

  /** Begins one. The answer may hold what the browser is sent with, and nothing else. */
  async begin(
    server: string,
    way: "browser" | "device" = "browser",
  ): Promise<z.infer<typeof started>> {
    const path = `/api/servers/${server}/sign-in`;
    const body = await this.#running.ask("POST", path, {
      body: JSON.stringify({ way }),
      status: 200,
    });
    const begun = started.parse(JSON.parse(body));
    this.#heardAgain(`answer of POST ${path}`, this.#mayHold(begun.url, begun.userCode));
    return begun;
  }

  /** What was heard last of that name may hold these. */
  #heardAgain(name: string, mayHold: ReadonlySet<string>): void {
    const { outputs } = this.#stage;
    const output = outputs[outputs.findLastIndex(({ where }) => where === name)];
    if (output !== undefined) output.mayHold = mayHold;
  }

  /** What belongs to the page of a sign-in. */
  #mayHold(url: string | null, userCode: string | null): Set<string> {
    const parameters = new URL(url ?? "http://127.0.0.1").searchParams;
    const texts = [parameters.get("state"), parameters.get("user_code"), userCode];
    const known = texts
      .filter((text) => text !== null)
      .flatMap((text) => [text, text.replaceAll("-", "")])
      .map((text) => this.#stage.samples.adopt(text, "state or user code"));
    this.#stage.samples.planted("page of a sign-in", known);
    return new Set([this.#parameter.id, ...known.map(({ id }) => id)]);
  }

  async #over(server: string, id: string): Promise<string> {
    const body = await this.#running.ask("GET", `/api/servers/${server}/sign-in/${id}`);
    return progress.parse(JSON.parse(body)).state;
  }

  async signIn(server: string, way: "browser" | "device" = "browser"): Promise<void> {
    const { id, url } = await this.begin(server, way);
    if (url !== null) {
      const { body } = await visit(url);
      this.#stage.heard(`page of ${server}`, body);
      const state = await this.#over(server, id);
      if (state !== "done") throw new Error(`the sign-in at ${server} is ${state}`);
    }
  }

  /** Goes on with one by what a person pastes, after much that is not it. */
  async paste(server: string): Promise<void> {
    const { id, url } = await this.begin(server);
    const back = await visitUntilSentBack(url ?? "");
    const finish = (address: string): Promise<string> =>
      this.#running.ask("POST", `/api/servers/${server}/sign-in/${id}`, {
        body: JSON.stringify({ address }),
      });
    const changed = (name: string): string => {
      const address = new URL(back);
      address.searchParams.set(name, "another");
      return address.href;
    };
    for (const address of [
      changed("state"),
      back.search,
      back.href.slice(0, -60),
      changed("iss"),
    ]) {
      await finish(address);
    }
    await finish(back.href);
  }

  async refused(server: string): Promise<void> {
    const { id, url } = await this.begin(server);
    const { body } = await visit(url ?? "", { declines: true });
    this.#stage.heard(`page of ${server}, refused`, body);
    await this.#over(server, id);
  }

  async byCommand(server: string): Promise<void> {
    const words = ["--data-dir", this.#stage.dataDir, "servers", "signin", server];
    const program = new Program(this.#stage, `servers signin ${server}`, [CLI, ...words]);
    let page: string | undefined;
    await until("the page of a command", () => {
      page = /https?:\/\/\S+(?=\n)/.exec(program.text("stderr"))?.[0];
      return page !== undefined || !program.isRunning;
    });
    if (page !== undefined) await visit(page);
    const code = await program.ended();
    if (code !== 0) throw new Error(`servers signin ended with ${code}: ${program.text("stderr")}`);
    this.#heardAgain(`stderr of servers signin ${server}`, this.#mayHold(page ?? null, null));
  }

  async untilRenewed(): Promise<void> {
    const { granted } = this.#authorization.counts;
    const before = granted.refresh_token ?? 0;
    await until("a renewal", () => (granted.refresh_token ?? 0) > before + 1);
  }

  /** Uses the server; what it answers is its own, and not heard. */
  async call(server: string): Promise<void> {
    const response = await fetch(`${this.#running.url}/api/servers/${server}/call`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#running.token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({ name: "test_simple_text" }),
    });
    await response.text();
  }
}

/** Everything that the authorization server gave or was shown, as samples. */
const learn = ({ samples }: Stage, { store, requests }: AuthorizationServer): number => {
  const shown = requests.flatMap(({ authorization, body }) => [
    authorization?.replace(/^\w+ /, ""),
    body?.code_verifier,
    body?.client_assertion,
  ]);
  const all = new Set([...store.given, ...shown.filter((text) => typeof text === "string")]);
  const learned = [...all].map((text) => samples.adopt(text, "credential of a sign-in"));
  samples.planted("learned of the authorization server", learned);
  return learned.length;
};

/** The secrets of the run that are configured, each where it is kept. */
const configuredSecrets = (stage: Stage) => {
  const take = (what: string): Sample => {
    const sample = stage.samples.next("query");
    stage.samples.planted(what, [sample]);
    return sample;
  };
  return {
    sealing: take("the gateway's own environment"),
    client: take("secret of a client"),
    service: take("secret of a client that acts for itself"),
    header: take("header template"),
    parameter: take("parameter of a sign-in"),
  };
};
type Configured = ReturnType<typeof configuredSecrets>;

const SERVICE = "service-of-the-run";

/** An authorization server that knows those secrets, and gives one to every client. */
const startAuthorization = async (
  stage: Stage,
  { client, service }: Configured,
): Promise<AuthorizationServer> => {
  const authorization = await startAuthorizationServer({
    accessTokenSeconds: BRIEF_S,
    clients: [
      {
        client_id: stage.control.value,
        client_secret: client.value,
        token_endpoint_auth_method: "client_secret_post",
        application_type: "native",
        redirect_uris: ["http://127.0.0.1/callback"],
        grant_types: ["authorization_code", "refresh_token"],
      },
      {
        client_id: SERVICE,
        client_secret: service.value,
        token_endpoint_auth_method: "client_secret_basic",
        redirect_uris: [],
        response_types: [],
        grant_types: ["client_credentials"],
      },
    ],
  });
  atEnd(() => authorization.close());
  const methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
  authorization.setMetadata((metadata) => ({
    ...metadata,
    token_endpoint_auth_methods_supported: methods,
  }));
  const { privateKey } = authorization;
  const forms = [privateKey, privateKey.split("\n")[1] ?? ""];
  const keys = forms.map((form) => stage.samples.adopt(form, "private key"));
  stage.samples.planted("private key", keys);
  return authorization;
};

/** One server for each way to sign in. */
const addServers = async (
  stage: Stage,
  running: Running,
  authorization: AuthorizationServer,
  { client, service, header, parameter }: Configured,
): Promise<void> => {
  const far = await startProtectedServer({ trusts: authorization });
  atEnd(() => far.close());
  const telling = await startTellingResource(authorization);
  const add = (name: string, signIn: object = {}, url = far.url): Promise<string> => {
    const config = {
      transport: "http",
      url,
      headers: { "X-Key": "Key ${secret:key}" },
      signIn: { parameters: { hint: "${secret:hint}" }, ...signIn },
    };
    const secrets = { key: header.value, hint: parameter.value };
    const body = JSON.stringify({ name, config, secrets, confirmed: true });
    return running.ask("POST", "/api/servers", { body, status: 201 });
  };
  const byService = { kind: "client_credentials", clientId: SERVICE };
  await Promise.all([
    add("registered"),
    add("configured", { clientId: stage.control.value, clientSecret: client.value }),
    add("keyed", { clientId: "by-hand-key", privateKey: authorization.privateKey }),
    add("service", { ...byService, clientSecret: service.value }),
    add("told", {}, telling),
    ...["device", "pasted", "by-command"].map((name) => add(name)),
  ]);
};

/** Has the authorization server quote what it is asked with, until a sign-in is lost by that. */
const quote = async (
  stage: Stage,
  running: Running,
  authorization: AuthorizationServer,
  { client }: Configured,
): Promise<void> => {
  const tokens = [...authorization.store.given].filter((text) => text.length > 40).slice(-2);
  const said = `${stage.control.value}: ${client.value} ${tokens.join(" ")}`;
  const refusal = { error: "invalid_grant", error_description: said };
  authorization.trouble({ fault: answerJson(400, refusal), at: "token" });
  await until("a sign-in that is lost", async () =>
    (await running.ask("GET", "/api/servers/registered")).includes('"state":"again"'),
  );
  authorization.calm();
};

const COMMANDS = [
  ["audit", "export"],
  ["--json", "servers", "show", "registered"],
  ["--json", "doctor"],
];

/** Signs in at servers of all kinds; nothing of it is ever found where anybody could read it. */
export const signIns = async (): Promise<Section> => {
  const stage = new Stage();
  const secrets = configuredSecrets(stage);
  const authorization = await startAuthorization(stage, secrets);
  const secret = `${secrets.sealing.value}-and-more-of-it-to-be-long`;
  const running = await Running.start(stage, { AUTH_ENCRYPTION_SECRET: secret });
  await addServers(stage, running, authorization, secrets);

  const all = new SignIns(stage, authorization, running, secrets.parameter);
  await all.refused("registered");
  await Promise.all([
    ...["registered", "configured", "keyed", "service", "told"].map((name) => all.signIn(name)),
    all.signIn("device", "device"),
    all.paste("pasted"),
    all.byCommand("by-command"),
  ]);
  for (const server of ["registered", "told", "told", "told"]) await all.call(server);
  await all.untilRenewed();
  await quote(stage, running, authorization, secrets);
  authorization.setAccessTokenSeconds(LONG_S);
  await running.ask("DELETE", "/api/servers/pasted/sign-in");
  await running.ask("DELETE", "/api/servers/keyed");

  const { url: page } = await all.begin("device");
  await all.begin("registered", "device");
  for (const path of ["/servers", "/audit", "/doctor", "/status", "/servers/registered"]) {
    await running.ask("GET", `/api${path}`);
  }
  await Promise.all(COMMANDS.map((words) => command(stage, words)));
  stage.readFiles("while sign-ins are under way");
  const processes = running.lookAtProcesses(new Set([secrets.sealing.id]));
  await running.end("SIGKILL");
  stage.readFiles("after it was killed");

  await asTheApp(stage, secret, async (api) => {
    const isWaiting = async (): Promise<boolean> =>
      (await api.servers.get({ server: "device" })).status.signIn?.state === "waiting";
    await until("a sign-in that goes on after a restart", isWaiting);
    await visit(page ?? "");
    await until("its end", async () => !(await isWaiting()));
    stage.heard("servers.list after a restart", await api.servers.list());
  });
  stage.readFiles("at the end");
  const learned = learn(stage, authorization);
  return {
    name: "sign-ins",
    figures: [
      ["credentials learned", String(learned)],
      ["outputs and files searched", String(stage.outputs.length)],
      ["bytes searched", String(stage.size)],
      ["processes looked at", String(processes)],
    ],
    faults: [...stage.faults(), ...stage.blind(CONTROLLED)],
  };
};
