import {
  GatewayError,
  type MetricsQuery,
  type MetricsReset,
  type MetricsView,
} from "@local-mcp/contract";

const NOT_BUILT = (): never => {
  throw new GatewayError("internal");
};

/** How often what was called, and how long it took. */
export class MetricsService {
  async get(_query: MetricsQuery): Promise<MetricsView> {
    return NOT_BUILT();
  }

  /** Forgets calls. @returns how many */
  async reset(_what: MetricsReset): Promise<{ calls: number }> {
    return NOT_BUILT();
  }
}
