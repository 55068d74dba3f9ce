/**
 * The gateway's metrics by name: gateway → /metrics → observer. Counters unless said otherwise; durations in seconds.
 * https://prometheus.io/docs/practices/naming/
 *
 * Route labels on all but the unmatched counter: gateway (`namespace/name`), listener, route_namespace, route_name,
 * rule (index). Mirror labels: mirror (filter index), target (`namespace/service:port`). backend: `namespace/service:port`,
 * `''` when none was chosen.
 * Series are made on first use and removed with their route.
 *
 * For every mirror, at every scrape:
 *   gateway_mirror_offered_total = sum over outcome of gateway_mirror_requests_total
 *   gateway_mirror_requests_total{outcome="mirrored"}
 *     = sum of gateway_mirror_responses_total + gateway_mirror_requests_in_flight
 * and for every rule:
 *   gateway_requests_total = sum of gateway_responses_total + gateway_requests_in_flight
 */
export const GATEWAY_METRICS = {
  /** Requests matched to a rule, counted at the match. */
  requests: 'gateway_requests_total',
  /** Requests that ended. Extra labels: backend, code (`''` when no response was sent), outcome. */
  responses: 'gateway_responses_total',
  /** Gauge; extra label: backend. */
  requestsInFlight: 'gateway_requests_in_flight',
  /** Histogram; extra label: backend. From the request's head read to the response's last byte written. */
  requestDuration: 'gateway_request_duration_seconds',
  /** Body bytes. Extra label: backend. */
  requestBytes: 'gateway_request_bytes_total',
  responseBytes: 'gateway_response_bytes_total',
  /** Attempts beyond the first, for whatever cause; a request counts once in the others, by how it ended. */
  retries: 'gateway_request_retries_total',
  /** Retries that a rule's `retry` allows and that were not made; the last answer counted. Extra label: reason. */
  retriesRefused: 'gateway_request_retries_refused_total',
  /** Requests that matched no route. Labels: gateway, listener, reason. */
  unmatched: 'gateway_unmatched_requests_total',
  /** Requests a mirror filter applied to, whatever became of the copy. Extra labels: mirror, target. */
  mirrorOffered: 'gateway_mirror_offered_total',
  /** What was decided. Extra labels: mirror, target, outcome (mirrored, not_sampled, skipped, dropped), reason. */
  mirrorRequests: 'gateway_mirror_requests_total',
  /** How copies ended. Extra labels: mirror, target, outcome (answered, failed), reason, code. */
  mirrorResponses: 'gateway_mirror_responses_total',
  /** Gauge; extra labels: mirror, target. */
  mirrorInFlight: 'gateway_mirror_requests_in_flight',
  /** Histogram; extra labels: mirror, target. From the copy's dispatch to its response's last byte. */
  mirrorDuration: 'gateway_mirror_request_duration_seconds',
  /** Body bytes copied to the mirror, and of its answers. Extra labels: mirror, target. */
  mirrorRequestBytes: 'gateway_mirror_request_bytes_total',
  mirrorResponseBytes: 'gateway_mirror_response_bytes_total',
  /** Pairs of answers captured for comparison. Extra labels: outcome (captured, given_up), reason. */
  captures: 'gateway_captures_total',
  /** Requests sent to the primary a second time to calibrate. Extra labels: outcome (answered, failed), reason. */
  calibrationRequests: 'gateway_calibration_requests_total',
  /** Gauge: version of the route table every worker serves. */
  routeTableVersion: 'gateway_route_table_version',
} as const

/** How a request ended (label `outcome` of gateway_responses_total). */
export const RESPONSE_OUTCOMES = [
  'answered',
  'client_aborted',
  'backend_connect_failed',
  'backend_reset',
  'backend_timeout',
  'request_timeout',
  'no_endpoints',
  'invalid_backend',
  'fixed_response',
  /** In flight in a worker process that died. */
  'worker_lost',
] as const

/** Why a retry was not made (label `reason` of gateway_request_retries_refused_total). */
export const RETRY_REFUSALS = [
  /** As many requests to the backend are being retried as may be at once. */
  'in_flight_limit',
  /** The request's body is too large to be kept. */
  'body_limit',
  /** The rule asks for more attempts than a request may have. */
  'attempts_limit',
] as const

/** Why a mirror copy was not made (label `reason`); skipped is by rule, dropped is at a limit. */
export const MIRROR_SKIP_REASONS = [
  'upgrade',
  'loop',
  'no_endpoints',
  'client_aborted',
  'backing_off',
  /** The route's mirror budget is spent, over, or can't be read. */
  'budget_rate',
  'budget_in_flight',
  'budget_expired',
  'budget_invalid',
] as const
export const MIRROR_DROP_REASONS = ['in_flight_limit', 'body_limit', 'buffer_limit'] as const
/** Why a capture was given up (label `reason` of gateway_captures_total). */
export const CAPTURE_GIVE_UP_REASONS = [
  'rate_limit',
  'in_progress_limit',
  'line_limit',
  'not_fetched',
  'failed',
] as const
/** Why a copy that was sent got no answer. */
export const MIRROR_FAIL_REASONS = [
  'connect_failed',
  'reset',
  'timeout',
  'body_limit',
  'buffer_limit',
  'client_aborted',
  'bad_response',
  'response_limit',
  'shutdown',
] as const
