/** Bounds of the workload controllers; each says what happens at it. */

/** Keys waiting in the work queue. Above: the key is dropped and everything is queued afresh once there is room. */
export const QUEUE_KEYS_MAX = 20_000

/** Keys worked on at a time; a key is never worked on twice at once. More wait. */
export const QUEUE_WORKERS_MAX = 8

/** First and longest wait before a failed key is tried again; the wait doubles in between. */
export const RETRY_MS_MIN = 10
export const RETRY_MS_MAX = 30_000

/** First and longest wait before a Pod that could not start is tried again, as the kubelet's image back-off. */
export const START_RETRY_MS_MIN = 10_000
export const START_RETRY_MS_MAX = 300_000

/** Pods one ReplicaSet creates or deletes per turn. The rest follow in the next turn. */
export const REPLICA_BURST_MAX = 100

/** Endpoints in one EndpointSlice, the default of the Kubernetes controller. More go into another slice. */
export const SLICE_ENDPOINTS_MAX = 100

/** Events kept. Above: the oldest is deleted. */
export const EVENTS_MAX = 500

/** Events waiting to be written. Above: a new one is dropped. */
export const EVENT_WRITES_MAX = 256
