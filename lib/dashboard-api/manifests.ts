/** POST /api/manifests: dry-run or apply every document of a YAML text by server-side apply. */
import { z } from 'zod'
import type { KubernetesObject } from '@/lib/gateway-api/types'
import { NESTING_MAX } from '@/lib/manifest/limits'
import { LEFT_FIELDS_MAX, type LeftField } from '@/lib/manifest/ownership/left-out'
import type { KubernetesStatus } from './errors'

/** The largest manifest text the API reads; a longer one is refused with code `too-large`. */
export const MANIFEST_BYTES_MAX = 1024 * 1024
/** The most documents in one request. */
export const MANIFEST_DOCUMENTS_MAX = 50

/**
 * What was there when a draft was made or reviewed. When the live object is no longer that, the outcome is `stale` and nothing
 * is applied.
 */
const reviewBase = z.union([
  /** Nothing was there: an object somebody else has created since is left alone. */
  z.strictObject({ absent: z.literal(true) }),
  z.strictObject({
    uid: z.string(),
    resourceVersion: z.string(),
    /**
     * The object as it was reviewed: editable YAML, without status and what the server fills in. With it only what a person
     * writes counts, so that a status written meanwhile does not.
     */
    manifest: z.string().max(MANIFEST_BYTES_MAX).optional(),
  }),
])
export type ReviewBase = z.infer<typeof reviewBase>

/** Steps to a field as managedFields names them: `f:metadata`, `f:labels`, `f:team`. */
const fieldSteps = z.array(z.string().max(4096)).min(1).max(NESTING_MAX)

export const manifestRequest = z.object({
  /** YAML, one or more documents. */
  manifest: z.string().max(MANIFEST_BYTES_MAX),
  action: z.enum(['dry-run', 'apply']),
  /** Take ownership of conflicting fields. Only after the person has seen whose they are. */
  force: z.boolean().default(false),
  /** Of every document, or a list in the documents' order; a document with null or without one is written over whatever is there. */
  base: z
    .union([reviewBase, z.array(reviewBase.nullable()).max(MANIFEST_DOCUMENTS_MAX)])
    .optional(),
  /**
   * The documents are parts of their objects: of what they leave out, only these fields are meant to go. Absent: the documents are
   * the whole objects.
   */
  part: z.array(fieldSteps).max(LEFT_FIELDS_MAX).optional(),
  /**
   * Fields that a document leaves out and others own: they are taken over and removed. Only after the person has seen whose they
   * are. A field that a dry run does not name in `left` is passed over.
   */
  remove: z
    .array(z.strictObject({ documentIndex: z.int().nonnegative(), path: fieldSteps }))
    .max(MANIFEST_DOCUMENTS_MAX * LEFT_FIELDS_MAX)
    .default([]),
})
export type ManifestRequest = z.input<typeof manifestRequest>

export interface ManifestResponse {
  readonly results: readonly ManifestResult[]
}

export interface ManifestResult {
  readonly documentIndex: number
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'rejected' | 'conflict' | 'stale'
  /** The object before, null when it does not exist. */
  readonly live: KubernetesObject | null
  /** The server's answer: what is, or for a dry run would be, stored. */
  readonly result: KubernetesObject | null
  readonly warnings: readonly string[]
  /** For `rejected` and `conflict`. */
  readonly error?: KubernetesStatus
  readonly conflicts: readonly FieldConflict[]
  /** What the document leaves out and stays, since others own it; of an apply, what it was to remove and did not. */
  readonly left: readonly LeftField[]
  /** What the document says and is not applied, as field paths: the server writes it, or it is kubectl's record of its last apply. */
  readonly dropped: readonly string[]
}

export interface FieldConflict {
  readonly manager: string
  /** Field paths as the API server prints them: `.spec.rules`. */
  readonly fields: readonly string[]
  /**
   * True when the values equal the draft's once defaults are filled in: the conflict is only about ownership
   * (a route written by `kubectl apply`), and taking over changes nothing.
   */
  readonly sameValues: boolean
}
