import type {
  Client,
  Era,
  EraVerdict,
  Implementation,
  Launch,
  ServerCatalog,
  ServerDefinition,
} from "../definitions.ts";
import type {
  JsonObject,
  RpcMessage,
  RpcNotification,
  RpcRequest,
  RpcResponse,
} from "../jsonrpc.ts";
import { testProcesses } from "../processes/processes.fixture.ts";
import type { UpstreamCall } from "./call.ts";
import { Connection, type ConnectionEvents } from "./connection.ts";
import { NO_SERVER_TRACE } from "../trace.ts";
import { UpstreamFailure } from "./failure.ts";
import { Link } from "./link.ts";
import type { Transport, TransportEvents } from "./transport.ts";
import { Upstream, type UpstreamOptions } from "./upstream.ts";

const processes = testProcesses();

/** A transport whose other end is the test. */
export class FarEnd implements Transport {
  readonly sent: JsonObject[] = [];
  readonly headers: unknown[] = [];
  readonly cancelled: unknown[] = [];
  events: TransportEvents | null = null;
  isClosed = false;

  async open(events: TransportEvents): Promise<void> {
    this.events = events;
  }
  send(message: RpcMessage, headers?: Readonly<Record<string, string>>): void {
    this.sent.push(message);
    this.headers.push(headers);
  }
  handshakeDone(): void {}
  cancel(id: unknown, _: string, isOpening: boolean): null {
    this.cancelled.push({ id, isOpening });
    return null;
  }
  output(): string[] {
    return [];
  }
  async close(): Promise<void> {
    this.isClosed = true;
    this.break();
  }

  receive(message: unknown, stream?: string | number | null): void {
    this.events?.onMessage(message, stream);
  }
  /** Answers the newest request of this method. */
  answer(method: string, result: JsonObject = {}): void {
    this.receive({ jsonrpc: "2.0", id: this.newest(method).id, result });
  }
  newest(method: string): JsonObject {
    const found = this.sent.findLast((message) => message.method === method);
    if (!found) throw new Error(`no ${method} was sent`);
    return found;
  }
  /** The parameters of all messages of this method. */
  params(method: string): unknown[] {
    return this.sent.filter((message) => message.method === method).map(({ params }) => params);
  }
  break(): void {
    const failure = new UpstreamFailure("exited", "one stopped: exit code 1.", { retry: "later" });
    this.events?.onClosed(failure);
  }
}

/** A connection to a {@link FarEnd}, with what it told. */
export async function connected(
  owner: Client | null = null,
  more: Pick<ConnectionEvents, "roots"> = {},
) {
  const transport = new FarEnd();
  const heard: RpcNotification[] = [];
  const unclear: string[] = [];
  const ended: UpstreamFailure[] = [];
  const connection = new Connection({
    name: "one",
    transport,
    events: {
      onNotification: (notification) => heard.push(notification),
      onClosed: (failure) => ended.push(failure),
      onOversized: () => {},
      onUnclear: (method) => unclear.push(method),
      ...more,
    },
    owner,
    trace: () => NO_SERVER_TRACE,
  });
  await connection.open();
  return { transport, connection, heard, unclear, ended };
}

export const implementation = (capabilities: JsonObject = {}): Implementation => ({
  name: "one",
  version: "1",
  protocolVersion: "2026-07-28",
  instructions: null,
  capabilities,
});

/** A link to a {@link FarEnd}. */
export async function linked(era: Era, capabilities: JsonObject = {}) {
  const { transport, connection, heard } = await connected();
  const link = new Link({
    connection,
    era,
    implementation: implementation(capabilities),
    clientInfo: { name: "gateway", version: "1" },
    isHttp: true,
  });
  return { link, transport, heard };
}

/** A client whose answers to what belongs to no request are `asked`. */
export function client(id: string, change: Partial<Client> = {}) {
  const asked: string[] = [];
  const self: Client = {
    id,
    isSession: true,
    profileId: null,
    info: { name: id, version: "1" },
    capabilities: {},
    logLevel: null,
    notify: () => {},
    ask: async (method) => {
      asked.push(method);
      return { jsonrpc: "2.0", id: 0, result: { by: id } };
    },
    ...change,
  };
  return Object.assign(self, { asked });
}

/** A call of a client, with what the server did towards it. */
export function callOf(
  who: Client | null,
  onRequest: (request: RpcRequest, signal: AbortSignal) => Promise<RpcResponse> = () =>
    Promise.resolve({ jsonrpc: "2.0", id: 0, result: { by: who?.id } }),
) {
  const heard: RpcNotification[] = [];
  const questions: RpcRequest[] = [];
  const pauses: (number | null)[] = [];
  const call: UpstreamCall = {
    client: who,
    trace: NO_SERVER_TRACE,
    onNotification: (notification) => heard.push(notification),
    onRequest: (request, signal) => {
      questions.push(request);
      return onRequest(request, signal);
    },
    onPaused: (retryMs) => pauses.push(retryMs),
  };
  return { call, heard, questions, pauses };
}

/** Lets everything that waits for promises alone go on. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What a promise was rejected with. */
export const failed = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "it did not fail",
    (error: unknown) => error,
  );

/** An upstream reached like this, with all it told and all it was given to keep. */
export function upstreamFor(
  launch: Launch,
  change: Partial<ServerDefinition> = {},
  more: Partial<UpstreamOptions> = {},
) {
  const verdicts = new Map<string, EraVerdict>();
  const catalogs = new Map<string, ServerCatalog>();
  const told: [string | undefined, RpcNotification][] = [];
  const logged: string[] = [];
  const states: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const definition: ServerDefinition = {
    id: "s",
    name: "one",
    title: "One",
    transport: launch.transport,
    enabled: true,
    confirmed: true,
    configHash: "first",
    startTimeoutMs: 20_000,
    callTimeoutMs: 20_000,
    maxConcurrentCalls: 64,
    idleStopMs: 0,
    connections: "shared",
    holdsChangedTools: false,
    ...change,
  };
  const upstream = new Upstream({
    definition,
    processes,
    launch: async () => launch,
    store: {
      load: (id) => catalogs.get(id) ?? null,
      save: (id, catalog) => void catalogs.set(id, catalog),
      names: () => new Map(),
      saveNames: () => {},
    },
    eras: {
      load: (id) => verdicts.get(id) ?? null,
      save: (id, verdict) => void verdicts.set(id, verdict),
    },
    clientInfo: { name: "gateway", version: "1" },
    maxMessageBytes: () => 1_000_000,
    redact: (text) => text,
    trace: () => NO_SERVER_TRACE,
    log: { info: log, warn: log, error: log },
    onObservation: () => {
      const { state } = upstream.observation;
      if (states.at(-1) !== state) states.push(state);
    },
    onCatalog: () => {},
    onNotification: (who, notification) => told.push([who?.id, notification]),
    ...more,
  });
  const ready = async (): Promise<string> => {
    upstream.start();
    await upstream.settled();
    return upstream.observation.state;
  };
  return { upstream, definition, verdicts, catalogs, told, logged, states, ready };
}
