import { type BenchClient, type Endpoint, HttpClient, SseClient } from "./client.ts";
import { WireClient } from "./wire.ts";

/** The client of an endpoint that is reached over HTTP. */
export const connect = (endpoint: Endpoint): BenchClient => {
  switch (endpoint.kind) {
    case "sse":
      return new SseClient(endpoint);
    case "wire":
      return new WireClient(endpoint);
    default:
      return new HttpClient(endpoint);
  }
};
