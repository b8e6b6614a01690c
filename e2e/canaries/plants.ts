import { fileURLToPath } from "node:url";
import type { Gateway } from "@local-mcp/gateway";
import { type Fit, type Sample, SHAPE_COUNT } from "./samples.ts";
import type { Stage } from "./stage.ts";
import { TELLING_PATHS } from "./telltale-http.ts";

type Api = Gateway["api"];

/** Where the samples of a run go, and how many of each hundred. */
export interface Plant {
  percent: number;
  /** So many at least: by default two. */
  least?: number;
  /** Never more than so many, where each costs time. */
  most?: number;
  fit: Fit;
  put(stage: Stage, api: Api, samples: Sample[], origin: string): Promise<void>;
}

const TELLTALE = fileURLToPath(new URL("telltale.ts", import.meta.url));
const PER_SERVER = 40;
const PER_URL = 12;
/** Where nothing listens. */
const NOWHERE = "http://127.0.0.1:1";

const chunks = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  );

const valuesOf = (samples: Sample[], prefix: string): Record<string, string> =>
  Object.fromEntries(samples.map(({ value }, at) => [`${prefix}${at}`, value]));

const secretEnv = (samples: Sample[]) =>
  Object.fromEntries(samples.map(({ value }, at) => [`S${at}`, { value, plain: false }]));

/** Stored, and never started. */
const atRest = { enabled: false } as const;

const marksOf = (samples: Sample[]): string[] => samples.map((_, at) => `\${secret:m${at}}`);

const queryOf = (samples: Sample[]): string =>
  samples.map(({ value }, at) => `q${at}=${value}`).join("&");

const idsOf = (samples: Sample[]): string[] => samples.map(({ id }) => id);

const tellingServer = async (
  stage: Stage,
  api: Api,
  mode: string,
  samples: Sample[],
): Promise<void> => {
  const name = `tells-${mode}`;
  const env = samples.filter((_, at) => at % 2 === 0);
  const marked = samples.filter((_, at) => at % 2 === 1);
  stage.give(name, idsOf(samples));
  await api.servers.create({
    name,
    confirmed: true,
    config: {
      transport: "stdio",
      command: process.execPath,
      // The last argument is no secret, and what is told of it is to be seen.
      args: [TELLTALE, mode, ...marksOf(marked), stage.control.value],
      env: { ...secretEnv(env), SERVER_NAME: { value: name, plain: true } },
    },
    secrets: valuesOf(marked, "m"),
  });
};

/** Every kind of place that takes a secret: one entry each. */
export const PLANTS: Record<string, Plant> = {
  "environment value": {
    percent: 50,
    fit: "any",
    put: async (_stage, api, samples) => {
      for (const [at, some] of chunks(samples, PER_SERVER).entries()) {
        const config = { transport: "stdio", command: "node", env: secretEnv(some) } as const;
        await api.servers.create({ name: `env-${at}`, config, ...atRest });
      }
    },
  },
  header: {
    percent: 15,
    fit: "line",
    put: async (_stage, api, samples) => {
      for (const [at, some] of chunks(samples, PER_SERVER).entries()) {
        const headers = valuesOf(some, "X-S");
        const config = { transport: "http", url: `${NOWHERE}/mcp`, headers } as const;
        await api.servers.create({ name: `header-${at}`, config, ...atRest });
      }
    },
  },
  "query of a URL": {
    percent: 10,
    fit: "query",
    put: async (_stage, api, samples) => {
      for (const [at, some] of chunks(samples, PER_URL).entries()) {
        const config = { transport: "sse", url: `${NOWHERE}/sse?${queryOf(some)}` } as const;
        await api.servers.create({ name: `query-${at}`, config, ...atRest });
      }
    },
  },
  "user of a URL": {
    percent: 1,
    fit: "query",
    put: async (_stage, api, samples) => {
      for (const [at, { value }] of samples.entries()) {
        const url = `http://ada:${value}@127.0.0.1:1/mcp`;
        const config = { transport: "http", url } as const;
        await api.servers.create({ name: `user-${at}`, config, ...atRest });
      }
    },
  },
  "mark in an argument": {
    percent: 12,
    fit: "any",
    put: async (_stage, api, samples) => {
      for (const [at, some] of chunks(samples, PER_SERVER).entries()) {
        const config = { transport: "stdio", command: "node", args: marksOf(some) } as const;
        const secrets = valuesOf(some, "m");
        await api.servers.create({ name: `mark-${at}`, config, secrets, ...atRest });
      }
    },
  },
  "REST tool": {
    percent: 4,
    fit: "query",
    put: async (_stage, api, samples) => {
      for (const [at, some] of chunks(samples, 4).entries()) {
        const [password, header, token, ...queried] = some.map(({ value }) => value);
        const more = { enabled: false, allowPrivateNetwork: true };
        await api.tools.create({
          name: `tool-${at}`,
          url: `http://ada:${password}@127.0.0.1:1/x?${queried.map((value) => `q=${value}`).join("&")}`,
          headers: header === undefined ? {} : { "X-Key": { value: header } },
          ...more,
        });
        if (token === undefined) continue;
        const auth = { type: "bearer", token } as const;
        await api.tools.create({ name: `bearer-${at}`, url: "http://127.0.0.1:1/", auth, ...more });
      }
    },
  },
  "pasted text": {
    percent: 5,
    fit: "any",
    put: async (stage, api, samples) => {
      for (const [at, some] of chunks(samples, PER_SERVER).entries()) {
        const server = { command: "node", args: ["server.js"], env: valuesOf(some, "S") };
        const text = JSON.stringify({ mcpServers: { [`pasted-${at}`]: server } }, null, 2);
        stage.heard("servers.recognize", await api.servers.recognize({ text }));
        stage.heard("servers.import", await api.servers.importFile({ text }));
      }
    },
  },
  "changed value": {
    percent: 4,
    fit: "any",
    put: async (stage, api, samples) => {
      const config = { transport: "stdio", command: "node" } as const;
      await api.servers.create({ name: "changed", config, ...atRest });
      for (const { value } of samples) {
        const env = { KEY: { value, plain: false } };
        stage.heard(
          "servers.update",
          await api.servers.update({ server: "changed", changes: { env } }),
        );
      }
    },
  },
  passphrase: {
    percent: 1,
    most: 2,
    fit: "brief",
    put: async (stage, api, samples) => {
      for (const { value } of samples) {
        const passphrase = `${value} and more of it`;
        stage.heard("vault.addPassphrase", await api.vault.addPassphrase({ passphrase }));
      }
    },
  },
  "server that serves and tells": {
    percent: 0,
    // One of each shape.
    least: SHAPE_COUNT,
    fit: "any",
    put: (stage, api, samples) => tellingServer(stage, api, "serves", samples),
  },
  "server that tells on its stdout": {
    percent: 0,
    // One of each shape.
    least: SHAPE_COUNT,
    fit: "any",
    put: (stage, api, samples) => tellingServer(stage, api, "chatters", samples),
  },
  "server that tells and dies": {
    percent: 0,
    // One of each shape.
    least: SHAPE_COUNT,
    fit: "any",
    put: (stage, api, samples) => tellingServer(stage, api, "dies", samples),
  },
  "server over HTTP that tells": {
    percent: 4,
    most: 84,
    fit: "query",
    put: async (_stage, api, samples, origin) => {
      const each = Math.max(3, Math.floor(samples.length / TELLING_PATHS.length));
      for (const [at, some] of chunks(samples, each).entries()) {
        const path = TELLING_PATHS[at % TELLING_PATHS.length];
        const [user, header, ...queried] = some;
        const url = `${origin.replace("//", `//ada:${user?.value}@`)}${path}?${queryOf(queried)}`;
        const headers: Record<string, string> =
          header === undefined ? {} : { "X-S0": header.value };
        const transport = at % 5 === 4 ? "sse" : "http";
        await api.servers.create({ name: `tells-http-${at}`, config: { transport, url, headers } });
      }
    },
  },
};
