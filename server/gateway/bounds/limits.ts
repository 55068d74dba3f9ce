/**
 * Every bound of the data plane, with what happens at it. All are per worker unless said otherwise.
 * Tests and the composition root may override any of them; nothing in the plane is unbounded.
 */
export interface GatewayLimits {
  /** A request head longer than this is answered with 431 and the connection closed. */
  readonly requestHeadBytesMax: number
  /** A request target longer than this is answered with 414 and the connection closed. */
  readonly requestTargetBytesMax: number
  /** A head with more header lines than this is answered with 431 and the connection closed. */
  readonly requestHeaderLinesMax: number
  /** A backend whose response head is longer than this counts as broken: 502, or a failed copy. */
  readonly responseHeadBytesMax: number
  /** Further connections to the same listening socket are closed on accept. */
  readonly connectionsPerListenerMax: number
  /** Streams a client may have open on one HTTP/2 connection; further ones are refused. */
  readonly http2StreamsPerConnectionMax: number
  /** Memory of one HTTP/2 connection's headers and queues, in MiB; above it further streams are refused. */
  readonly http2ConnectionMemoryMiB: number
  /** Frames that break the protocol, and streams beyond those allowed: after as many the connection is closed. */
  readonly http2InvalidFramesMax: number
  /** Connections to one backend that speaks HTTP/2; at the limit requests wait in one of them for a stream. */
  readonly http2ConnectionsPerEndpointMax: number
  /** Requests on one such connection; then another takes over. */
  readonly http2StreamsPerUpstreamMax: number
  /** Within this time a client may reset so many streams before they are answered, and send so many PINGs and SETTINGS;
   * one more, and the connection is closed with ENHANCE_YOUR_CALM. */
  readonly http2WindowMs: number
  readonly http2ResetsMax: number
  readonly http2ControlFramesMax: number
  /** A head not complete this long after its first byte is answered with 408 and closed. */
  readonly headTimeoutMs: number
  /** A connection without a request for this long is closed. */
  readonly clientIdleMs: number
  /** An exchange in which no byte moved for this long is ended: 408 or 504 when no response began, else cut off. */
  readonly exchangeIdleMs: number
  /** A tunnel in which no byte moved for this long is closed. */
  readonly tunnelIdleMs: number
  /** A backend that has not accepted after this long counts as refusing: 502, or a failed copy. */
  readonly connectTimeoutMs: number
  /** Connections one endpoint has not accepted yet; at the limit others are tried, and copies wait for none (skipped `backing_off`). */
  readonly connectingPerEndpointMax: number
  /** Attempts for one request while its backend's endpoints refuse it; then 502. */
  readonly connectAttemptsMax: number
  /** Retries of one request, whatever its rule asks for; then the last answer counts, or 502 (refused `attempts_limit`). */
  readonly retryAttemptsMax: number
  /** Pause before the first retry when the rule names none, and the longest one unless the rule's is longer. */
  readonly retryBackoffMs: number
  readonly retryBackoffMaxMs: number
  /** Requests to one backend that are retried at once, of all workers together; beyond, none is (refused `in_flight_limit`). */
  readonly retriesInFlightMax: number
  /** Connections kept open to one endpoint while idle; more are closed when their response ends. */
  readonly idleConnectionsPerEndpointMax: number
  /** Idle connections older than this are closed: shorter than the 5 s after which many servers hang up. */
  readonly idleConnectionMs: number
  /** A request body up to this size is kept so that the request can be sent again; a larger one is never replayed (refused `body_limit`). */
  readonly replayBodyBytesMax: number
  /** How long a request body may go on after its response ended early; then the connection is closed. */
  readonly lingerMs: number
  /** A request body larger than this is not copied (dropped `body_limit`), or its copy given up (failed `body_limit`). */
  readonly mirrorBodyBytesMax: number
  /** Bytes waiting for one copy's socket; above it the copy is given up (failed `buffer_limit`). */
  readonly mirrorBufferBytesPerCopyMax: number
  /** Bytes waiting for all copies; above it the copy that asks is given up (failed `buffer_limit`). */
  readonly mirrorBufferBytesTotalMax: number
  /** Copies outstanding of one mirror; further ones are not made (dropped `in_flight_limit`). */
  readonly mirrorInFlightMax: number
  /** Copies without a body sent at once on one connection; further ones of the same moment take another. */
  readonly mirrorBatchCopiesMax: number
  /** A batch answered later than this makes the next ones smaller; later than `Slow`, there is none for the pause. */
  readonly mirrorBatchQuickMs: number
  readonly mirrorBatchSlowMs: number
  readonly mirrorBatchPauseMs: number
  /** A copy unanswered after this long is given up (failed `timeout`). */
  readonly mirrorTimeoutMs: number
  /** A mirror's response is drained up to this size, then given up (failed `response_limit`). */
  readonly mirrorResponseBytesMax: number
  /** Bytes of all mirrors' answers read in 1 ms; above it they wait, which only their own deadlines notice. */
  readonly mirrorDrainBytesPerTurn: number
  /** A request that is itself a copy of this many generations is not copied again (skipped `loop`). */
  readonly mirrorHopsMax: number
  /** Time to the next attempt after a mirror refused; doubles up to the maximum. Copies between: skipped `backing_off`. */
  readonly mirrorBackoffMinMs: number
  readonly mirrorBackoffMaxMs: number
  /** Copies in a row whose answer broke off or did not come in time; then one copy is sent after each such pause until one is answered. */
  readonly mirrorBreaksMax: number
  /** Captures begun per second; further ones are given up (`rate_limit`). */
  readonly capturesPerSecondMax: number
  /** Pairs being recorded; further ones are given up (`in_progress_limit`). */
  readonly capturesInProgressMax: number
  /** A body longer than this is not compared (`body_limit`). */
  readonly captureBodyBytesMax: number
  /** A body longer than this once decompressed is not compared (`body_limit`). */
  readonly captureDecodedBytesMax: number
  /** Bytes of all bodies being recorded; a body that would be more is not compared (`memory_limit`). */
  readonly captureBytesTotalMax: number
  /** An exchange longer than this as JSON is handed over without its bodies; longer still, it is given up (`line_limit`). */
  readonly captureLineBytesMax: number
  /** Pairs, and their bytes as recorded, held until they are fetched; then the oldest is dropped (`not_fetched`). */
  readonly capturesHeldMax: number
  readonly captureHeldBytesMax: number
  /** Bytes handed over at one fetch, and time spent on it; the rest waits for the next. */
  readonly captureDrainBytesMax: number
  readonly captureDrainMs: number
  /**
   * Different paths remembered between two fetches, of one rule with comparison and of all; requests for further ones are
   * counted without their path.
   */
  readonly requestPathsPerRuleMax: number
  readonly requestPathsMax: number
  /** Calibrations of rules that are counted, for all workers together; a further one begins once one is past its `until`. */
  readonly calibrationsMax: number
  /** Time after which reading captures lets requests have their turn. */
  readonly captureSliceMs: number
  /** Backends of one rule that keep their own series; those long gone are folded into `backend=""`. */
  readonly backendSeriesPerRuleMax: number
  /** How long a closing listener or worker waits for exchanges in flight; then they are cut off. */
  readonly drainMs: number
  /** How long a scrape waits for a worker; after it the worker's last snapshot counts. */
  readonly snapshotTimeoutMs: number
  /** A worker process that is not ready after this long is killed, which counts as dying. */
  readonly workerStartTimeoutMs: number
  /** A worker that died is started again after this long; doubles up to the maximum. */
  readonly workerRestartMinMs: number
  readonly workerRestartMaxMs: number
  /** Loopback addresses tried for one Gateway before its listeners are reported as not bound. */
  readonly addressAttemptsMax: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const GATEWAY_LIMITS: GatewayLimits = {
  requestHeadBytesMax: 64 * KIB,
  requestTargetBytesMax: 16 * KIB,
  requestHeaderLinesMax: 200,
  responseHeadBytesMax: 64 * KIB,
  connectionsPerListenerMax: 20_000,
  http2StreamsPerConnectionMax: 128,
  http2ConnectionMemoryMiB: 10,
  http2InvalidFramesMax: 64,
  http2ConnectionsPerEndpointMax: 8,
  http2StreamsPerUpstreamMax: 100_000_000,
  http2WindowMs: 10_000,
  http2ResetsMax: 500,
  http2ControlFramesMax: 1_000,
  headTimeoutMs: 10_000,
  clientIdleMs: 75_000,
  exchangeIdleMs: 300_000,
  tunnelIdleMs: 3_600_000,
  connectTimeoutMs: 5_000,
  connectingPerEndpointMax: 256,
  connectAttemptsMax: 4,
  retryAttemptsMax: 10,
  retryBackoffMs: 25,
  retryBackoffMaxMs: 1_000,
  retriesInFlightMax: 1_024,
  idleConnectionsPerEndpointMax: 128,
  idleConnectionMs: 4_000,
  replayBodyBytesMax: 16 * KIB,
  lingerMs: 2_000,
  mirrorBodyBytesMax: 128 * MIB,
  mirrorBufferBytesPerCopyMax: MIB,
  mirrorBufferBytesTotalMax: 64 * MIB,
  mirrorInFlightMax: 1_024,
  mirrorBatchCopiesMax: 8,
  mirrorBatchQuickMs: 5,
  mirrorBatchSlowMs: 30,
  mirrorBatchPauseMs: 1_000,
  mirrorTimeoutMs: 15_000,
  mirrorResponseBytesMax: 64 * MIB,
  mirrorDrainBytesPerTurn: MIB / 8,
  mirrorHopsMax: 3,
  mirrorBackoffMinMs: 250,
  mirrorBackoffMaxMs: 2_000,
  mirrorBreaksMax: 8,
  capturesPerSecondMax: 50,
  capturesInProgressMax: 256,
  captureBodyBytesMax: 128 * KIB,
  captureDecodedBytesMax: 256 * KIB,
  captureBytesTotalMax: 16 * MIB,
  captureLineBytesMax: MIB,
  capturesHeldMax: 1_000,
  captureHeldBytesMax: 8 * MIB,
  captureDrainBytesMax: 2 * MIB,
  captureDrainMs: 300,
  calibrationsMax: 10_000,
  captureSliceMs: 1,
  requestPathsPerRuleMax: 200,
  requestPathsMax: 2_000,
  backendSeriesPerRuleMax: 64,
  drainMs: 10_000,
  snapshotTimeoutMs: 1_000,
  workerStartTimeoutMs: 20_000,
  workerRestartMinMs: 100,
  workerRestartMaxMs: 5_000,
  addressAttemptsMax: 16,
}

/** Deadlines are looked at this often, by one timer per worker instead of one per request. */
export const TICK_MS = 250
