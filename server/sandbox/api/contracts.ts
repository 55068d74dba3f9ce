/**
 * The seams inside the sandbox: what a built-in kind brings, how in-process controllers reach the API,
 * and what runs Pods. The server owns HTTP and storage; these keep the rest replaceable and testable.
 */
import type { ResourceKind } from '@/lib/gateway-api/kinds'
import type { KubernetesObject, Pod } from '@/lib/gateway-api/types'
import type { JsonObject } from '@/lib/shared/json'
import type { FieldError } from '@/lib/validation/field-error'

/** A structural OpenAPI v3 schema with `x-kubernetes-*` extensions, `$ref`-free. */
export type OpenApiSchema = JsonObject

/** A kind compiled into the API server, as opposed to one served from a CustomResourceDefinition. */
export interface BuiltinKind {
  readonly resource: ResourceKind
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  /** Empty means all of create, delete, deletecollection, get, list, patch, update, watch. */
  readonly verbs: readonly string[]
  /** Why clients may not write objects, said with the 405; absent for kinds that they may. */
  readonly readOnlyReason?: string
  readonly subresources: readonly ('status' | 'scale' | 'log' | 'token' | 'finalize' | 'proxy')[]
  /** Full schema of the object, with descriptions, list types and defaults-free (defaulting is a function). */
  readonly schema: OpenApiSchema
  /** Drops unknown fields where the schema is open, and names them. */
  prune?(object: JsonObject): {
    readonly object: JsonObject
    readonly unknownFields: readonly string[]
  }
  /** Fills defaults as kube-apiserver does for this kind. Returns a new object. */
  applyDefaults(object: JsonObject): JsonObject
  /** Cluster-allocated values on create, such as clusterIP. `isTaken` says whether another object has the value. */
  allocate?(object: JsonObject, isTaken: (field: string, value: string) => boolean): JsonObject
  /** Carries over what a full update may leave out, such as a Service's clusterIP. Runs after defaulting, before validation. */
  prepareUpdate?(object: JsonObject, old: JsonObject): JsonObject
  /** Includes metadata.name, whose rule differs by kind; the other generic metadata rules are the server's. */
  validateCreate(object: JsonObject): readonly FieldError[]
  validateUpdate(object: JsonObject, old: JsonObject): readonly FieldError[]
  /** Whether a change between the two moves metadata.generation. */
  changesGeneration(object: JsonObject, old: JsonObject): boolean
  /** False for kinds whose objects never carry metadata.generation, such as ConfigMap and Service; absent means true. */
  readonly tracksGeneration?: boolean
  /** Field paths a field selector may name besides metadata.name and metadata.namespace. */
  readonly selectableFields?: readonly string[]
  /** Fields besides `spec` that a write to /status leaves as they are and does not track, as paths: GetResetFields of its strategy. */
  readonly statusResets?: readonly (readonly string[])[]
  readonly deletion?: DeletionRules
  readonly columns: readonly TableColumn[]
  /** Cells of one Table row, in column order. `now` in epoch milliseconds. */
  toCells(object: JsonObject, now: number): readonly (string | number | boolean | null)[]
}

export type PropagationPolicy = 'Background' | 'Foreground' | 'Orphan'

/** What deleting an object of a kind has of its own; what is absent is as for every kind. */
export interface DeletionRules {
  /** Why an object may not be deleted; undefined when it may. */
  refusal?(object: JsonObject): string | undefined
  /** Whether something besides metadata.finalizers holds the object. */
  isHeld?(object: JsonObject): boolean
  /** The object as it is while it waits for its end. */
  mark?(object: JsonObject): JsonObject
  /** Seconds an object has to finish unless the client says; undefined when it goes at once. */
  graceSeconds?(object: JsonObject): number | undefined
  /** What becomes of dependents when the client leaves it open, and the warning that says so. */
  readonly openPolicy?: { readonly policy: PropagationPolicy; readonly warning: string }
  /** Whether a DELETE answers the object, where most kinds answer a Status. */
  readonly isAnswered?: boolean
}

/** What decoding a body gives: pruned and defaulted, with the fields nobody knows. `conversion` says the reason in a strategic patch's words. */
export type DecodedBody =
  | { readonly ok: true; readonly object: JsonObject; readonly unknownFields: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly conversion?: string }

/** What reading a body takes of a kind. */
export interface DecodableKind {
  readonly resource: ResourceKind
  readonly isCustom: boolean
  /**
   * Prunes and defaults; fails when metadata cannot be read as ObjectMeta. What comes out of a server-side apply keeps nulls of
   * custom resources that no default replaces: they are refused then, where other writes drop them.
   */
  decode(object: JsonObject, isApplied?: boolean): DecodedBody
}

/** What a selector asks of an object. */
export type Matcher = (object: JsonObject) => boolean

/** metav1 TableColumnDefinition. */
export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** 0 shows always, more only with `-o wide`. */
  readonly priority: number
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: KubernetesObject
}

/** How controllers inside the sandbox read and write; the same admission and storage as over HTTP. */
export interface ApiClient {
  list(resource: ResourceKind, namespace?: string): readonly KubernetesObject[]
  get(resource: ResourceKind, namespace: string, name: string): KubernetesObject | undefined
  create(resource: ResourceKind, object: KubernetesObject): Promise<ApiResult>
  /** Fails with a 409 when metadata.resourceVersion is stale. */
  update(resource: ResourceKind, object: KubernetesObject): Promise<ApiResult>
  updateStatus(resource: ResourceKind, object: KubernetesObject): Promise<ApiResult>
  /**
   * A Pod is first marked with deletionTimestamp (its spec.terminationGracePeriodSeconds ahead); the workload
   * controllers stop it and remove it with `gracePeriodSeconds: 0`.
   */
  delete(
    resource: ResourceKind,
    namespace: string,
    name: string,
    options?: {
      uid?: string
      propagationPolicy?: PropagationPolicy
      gracePeriodSeconds?: number
    },
  ): Promise<ApiResult>
  /** Calls `handler` with ADDED for every existing object, then with every change. Returns the unsubscribe function. */
  watch(resource: ResourceKind, handler: (event: WatchEvent) => void): () => void
}

export type ApiResult =
  | { readonly ok: true; readonly object: KubernetesObject }
  | { readonly ok: false; readonly code: number; readonly reason: string; readonly message: string }

/** What the kubelet and its container runtime are to a real cluster. Wired in by the composition root. */
export interface PodRuntime {
  /** Starts the Pod's containers. Resolves with where it listens, or with why it cannot run. Idempotent by uid. */
  start(pod: Pod): Promise<PodStart>
  /** Stops accepting, finishes what is in flight within `graceSeconds`, frees the sockets. */
  stop(uid: string, graceSeconds: number): Promise<void>
  /** Lines so far, oldest first, each with its time; undefined when the container is unknown. */
  logs(uid: string, container: string): readonly LogLine[] | undefined
  /** Calls back for every new line until what it returns is called; undefined when it will not, and never does. */
  followLogs(
    uid: string,
    container: string,
    onLine: (line: LogLine) => void,
  ): (() => void) | undefined
  /** Where a container port of a running Pod really listens; undefined when nothing does. */
  addressOf(uid: string, containerPort: number): { host: string; port: number } | undefined
}

/** What the API server passes on to Pods: their logs and their ports. */
export type PodAccess = Pick<PodRuntime, 'logs' | 'followLogs' | 'addressOf'>

export interface LogLine {
  /** Epoch milliseconds. */
  readonly time: number
  readonly text: string
}

export type PodStart =
  | {
      readonly ok: true
      readonly podIP: string
      /** Real socket port by container port; equal except where a system has a single loopback address. */
      readonly ports: Readonly<Record<number, number>>
    }
  | {
      readonly ok: false
      readonly reason: 'ErrImagePull' | 'CreateContainerError'
      readonly message: string
    }
